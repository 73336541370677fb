import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, dayOf, FLAG, type RawRecord, TIME_SOURCE } from '@emso/core';
import { canonicalOrder } from '@emso/products';
import fc from 'fast-check';
import { CHANGE, deployment, PLANS, planOf } from '../test/plans.ts';
import { messages, NOON, record, runOf, sample } from '../test/streams.ts';
import { type DecodedRun, decodeRun } from './decode-run.ts';
import type { SensorPlan } from './plan.ts';
import { spreadTies } from './time-policy.ts';

const LAST = DAY_MS - 1;

test('PROMISE 13: equal receptions that stay equal', () => {
  const cases: [what: string, received: number[], times: number[]][] = [
    ['nothing', [], []],
    ['one', [5], [5]],
    ['no ties', [1, 2, 9], [1, 2, 9]],
    ['equal receptions', [5, 5, 5], [5, 6, 7]],
    ['a crowd runs into its successors', [5, 5, 5, 6, 7, 20], [5, 6, 7, 8, 9, 20]],
    ['a crowd ends where there is room', [5, 5, 5, 8], [5, 6, 7, 8]],
    ['the last millisecond of a day twice', [LAST, LAST], [LAST - 1, LAST]],
    [
      'a crowd before midnight pushes back what is before it',
      [LAST - 2, LAST - 1, LAST, LAST],
      [LAST - 3, LAST - 2, LAST - 1, LAST],
    ],
    ['and no more than it must', [5, LAST - 1, LAST, LAST], [5, LAST - 2, LAST - 1, LAST]],
    ['the next day is not moved', [LAST, LAST, DAY_MS, DAY_MS], [LAST - 1, LAST, DAY_MS, DAY_MS + 1]],
    ['before 1970', [-1, -1, 0], [-2, -1, 0]],
  ];
  for (const [what, received, times] of cases) {
    const spread = Float64Array.from(received);
    spreadTies(spread, 0, spread.length);
    assert.deepEqual([...spread], times, what);
  }
});

test('spreadTies leaves what is outside its range', () => {
  const times = Float64Array.from([7, 7, 7, 7]);
  spreadTies(times, 1, 3);
  assert.deepEqual([...times], [7, 7, 8, 7]);
});

test('PROMISE 13: a spread time that does not rise, leaves its day, or moves without need', () => {
  const crowded = fc.array(fc.constantFrom(0, 1, 2, 3, LAST - 3, LAST - 1, LAST, DAY_MS, DAY_MS + 1, DAY_MS + LAST), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(crowded, (unsorted) => {
      const received = unsorted.sort((a, b) => a - b);
      const times = Float64Array.from(received);
      spreadTies(times, 0, times.length);
      times.forEach((time, i) => {
        if (i > 0) assert.ok(time > times[i - 1], `${times}`);
        assert.equal(dayOf(time), dayOf(received[i]), `${times}`);
        assert.ok(Math.abs(time - received[i]) < received.length, `${times}`);
        if (time > received[i]) assert.equal(times[i - 1], time - 1, 'moved on only behind a neighbour');
        if (time < received[i]) assert.equal(times[i + 1], time + 1, 'pushed back only by a neighbour');
      });
    }),
  );
});

/** Decodes records in canonical order. */
function decoded(plan: SensorPlan, records: readonly RawRecord[]): DecodedRun {
  const run = runOf(records);
  return decodeRun(plan, run, canonicalOrder(run).order);
}

/** Time relative to noon, source and time flag of each row; reason of each rejection. */
function outcome(plan: SensorPlan, records: readonly RawRecord[]): { rows: (number | string)[][]; rejected: string[] } {
  const { batch, rejected } = decoded(plan, records);
  const rows = Array.from({ length: batch.count }, (_, row) => [
    batch.time[row] - NOON,
    batch.source[row] === TIME_SOURCE.instrument ? 'instrument' : 'received',
    batch.timeFlag[row],
  ]);
  return { rows, rejected: rejected.map(({ reason }) => reason) };
}

const LIMIT_MS = DAY_MS;
const TOLERANCE_MS = 60_000;
const policy = (timePolicy: string): SensorPlan => planOf({ deployments: [deployment({ timePolicy })] });

test('PROMISE 14: another clock than the policy says', () => {
  const [good, bad] = [FLAG.good, FLAG.bad];
  const cases: [policy: string, clockOffsetMs: number | undefined, answer: (number | string)[] | string][] = [
    ['received', undefined, [0, 'received', good]],
    ['received', -10 * DAY_MS, [0, 'received', good]],
    ['instrument', undefined, 'bad-time'],
    ['instrument', 0, [0, 'instrument', good]],
    ['instrument', -TOLERANCE_MS, [-TOLERANCE_MS, 'instrument', good]],
    ['instrument', TOLERANCE_MS, [TOLERANCE_MS, 'instrument', good]],
    ['instrument', -TOLERANCE_MS - 1000, [-TOLERANCE_MS - 1000, 'instrument', bad]],
    ['instrument', TOLERANCE_MS + 1000, [TOLERANCE_MS + 1000, 'instrument', bad]],
    ['instrument', -30 * DAY_MS, [-30 * DAY_MS, 'instrument', bad]],
    ['instrument', LIMIT_MS, [LIMIT_MS, 'instrument', bad]],
    ['instrument', LIMIT_MS + 1000, 'time-implausible'],
    ['relayed', undefined, 'bad-time'],
    ['relayed', -TOLERANCE_MS - 1000, [-TOLERANCE_MS - 1000, 'instrument', good]],
    ['relayed', -30 * DAY_MS, [-30 * DAY_MS, 'instrument', good]],
    ['relayed', TOLERANCE_MS + 1000, [TOLERANCE_MS + 1000, 'instrument', bad]],
    ['relayed', LIMIT_MS + 1000, 'time-implausible'],
    // The deployment is of 2019-01-01; a clock that was set a little before it is believed.
    ['relayed', Date.UTC(2018, 11, 31) - NOON, [Date.UTC(2018, 11, 31) - NOON, 'instrument', good]],
    ['relayed', Date.UTC(2018, 11, 31) - 1000 - NOON, 'time-implausible'],
    ['relayed', Date.UTC(2000, 0, 1) - NOON, 'time-implausible'],
  ];
  for (const [name, offset, answer] of cases) {
    const line = sample(13.3, offset === undefined ? undefined : NOON + offset);
    const expected =
      typeof answer === 'string' ? { rows: [], rejected: [answer] } : { rows: [answer], rejected: [] as string[] };
    assert.deepEqual(outcome(policy(name), [record(1, NOON, line)]), expected, `${name} ${offset}`);
  }
});

