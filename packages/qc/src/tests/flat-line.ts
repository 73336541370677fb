/** Flat line: the value has hardly moved over a number of points. Counts come from a duration and the configured cadence. */
import { QARTOD, type Qartod } from '@emso/core';
import { type Flow, type Reach, reachAt } from '../flow.ts';
import { NumberQueue } from '../number-queue.ts';
import { defineTest, positive, shape } from '../test-kind.ts';

export interface FlatLine {
  /** Flat is a range below this, strictly; 0 is never flat. */
  readonly tolerance: number;
  /** Steps that must be flat: the window is one point longer. Infinity: never. Below 1: not tested. */
  readonly suspectCount: number;
  readonly failCount: number;
  /** Points older than this count as absent. */
  readonly lookbackMs: number;
}

/**
 * 3 or 4 where the last points are flat; missing points count but have no value; 9 where missing. A point whose window is
 * not whole answers `unjudged`, unless what there is of it moves already.
 */
export function flatLineFlow(settings: FlatLine, reach: Reach): Flow {
  return new FlatLineFlow(settings, reach);
}

/** Points a duration holds; the end of one is cut off. */
export function countOf(durationMs: number, cadenceMs: number): number {
  const count = Math.trunc(durationMs / cadenceMs);
  // A count of 0 would call every point flat.
  return count >= 1 ? count : Number.POSITIVE_INFINITY;
}

class FlatLineFlow implements Flow {
  readonly settled = 0;
  readonly #settings: FlatLine;
  readonly #reach: Reach;
  /** The longest window that matters. */
  readonly #cap: number;
  #next = 0;
  #time = Number.NaN;
  /** Time of the point before the stretch that is flat, when it was not too old then. */
  #droppedTime = Number.NEGATIVE_INFINITY;
  /** Times of the points of the flat stretch; the last one is the newest. */
  readonly #times = new NumberQueue();
  /** Candidates for the extremes of the stretch, falling and rising, with their positions. */
  readonly #high = new NumberQueue();
  readonly #highAt = new NumberQueue();
  readonly #low = new NumberQueue();
  readonly #lowAt = new NumberQueue();

  constructor(settings: FlatLine, reach: Reach) {
    this.#settings = settings;
    this.#reach = reach;
    const counts = [settings.suspectCount, settings.failCount].filter(Number.isFinite);
    this.#cap = Math.max(1, ...counts);
  }

  push(time: number, value: number): Qartod {
    if (time - this.#time > this.#reach.maxGapMs) this.#beginAnew();
    this.#time = time;
    const { tolerance, suspectCount, failCount, lookbackMs } = this.#settings;
    this.#times.push(time);
    const at = this.#next++;
    while (this.#times.length - 1 > this.#cap || this.#times.first < time - lookbackMs) this.#drop();
    if (!Number.isFinite(value)) return QARTOD.missing;
    while (this.#high.length > 0 && this.#high.last <= value) {
      this.#high.pop();
      this.#highAt.pop();
    }
    while (this.#low.length > 0 && this.#low.last >= value) {
      this.#low.pop();
      this.#lowAt.pop();
    }
    this.#high.push(value);
    this.#highAt.push(at);
    this.#low.push(value);
    this.#lowAt.push(at);
    while (this.#times.length > 1 && this.#high.first - this.#low.first >= tolerance) this.#drop();
    const steps = this.#times.length - 1;
    if (tolerance > 0 && steps >= failCount) return QARTOD.fail;
    if (tolerance > 0 && steps >= suspectCount) return QARTOD.suspect;
    const moves = steps < this.#cap && this.#droppedTime >= time - lookbackMs;
    return moves ? QARTOD.good : this.#reach.unjudged;
  }

  #drop(): void {
    const at = this.#next - this.#times.length;
    this.#droppedTime = this.#times.first;
    this.#times.shift();
    if (this.#high.length > 0 && this.#highAt.first === at) {
      this.#high.shift();
      this.#highAt.shift();
    }
    if (this.#low.length > 0 && this.#lowAt.first === at) {
      this.#low.shift();
      this.#lowAt.shift();
    }
  }

  #beginAnew(): void {
    for (const queue of [this.#times, this.#high, this.#highAt, this.#low, this.#lowAt]) queue.clear();
    this.#droppedTime = Number.NEGATIVE_INFINITY;
  }
}

/** Lines that may be lost: a window reaches at most twice as far back as its duration. */
const LOOKBACK_FACTOR = 2;

export const flatLine = defineTest({
  name: 'flatLine',
  title: 'flat line: the range over a duration is below a tolerance',
  config: shape({ tolerance: positive, suspectMs: positive.optional(), failMs: positive.optional() }).refine(
    ({ suspectMs = 0, failMs = Number.POSITIVE_INFINITY }) =>
      suspectMs <= failMs && (suspectMs > 0 || Number.isFinite(failMs)),
    { error: 'expected suspectMs, failMs or both, with failMs not below suspectMs' },
  ),
  prepare: ({ tolerance, suspectMs, failMs }, cadenceMs) => {
    const lookbackMs = LOOKBACK_FACTOR * Math.max(suspectMs ?? 0, failMs ?? 0);
    const settings = {
      tolerance,
      suspectCount: suspectMs === undefined ? Number.POSITIVE_INFINITY : countOf(suspectMs, cadenceMs),
      failCount: failMs === undefined ? Number.POSITIVE_INFINITY : countOf(failMs, cadenceMs),
      lookbackMs,
    };
    return { lookbackMs, open: () => flatLineFlow(settings, reachAt(cadenceMs)) };
  },
  faults: ({ suspectMs, failMs }, cadenceMs) =>
    Object.entries({ suspectMs, failMs }).flatMap(([key, ms]) =>
      ms !== undefined && ms < 2 * cadenceMs
        ? [`expected ${key} of at least two cadences of ${cadenceMs} ms, found ${ms}`]
        : [],
    ),
});
