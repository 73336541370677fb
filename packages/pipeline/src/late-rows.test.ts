/** Rows that come late in great number, as from a spool that was kept for an hour: judged as a rebuild does, at a bounded price. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RawRecord, sessionId } from '@emso/core';
import { canonicalOrder } from '@emso/products';
import { type Flow, verdictsOf } from '@emso/qc';
import { PLANS } from '../test/plans.ts';
import { ascii, NOON, runOf, sample } from '../test/streams.ts';
import { decodeRun } from './decode-run.ts';
import { decodeMessageRecords } from './live.ts';
import { type FlagState, LiveFlags } from './live-flags.ts';
import type { SensorPlan } from './plan.ts';

const STEP_MS = 1000;
const START_MS = NOON - 2000 * STEP_MS;
const SESSIONS = { own: sessionId(START_MS, '00000000'), kept: sessionId(START_MS, '11111111') };

/** A slow wave with steps that spike, range and rate of change see. */
function line(session: keyof typeof SESSIONS, seq: number, at: number): RawRecord {
  const temperature = 13.2 + 0.1 * Math.sin(at / 50) + (at % 37 === 0 ? 0.3 : 0) + (at % 101 === 0 ? 0.9 : 0);
  const receivedMs = START_MS + at * STEP_MS;
  return { session: SESSIONS[session], seq, receivedMs, kind: 'line', bytes: ascii(sample(temperature)) };
}

/** The plan with flows that count what is pushed into them. */
function counted(plan: SensorPlan): { plan: SensorPlan; pushes: () => number } {
  let pushes = 0;
  const entries = plan.tests.entries.map((entry) => ({
    ...entry,
    tests: new Map(
      Array.from(entry.tests, ([code, tests]) => [
        code,
        tests.map((each) => ({
          ...each,
          open(): Flow {
            const flow = each.open();
            const push = flow.push.bind(flow);
            return Object.assign(flow, {
              push: (...args: Parameters<Flow['push']>) => {
                pushes++;
                return push(...args);
              },
            });
          },
        })),
      ]),
    ),
  }));
  return { plan: { ...plan, tests: { ...plan.tests, entries } }, pushes: () => pushes };
}

/** Rows 0 to 1 000 but for the 500 that another acquirer kept, and these in the order in which they came; then 200 more. */
function flood(): RawRecord[] {
  const isKept = (at: number): boolean => at >= 400 && at < 900;
  const [before, kept, after] = [
    Array.from({ length: 1000 }, (_, at) => at).filter((at) => !isKept(at)),
    Array.from({ length: 500 }, (_, i) => 400 + i),
    Array.from({ length: 200 }, (_, i) => 1000 + i),
  ];
  const own = [...before, ...after].map((at, i) => line('own', i + 1, at));
  return [...own.slice(0, before.length), ...kept.map((at, i) => line('kept', i + 1, at)), ...own.slice(before.length)];
}

/** What was said last of each row, by session and number, one digit a code; a row that is late is for the rebuild. */
function told(plan: SensorPlan, records: readonly RawRecord[], restarts: boolean) {
  let flags = new LiveFlags(plan);
  const last = new Map<string, string>();
  const late = new Set<string>();
  for (const [i, each] of records.entries()) {
    if (restarts && i % 20 === 0) flags = new LiveFlags(plan, JSON.parse(JSON.stringify(flags.state())) as FlagState);
    const { verdicts, revised } = flags.judge(decodeMessageRecords(plan, [each]).observations);
    for (const { range, rows } of [verdicts, ...revised]) {
      for (const row of rows) {
        const digits = Object.values(row.verdicts).map(({ flag }) => flag);
        last.set(`${range.session}/${row.seq}`, digits.join(''));
        if (row.late) late.add(`${range.session}/${row.seq}`);
      }
    }
  }
  return { last, late };
}

test('a flood of late rows costs a bounded share of what comes in turn', () => {
  const { plan, pushes } = counted(PLANS['received, windows']);
  const records = flood();
  told(plan, records, false);
  const late = pushes();
  told(
    plan,
    records.toSorted((a, b) => a.receivedMs - b.receivedMs),
    false,
  );
  const inTurn = pushes() - late;
  assert.ok(inTurn > records.length, `${inTurn} answers`);
  assert.ok(late < 70 * inTurn, `${late} answers, ${inTurn} when the rows come in turn`);
});

for (const restarts of [false, true]) {
  test(`rows are told as a rebuild has them when a flood is over${restarts ? ', and qc was restarted' : ''}`, () => {
    const plan = PLANS['received, windows'];
    const records = flood();
    const { last, late } = told(plan, records, restarts);
    const run = runOf(records);
    const { order } = canonicalOrder(run);
    const { batch } = decodeRun(plan, run, order);
    const rebuilt = [...verdictsOf(batch, plan.tests, 0, batch.count)].map((verdicts) =>
      Object.values(verdicts)
        .map(({ flag }) => flag)
        .join(''),
    );
    const names = records
      .toSorted((a, b) => a.receivedMs - b.receivedMs)
      .map(({ session, seq }) => `${session}/${seq}`);
    assert.equal(rebuilt.length, names.length);
    const other = names.filter((name, i) => last.get(name) !== rebuilt[i]);
    if (restarts)
      assert.deepEqual(
        other.filter((name) => !late.has(name)),
        [],
        'told otherwise and not late',
      );
    else assert.deepEqual(other, [], 'told otherwise');
    assert.ok(late.size >= 500, `${late.size} rows were late`);
    assert.equal(new Set(rebuilt).size > 3, true, 'tests say several things');
  });
}
