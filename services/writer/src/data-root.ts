/** Looking into a data root: which days there are, and what a file holds; and putting a file in its place. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCompactDay } from '@emso/core';
import { makeDirectory, readIfThere, writeAtomic } from '@emso/runtime';

/** The days for which `<root>/YYYY-MM/<prefix>_YYYYMMDD<suffix>` exists, in order. */
export async function daysIn(root: string, prefix: string, suffix: string): Promise<number[]> {
  const days: number[] = [];
  for (const month of await listIfThere(root)) {
    if (!/^\d{4}-\d{2}$/.test(month)) continue;
    for (const name of await listIfThere(join(root, month))) {
      if (!name.startsWith(`${prefix}_`) || !name.endsWith(suffix)) continue;
      const day = parseCompactDay(name.slice(prefix.length + 1, -suffix.length));
      if (day !== undefined) days.push(day);
    }
  }
  return days.sort((a, b) => a - b);
}

/** Names in a directory; none when there is no such directory. */
export async function listIfThere(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Puts a file in its place, whole and fsynced; an equal one is left alone. True when it was written. */
export async function replaceFile(root: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const target = join(root, path);
  const there = await readIfThere(target);
  if (there !== undefined && Buffer.compare(there, bytes) === 0) return false;
  await makeDirectory(dirname(target));
  await writeAtomic(target, bytes, { fsync: true });
  return true;
}
