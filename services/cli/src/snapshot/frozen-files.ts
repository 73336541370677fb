/** Finding the bytes that a snapshot names: where they were, or wherever later versions have moved them. Read-only. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RELEASED, releasedBefore, SNAPSHOTS, type SnapshotFile } from '@emso/products';
import { readIfThere } from '@emso/runtime/files';

export interface FoundFile {
  /** Relative to the data root. */
  readonly at: string;
  readonly bytes: Uint8Array;
}

/** Where the own copies of a snapshot stand, relative to the data root. */
export function ownCopy(name: string, path: string): string {
  return `${SNAPSHOTS}/${name}/${path}`;
}

/** The file with exactly these bytes; undefined when the data root has it no more. */
export async function findFrozen(dataDir: string, name: string, file: SnapshotFile): Promise<FoundFile | undefined> {
  for await (const at of places(dataDir, name, file)) {
    const bytes = await readIfThere(join(dataDir, at));
    if (bytes !== undefined && sha256Of(bytes) === file.sha256) return { at, bytes };
  }
  return undefined;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The likeliest first: in place, under its version, then under every other one, since a day may have been found without its manifest. */
async function* places(dataDir: string, name: string, { path, version, sha256 }: SnapshotFile): AsyncGenerator<string> {
  yield path;
  if (path.startsWith(`${RELEASED}/`)) {
    yield releasedBefore(path, sha256);
    return;
  }
  yield `versions/v${version}/${path}`;
  yield ownCopy(name, path);
  for (const other of await namesIn(join(dataDir, 'versions'))) yield `versions/${other}/${path}`;
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
