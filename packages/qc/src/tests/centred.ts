/** Tests of a value in the middle of its neighbours on both sides: the answer comes as many rows late as there are on one. */
import { QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import { above, type Flow, type Reach, reachAt } from '../flow.ts';
import { defineTest, LIMITS, limits, limitsFit, NEVER, positive, shape } from '../test-kind.ts';

/** Answers for the middle one of `2 · sides + 1` values. */
type Middle = (values: Float64Array) => Qartod;

/** 2 unless all neighbours are there, each within the reach of the next; 9 where missing. */
function centredFlow(sides: number, answer: Middle, { maxGapMs }: Reach): Flow {
  const size = 2 * sides + 1;
  const values = new Float64Array(size);
  // Rows in a row that are there.
  let held = 0;
  let timeBefore = Number.NaN;
  const flow = {
    settled: 0 as Qartod | 0,
    push(time: number, value: number): Qartod {
      if (time - timeBefore > maxGapMs) held = 0;
      timeBefore = time;
      const there = Number.isFinite(value);
      held = there ? Math.min(held + 1, size) : 0;
      values.copyWithin(0, 1);
      values[size - 1] = value;
      flow.settled = held === size ? answer(values) : 0;
      return there ? QARTOD.notEvaluated : QARTOD.missing;
    },
  };
  return flow;
}

/**
 * OOI: stands out where it is further from the mean of its four neighbours than `factor` times their range, or than
 * `factor` times the sensor's accuracy where they hardly differ: the noise of the hour sets the threshold.
 */
export function localSpikeFlow(factor: number, accuracy: number, reach: Reach): Flow {
  return centredFlow(
    2,
    (v) => {
      const range = Math.max(v[0], v[1], v[3], v[4]) - Math.min(v[0], v[1], v[3], v[4]);
      const off = Math.abs(v[2] - (v[0] + v[1] + v[3] + v[4]) / 4);
      return off < factor * Math.max(range, accuracy) ? QARTOD.good : QARTOD.suspect;
    },
    reach,
  );
}

/**
 * Tukey 53H: the distance from a line smoothed by running medians of five and three and by weights of 1, 2, 1. Its threshold
 * is in the parameter's unit: dividing by the spread of the whole series, as CoTeDe does, cannot be done live.
 */
export function tukey53HFlow(suspect: number, fail: number, reach: Reach): Flow {
  return centredFlow(4, (values) => above(Math.abs(values[4] - smoothed(values)), suspect, fail), reach);
}

function smoothed(v: Float64Array): number {
  const a = median5(v[0], v[1], v[2], v[3], v[4]);
  const b = median5(v[1], v[2], v[3], v[4], v[5]);
  const c = median5(v[2], v[3], v[4], v[5], v[6]);
  const d = median5(v[3], v[4], v[5], v[6], v[7]);
  const e = median5(v[4], v[5], v[6], v[7], v[8]);
  return (median3(a, b, c) + 2 * median3(b, c, d) + median3(c, d, e)) / 4;
}

function median3(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Of two pairs, neither the lower of the low ends nor the higher of the high ends can be the middle of five. */
function median5(a: number, b: number, c: number, d: number, e: number): number {
  return median3(e, Math.max(Math.min(a, b), Math.min(c, d)), Math.min(Math.max(a, b), Math.max(c, d)));
}

function reaching(sides: number, cadenceMs: number) {
  const far = sides * reachAt(cadenceMs).maxGapMs;
  return { lookbackMs: far, lookaheadMs: far, lateRows: sides };
}

export const localSpike = defineTest({
  name: 'localSpike',
  title: 'local spike (OOI): against the mean and the range of four neighbours',
  config: shape({ factor: z.number().positive().default(5), accuracy: positive }),
  prepare: ({ factor, accuracy }, cadenceMs) => ({
    ...reaching(2, cadenceMs),
    open: () => localSpikeFlow(factor, accuracy, reachAt(cadenceMs)),
  }),
});

export const tukey53H = defineTest({
  name: 'tukey53H',
  title: 'Tukey 53H: against a line of running medians',
  config: shape(limits).refine(limitsFit, LIMITS),
  prepare: ({ suspect = NEVER, fail = NEVER }, cadenceMs) => ({
    ...reaching(4, cadenceMs),
    open: () => tukey53HFlow(suspect, fail, reachAt(cadenceMs)),
  }),
});
