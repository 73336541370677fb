/**
 * The writer's rule for the fast path, as pure functions: what it appends is what a rebuild would write there. Everything that
 * this rule refuses makes the day dirty, and a dirty day is rebuilt from raw.
 */
import type { Observation, VerdictMessage } from '@emso/core';
import type { SensorPlan } from './plan.ts';

/** True when a message is a first answer, computed with the very build and expert flags that the files have (PROMISE 2, 19). */
export function isOwnAnswer(plan: SensorPlan, message: Pick<VerdictMessage, 'build' | 'revision'>): boolean {
  return message.build === plan.stamp && message.revision === 0;
}

/**
 * True when every row was judged in its turn and comes after the one before it, and the first after `lastMs`, the time of the last
 * row in the file. An equal time is not after: the rebuild would move one of the two by a millisecond, or reject it.
 */
export function followsInTime(rows: readonly (Observation & { readonly late?: true })[], lastMs: number): boolean {
  let before = lastMs;
  for (const { timeMs, late } of rows) {
    if (timeMs <= before || late === true) return false;
    before = timeMs;
  }
  return true;
}
