import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRow, type RawRecord } from '@emso/core';
import type { DecodeLine } from '@emso/instruments';
import { canonicalOrder } from '@emso/products';
import fc from 'fast-check';
import { deployment, PLANS, planOf, WITH_SALINITY } from '../test/plans.ts';
import { messages, NOON, record, runOf, sample } from '../test/streams.ts';
import { type DecodedRun, decodeRun } from './decode-run.ts';
import type { SensorPlan } from './plan.ts';

function decoded(plan: SensorPlan, records: readonly RawRecord[]): DecodedRun {
  const run = runOf(records);
  return decodeRun(plan, run, canonicalOrder(run).order);
}

/** Index in the run and reason of what was rejected, in order of record. */
const reasons = ({ rejected }: DecodedRun): (string | number)[][] =>
  rejected.map(({ record: i, reason }) => [i, reason]).sort(([a], [b]) => Number(a) - Number(b));

const salinity = ({ batch }: DecodedRun): number[] => [...batch.values[3].subarray(0, batch.count)];

test('PROMISE 11: a piece or a partial that becomes an observation', () => {
  const line = sample(13.3);
  const result = decoded(PLANS['received'], [
    record(1, NOON, 'connected', 'event'),
    record(2, NOON, line),
    record(3, NOON, line, 'piece'),
    record(4, NOON, line, 'partial'),
    record(5, NOON, '\r'),
    record(6, NOON, 'S>'),
    record(7, NOON, line.slice(0, 20)),
    record(8, NOON, line, 'event'),
  ]);
  assert.equal(result.batch.count, 1);
  assert.equal(result.batch.record[0], 1);
  assert.equal(result.batch.received[0], NOON);
  assert.deepEqual(result.ignored, [4, 5]);
  assert.deepEqual(result.outside, []);
  assert.deepEqual(reasons(result), [
    [2, 'piece'],
    [3, 'partial'],
    [6, 'not-a-number'],
  ]);
});

test('the position of a rejection is counted in its own record', () => {
  const { rejected } = decoded(PLANS['received'], [
    record(1, NOON, sample(13.3)),
    record(2, NOON + 1, '  13.3000, x.59963, 2505.600\r'),
  ]);
  assert.deepEqual(rejected, [{ record: 1, reason: 'not-a-number', position: 11 }]);
});

test('an imported row is decoded like a line', () => {
  const run = runOf([], [{ receivedMs: NOON, importId: 'dat/a/b/1', bytes: Buffer.from(sample(13.3).trim()) }]);
  const { batch } = decodeRun(PLANS['received'], run, [0]);
  assert.deepEqual([batch.count, batch.values[0][0], batch.time[0]], [1, 13.3, NOON]);
});

// The first takes three fields, the second four: which of them read a line is seen at once.
const FROM = Date.UTC(2020, 0, 1);
const HOUR = 3_600_000;
const gap = planOf({
  deployments: [
    deployment({ from: '2020-01-01T00:00:00Z', to: '2020-01-01T10:00:00Z' }),
    deployment({ from: '2020-01-01T20:00:00Z', to: '2020-01-02T00:00:00Z', settings: WITH_SALINITY }),
  ],
});

