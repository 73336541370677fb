/** The container engine of this machine and its Compose client, whichever there are. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a command to its end and returns what it printed. Throws with both of its outputs when it fails or does not exist. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await once(child, 'close');
  const [stdout, stderr] = await said;
  if (code === 0) return stdout;
  throw new Error(
    `expected '${command} ${args.join(' ')}' to end well, found ${signal ?? `exit ${code}`}:\n${stdout}${stderr}`,
  );
}

/** How to call Compose here: `docker compose`, the older `docker-compose`, or undefined when neither is installed. */
export async function composeCommand(): Promise<readonly string[] | undefined> {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    const [program, ...args] = command;
    const there = await run(program, [...args, 'version']).then(
      () => true,
      () => false,
    );
    if (there) return command;
  }
  return undefined;
}

/** Version of the engine that answers; undefined when none does. */
export async function engineVersion(): Promise<string | undefined> {
  return run('docker', ['version', '--format', '{{.Server.Version}}']).then(
    (version) => version.trim(),
    () => undefined,
  );
}
