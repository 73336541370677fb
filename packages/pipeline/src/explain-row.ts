/** Why the values of one row have their flags: the row nearest to a time, and what each test in force there said. */
import { FLAG_MEANINGS, FLAG_VALUES, type Flag, oceanSitesOf, QARTOD, type Qartod, type RawRun } from '@emso/core';
import { canonicalOrder } from '@emso/products';
import { type Asked, dependsOn, entryAt, verdictsOf } from '@emso/qc';
import { decodeRun } from './decode-run.ts';
import { withoutPairedImports } from './pairing.ts';
import type { SensorPlan } from './plan.ts';

export interface ExplainedTest {
  readonly test: string;
  readonly answer: Qartod;
  /** What it was made from; undefined for the test that a value is there at all. */
  readonly asked: Asked | undefined;
}

export interface ExplainedValue {
  readonly code: string;
  /** NaN when missing. */
  readonly value: number;
  /** What the automatic tests make of it, before any decision of a person. */
  readonly flag: Flag;
  readonly meaning: string;
  readonly tests: readonly ExplainedTest[];
  /** What it is computed from, or what its instrument says of itself: it inherits their flags. */
  readonly inputs: readonly string[];
}

export interface ExplainedRow {
  readonly timeMs: number;
  /** The values of the row before and of the row after, by code, for the tests that look at them. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly values: readonly ExplainedValue[];
}

/** The row of the run (`rawDaysOf` of its day) that is nearest to a time; undefined when there is none. */
export function explainRow(plan: SensorPlan, run: RawRun, timeMs: number): ExplainedRow | undefined {
  const { batch } = decodeRun(plan, run, withoutPairedImports(run, canonicalOrder(run).order));
  if (batch.count === 0) return undefined;
  let row = 0;
  for (let i = 1; i < batch.count; i++) {
    if (Math.abs(batch.time[i] - timeMs) < Math.abs(batch.time[row] - timeMs)) row = i;
  }
  const [verdicts] = verdictsOf(batch, plan.tests, row, row + 1);
  const { asked } = plan.tests.entries[entryAt(plan.tests, batch.time[row])];
  const valuesAt = (at: number): Record<string, number> =>
    at < 0 || at >= batch.count ? {} : Object.fromEntries(batch.codes.map((code, c) => [code, batch.values[c][at]]));
  return {
    timeMs: batch.time[row],
    before: valuesAt(row - 1),
    after: valuesAt(row + 1),
    values: batch.codes.map((code, c): ExplainedValue => {
      const { flag, tests } = verdicts[code];
      return {
        code,
        value: batch.values[c][row],
        flag,
        meaning: FLAG_MEANINGS[FLAG_VALUES.indexOf(flag)],
        tests: Object.entries(tests).flatMap(([test, answer]) =>
          test === 'missing' && answer === QARTOD.good ? [] : [{ test, answer, asked: asked.get(code)?.[test] }],
        ),
        inputs: dependsOn(plan.tests, code),
      };
    }),
  };
}

/** A QARTOD answer in words. */
export function answerText(answer: Qartod): string {
  return answer === QARTOD.notEvaluated
    ? 'nothing to compare'
    : FLAG_MEANINGS[FLAG_VALUES.indexOf(oceanSitesOf(answer))];
}
