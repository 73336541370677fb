/**
 * A binary stream that went through the historical acquisition: cut at every 0A, each piece stripped of 09–0D and 20 at
 * both ends, stamped, one row a piece. What strip removed is gone; the rest is put together again, and whatever judges the
 * structures of the stream (a checksum) judges what came back.
 */
import { KIND, type RawRun } from '@emso/core';
import { LF } from './bytes.ts';
import { readRecords, type Scan } from './framing.ts';

/**
 * The payloads of `rows` with an 0A between each two of them, cut by `scan`: whole structures, and the bytes between them,
 * which decoders reject with their reason. All are of kind `import`, received when the row they end in was, and without an
 * identity: `importIds` gives one to each. The run's bytes are a copy.
 */
export function reframeRows(rows: RawRun, scan: Scan): RawRun {
  const { stream, ends } = joinedRows(rows);
  const run = readRecords(stream, { scan });
  let row = 0;
  for (let i = 0; i < run.count; i++) {
    // A record that ends with the 0A behind a row ends in that row.
    while (row < rows.count - 1 && run.end[i] > ends[row] + 1) row++;
    run.received[i] = rows.received[row];
  }
  run.kind.fill(KIND.import, 0, run.count);
  run.seq.fill(0, 0, run.count);
  run.sessions.splice(0, run.sessions.length, ...rows.sessions);
  return run;
}

/** The stream, and where in it each row's payload ends. */
function joinedRows(rows: RawRun): { stream: Uint8Array; ends: Int32Array } {
  let size = Math.max(0, rows.count - 1);
  for (let i = 0; i < rows.count; i++) size += rows.end[i] - rows.start[i];
  const stream = new Uint8Array(size);
  const ends = new Int32Array(rows.count);
  let at = 0;
  for (let i = 0; i < rows.count; i++) {
    if (i > 0) stream[at++] = LF;
    stream.set(rows.bytes.subarray(rows.start[i], rows.end[i]), at);
    at += rows.end[i] - rows.start[i];
    ends[i] = at;
  }
  return { stream, ends };
}
