/** The manifests of a data root, one sensor at a time: what they hold, the caller knows. Read-only. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCompactDay } from '@emso/core';

export interface DayFiles<T> {
  /** In order of day (days since 1970-01-01). */
  readonly days: readonly { readonly day: number; readonly manifest: T }[];
  /** Files that `decode` refused, with its words. */
  readonly damaged: readonly string[];
}

const MONTH = /^\d{4}-\d{2}$/;

/** Reads every manifest of a sensor; none where nothing was ever written. Throws what the disk says. */
export async function readDayFiles<T>(
  dataDir: string,
  { folder, prefix }: { readonly folder: string; readonly prefix: string },
  decode: (text: string) => T,
): Promise<DayFiles<T>> {
  const root = join(dataDir, 'manifest', folder);
  const days: { day: number; manifest: T }[] = [];
  const damaged: string[] = [];
  for (const month of (await namesIn(root)).filter((name) => MONTH.test(name))) {
    for (const name of await namesIn(join(root, month))) {
      if (!name.startsWith(`${prefix}_`) || !name.endsWith('.json')) continue;
      const day = parseCompactDay(name.slice(prefix.length + 1, -'.json'.length));
      if (day === undefined) continue;
      const text = await readFile(join(root, month, name), 'utf8');
      try {
        days.push({ day, manifest: decode(text) });
      } catch (error) {
        damaged.push(`${join('manifest', folder, month, name)}: ${(error as Error).message}`);
      }
    }
  }
  return { days: days.sort((a, b) => a.day - b.day), damaged };
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
