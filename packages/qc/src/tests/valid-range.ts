/** Valid range: like a fail span, but each end is open, closed or absent; also for spans of time. */
import { QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import { pointwise } from '../flow.ts';
import { defineTest, expected, shape } from '../test-kind.ts';

export interface ValidRange {
  /** Null: no bound. */
  readonly low: number | null;
  readonly high: number | null;
  readonly lowInclusive?: boolean | undefined;
  readonly highInclusive?: boolean | undefined;
}

/** 4 outside, else 1; 9 where missing. The start belongs to the range and the end does not, unless it is said otherwise. */
export function validRangeAnswer(
  value: number,
  { low, high, lowInclusive = true, highInclusive = false }: ValidRange,
): Qartod {
  if (!Number.isFinite(value)) return QARTOD.missing;
  if (low !== null && (lowInclusive ? value < low : value <= low)) return QARTOD.fail;
  if (high !== null && (highInclusive ? value > high : value >= high)) return QARTOD.fail;
  return QARTOD.good;
}

const bound = z.number(expected('a number, or null for no bound')).nullable().default(null);

export const validRange = defineTest({
  name: 'validRange',
  title: 'valid range: fails outside an interval whose ends may be open',
  config: shape({
    low: bound,
    high: bound,
    lowInclusive: z.boolean().optional(),
    highInclusive: z.boolean().optional(),
  })
    .refine(({ low, high }) => (low ?? high) !== null, expected('low, high or both'))
    .refine(({ low, high }) => low === null || high === null || low < high, expected('low below high')),
  prepare: (range) => ({ open: pointwise((value) => validRangeAnswer(value, range)) }),
});
