/** Gross range and missing: what a value says by itself. Bounds pass. */
import { QARTOD, type Qartod } from '@emso/core';
import { pointwise } from '../flow.ts';
import { defineTest, shape, span } from '../test-kind.ts';

/** Low and high bound of a test, in the parameter's unit; the bounds themselves pass. */
export type Span = readonly [low: number, high: number];

/** 9 where the value is missing, else 1. It says that a value is there, not that it is good: it has no vote in the roll-up. */
export function missingTest(values: Float64Array, from: number, to: number, out: Uint8Array): void {
  for (let i = from; i < to; i++) out[i] = Number.isNaN(values[i]) ? QARTOD.missing : QARTOD.good;
}

/**
 * 4 outside `fail`, else 3 outside `suspect`, else 1; 9 where the value is missing. Bounds may come in either order.
 * Throws when the suspect span reaches out of the fail span.
 */
export function grossRangeTest(
  values: Float64Array,
  from: number,
  to: number,
  fail: Span,
  suspect: Span | undefined,
  out: Uint8Array,
): void {
  const [failLow, failHigh] = ordered(fail);
  const [low, high] = suspect === undefined ? [failLow, failHigh] : ordered(suspect);
  // Written so that a bound that is not a number is refused too.
  if (!(failLow <= low && high <= failHigh)) {
    throw new RangeError(
      `gross range: expected a suspect span within the fail span [${failLow}, ${failHigh}], found [${low}, ${high}]`,
    );
  }
  for (let i = from; i < to; i++) out[i] = rangeAnswer(values[i], failLow, failHigh, low, high);
}

/** The answer for one value; an infinity is no missing value, it fails. */
export function rangeAnswer(value: number, failLow: number, failHigh: number, low: number, high: number): Qartod {
  // The good case first: almost every value is one.
  if (value >= low && value <= high) return QARTOD.good;
  if (value >= failLow && value <= failHigh) return QARTOD.suspect;
  return Number.isNaN(value) ? QARTOD.missing : QARTOD.fail;
}

/** A span with its lower bound first. */
export function ordered([a, b]: Span): Span {
  return a <= b ? [a, b] : [b, a];
}

/** The test as the site file names it. */
export const grossRange = defineTest({
  name: 'grossRange',
  title: 'gross range: what the sensor can mean, and what the site is known for',
  config: shape({ fail: span, suspect: span.optional() }).superRefine(({ fail, suspect }, context) => {
    if (suspect === undefined || (suspect[0] >= fail[0] && suspect[1] <= fail[1])) return;
    const message = `expected a suspect span within the fail span [${fail.join(', ')}], found [${suspect.join(', ')}]`;
    context.addIssue({ code: 'custom', path: ['suspect'], message });
  }),
  prepare: ({ fail, suspect = fail }) => ({
    open: pointwise((value) => rangeAnswer(value, fail[0], fail[1], suspect[0], suspect[1])),
    run: ({ values }, out) => grossRangeTest(values, 0, values.length, fail, suspect, out),
  }),
});
