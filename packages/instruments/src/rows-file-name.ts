/** The names of the historical daily files: `<prefix>_YYYYMMDD.dat`, in every spelling that the old scripts used. */
import { parseCompactDay } from '@emso/core';

/** Spellings of a prefix that stand on old disks beside the right one. */
const MISSPELT: ReadonlyMap<string, string> = new Map([['CTAR', 'CSTAR']]);

/** The prefix, as the site file spells it, and the day (since 1970-01-01) of a daily file; undefined for any other name. */
export function parseDatName(name: string): { prefix: string; day: number } | undefined {
  const found = /^(.+)_(\d{8})\.dat$/.exec(name);
  const day = found === null ? undefined : parseCompactDay(found[2]);
  if (found === null || day === undefined) return undefined;
  return { prefix: MISSPELT.get(found[1]) ?? found[1], day };
}
