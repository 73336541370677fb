import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RawRecord, type RawRun, RECORD_KINDS } from '@emso/core';
import { rawId } from '@emso/products';
import fc from 'fast-check';
import { ascii, asText, messages, NOON, record, runOf } from '../test/streams.ts';
import { mergeRuns } from './merge-runs.ts';

/** Everything that a run says about its records. */
function told(run: RawRun): unknown[] {
  return Array.from({ length: run.count }, (_, i) => [
    rawId(run, i),
    run.received[i],
    RECORD_KINDS[run.kind[i]],
    run.seq[i],
    run.sessions[run.session[i]],
    asText(run.bytes.subarray(run.start[i], run.end[i])),
  ]);
}

test('merged runs are their records, one after the other', () => {
  fc.assert(
    fc.property(messages, fc.nat({ max: 3 }), (sent, empty) => {
      const runs = sent.map((records: RawRecord[], i) =>
        runOf(records, [{ receivedMs: NOON, importId: `dat/a/b/${i + 1}`, bytes: ascii('\xff\\') }]),
      );
      runs.splice(empty, 0, runOf([]));
      const merged = mergeRuns(runs);
      assert.deepEqual(told(merged), runs.flatMap(told));
      assert.equal(new Set(merged.sessions).size, merged.sessions.length);
    }),
    { numRuns: 50 },
  );
});

test('one run is given back as it is, none is a run without records', () => {
  const run = runOf([record(1, NOON, 'a')]);
  assert.equal(mergeRuns([run]), run);
  assert.equal(mergeRuns([]).count, 0);
});

test('more than 32-bit offsets can tell is refused in words', () => {
  // Half of it twice: pages that nobody touches cost nothing.
  const half = { ...runOf([]), bytes: new Uint8Array(0x4000_0000) };
  assert.throws(() => mergeRuns([half, half]), /expected less than 2 GiB .*found 2147483648 bytes in 2 files/);
});
