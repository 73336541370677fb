/**
 * Which days a record touches, and which raw days a rebuild reads (PROMISE 18): both sides of one rule, so that a day that a
 * record changes is a day that reads it.
 */
import { DAY_MS, dayOf, type RawRun } from '@emso/core';
import { decodeRun } from './decode-run.ts';
import type { SensorPlan } from './plan.ts';
import { AHEAD_LIMIT_MS } from './time-policy.ts';

/** A rebuild reads so many raw days before its own. */
const AHEAD_DAYS = Math.ceil(AHEAD_LIMIT_MS / DAY_MS);

/** The days that a set of records touches: those of their observations and of their reception. */
export function touchedDays(plan: SensorPlan, run: RawRun, order: ArrayLike<number>): Set<number> {
  const days = new Set<number>();
  for (let i = 0; i < order.length; i++) days.add(dayOf(run.received[order[i]]));
  if (!plan.byReception) {
    const { batch } = decodeRun(plan, run, order);
    for (let row = 0; row < batch.count; row++) days.add(dayOf(batch.time[row]));
  }
  return days;
}

/**
 * The raw days that a rebuild of `day` has to read, both ends included: its own where time is reception; otherwise every
 * later one too, since packets may come any time after the fact, and one before, for a clock that runs ahead.
 */
export function rawDaysOf(plan: SensorPlan, day: number): { first: number; last: number } {
  return plan.byReception ? { first: day, last: day } : { first: day - AHEAD_DAYS, last: Number.POSITIVE_INFINITY };
}
