/**
 * Absolute Salinity anomaly ratio (TEOS-10) from a table of one's own region: the whole atlas has megabytes, an observatory needs a
 * few cells of it. Take the ratios from GSW's SAAR at the corners of the cells; between them the atlas is bilinear in longitude
 * and latitude and linear in pressure.
 */

/** dbar. A sensor in the air reads a sea pressure of about 0, never one below this. */
const ATMOSPHERE = 10.1325;

/** Ratios at the corners lon × lat × p, each axis ascending and with at least two entries. */
export interface SaarTable {
  /** Where the table is to be trusted: within its corners, or beyond them as far as the outermost cells continue. */
  readonly box: { readonly west: number; readonly east: number; readonly south: number; readonly north: number };
  readonly lon: readonly number[];
  readonly lat: readonly number[];
  /** Sea pressures, dbar. The table ends at the last one; above the first one it goes on for as much as an atmosphere. */
  readonly p: readonly number[];
  /** Longitude runs fastest, then latitude, then pressure. */
  readonly ratio: ArrayLike<number>;
}

/** Whether the table knows this place and pressure; elsewhere its anomaly counts as 0, and Absolute is Reference Salinity. */
export function insideTable(table: SaarTable, p: number, lon: number, lat: number): boolean {
  const { box, p: levels } = table;
  if (!(p >= levels[0] - ATMOSPHERE && p <= levels[levels.length - 1])) return false;
  return lon >= box.west && lon <= box.east && lat >= box.south && lat <= box.north;
}

/** The anomaly ratio of a table: 0 outside of it, NaN where an argument is missing. */
export function saarOf(table: SaarTable, p: number, lon: number, lat: number): number {
  if (!insideTable(table, p, lon, lat)) return Number.isFinite(p + lon + lat) ? 0 : Number.NaN;
  const i = cellOf(table.lon, lon);
  const j = cellOf(table.lat, lat);
  const fx = (lon - table.lon[i]) / (table.lon[i + 1] - table.lon[i]);
  const fy = (lat - table.lat[j]) / (table.lat[j + 1] - table.lat[j]);
  const width = table.lon.length;
  const layer = width * table.lat.length;
  const corner = j * width + i;
  const k = cellOf(table.p, p);
  const upper = bilinear(table.ratio, k * layer + corner, width, fx, fy);
  const fz = (p - table.p[k]) / (table.p[k + 1] - table.p[k]);
  return upper + fz * (bilinear(table.ratio, (k + 1) * layer + corner, width, fx, fy) - upper);
}

function bilinear(ratio: ArrayLike<number>, at: number, width: number, fx: number, fy: number): number {
  const south = ratio[at] + fx * (ratio[at + 1] - ratio[at]);
  const north = ratio[at + width] + fx * (ratio[at + width + 1] - ratio[at + width]);
  return south + fy * (north - south);
}

/** Index of the interval of an ascending axis that holds x, or of the outermost one. */
function cellOf(axis: readonly number[], x: number): number {
  let low = 0;
  let high = axis.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (axis[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}
