/** Which days of a sensor a data root knows of, in any of its layers, and their files. Read-only. */
import { join } from 'node:path';
import type { Sensor } from '@emso/core';
import type { DayLayers } from '@emso/pipeline';
import { productPaths } from '@emso/products';
import { daysIn } from '@emso/runtime/day-tree';
import { readIfThere } from '@emso/runtime/files';

const LAYERS: readonly (readonly [tree: string, ending: string])[] = [
  ['manifest', '.json'],
  ['raw', '.raw'],
  ['csv', '.csv'],
  ['netcdf', '.nc'],
];

export interface DayBounds {
  /** Days since 1970-01-01, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The days in order for which any layer has a file. */
export async function daysOfRoot(
  dataDir: string,
  { folder, prefix }: Pick<Sensor, 'folder' | 'prefix'>,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: DayBounds = {},
): Promise<number[]> {
  const found = await Promise.all(LAYERS.map(([tree, ending]) => daysIn(join(dataDir, tree, folder), prefix, ending)));
  return [...new Set(found.flat())].filter((day) => day >= from && day <= to).sort((a, b) => a - b);
}

/** The files of a day as they are now. */
export async function layersOf(
  dataDir: string,
  sensor: Pick<Sensor, 'folder' | 'prefix'>,
  day: number,
): Promise<DayLayers> {
  const paths = productPaths(sensor, day);
  // The manifest first: what it names was there before it.
  const manifest = await readIfThere(join(dataDir, paths.manifest));
  const [csv, netcdf, raw] = await Promise.all(
    [paths.csv, paths.netcdf, paths.raw].map((path) => readIfThere(join(dataDir, path))),
  );
  return { manifest, csv, netcdf, raw };
}
