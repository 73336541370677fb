/**
 * One function per QARTOD test. Each reads a column of values and writes QARTOD digits beside it, rows `[from, to)`,
 * with the same index in both; live and rebuilt call the same ones. Missing is NaN: a batch holds no other non-number.
 */
import { QARTOD } from '@emso/core';

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
  for (let i = from; i < to; i++) {
    const value = values[i];
    // The good case first: almost every value is one.
    if (value >= low && value <= high) out[i] = QARTOD.good;
    else if (value >= failLow && value <= failHigh) out[i] = QARTOD.suspect;
    else out[i] = Number.isNaN(value) ? QARTOD.missing : QARTOD.fail;
  }
}

function ordered([a, b]: Span): Span {
  return a <= b ? [a, b] : [b, a];
}
