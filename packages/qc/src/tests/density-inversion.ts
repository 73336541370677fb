/** Density inversion: water lies on denser water. For levels at one time, in order of depth; at one depth it says nothing. */
import { QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import { type Flow, UNLIMITED } from '../flow.ts';
import { defineTest, partner, shape } from '../test-kind.ts';

/**
 * Rows are levels, the first partner is their depth. Both rows of a pair whose density grows less than a threshold
 * downwards (strictly; thresholds are negative) are 3 or 4; a missing value or depth makes its row and the next one 9. The
 * first row stands alone until its neighbour comes: 2.
 */
export function densityInversionFlow(suspect: number, fail: number): Flow {
  return new DensityInversionFlow(suspect, fail);
}

class DensityInversionFlow implements Flow {
  settled: Qartod | 0 = 0;
  readonly #suspect: number;
  readonly #fail: number;
  #density = Number.NaN;
  #depth = Number.NaN;
  #answer: Qartod | 0 = 0;

  constructor(suspect: number, fail: number) {
    this.#suspect = suspect;
    this.#fail = fail;
  }

  push(_time: number, density: number, depth: number): Qartod {
    const before = this.#answer;
    const down = depth - this.#depth;
    const growth =
      down > 0 ? density - this.#density : down < 0 ? this.#density - density : 0 * (density - this.#density);
    const missing = !Number.isFinite(density + depth);
    this.#density = density;
    this.#depth = depth;
    this.settled = 0;
    if (before === 0) return this.#keep(missing ? QARTOD.missing : QARTOD.notEvaluated);
    // No growth can be told either from or to a row that is not there.
    if (missing || !Number.isFinite(growth + down)) {
      if (before === QARTOD.notEvaluated) this.settled = QARTOD.good;
      return this.#keep(QARTOD.missing);
    }
    const answer = growth < this.#fail ? QARTOD.fail : growth < this.#suspect ? QARTOD.suspect : QARTOD.good;
    if (before === QARTOD.notEvaluated) this.settled = answer;
    else if (before !== QARTOD.missing && answer > before) this.settled = answer;
    return this.#keep(answer);
  }

  #keep(answer: Qartod): Qartod {
    this.#answer = answer;
    return answer;
  }
}

export const densityInversion = defineTest({
  name: 'densityInversion',
  title: 'density inversion: density must grow downwards, over levels at one time',
  config: shape({ z: partner, suspect: z.number().optional(), fail: z.number().optional() }).refine(
    ({ suspect, fail }) =>
      (suspect ?? fail) !== undefined && (suspect === undefined || fail === undefined || fail <= suspect),
    { error: 'expected suspect, fail or both, as negative numbers, with fail not above suspect' },
  ),
  prepare: ({ z: depth, suspect = Number.NEGATIVE_INFINITY, fail = Number.NEGATIVE_INFINITY }) => ({
    partners: [depth],
    refusedLive:
      'it is about levels at one time, not about a series at one depth; declare it as a comparison of levels',
    lookbackMs: UNLIMITED.maxGapMs,
    lookaheadMs: UNLIMITED.maxGapMs,
    lateRows: 1,
    open: () => densityInversionFlow(suspect, fail),
  }),
});
