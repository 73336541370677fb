/** Pressure increasing (Argo): on a cast, each pressure lies beyond the one before. */
import { QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import type { Flow } from '../flow.ts';
import { reachAt } from '../flow.ts';
import { defineTest, expected, shape } from '../test-kind.ts';

/** 3 for a step that is none or goes the other way (direction 1 down, −1 up, 0 unknown: any change will do); 9 where missing. */
export function pressureIncreasingFlow(direction: number, maxGapMs: number, unjudged: Qartod): Flow {
  let before = Number.NaN;
  let timeBefore = Number.NaN;
  return {
    settled: 0,
    push(time, value): Qartod {
      const step = time - timeBefore <= maxGapMs ? value - before : Number.NaN;
      timeBefore = time;
      before = value;
      if (!Number.isFinite(value)) return QARTOD.missing;
      if (!Number.isFinite(step)) return unjudged;
      return step * (direction || 1) <= 0 ? QARTOD.suspect : QARTOD.good;
    },
  };
}

/** The direction of a whole cast: the sign of its mean step; 0 where a value is missing or it ends where it began. */
export function meanDirection(values: Float64Array): number {
  return values.every(Number.isFinite) ? Math.sign(values[values.length - 1] - values[0]) || 0 : 0;
}

const REFUSED = 'without a direction it takes the mean step of the whole series; set direction';

export const pressureIncreasing = defineTest({
  name: 'pressureIncreasing',
  title: 'pressure increasing (Argo): a cast does not turn back',
  config: shape({ direction: z.enum(['down', 'up'], expected('down or up')).optional() }),
  prepare: ({ direction }, cadenceMs) => {
    const { maxGapMs, unjudged } = reachAt(cadenceMs);
    if (direction !== undefined) {
      const sign = direction === 'down' ? 1 : -1;
      return { lookbackMs: maxGapMs, open: () => pressureIncreasingFlow(sign, maxGapMs, unjudged) };
    }
    return {
      refusedLive: REFUSED,
      lookbackMs: Number.POSITIVE_INFINITY,
      lookaheadMs: Number.POSITIVE_INFINITY,
      open: () => {
        throw new Error(`pressureIncreasing: ${REFUSED}`);
      },
      run: ({ time, values }, out) => {
        const flow = pressureIncreasingFlow(meanDirection(values), maxGapMs, unjudged);
        for (let i = 0; i < values.length; i++) out[i] = flow.push(time[i], values[i], Number.NaN, Number.NaN);
      },
    };
  },
});
