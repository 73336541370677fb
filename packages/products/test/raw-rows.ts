/** Raw rows for tests: arbitrary ones, with identities that repeat and payloads that need escapes. */
import type { RawRecord, RawRun } from '@emso/core';
import fc from 'fast-check';
import { formatImportRows, formatRawRows, type ImportRow } from '../src/raw-archive.ts';

export const SESSIONS = [
  '20190501T000000000Z-0a1b2c3d',
  '20190501T000000000Z-ffffffff',
  '20200101T123456789Z-00000000',
];
export const T0 = Date.UTC(2019, 4, 1, 12, 0, 0);
export const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
export const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc
    .constantFrom('13.2345,  4.05, 2505.1\r', '\\', '\\\\x', '\\x0a', '', ' ', '\n', '4831\t507', '\u00ff~\u007f')
    .map(ascii),
);
export const record: fc.Arbitrary<RawRecord> = fc.record({
  session: fc.constantFrom(...SESSIONS),
  seq: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  receivedMs: fc.oneof(
    fc.integer({ min: T0, max: T0 + 5 }),
    fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }),
  ),
  kind: fc.constantFrom('line', 'piece', 'partial', 'event'),
  bytes: payload,
});
const importRow: fc.Arbitrary<ImportRow> = fc.record({
  receivedMs: fc.integer({ min: T0, max: T0 + 5 }),
  importId: fc
    .tuple(fc.constantFrom('a1', 'b2'), fc.integer({ min: 1, max: 3 }))
    .map(([hash, n]) => `dat/20190501T120000Z/${hash}/${n}`),
  bytes: payload,
});
export const row = fc.oneof(
  { weight: 3, arbitrary: record.map(liveRow) },
  { weight: 1, arbitrary: importRow.map((r) => formatImportRows([r])) },
);
/** Rows of a file, one text each. */
export const rows = fc.array(row.map(asText), { maxLength: 25 });

function liveRow(live: RawRecord): Uint8Array {
  return formatRawRows([live]);
}

/** Payloads of a run in its order, as latin-1. */
export function payloadsOf(run: RawRun): string[] {
  return Array.from({ length: run.count }, (_, i) => asText(run.bytes.subarray(run.start[i], run.end[i])));
}

/** A record that differs from a plain one in `change`. */
export function live(change: Partial<RawRecord>): RawRecord {
  return { session: SESSIONS[0], seq: 1, receivedMs: T0, kind: 'line', bytes: ascii('x'), ...change };
}