test('PROMISE 15: settings of another deployment than [from, next) of the reception, else the nearest one', () => {
  const cases: [atMs: number, deployment: number, outside: boolean][] = [
    [-1, 0, true],
    [-1000 * HOUR, 0, true],
    [0, 0, false],
    [10 * HOUR - 1, 0, false],
    [10 * HOUR, 0, true],
    [15 * HOUR, 0, true],
    [15 * HOUR + 1, 1, true],
    [20 * HOUR - 1, 1, true],
    [20 * HOUR, 1, false],
    [24 * HOUR - 1, 1, false],
    [24 * HOUR, 1, true],
    [1000 * HOUR, 1, true],
  ];
  for (const [atMs, index, outside] of cases) {
    const result = decoded(gap, [record(1, FROM + atMs, sample(13.3, undefined, index === 1))]);
    assert.deepEqual([result.batch.count, result.outside], [1, outside ? [0] : []], `${atMs / HOUR} h`);
    const other = decoded(gap, [record(1, FROM + atMs, sample(13.3, undefined, index === 0))]);
    assert.deepEqual([other.batch.count, other.rejected.length], [0, 1], `${atMs / HOUR} h`);
  }
  const all = cases
    .toSorted(([a], [b]) => a - b)
    .map(([atMs, index], i) => record(i + 1, FROM + atMs, sample(13.3, undefined, index === 1)));
  const together = decoded(gap, all);
  assert.deepEqual([together.batch.count, together.outside.length], [12, 8]);
});

test('PROMISE 15: a deployment without an end that lasts beyond the next one', () => {
  const plan = planOf({
    deployments: [
      deployment({ from: '2020-01-01T00:00:00Z' }),
      deployment({ from: '2020-01-01T10:00:00Z', settings: WITH_SALINITY }),
    ],
  });
  const result = decoded(plan, [
    record(1, FROM + 10 * HOUR - 1, sample(13.3)),
    record(2, FROM + 10 * HOUR, sample(13.3, undefined, true)),
  ]);
  assert.deepEqual(result.outside, []);
  // The first line has no salinity of its own: it is computed.
  assert.deepEqual(salinity(result), [38.4701, 38.4794]);
});

test('PROMISE 15: pieces and partials outside every deployment that nobody counts', () => {
  const result = decoded(gap, [
    record(1, FROM - 3, 'x', 'piece'),
    record(2, FROM - 2, 'x', 'partial'),
    record(3, FROM - 1, 'connected', 'event'),
  ]);
  assert.deepEqual(result.outside, [0, 1]);
});

/** The plan with a decoder that throws where `fails` says so, after it has filled a row and half the next. */
function failing(fails: (text: string) => boolean): SensorPlan {
  const plan = PLANS['received'];
  const throwing =
    (decode: DecodeLine): DecodeLine =>
    (bytes, start, end, batch) => {
      const answer = decode(bytes, start, end, batch);
      if (!fails(Buffer.from(bytes.subarray(start, end)).toString('latin1'))) return answer;
      batch.values[0][openRow(batch)] = 99;
      throw new Error('a bug');
    };
  return { ...plan, deployments: plan.deployments.map((each) => ({ ...each, decode: throwing(each.decode) })) };
}

test('PROMISE 8: a decoder that throws and stops the run, or leaves half a row behind', () => {
  const plan = failing((text) => text.startsWith('13.2'));
  const result = decoded(
    plan,
    [13.1, 13.2, 13.3, 13.2].map((t, i) => record(i + 1, NOON + i, sample(t))),
  );
  assert.deepEqual([...result.batch.values[0].subarray(0, result.batch.count)], [13.1, 13.3]);
  assert.deepEqual([...result.batch.record.subarray(0, 2)], [0, 2]);
  assert.deepEqual(reasons(result), [
    [1, 'internal-error'],
    [3, 'internal-error'],
  ]);
  assert.match(String(result.rejected[0].error), /a bug/);
});

test('PROMISE 15: a record without an outcome, or with two', () => {
  for (const plan of Object.values(PLANS)) {
    fc.assert(
      fc.property(messages, (sent) => {
        const records = sent.flat();
        const { batch, rejected, ignored } = decoded(plan, records);
        const withOutcome = records.filter(({ kind }) => kind !== 'event').length;
        assert.equal(batch.count + rejected.length + ignored.length, withOutcome);
        const once = new Set([...batch.record.subarray(0, batch.count), ...rejected.map(({ record: i }) => i)]);
        assert.equal(once.size, batch.count + rejected.length);
      }),
      { numRuns: 50 },
    );
  }
});
