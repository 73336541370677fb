/** What the manifests of a data root say of each sensor, summed up. Read-only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Observatory, sensorsOf } from '@emso/core';
import { decodeManifest, type LedgerSummary, type ManifestOfDay, productPaths, summarizeLedger } from '@emso/products';
import { manifestDays } from '../chain/days-on-disk.ts';
import { startProgress } from '../progress.ts';

export interface Ledgers {
  readonly bySensor: ReadonlyMap<string, LedgerSummary>;
  /** Manifests that are none: their days are not counted. */
  readonly damaged: readonly string[];
}

export async function readLedgers(dataDir: string, observatory: Observatory): Promise<Ledgers> {
  const sensors = await Promise.all(
    sensorsOf(observatory).map(async ({ sensor }) => ({ sensor, days: await manifestDays(dataDir, sensor) })),
  );
  const progress = startProgress(
    'manifests',
    sensors.reduce((sum, { days }) => sum + days.length, 0),
  );
  const bySensor = new Map<string, LedgerSummary>();
  const damaged: string[] = [];
  for (const { sensor, days } of sensors) {
    const found: ManifestOfDay[] = [];
    for (const day of days) {
      const path = productPaths(sensor, day).manifest;
      try {
        found.push({ day, manifest: decodeManifest(await readFile(join(dataDir, path), 'utf8')) });
      } catch (error) {
        damaged.push(`${path}: ${(error as Error).message}`);
      }
      progress.step();
    }
    bySensor.set(sensor.id, summarizeLedger(found));
  }
  progress.stop();
  return { bySensor, damaged };
}
