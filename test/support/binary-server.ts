/** The back-end of test servers that starts the binaries of this machine as child processes. */
import { startChild } from './child.ts';
import { QUOTED_LINES, type ServerProgram, type ServerRun } from './server-run.ts';

/** Debian keeps nats-server in /usr/sbin, which is not on every PATH. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };

/** Starts a program of this machine. It is killed when this process ends, however it ends. */
export async function runBinary({ command, args, directory }: ServerProgram): Promise<ServerRun> {
  const child = await startChild({ command, args, cwd: directory, env: ENVIRONMENT });
  return {
    pid: child.pid,
    ended: async () => child.exit(),
    lastWords: async () => [...child.stdout, ...child.stderr].slice(-QUOTED_LINES).join('\n'),
    stop: (graceMs) => child.stop(graceMs),
    kill: (signal) => child.kill(signal),
    pause: () => child.pause(),
    resume: () => child.resume(),
  };
}
