/** How much of a RAW message goes into one OBS message: a row is many times its line, and the broker takes 1 MiB at most. */

/** A row of any instrument with its verdicts is below 2 kB, so that the QC message of so many fits too. */
const MAX_RECORDS = 256;

/** The records in runs of at most 256, in order. */
export function inParts<T>(records: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < records.length; at += MAX_RECORDS) parts.push(records.slice(at, at + MAX_RECORDS));
  return parts;
}
