/** QC.md §7: what nothing has evaluated is never called good, live or rebuilt, however rows come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QARTOD, type QcVerdict } from '@emso/core';
import { canonicalOrder } from '@emso/products';
import { verdictsOf } from '@emso/qc';
import fc from 'fast-check';
import { PLANS } from '../test/plans.ts';
import { messages, NOON, record, runOf, sample } from '../test/streams.ts';
import { decodeRun } from './decode-run.ts';
import { decodeMessageRecords } from './live.ts';
import { LiveFlags } from './live-flags.ts';
import type { SensorPlan } from './plan.ts';

/** The plan with these tests of its alone: every parameter has a range, which always says something. */
function withOnly(plan: SensorPlan, names: readonly string[]): SensorPlan {
  const entries = plan.tests.entries.map((entry) => ({
    ...entry,
    tests: new Map(
      Array.from(entry.tests, ([code, tests]) => [code, tests.filter(({ name }) => names.includes(name))]),
    ),
  }));
  return { ...plan, tests: { ...plan.tests, entries } };
}

function assertSaid(verdicts: Readonly<Record<string, QcVerdict>>, counts: Map<number, number>): void {
  for (const [code, { flag, tests }] of Object.entries(verdicts)) {
    counts.set(flag, (counts.get(flag) ?? 0) + 1);
    const good = Object.entries(tests).some(([name, answer]) => name !== 'missing' && answer === QARTOD.good);
    if (flag === 1) assert.ok(good, `${code} is good, and no test said so: ${JSON.stringify(tests)}`);
  }
}

for (const [name, plan] of [
  ['all tests', PLANS['received, windows']],
  ['no range', withOnly(PLANS['received, windows'], ['spike', 'flatLine', 'multiVariate', 'attenuatedSignal'])],
  ['no test at all', withOnly(PLANS['relayed'], [])],
] as const) {
  test(`${name}: good is said where a test said so`, () => {
    const counts = new Map<number, number>();
    fc.assert(
      fc.property(messages, (sent) => {
        const flags = new LiveFlags(plan);
        for (const records of sent) {
          const { verdicts, revised } = flags.judge(decodeMessageRecords(plan, records).observations);
          for (const { rows } of [verdicts, ...revised]) for (const row of rows) assertSaid(row.verdicts, counts);
        }
        const run = runOf(sent.flat());
        const { batch } = decodeRun(plan, run, canonicalOrder(run).order);
        for (const verdicts of verdictsOf(batch, plan.tests, 0, batch.count)) assertSaid(verdicts, counts);
      }),
      { numRuns: 60 },
    );
    const [unknown, good] = [counts.get(0) ?? 0, counts.get(1) ?? 0];
    assert.ok(name === 'all tests' ? good > 100 : unknown > 100, JSON.stringify([...counts]));
    if (name === 'no test at all') assert.equal(good, 0);
  });
}

test('the newest value of a spike alone is unknown until its successor came, and then it is said again', () => {
  const plan = withOnly(PLANS['received, windows'], ['spike']);
  const flags = new LiveFlags(plan);
  const told = [13.2, 13.201, 13.202].map((temperature, i) => {
    const sent = [record(i + 1, NOON - 600_000 + i * 120_000, sample(temperature))];
    const { verdicts, revised } = flags.judge(decodeMessageRecords(plan, sent).observations);
    return [verdicts, ...revised].map(({ rows, revision }) => `${revision}: ${rows[0].verdicts['TEMP'].flag}`);
  });
  assert.deepEqual(told, [['0: 0'], ['0: 0'], ['0: 0', '1: 1']]);
});
