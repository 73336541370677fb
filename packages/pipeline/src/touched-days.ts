/**
 * Which days a record touches, and which raw days a rebuild reads (PROMISE 18): both sides of one rule, so that a day that a
 * record changes is a day that reads it.
 */
import { DAY_MS, dayOf, type RawRun } from '@emso/core';
import { decodeRun } from './decode-run.ts';
import { GAP_CADENCES } from './gaps.ts';
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
 * The days that look at a set of records from around them, theirs included: for each of their observations the days from which
 * the tests look ahead to it, or back.
 */
export function seeingDays(plan: SensorPlan, run: RawRun, order: ArrayLike<number>): Set<number> {
  const { lookbackMs, lookaheadMs } = plan.tests;
  const days = new Set<number>();
  const see = (timeMs: number): void => {
    for (let day = dayOf(timeMs - lookaheadMs); day <= dayOf(timeMs + lookbackMs); day++) days.add(day);
  };
  if (plan.byReception) for (let i = 0; i < order.length; i++) see(run.received[order[i]]);
  else {
    const { batch } = decodeRun(plan, run, order);
    for (let row = 0; row < batch.count; row++) see(batch.time[row]);
  }
  return days;
}

/**
 * The days whose flags change with a day: the tests look back and ahead from each row, so a row is seen from the days around it.
 * A day that does not exist yet sees it when it is made.
 */
export function daysSeeing({ tests }: SensorPlan, day: number): number[] {
  const [first, last] = [day - Math.ceil(tests.lookaheadMs / DAY_MS), day + Math.ceil(tests.lookbackMs / DAY_MS)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((each) => each !== day);
}

/**
 * The raw days that a rebuild of `day` has to read, both ends included: its own and those its tests look at; where time is not
 * reception every later one too, since packets may come any time after the fact, and one before, for a clock that runs ahead.
 */
export function rawDaysOf(plan: SensorPlan, day: number): { first: number; last: number } {
  const first = day - Math.ceil(plan.tests.lookbackMs / DAY_MS);
  if (plan.byReception) return { first, last: day + Math.ceil(plan.tests.lookaheadMs / DAY_MS) };
  return { first: first - AHEAD_DAYS, last: Number.POSITIVE_INFINITY };
}

/** No donor's value is taken further away than this, however rarely it measures. */
const DONOR_LIMIT_MS = 3_600_000;

/** How far in time from a row a donor's value may be, before it or after: a longer pause of the donor is a gap of its own. */
export function donorReachMs({ sensor }: SensorPlan): number {
  return Math.min(GAP_CADENCES * sensor.cadenceMs, DONOR_LIMIT_MS);
}

/**
 * The donor's days that hold values for rows of `day`. The reach is the same both ways, so these are also the days whose rows
 * can take values of the donor's `day`: one function says what a sealed day reads and what a donor's record touches.
 */
export function daysInReach(donor: SensorPlan, day: number): number[] {
  const beyond = Math.ceil(donorReachMs(donor) / DAY_MS);
  return Array.from({ length: 2 * beyond + 1 }, (_, i) => day - beyond + i);
}

/** The days of a dependent sensor that change with a donor's days `touched`. */
export function dependentDays(donor: SensorPlan, touched: Iterable<number>): Set<number> {
  return new Set([...touched].flatMap((day) => daysInReach(donor, day)));
}

/** The donor's raw days that a dependent's sealed `day` has to read, both ends included. */
export function donorRawDaysOf(donor: SensorPlan, day: number): { first: number; last: number } {
  const bounds = daysInReach(donor, day).map((each) => rawDaysOf(donor, each));
  return { first: bounds[0].first, last: bounds[bounds.length - 1].last };
}
