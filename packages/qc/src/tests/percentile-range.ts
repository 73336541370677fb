/** Percentile range: what lies outside the bulk of its own series. A later value changes earlier answers: never live. */
import { QARTOD } from '@emso/core';
import { z } from 'zod';
import { defineTest, expected, notNegative, shape } from '../test-kind.ts';

/** 3 below the low percentile less `pad` or above the high one plus `pad`, else 1; 9 where missing. */
export function percentileRange(
  values: Float64Array,
  lowPercent: number,
  highPercent: number,
  pad: number,
  out: Uint8Array,
): void {
  const sorted = values.filter(Number.isFinite).sort();
  const low = percentile(sorted, lowPercent) - pad;
  const high = percentile(sorted, highPercent) + pad;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) out[i] = QARTOD.missing;
    else out[i] = value < low || value > high ? QARTOD.suspect : QARTOD.good;
  }
}

/** Interpolated between the two values next to it, from the nearer one: so that equal values give that value. */
function percentile(sorted: Float64Array, percent: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (percent / 100) * (sorted.length - 1);
  const low = Math.min(Math.floor(at), sorted.length - 1);
  const [a, b] = [sorted[low], sorted[Math.min(low + 1, sorted.length - 1)]];
  const part = at - low;
  return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

const REFUSED = 'percentiles need the whole series, so later values would change earlier flags; use grossRange';
const percent = z.number().min(0).max(100);

export const percentileRangeTest = defineTest({
  name: 'percentileRange',
  title: 'percentile range: outside the bulk of the series',
  config: shape({
    lowPercent: percent.default(5),
    highPercent: percent.default(95),
    pad: notNegative.default(0),
  }).refine(({ lowPercent, highPercent }) => lowPercent < highPercent, expected('lowPercent below highPercent')),
  prepare: ({ lowPercent, highPercent, pad }) => ({
    refusedLive: REFUSED,
    lookbackMs: Number.POSITIVE_INFINITY,
    lookaheadMs: Number.POSITIVE_INFINITY,
    open: () => {
      throw new Error(`percentileRange: ${REFUSED}`);
    },
    run: ({ values }, out) => percentileRange(values, lowPercent, highPercent, pad, out),
  }),
});
