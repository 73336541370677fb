/** The days of a data root as their manifests have them: what can be said when no writer answers, and the gaps in any case. Read-only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS, dayOf, isoDay } from '@emso/core';
import { decodeManifest, type LedgerDay, type ManifestGap, productPaths } from '@emso/products';
import { daysIn } from '@emso/runtime/day-tree';
import type { TableSensor } from './sensor-table.ts';

/** A day as its manifest has it: whether an open day is dirty, only a running writer knows. */
export type ManifestDay = Omit<LedgerDay, 'dirty'> & { readonly gaps: readonly ManifestGap[] };

export interface SensorDaysOnDisk {
  /** In order. */
  readonly days: readonly ManifestDay[];
  /** Manifests that are none: the next start of the writer repairs them. */
  readonly damaged: readonly string[];
  /** False when there was no time to read them all. */
  readonly complete: boolean;
}

/** Reads the manifests of a sensor, the latest first, back to `firstDay`, until the signal. */
export async function readDays(
  dataDir: string,
  sensor: TableSensor,
  firstDay: number,
  signal: AbortSignal,
): Promise<SensorDaysOnDisk> {
  const days: ManifestDay[] = [];
  const damaged: string[] = [];
  const wanted = (await manifestDays(dataDir, sensor)).filter((day) => day >= firstDay).reverse();
  for (const day of wanted) {
    if (signal.aborted) return { days: days.reverse(), damaged, complete: false };
    const path = productPaths(sensor, day).manifest;
    const text = await readFile(join(dataDir, path), 'utf8').catch(ifMissing);
    if (text === undefined) continue;
    try {
      const { content, history } = decodeManifest(text);
      const stale = history.state !== 'open' && sensor.build !== undefined && content.build !== sensor.build;
      days.push({ day: isoDay(day), state: history.state, rows: content.rows, stale, gaps: content.gaps });
    } catch {
      damaged.push(path);
    }
  }
  return { days: days.reverse(), damaged, complete: true };
}

/** The first of the last `count` days. */
export function lastDays(nowMs: number, count: number): number {
  return dayOf(nowMs - (count - 1) * DAY_MS);
}

/** The days of a sensor that have a manifest, in order. */
export function manifestDays(
  dataDir: string,
  { folder, prefix }: Pick<TableSensor, 'folder' | 'prefix'>,
): Promise<number[]> {
  return daysIn(join(dataDir, 'manifest', folder), prefix, '.json');
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
