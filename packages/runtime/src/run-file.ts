/** Where a running service says who and where it is: one file a process, since several may run of a role. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, writeAtomic } from './files.ts';

/** `<name>-<pid>.json`; one that a person put there for a service elsewhere is `<name>.json` and is never removed. */
const FILE = /^([a-z][a-z-]*?)(?:-(\d+))?\.json$/;

export interface RunFile {
  readonly name: string;
  readonly url: string;
}

/** Writes the file and removes those of the same name whose process was killed before it could. Returns how to remove it again. */
export async function writeRunFile(dir: string, name: string, url: string): Promise<() => Promise<void>> {
  await makeDirectory(dir);
  for (const file of await readdir(dir)) {
    const [, whose, pid] = FILE.exec(file) ?? [];
    if (whose === name && pid !== undefined && !isAlive(Number(pid))) await rm(join(dir, file), { force: true });
  }
  const path = join(dir, `${name}-${process.pid}.json`);
  await writeAtomic(path, JSON.stringify({ pid: process.pid, url }), { fsync: false });
  return () => rm(path, { force: true });
}

/** What the services said about themselves, by name; empty when none ever started there. Throws on a file that cannot be read. */
export async function readRunFiles(dir: string): Promise<RunFile[]> {
  const files = await readdir(dir).catch(ifMissing);
  const found: RunFile[] = [];
  for (const file of (files ?? []).sort()) {
    const name = FILE.exec(file)?.[1];
    // A service that ends takes its file along.
    const text = name && (await readFile(join(dir, file), 'utf8').catch(ifMissing));
    if (name && text) found.push({ name, url: (JSON.parse(text) as RunFile).url });
  }
  return found;
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