test('PROMISE 14: a tolerance that is not the one of the deployment', () => {
  const tight = planOf({ deployments: [deployment({ timePolicy: 'instrument', clockToleranceMs: 1000 })] });
  for (const [offset, flag] of [
    [1000, FLAG.good],
    [2000, FLAG.bad],
  ]) {
    assert.deepEqual(outcome(tight, [record(1, NOON, sample(13.3, NOON + offset))]).rows, [
      [offset, 'instrument', flag],
    ]);
  }
});

test('PROMISE 13: equal instrument times of which not the first is the row, the others duplicate-time', () => {
  const { batch, rejected } = decoded(policy('relayed'), [
    record(1, NOON, sample(13.1, NOON - 60_000)),
    record(2, NOON + 1, sample(13.2, NOON - 120_000)),
    record(3, NOON + 2, sample(13.3, NOON - 60_000)),
    record(4, NOON + 2, sample(13.1, NOON - 120_000)),
    record(5, NOON + 3, sample(13.5)),
  ]);
  assert.deepEqual([...batch.time.subarray(0, batch.count)], [NOON - 120_000, NOON - 60_000]);
  assert.deepEqual([...batch.values[0].subarray(0, batch.count)], [13.2, 13.1]);
  assert.deepEqual(rejected.map(({ record: i, reason }) => [i, reason]).sort(), [
    [2, 'duplicate-time'],
    [3, 'duplicate-time'],
    [4, 'bad-time'],
  ]);
});

test('PROMISE 14: a day with two policies on which a record takes the other one', () => {
  const { rows, rejected } = outcome(PLANS['received, then instrument'], [
    record(1, NOON - 2, sample(13.3, NOON - 999_000)),
    record(2, NOON - 1, sample(13.3)),
    record(3, NOON - 1, sample(13.3)),
    record(4, NOON, sample(13.3, NOON + 1000, true)),
    record(5, NOON + 5, sample(13.3, NOON - 10_000, true)),
    record(6, NOON + 6, sample(13.3, undefined, true)),
  ]);
  assert.deepEqual(rows, [
    [-10_000, 'instrument', FLAG.good],
    [-2, 'received', FLAG.good],
    [-1, 'received', FLAG.good],
    [0, 'received', FLAG.good],
    [1000, 'instrument', FLAG.good],
  ]);
  assert.deepEqual(rejected, ['bad-time']);
});

test('where the clocks of two deployments meet in one millisecond, the received time stays', () => {
  const received = record(1, NOON - 1000, sample(13.1));
  const late = record(2, NOON + 5, sample(13.2, NOON - 1000, true));
  const { batch, rejected } = decoded(PLANS['received, then instrument'], [received, late]);
  assert.deepEqual([...batch.values[0].subarray(0, batch.count)], [13.1]);
  assert.deepEqual(
    rejected.map(({ reason }) => reason),
    ['duplicate-time'],
  );
  const ahead = record(1, NOON - 1000, sample(13.1, Date.parse(CHANGE)));
  const there = record(2, NOON, sample(13.2));
  const other = decoded(PLANS['relayed, then received'], [ahead, there]);
  assert.deepEqual([...other.batch.values[0].subarray(0, other.batch.count)], [13.2]);
  assert.deepEqual(
    other.rejected.map(({ reason }) => reason),
    ['duplicate-time'],
  );
});

for (const [name, plan] of Object.entries(PLANS)) {
  test(`PROMISE 13: ${name}: times that do not rise, or depend on the order in the file`, () => {
    const shuffled = messages.chain((sent) => {
      const records = sent.flat();
      return fc.tuple(
        fc.constant(records),
        fc.shuffledSubarray(records, { minLength: records.length, maxLength: records.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([records, other]) => {
        const { batch } = decoded(plan, records);
        for (let row = 1; row < batch.count; row++) assert.ok(batch.time[row] > batch.time[row - 1]);
        const again = decoded(plan, other);
        assert.deepEqual(again.batch.time.subarray(0, again.batch.count), batch.time.subarray(0, batch.count));
        assert.deepEqual(
          again.batch.values[0].subarray(0, again.batch.count),
          batch.values[0].subarray(0, batch.count),
        );
        assert.deepEqual(
          again.rejected.map(({ reason }) => reason),
          decoded(plan, records).rejected.map(({ reason }) => reason),
        );
      }),
    );
  });
}

test('under the policy received a record keeps its day', () => {
  fc.assert(
    fc.property(messages, (sent) => {
      const { batch } = decoded(PLANS['received'], sent.flat());
      for (let row = 0; row < batch.count; row++) assert.equal(dayOf(batch.time[row]), dayOf(batch.received[row]));
    }),
  );
});
