/** What a daily CSV says of itself without being decoded: how many rows it has, and how many of them are flagged. */

export interface CsvCounts {
  readonly rows: number;
  /** Rows with at least one flag 3 or 4. */
  readonly flagged: number;
  /** False when the last row has no line feed: it was torn, or is being written. */
  readonly terminated: boolean;
}

const LF = 10;
const latin1 = new TextDecoder('latin1');

/** Counts the rows behind the header. Flags are the last columns of a row, one digit each (`csvLayout`). */
export function csvCounts(csv: Uint8Array): CsvCounts {
  const headerEnd = csv.indexOf(LF);
  const names = latin1.decode(csv.subarray(0, Math.max(headerEnd, 0))).split(',');
  let flags = 0;
  while (flags < names.length && names[names.length - 1 - flags].endsWith('_QC')) flags++;
  let [rows, flagged] = [0, 0];
  let start = headerEnd + 1;
  for (let end = csv.indexOf(LF, start); headerEnd >= 0 && end >= 0; end = csv.indexOf(LF, start)) {
    rows++;
    for (let i = 0, at = end - 1; i < flags && at > start; i++, at -= 2) {
      const flag = csv[at] - 48;
      if (flag !== 3 && flag !== 4) continue;
      flagged++;
      break;
    }
    start = end + 1;
  }
  return { rows, flagged, terminated: headerEnd >= 0 && start === csv.length };
}

/** Records of a classic NetCDF file, from its header; undefined for a file of another kind. */
export function netcdfRecords(netcdf: Uint8Array): number | undefined {
  const isClassic = netcdf.length >= 8 && latin1.decode(netcdf.subarray(0, 3)) === 'CDF';
  return isClassic ? new DataView(netcdf.buffer, netcdf.byteOffset).getUint32(4) : undefined;
}
