/** What the declared comparisons of sensors said last: read from their files, which are there whoever runs. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FLAG, isoDay, parseCompactDay } from '@emso/core';
import { COMPARISON, comparisonPath } from '@emso/products';
import type { ComparisonFacts } from './facts.ts';

/** So many files are looked at for one that has rows. */
const FILES_LOOKED_AT = 7;
/** Longer ago is no news: the mooring's days are sealed after thirty, and a comparison may have left the site file. */
const DAYS_SHOWN = 60;

/** One entry for each comparison that compared anything lately, in order of id. Throws when the files cannot be read. */
export async function comparisonFacts(dataDir: string, today: number): Promise<ComparisonFacts[]> {
  const facts: ComparisonFacts[] = [];
  for (const id of (await namesIn(join(dataDir, COMPARISON))).sort()) {
    for (const day of await latestDays(dataDir, id)) {
      if (day < today - DAYS_SHOWN) break;
      const found = factsOf(id, day, await readFile(join(dataDir, comparisonPath(id, day)), 'utf8'));
      if (found === undefined) continue;
      facts.push(found);
      break;
    }
  }
  return facts;
}

async function latestDays(dataDir: string, id: string): Promise<number[]> {
  const days: number[] = [];
  const root = join(dataDir, COMPARISON, id);
  for (const month of (await namesIn(root)).sort().reverse()) {
    if (days.length >= FILES_LOOKED_AT) break;
    const names = await namesIn(join(root, month));
    days.push(...names.flatMap((name) => parseCompactDay(/_(\d{8})\.csv$/.exec(name)?.[1] ?? '') ?? []));
  }
  return days.sort((a, b) => b - a).slice(0, FILES_LOOKED_AT);
}

/** Undefined for a day in which nothing could be compared. */
function factsOf(id: string, day: number, csv: string): ComparisonFacts | undefined {
  const rows = csv.trimEnd().split('\n').slice(1);
  if (rows.length === 0) return undefined;
  const cells = rows.map((row) => row.split(','));
  const flagged = (flag: number): number => cells.filter((row) => row.at(-1) === String(flag)).length;
  return {
    comparison: id,
    day: isoDay(day),
    rows: rows.length,
    suspect: flagged(FLAG.suspect),
    bad: flagged(FLAG.bad),
    latestDifference: Number(cells.at(-1)?.at(-2)),
  };
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    // Nothing was compared yet.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
