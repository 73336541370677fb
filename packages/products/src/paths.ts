/** Where the files of a sensor and a UTC day stand, relative to the data root. `/` on every system. */
import { compactDay, isoMonth, isToken, type Sensor } from '@emso/core';

export interface ProductPaths {
  readonly raw: string;
  readonly dat: string;
  readonly csv: string;
  readonly netcdf: string;
  readonly manifest: string;
}

/** The five files of one day (days since 1970-01-01). `raw` and `dat` are cut by reception day, the others by observation day. */
export function productPaths(sensor: Pick<Sensor, 'folder' | 'prefix'>, day: number): ProductPaths {
  const path = (tree: string, extension: string): string =>
    `${tree}/${sensor.folder}/${isoMonth(day)}/${sensor.prefix}_${compactDay(day)}.${extension}`;
  return {
    raw: path('raw', 'raw'),
    dat: path('dat', 'dat'),
    csv: path('csv', 'csv'),
    netcdf: path('netcdf', 'nc'),
    manifest: path('manifest', 'json'),
  };
}

/** The tree of a data root that holds validated data: the writer leaves it alone. */
export const RELEASED = 'released';

/** The tree of a data root that holds the receipts of deliveries: the writer leaves it alone. */
export const DELIVERIES = 'deliveries';

/** Where earlier bytes of validated files are kept when a later release replaces them, by the start of their SHA-256. */
export const RELEASED_BEFORE = `${RELEASED}/versions`;

/** Where a validated file that was replaced is kept, relative to the same root. */
export function releasedBefore(path: string, sha256: string): string {
  return `${RELEASED_BEFORE}/${sha256.slice(0, 12)}/${path.slice(RELEASED.length + 1)}`;
}

/** The delayed-mode files of one day, relative to the root that holds the tree. */
export function releasedPaths(
  { folder, prefix }: Pick<Sensor, 'folder' | 'prefix'>,
  day: number,
): { readonly csv: string; readonly netcdf: string } {
  const stem = `${RELEASED}/${folder}/${isoMonth(day)}/${prefix}_${compactDay(day)}_D`;
  return { csv: `${stem}.csv`, netcdf: `${stem}.nc` };
}

/** The tree of a data root that holds what sensors say of each other. */
export const COMPARISON = 'comparison';

/** The file of a declared comparison and UTC day. */
export function comparisonPath(id: string, day: number): string {
  return `${COMPARISON}/${id}/${isoMonth(day)}/${id}_${compactDay(day)}.csv`;
}

/** The raw file of a sensor that the configuration does not know: its records are archived all the same. */
export function rawPathOfUnknown(platform: string, sensor: string, day: number): string {
  for (const name of [platform, sensor]) {
    if (!isToken(name)) throw new Error(`raw path: expected an id of [a-z0-9-]+, found '${name}'`);
  }
  return `raw/_unconfigured/${platform}/${sensor}/${isoMonth(day)}/${sensor}_${compactDay(day)}.raw`;
}
