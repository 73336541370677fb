/** The historical view of a raw day: what the old script would have written, for the programs out there that read it. */
import { KIND, type RawRun } from '@emso/core';
import { datRow } from '@emso/instruments';
import { canonicalOrder } from '@emso/products';
import { withoutPairedImports } from './pairing.ts';

/** Rows `YYYYMMDD HH:MM:SS` + stripped payload of every record but events, in canonical order. */
export function datView(run: RawRun): Uint8Array {
  const rows: Uint8Array[] = [];
  for (const record of withoutPairedImports(run, canonicalOrder(run).order)) {
    if (run.kind[record] === KIND.event) continue;
    rows.push(datRow(run.received[record], run.bytes, run.start[record], run.end[record]));
  }
  return Buffer.concat(rows);
}
