/** Putting a file in its place in a data root. */
import { dirname, join } from 'node:path';
import { makeDirectory, readIfThere, writeAtomic } from '@emso/runtime';

/** Puts a file in its place, whole and fsynced; an equal one is left alone. True when it was written. */
export async function replaceFile(root: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const target = join(root, path);
  const there = await readIfThere(target);
  if (there !== undefined && Buffer.compare(there, bytes) === 0) return false;
  await makeDirectory(dirname(target));
  await writeAtomic(target, bytes, { fsync: true });
  return true;
}
