/**
 * The containers of one test process, known by a label, and their end: they vanish with the process, however it ends. Run as a
 * program with a session as its argument, this file removes the containers of that session.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { getContainerRuntimeClient } from 'testcontainers';

const LABEL = 'emso.test-session';

/** Begins with the process number, so that a person sees whose a container is. */
const SESSION = `${process.pid}-${randomUUID()}`;

/** What every container of this process is labelled with. */
export const SESSION_LABEL = { [LABEL]: SESSION };

/** Names of containers that exist or are being made. */
const held = new Set<string>();
let watchdog: ChildProcess | undefined;

/** From here on the container of this name is removed when this process ends. Call it before the container is made. */
export function holdContainer(name: string): void {
  held.add(name);
  if (watchdog !== undefined) return;
  watchdog = spawn(
    'sh',
    // The shell waits at the other end of a pipe, which closes even when this process is killed.
    ['-c', 'read -r _; exec "$@"', 'sh', process.execPath, import.meta.filename, SESSION],
    // A group of its own: a Ctrl-C that ends the tests must not end the watchdog first.
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  );
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  // Before every other handler: while a server writes, its directory cannot be removed.
  process.prependListener('exit', () => {
    if (held.size > 0) {
      const { status } = spawnSync(process.execPath, [import.meta.filename, SESSION], { stdio: 'inherit' });
      // Else the watchdog tries once more.
      if (status !== 0) return;
    }
    watchdog?.kill('SIGKILL');
  });
}

/** The container of this name has been removed. */
export function releaseContainer(name: string): void {
  held.delete(name);
}

/** Names of the containers, running or not, of the sessions that begin so. */
export async function containersOfSession(start: string): Promise<string[]> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const containers = await dockerode.listContainers({ all: true, filters: { label: [LABEL] } });
  return containers.filter(({ Labels }) => Labels[LABEL].startsWith(start)).map(({ Names }) => Names[0].slice(1));
}

/** Removes a container, running or not; one that is gone or just going is no error. */
export async function removeContainer(name: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  try {
    await container.getById(name).remove({ force: true, v: true });
  } catch (error) {
    if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
  }
}

if (import.meta.main) {
  for (const name of await containersOfSession(process.argv[2])) await removeContainer(name);
}
