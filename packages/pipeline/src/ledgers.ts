/** What the manifests of a data root say of each sensor, summed up. Where they are, the caller knows. */
import { type Observatory, type Sensor, sensorsOf } from '@emso/core';
import { decodeManifest, type LedgerSummary, type ManifestOfDay, productPaths, summarizeLedger } from '@emso/products';

export interface ManifestTree {
  /** Days that have a manifest, in order. */
  readonly days: (sensor: Sensor) => Promise<readonly number[]>;
  /** A file by its path in the data root; undefined when it has just gone. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  /** Told how many manifests there are, then after each one. */
  readonly onCount?: (manifests: number) => void;
  readonly onRead?: () => void;
}

export interface Ledgers {
  readonly bySensor: ReadonlyMap<string, LedgerSummary>;
  /** Manifests that are none: their days are not counted. */
  readonly damaged: readonly string[];
}

/** Reads every manifest of the observatory. Rejects when the tree does. */
export async function readLedgers(observatory: Observatory, tree: ManifestTree): Promise<Ledgers> {
  const sensors = await Promise.all(
    sensorsOf(observatory).map(async ({ sensor }) => ({ sensor, days: await tree.days(sensor) })),
  );
  tree.onCount?.(sensors.reduce((sum, { days }) => sum + days.length, 0));
  const bySensor = new Map<string, LedgerSummary>();
  const damaged: string[] = [];
  for (const { sensor, days } of sensors) {
    const found: ManifestOfDay[] = [];
    for (const day of days) {
      const path = productPaths(sensor, day).manifest;
      const bytes = await tree.read(path);
      tree.onRead?.();
      if (bytes === undefined) continue;
      try {
        found.push({ day, manifest: decodeManifest(Buffer.from(bytes).toString('utf8')) });
      } catch (error) {
        damaged.push(`${path}: ${(error as Error).message}`);
      }
    }
    bySensor.set(sensor.id, summarizeLedger(found));
  }
  return { bySensor, damaged };
}
