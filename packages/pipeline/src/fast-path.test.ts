/** The promise without servers: rows that the fast path appends are the rows that a rebuild from raw writes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DAY_MS,
  dayOf,
  decodeMessage,
  decodeRawPayload,
  encodeMessage,
  encodeRawPayload,
  type Observation,
  type ObservationMessage,
  type RawRecord,
  type VerdictMessage,
} from '@emso/core';
import { csvHeader, csvRows } from '@emso/products';
import fc from 'fast-check';
import { deployment, PLANS, planOf } from '../test/plans.ts';
import { asText, DAY, messages, NOON, record, runOf, sample } from '../test/streams.ts';
import { layoutOf, rebuildDay } from './day.ts';
import { followsInTime, isOwnAnswer } from './fast-path.ts';
import { batchOfVerdicts, decodeMessageRecords } from './live.ts';
import { type FlagState, LiveFlags } from './live-flags.ts';
import type { SensorPlan } from './plan.ts';
import { daysSeeing, touchedDays } from './touched-days.ts';

interface OpenDay {
  csv: string;
  lastMs: number;
  rows: number;
  dirty: boolean;
}

/** What acquirer, decoder, qc and writer make of the messages, each seeing nothing but bytes. */
function live(plan: SensorPlan, sent: readonly RawRecord[][]): Map<number, OpenDay> {
  const days = new Map<number, OpenDay>();
  let flags = new LiveFlags(plan);
  for (const records of sent) {
    const raw = decodeRawPayload(encodeRawPayload(records));
    for (const day of touchedDays(
      plan,
      runOf(raw),
      raw.map((_, i) => i),
    )) {
      if (!days.has(day)) {
        const csv = asText(csvHeader(layoutOf(plan, day)));
        days.set(day, { csv, lastMs: Number.NEGATIVE_INFINITY, rows: 0, dirty: false });
      }
    }
    const obs = decodeMessage<ObservationMessage>(encodeMessage(decodeMessageRecords(plan, raw).observations));
    // Every message finds another qc, which knows what the one before had written down.
    flags = new LiveFlags(plan, JSON.parse(JSON.stringify(flags.state())) as FlagState);
    const judged = flags.judge(obs);
    const verdicts = decodeMessage<VerdictMessage>(encodeMessage(judged.verdicts));
    // A row that came late is looked at from other days too.
    const late = verdicts.rows.filter((row) => row.late === true);
    for (const day of late.flatMap(({ timeMs }) => daysSeeing(plan, dayOf(timeMs)))) {
      const seeing = days.get(day);
      if (seeing !== undefined) seeing.dirty = true;
    }
    for (const { rows } of judged.revised) for (const { timeMs } of rows) days.get(dayOf(timeMs))!.dirty = true;
    for (const [day, rows] of Map.groupBy(verdicts.rows, (row) => dayOf(row.timeMs))) {
      const open = days.get(day);
      assert.ok(open, `a row of day ${day}, which touchedDays does not know`);
      open.dirty ||= !isOwnAnswer(plan, verdicts) || !followsInTime(rows, open.lastMs);
      if (open.dirty) continue;
      const batch = batchOfVerdicts(plan, day, rows);
      open.csv += asText(csvRows(layoutOf(plan, day), batch, 0, batch.count));
      open.lastMs = rows[rows.length - 1].timeMs;
      open.rows += rows.length;
    }
  }
  return days;
}

for (const [name, plan] of Object.entries(PLANS)) {
  test(`${name}: what the fast path appended is what a rebuild writes`, () => {
    const seen = { clean: 0, cleanOfSeveral: 0, dirty: 0, rows: 0 };
    fc.assert(
      fc.property(messages, (sent) => {
        const run = runOf(sent.flat());
        for (const [day, open] of live(plan, sent)) {
          const rebuilt = rebuildDay(plan, day, run, 'open');
          if (open.dirty) {
            seen.dirty++;
            continue;
          }
          assert.equal(open.csv, asText(rebuilt.csv), `day ${day - dayOf(sent[0][0].receivedMs)} after the first`);
          seen.clean++;
          seen.rows += open.rows;
          if (open.rows > 0 && sent.length > 1) seen.cleanOfSeveral++;
        }
      }),
      { numRuns: 250 },
    );
    // The property says nothing about dirty days: most of what is compared must be rows of clean ones.
    assert.ok(seen.cleanOfSeveral > 100 && seen.dirty > 10 && seen.rows > 200, JSON.stringify(seen));
  });
}

