/** Spikes: a value against the one before and the one after it, so the answer comes one row late. */
import { QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import { above, type Flow, type Reach, reachAt } from '../flow.ts';
import { defineTest, expected, LIMITS, limits, limitsFit, NEVER, shape } from '../test-kind.ts';

/** How far a value stands out, from it and its neighbours. */
export type Height = (before: number, value: number, after: number) => number;

export const SPIKE_METHODS = {
  /** From the mean of the neighbours; both neighbours of a spike see half of it. This is Argo's and EuroGOOS' gradient too. */
  average: (before, value, after) => Math.abs(value - (before + after) / 2),
  /** The smaller of the steps up to it and down again; a slope is no spike. */
  differential: (before, value, after) => {
    const rise = value - before;
    const fall = after - value;
    return rise * fall < 0 ? Math.min(Math.abs(rise), Math.abs(fall)) : 0;
  },
  /** Argo: from the mean of the neighbours, less half of what they differ. */
  argo: (before, value, after) => Math.abs(value - (before + after) / 2) - Math.abs((after - before) / 2),
} satisfies Record<string, Height>;

/** EuroGOOS, for fixed points: the way there and back; its threshold is 2·2·σ. */
export const bothSteps: Height = (before, value, after) => Math.abs(value - before) + Math.abs(value - after);

/**
 * 3 or 4 where the height exceeds a threshold, strictly; 2 without both neighbours, 9 where missing. A threshold of 0 is a
 * threshold here; the reference takes it for none.
 */
export function spikeFlow(height: Height, suspect: number, fail: number, { maxGapMs }: Reach): Flow {
  return new SpikeFlow(height, suspect, fail, maxGapMs);
}

class SpikeFlow implements Flow {
  settled: Qartod | 0 = 0;
  readonly #height: Height;
  readonly #suspect: number;
  readonly #fail: number;
  readonly #maxGapMs: number;
  #time = Number.NaN;
  /** The last two values; NaN where there is none within reach. */
  #beforeLast = Number.NaN;
  #last = Number.NaN;

  constructor(height: Height, suspect: number, fail: number, maxGapMs: number) {
    this.#height = height;
    this.#suspect = suspect;
    this.#fail = fail;
    this.#maxGapMs = maxGapMs;
  }

  push(time: number, value: number): Qartod {
    if (time - this.#time > this.#maxGapMs) this.#last = Number.NaN;
    const there = Number.isFinite(value);
    const before = this.#beforeLast;
    const last = this.#last;
    // Only numbers are kept: a difference of them that is no number means that one is missing.
    this.settled =
      there && !Number.isNaN(before - last) ? above(this.#height(before, last, value), this.#suspect, this.#fail) : 0;
    this.#time = time;
    this.#beforeLast = last;
    this.#last = there ? value : Number.NaN;
    return there ? QARTOD.notEvaluated : QARTOD.missing;
  }
}

function prepared(height: Height, suspect = NEVER, fail = NEVER, cadenceMs: number) {
  const reach = reachAt(cadenceMs);
  return {
    lookbackMs: reach.maxGapMs,
    lookaheadMs: reach.maxGapMs,
    lateRows: 1,
    open: () => spikeFlow(height, suspect, fail, reach),
  };
}

const methods = Object.keys(SPIKE_METHODS) as (keyof typeof SPIKE_METHODS)[];

export const spike = defineTest({
  name: 'spike',
  title: 'spike: against the values before and after',
  config: shape({ method: z.enum(methods, expected(`one of ${methods.join(', ')}`)), ...limits }).refine(
    limitsFit,
    LIMITS,
  ),
  prepare: ({ method, suspect, fail }, cadenceMs) => prepared(SPIKE_METHODS[method], suspect, fail, cadenceMs),
});

export const rateInTime = defineTest({
  name: 'rateInTime',
  title: 'rate in time (EuroGOOS): the steps from the value before and to the value after, together',
  config: shape(limits).refine(limitsFit, LIMITS),
  prepare: ({ suspect, fail }, cadenceMs) => prepared(bothSteps, suspect, fail, cadenceMs),
});
