/** Looking into the trees of a data root: `<root>/YYYY-MM/<prefix>_YYYYMMDD<suffix>`. Read-only. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCompactDay } from '@emso/core';

/** The days for which a tree of one sensor has a file, in order; none when there is no such tree. */
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
