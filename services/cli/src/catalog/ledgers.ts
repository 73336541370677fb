/** What the manifests of a data root say of each sensor, summed up. Read-only. */
import { type Observatory, sensorsOf } from '@emso/core';
import { decodeManifest, type LedgerSummary, summarizeLedger } from '@emso/products';
import { readDayFiles } from '@emso/runtime/catalogue';
import { startProgress } from '../progress.ts';

export interface Ledgers {
  readonly bySensor: ReadonlyMap<string, LedgerSummary>;
  /** Manifests that are none: their days are not counted. */
  readonly damaged: readonly string[];
}

export async function readLedgers(dataDir: string, observatory: Observatory): Promise<Ledgers> {
  const sensors = sensorsOf(observatory);
  const progress = startProgress('sensors', sensors.length);
  const bySensor = new Map<string, LedgerSummary>();
  const damaged: string[] = [];
  for (const { sensor } of sensors) {
    const read = await readDayFiles(dataDir, sensor, decodeManifest);
    bySensor.set(sensor.id, summarizeLedger(read.days));
    damaged.push(...read.damaged);
    progress.step();
  }
  progress.stop();
  return { bySensor, damaged };
}
