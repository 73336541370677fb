/** Attenuated signal: the water always moves a little, so a sensor whose values hardly spread has a fault. */
import { iso, QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import type { Columns, Flow } from '../flow.ts';
import { reachAt } from '../flow.ts';
import { defineTest, expected, notNegative, positive, shape } from '../test-kind.ts';
import { countOf } from './flat-line.ts';
import { MEASURES, WindowStatistics } from './window-statistics.ts';

export interface AttenuatedSignal {
  /** Population standard deviation, or largest less smallest value. */
  readonly measure: (typeof MEASURES)[number];
  /** 3 below, strictly; 4 below `fail`. */
  readonly suspect: number;
  readonly fail: number;
  /** Values a window must hold to be judged. */
  readonly minCount: number;
}

/** Judges the window `(t − lengthMs, t]`: 2 where it holds too few values, 9 where missing. Throws when time runs back. */
export function attenuatedSignalFlow(settings: AttenuatedSignal, lengthMs: number, maxGapMs: number): Flow {
  return new AttenuatedSignalFlow(settings, lengthMs, maxGapMs);
}

class AttenuatedSignalFlow implements Flow {
  readonly settled = 0;
  readonly #settings: AttenuatedSignal;
  readonly #maxGapMs: number;
  readonly #window: WindowStatistics;
  #time = Number.NEGATIVE_INFINITY;

  constructor(settings: AttenuatedSignal, lengthMs: number, maxGapMs: number) {
    this.#settings = settings;
    this.#maxGapMs = maxGapMs;
    this.#window = new WindowStatistics(lengthMs, settings.measure);
  }

  push(time: number, value: number): Qartod {
    if (!(time >= this.#time)) throw new RangeError(backwards(time, this.#time));
    const window = this.#window;
    if (time - this.#time > this.#maxGapMs) window.clear();
    this.#time = time;
    window.moveTo(time);
    if (!Number.isFinite(value)) return QARTOD.missing;
    window.add(time, value);
    return window.count < this.#settings.minCount ? QARTOD.notEvaluated : answerOf(window, this.#settings);
  }
}

/** One statistic of all values, and its answer for every row that has one: what only a whole series can say. */
export function attenuatedSeries(values: Float64Array, settings: AttenuatedSignal, out: Uint8Array): void {
  const window = new WindowStatistics(1, settings.measure);
  window.moveTo(0);
  for (const value of values) if (Number.isFinite(value)) window.add(0, value);
  const answer = answerOf(window, settings);
  for (let i = 0; i < values.length; i++) out[i] = Number.isFinite(values[i]) ? answer : QARTOD.missing;
}

const BY_LIMITS = [QARTOD.good, QARTOD.suspect, QARTOD.fail] as const;

function answerOf(window: WindowStatistics, { suspect, fail }: AttenuatedSignal): Qartod {
  return BY_LIMITS[window.limitsAbove(suspect, fail)];
}

function backwards(time: number, before: number): string {
  const found = Number.isFinite(time) ? iso(time) : String(time);
  return `attenuated signal: expected times in order, found ${found} after ${iso(before)}: sort the rows first`;
}

const REFUSED = 'without windowMs it is one statistic of the whole series; set windowMs';

export const attenuatedSignal = defineTest({
  name: 'attenuatedSignal',
  title: 'attenuated signal: the spread of a window is below a threshold',
  config: shape({
    measure: z.enum(MEASURES, expected('std or range')).default('std'),
    suspect: notNegative.optional(),
    fail: notNegative.optional(),
    windowMs: positive.optional(),
    /** How much of the window must hold values, by the cadence. */
    minMs: positive.optional(),
  }).refine(
    ({ suspect, fail }) =>
      (suspect ?? fail) !== undefined && (suspect === undefined || fail === undefined || fail <= suspect),
    expected('suspect, fail or both, with fail not above suspect'),
  ),
  prepare: ({ measure, suspect = 0, fail = 0, windowMs, minMs }, cadenceMs) => {
    const settings = { measure, suspect, fail, minCount: minCountOf(windowMs, minMs, cadenceMs) };
    if (windowMs === undefined) {
      return {
        refusedLive: REFUSED,
        lookbackMs: Number.POSITIVE_INFINITY,
        lookaheadMs: Number.POSITIVE_INFINITY,
        open: () => {
          throw new Error(`attenuatedSignal: ${REFUSED}`);
        },
        run: ({ values }: Columns, out: Uint8Array) => attenuatedSeries(values, settings, out),
      };
    }
    return {
      lookbackMs: windowMs,
      open: () => attenuatedSignalFlow(settings, windowMs, reachAt(cadenceMs).maxGapMs),
      // A loop that only ever sees this flow is twice as fast as the one that all tests share.
      run: ({ time, values }: Columns, out: Uint8Array) => {
        const flow = new AttenuatedSignalFlow(settings, windowMs, reachAt(cadenceMs).maxGapMs);
        for (let i = 0; i < values.length; i++) out[i] = flow.push(time[i], values[i]);
      },
    };
  },
  faults: ({ windowMs, minMs }, cadenceMs) => [
    ...(windowMs !== undefined && windowMs < 3 * cadenceMs
      ? [`expected windowMs of at least three cadences of ${cadenceMs} ms, found ${windowMs}`]
      : []),
    ...(windowMs !== undefined && minMs !== undefined && minMs > windowMs
      ? [`expected minMs not above windowMs ${windowMs}, found ${minMs}`]
      : []),
  ],
});

/** Half of the window unless it is said otherwise: a single value spreads by nothing and would fail. */
function minCountOf(windowMs: number | undefined, minMs: number | undefined, cadenceMs: number): number {
  const count = countOf(minMs ?? (windowMs ?? 0) / 2, cadenceMs);
  return Number.isFinite(count) ? Math.max(2, count) : 2;
}
