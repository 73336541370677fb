/** The daily files of a tree, by sensor and day, in whatever spelling their names have. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Observatory, parseCompactDay, type Sensor, sensorsOf } from '@emso/core';
import { parseDatName } from '@emso/instruments';

/** Paths by day, of one sensor. */
export type DayFiles = Map<number, string[]>;

export interface FoundFiles {
  /** By the prefix of the site file, else by the prefix that the names have. */
  readonly bySensor: ReadonlyMap<string, DayFiles>;
  /** Files whose name says no day. */
  readonly unnamed: readonly string[];
}

/** All `*.csv`, `*.txt` and `*.tsv` below a folder. Throws what readdir throws. */
export async function findDayFiles(folder: string, observatory: Observatory): Promise<FoundFiles> {
  const sensors = sensorsOf(observatory).map(({ sensor }) => sensor);
  const bySensor = new Map<string, DayFiles>();
  const unnamed: string[] = [];
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if (!/\.(csv|txt|tsv)$/i.test(name)) continue;
    const found = dayName(path.basename(name), sensors);
    if (found === undefined) {
      unnamed.push(path.join(folder, name));
      continue;
    }
    const days = bySensor.get(found.sensor) ?? new Map<number, string[]>();
    bySensor.set(found.sensor, days);
    days.set(found.day, [...(days.get(found.day) ?? []), path.join(folder, name)]);
  }
  return { bySensor, unnamed };
}

/** Sensor and day of a file name: any case, `_` or `-` between, dates with or without hyphens. */
export function dayName(name: string, sensors: readonly Sensor[]): { sensor: string; day: number } | undefined {
  const match = /^(.+?)[-_. ]*(\d{4})([-_.]?)(\d{2})\3(\d{2})\.[a-z]+$/i.exec(name);
  const day = match === null ? undefined : parseCompactDay(match[2] + match[4] + match[5]);
  if (match === null || day === undefined) return undefined;
  const upper = match[1].toUpperCase().replace(/[- .]/g, '_');
  // The spellings that stand on old disks (CTAR) are those of the daily files of lines.
  const prefix = parseDatName(`${upper}_20200101.dat`)?.prefix ?? upper;
  const isOf = ({ prefix: own, id, folder }: Sensor): boolean =>
    [own, id, folder].some((text) => text.toUpperCase().replace(/[-/]/g, '_') === prefix);
  return { sensor: sensors.find(isOf)?.prefix ?? prefix, day };
}
