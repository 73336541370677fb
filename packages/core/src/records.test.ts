import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sessionId } from './ids.ts';
import { runOfRecords } from './raw-run.ts';
import {
  decodeRawPayload,
  encodeRawPayload,
  MAX_RAW_PAYLOAD_BYTES,
  type RawRecord,
  RECORD_HEADER_BYTES,
  RECORD_KINDS,
  readRecord,
  writeRecord,
} from './records.ts';

const session = sessionId(1_700_000_000_000, '00c0ffee');

const record = fc.record({
  session: fc.constant(session),
  seq: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  receivedMs: fc.double({ noNaN: true }),
  kind: fc.constantFrom(...RECORD_KINDS),
  bytes: fc.uint8Array({ maxLength: 40 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 8 });

/** Plain bytes, so that a view into a payload compares equal to the record it came from. */
const plain = (list: readonly RawRecord[]): unknown[] => list.map((r) => ({ ...r, bytes: [...r.bytes] }));

test('PROMISE 3: a record that a RAW payload does not give back with its reception, number, kind and bytes', () => {
  fc.assert(
    fc.property(records, fc.nat(9), (list, shift) => {
      const payload = encodeRawPayload(list);
      assert.deepEqual(plain(decodeRawPayload(payload)), plain(list));
      const larger = new Uint8Array(payload.length + shift + 3).fill(0xa5);
      larger.set(payload, shift);
      assert.deepEqual(plain(decodeRawPayload(larger.subarray(shift, shift + payload.length))), plain(list));
    }),
  );
});

test('a cut RAW payload throws; cut exactly between two records, it is the payload of the first ones', () => {
  fc.assert(
    fc.property(records, (list) => {
      const payload = encodeRawPayload(list);
      const boundaries = new Map<number, number>();
      let at = payload.length;
      for (let count = list.length; count > 0; count--) {
        boundaries.set(at, count);
        at -= RECORD_HEADER_BYTES + list[count - 1].bytes.length;
      }
      for (let length = 0; length < payload.length; length++) {
        const cut = payload.slice(0, length);
        const whole = boundaries.get(length);
        if (whole !== undefined)
          assert.deepEqual(decodeRawPayload(cut), decodeRawPayload(encodeRawPayload(list.slice(0, whole))));
        else assert.throws(() => decodeRawPayload(cut), /expected .* found/);
      }
    }),
    { numRuns: 40 },
  );
});

const good: RawRecord = { session, seq: 1, receivedMs: 5, kind: 'line', bytes: Uint8Array.of(65) };
const damage = (change: (payload: Uint8Array) => void) => (): void => {
  const payload = encodeRawPayload([good]);
  change(payload);
  decodeRawPayload(payload);
};
const at = 2 + session.length;
const FAULTS: [string, () => void, RegExp][] = [
  ['no records', () => void encodeRawPayload([]), /at least one record, found none/],
  [
    'two sessions',
    () => void encodeRawPayload([good, { ...good, session: 'other' }]),
    /one session, found .* and other/,
  ],
  [
    'more than 256 KB',
    () => {
      const half = { ...good, bytes: new Uint8Array(MAX_RAW_PAYLOAD_BYTES / 2 - 2 * RECORD_HEADER_BYTES) };
      assert.ok(encodeRawPayload([half, half]).length <= MAX_RAW_PAYLOAD_BYTES, 'just below is taken');
      encodeRawPayload([half, half, good, good]);
    },
    /at most 262144 bytes, found 2\d{5}/,
  ],
  ['another version', damage((p) => p.set([9], 0)), /expected version 1 at offset 0, found 9/],
  ['an empty payload', () => void decodeRawPayload(new Uint8Array()), /found nothing/],
  ['an unknown kind', damage((p) => p.set([200], at + 20)), new RegExp(`raw record at offset ${at}`)],
  ['a length beyond the end', damage((p) => p.set([0xff], at)), new RegExp(`raw record at offset ${at}`)],
];
for (const [what, call, message] of FAULTS) {
  test(`PROMISE 3: a RAW payload, ${what}: taken, or refused without saying what was found`, () =>
    assert.throws(call, message));
}

test('writeRecord returns the place where readRecord finds the next one', () => {
  const out = new Uint8Array(200);
  const second = { ...good, seq: 2, kind: 'partial' as const, bytes: Uint8Array.of(1, 2, 3) };
  const next = writeRecord(out, 7, good);
  const end = writeRecord(out, next, second);
  assert.equal(end, next + RECORD_HEADER_BYTES + 3);
  assert.deepEqual(plain([readRecord(out, 7, session), readRecord(out, next, session)]), plain([good, second]));
});

test('a run holds the records in columns, sessions once', () => {
  const several = fc.array(
    fc.tuple(record, fc.constantFrom(session, 'second', 'third')).map(([r, name]) => ({ ...r, session: name })),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(several, (list) => {
      const run = runOfRecords(list);
      assert.equal(run.count, list.length);
      assert.equal(run.sessions.length, new Set(list.map((r) => r.session)).size);
      const back = list.map((_, i) => ({
        session: run.sessions[run.session[i]],
        seq: run.seq[i],
        receivedMs: run.received[i],
        kind: RECORD_KINDS[run.kind[i]],
        bytes: run.bytes.subarray(run.start[i], run.end[i]),
      }));
      assert.deepEqual(plain(back), plain(list));
    }),
  );
});
