/** Our own services as child processes, as they run in production: own directory, JSON log on stdout, signals. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Child, startChild } from './child.ts';
import { temporaryDirectory, waitFor } from './waiting.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Service extends Child {
  /** Its working directory, empty at start but for `run/` (its EMSO_RUN_DIR). */
  readonly directory: string;
  /** Where it serves `/healthz`, `/readyz` and `/metrics`. */
  readonly url: string;
  /** Its log so far, oldest first; a line that is not JSON is an error. */
  log(): Record<string, unknown>[];
}

export interface ServiceOptions {
  /** Added to the environment of the test process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** A directory of an earlier start, for a restart on the same disk; default a fresh one. */
  readonly directory?: string;
  /** Default 20 s. */
  readonly startTimeoutMs?: number;
}

/**
 * Starts `services/<folder>/src/main.ts` with this Node. Resolves when it has written `<EMSO_RUN_DIR>/<name>.json`, that is
 * when its http server listens (`/readyz` may still say no); rejects with what it said when it ends before that.
 */
export async function spawnService(folder: string, options: ServiceOptions = {}): Promise<Service> {
  const main = path.join(ROOT, 'services', folder, 'src', 'main.ts');
  if (!existsSync(main)) throw new Error(`expected a service at services/${folder}/src/main.ts, found none`);
  const directory = options.directory ?? temporaryDirectory(folder);
  const runDirectory = path.join(directory, 'run');
  mkdirSync(runDirectory, { recursive: true });
  const env: NodeJS.ProcessEnv = { ...process.env, EMSO_RUN_DIR: runDirectory, ...options.env };
  // Else a child of a test file would take itself for one.
  delete env.NODE_TEST_CONTEXT;
  const child = await startChild({
    command: process.execPath,
    args: [main, ...(options.args ?? [])],
    cwd: directory,
    env,
  });
  const run = await waitFor(() => (child.exit() ? 'ended' : runFile(runDirectory, child.pid)), {
    what: `service ${folder} to write ${path.join(runDirectory, '<name>.json')}`,
    timeoutMs: options.startTimeoutMs ?? 20_000,
  }).catch(async (error: Error) => {
    await child.kill();
    throw new Error(`${error.message}\n${lastWords(child)}`, { cause: error });
  });
  if (run === 'ended') {
    throw new Error(
      `expected service ${folder} to start, but it ended (${JSON.stringify(child.exit())}):\n${lastWords(child)}`,
    );
  }
  return Object.assign(child, {
    directory,
    url: run.url,
    log: () => child.stdout.map((line) => JSON.parse(line) as Record<string, unknown>),
  });
}

/** What the process of this pid wrote about itself; a file left by an earlier process is not it. */
function runFile(runDirectory: string, pid: number): { url: string } | undefined {
  for (const name of readdirSync(runDirectory)) {
    if (!name.endsWith('.json')) continue;
    const found = JSON.parse(readFileSync(path.join(runDirectory, name), 'utf8')) as { pid: number; url: string };
    if (found.pid === pid) return found;
  }
  return undefined;
}

function lastWords(child: Child): string {
  return [...child.stdout.slice(-20), ...child.stderr.slice(-20)].join('\n');
}