test('PROMISE 19: an answer of another build that is appended', () => {
  const plan = PLANS['received'];
  const own = { build: plan.build, revision: 0 };
  assert.ok(isOwnAnswer(plan, own));
  assert.ok(!isOwnAnswer(plan, { ...own, revision: 1 }));
  assert.ok(!isOwnAnswer(plan, { ...own, build: PLANS['relayed'].build }));
});

test('rows follow when each is later than the one before', () => {
  const cases: [times: number[], lastMs: number, follows: boolean][] = [
    [[], 5, true],
    [[6], 5, true],
    [[5], 5, false],
    [[4], 5, false],
    [[6, 7, DAY_MS], 5, true],
    [[6, 6], 5, false],
    [[7, 6], 5, false],
    [[6, 8, 7], 5, false],
    [[0], Number.NEGATIVE_INFINITY, true],
  ];
  for (const [times, lastMs, follows] of cases) {
    const rows = times.map((timeMs) => ({ timeMs }) as Observation);
    assert.equal(followsInTime(rows, lastMs), follows, `${times} after ${lastMs}`);
  }
});

test('labels of a line arrive in the CSV too', () => {
  const plan = planOf({
    model: 'wetlabs-cstar',
    csvColumns: { Instrument_Serial: 'Instrument_Serial' },
    deployments: [deployment({ settings: {} })],
  });
  const line = (serial: string): string => `CST-${serial}PR\t11531\t15780\t15783\t-0.087\t544\r`;
  const sent = ['2405', '2405', '999'].map((serial, i) => [record(i + 1, NOON + i, line(serial))]);
  const open = live(plan, sent).get(DAY);
  assert.equal(open?.csv, asText(rebuildDay(plan, DAY, runOf(sent.flat()), 'open').csv));
  assert.deepEqual(
    open.csv.split('\n').map((row) => row.split(',')[1]),
    ['Instrument_Serial', 'CST-2405PR', 'CST-2405PR', 'CST-999PR', undefined],
  );
});

test('PROMISE 19: an answer of two builds that passes for one of them', () => {
  const [decoder, qc] = [PLANS['received'], PLANS['relayed']];
  const { observations } = decodeMessageRecords(decoder, [record(1, NOON, sample(13.3))]);
  assert.ok(isOwnAnswer(decoder, new LiveFlags(decoder).judge(observations).verdicts));
  const mixed = new LiveFlags(qc).judge(observations).verdicts;
  assert.ok(!isOwnAnswer(decoder, mixed) && !isOwnAnswer(qc, mixed));
});

test('PROMISE 19: rows that another build computed are looked at, and what looks at them is appended', () => {
  const plan = PLANS['received, windows'];
  const observed = (seq: number, receivedMs: number): ObservationMessage =>
    decodeMessageRecords(plan, [record(seq, receivedMs, sample(13.2))]).observations;
  const before = new LiveFlags(plan);
  before.judge(observed(1, NOON));
  const lates = (flags: LiveFlags): boolean[] =>
    [NOON + 60_000, NOON + plan.tests.lookbackMs, NOON + plan.tests.lookbackMs + 1].map(
      (receivedMs, i) => flags.judge(observed(i + 2, receivedMs)).verdicts.rows[0].late === true,
    );
  assert.ok(plan.tests.lookbackMs > 60_000);
  assert.deepEqual(lates(new LiveFlags(plan, before.state())), [false, false, false]);
  assert.deepEqual(lates(new LiveFlags(plan, { ...before.state(), build: 'another' })), [true, true, false]);
  const mixed = new LiveFlags(plan);
  mixed.judge({ ...observed(1, NOON), build: 'another' });
  assert.deepEqual(lates(mixed), [true, true, false]);
});

test('diagnostics of the model count, live as in a rebuild', () => {
  const plan = planOf({
    model: 'aanderaa-optode',
    deployments: [deployment({ settings: { storedSalinity: 0, oxygenCalibrated: true } })],
  });
  // What 230 umol/l are at 13.29 degC in fresh water, and two values that are not.
  const saturations = [70.43, 75, 69.0, 70.43];
  const sent = saturations.map((saturation, i) => [
    record(i + 1, NOON + i * 60_000, `4831\t379\t230.000\t${saturation.toFixed(3)}\t13.290\r`),
  ]);
  const rebuilt = rebuildDay(plan, DAY, runOf(sent.flat()), 'open');
  assert.equal(live(plan, sent).get(DAY)?.csv, asText(rebuilt.csv));
  const { flags, codes } = rebuilt.batch;
  assert.deepEqual([...flags[codes.indexOf('OSAT')]].slice(0, 4), [1, 3, 3, 1]);
});
