/** Rate of change, and the bare step: a value against the one before it. */
import { QARTOD, type Qartod } from '@emso/core';
import { above, type Flow, type Reach, reachAt } from '../flow.ts';
import { defineTest, LIMITS, limits, limitsFit, NEVER, notNegative, partner, positive, shape } from '../test-kind.ts';

const HOUR_MS = 3_600_000;

/**
 * 3 or 4 where |step| in `perMs` exceeds a threshold, strictly; 9 where missing; `unjudged` without a neighbour. Times are
 * real milliseconds, and equal or falling ones give 2: the reference cuts them to whole seconds and divides by them.
 */
export function rateOfChangeFlow(perMs: number, suspect: number, fail: number, { maxGapMs, unjudged }: Reach): Flow {
  let before = Number.NaN;
  let timeBefore = Number.NaN;
  return {
    settled: 0,
    push(time, value): Qartod {
      const dt = time - timeBefore;
      const last = before;
      timeBefore = time;
      before = value;
      if (!Number.isFinite(value)) {
        before = Number.NaN;
        return QARTOD.missing;
      }
      if (Number.isNaN(last) || dt > maxGapMs) return unjudged;
      // Multiplied, not divided: a rate that equals its threshold passes, whatever the step.
      return dt > 0 ? above(Math.abs(value - last) * perMs, suspect * dt, fail * dt) : QARTOD.notEvaluated;
    },
  };
}

/** 3 or 4 where |step| exceeds a threshold, whatever the time it took; 9 where missing, `unjudged` without a neighbour. */
export function stepFlow(suspect: number, fail: number, { maxGapMs, unjudged }: Reach): Flow {
  let before = Number.NaN;
  let timeBefore = Number.NaN;
  return {
    settled: 0,
    push(time, value): Qartod {
      const near = time - timeBefore <= maxGapMs;
      const size = Math.abs(value - before);
      timeBefore = time;
      before = value;
      if (!Number.isFinite(value)) return QARTOD.missing;
      return near && Number.isFinite(size) ? above(size, suspect, fail) : unjudged;
    },
  };
}

/**
 * QARTOD's multi-variate test: 3 where the value changes faster than its limit and its partner, slower than the partner's,
 * does not follow.
 */
export function multiVariateFlow(perHour: number, partnerPerHour: number, { maxGapMs, unjudged }: Reach): Flow {
  const own = rateOfChangeFlow(HOUR_MS, perHour, NEVER, { maxGapMs, unjudged });
  const other = rateOfChangeFlow(HOUR_MS, partnerPerHour, NEVER, { maxGapMs, unjudged: QARTOD.notEvaluated });
  return {
    settled: 0,
    push(time, value, partnerValue): Qartod {
      const answer = own.push(time, value, Number.NaN, Number.NaN);
      const follows = other.push(time, partnerValue, Number.NaN, Number.NaN);
      if (answer !== QARTOD.suspect) return answer;
      if (follows === QARTOD.good) return QARTOD.suspect;
      return follows === QARTOD.suspect ? QARTOD.good : QARTOD.notEvaluated;
    },
  };
}

export const rateOfChange = defineTest({
  name: 'rateOfChange',
  title: 'rate of change: against the value before, per hour',
  config: shape({ suspectPerHour: notNegative.optional(), failPerHour: notNegative.optional() }).refine(
    ({ suspectPerHour: suspect, failPerHour: fail }) => limitsFit({ suspect, fail }),
    { error: 'expected suspectPerHour, failPerHour or both, with failPerHour not below suspectPerHour' },
  ),
  prepare: ({ suspectPerHour = NEVER, failPerHour = NEVER }, cadenceMs) => ({
    lookbackMs: reachAt(cadenceMs).maxGapMs,
    open: () => rateOfChangeFlow(HOUR_MS, suspectPerHour, failPerHour, reachAt(cadenceMs)),
  }),
});

export const step = defineTest({
  name: 'step',
  title: 'step: against the value before, in its own unit (digit rollover, currents)',
  config: shape(limits).refine(limitsFit, LIMITS),
  prepare: ({ suspect = NEVER, fail = NEVER }, cadenceMs) => ({
    lookbackMs: reachAt(cadenceMs).maxGapMs,
    open: () => stepFlow(suspect, fail, reachAt(cadenceMs)),
  }),
});

export const multiVariate = defineTest({
  name: 'multiVariate',
  title: 'multi-variate: a fast change that the partner does not follow',
  config: shape({ partner, perHour: positive, partnerPerHour: positive }),
  prepare: ({ partner: code, perHour, partnerPerHour }, cadenceMs) => ({
    partners: [code],
    lookbackMs: reachAt(cadenceMs).maxGapMs,
    open: () => multiVariateFlow(perHour, partnerPerHour, reachAt(cadenceMs)),
  }),
});
