/**
 * From the answers of the tests to one answer: 4 > 3 > 1 > 2 > 9, in QARTOD digits; the map to OceanSITES comes after it,
 * once. A missing value is 9 whatever the tests say, and tests that were not evaluated never add up to good.
 */
import { QARTOD, type Qartod } from '@emso/core';

/** Rank of each digit, higher wins; digits outside the scheme say nothing. */
const RANK = new Uint8Array(256);
RANK[QARTOD.notEvaluated] = 1;
RANK[QARTOD.good] = 2;
RANK[QARTOD.suspect] = 3;
RANK[QARTOD.fail] = 4;

const BY_RANK: readonly Qartod[] = [QARTOD.missing, QARTOD.notEvaluated, QARTOD.good, QARTOD.suspect, QARTOD.fail];

/** The answer that stands for all of `answers`, by precedence; 9 when none of them says anything. */
export function aggregate(answers: Iterable<number>): Qartod {
  let rank = 0;
  for (const answer of answers) rank = Math.max(rank, RANK[answer]);
  return BY_RANK[rank];
}

/**
 * Rolls the answers of several tests up into `out`, rows `[from, to)`, one index for all columns. `missing` holds the
 * answers of missingTest: it decides 9 and has no other vote; without any other test a value that is there gets 2.
 * Throws when a column is shorter than `to`.
 */
export function rollUp(
  missing: Uint8Array,
  tests: readonly Uint8Array[],
  from: number,
  to: number,
  out: Uint8Array,
): void {
  for (const column of [missing, ...tests, out]) {
    if (column.length < to)
      throw new RangeError(`roll-up: expected columns of at least ${to} rows, found ${column.length}`);
  }
  for (let i = from; i < to; i++) out[i] = QARTOD.notEvaluated;
  for (const test of tests) {
    for (let i = from; i < to; i++) {
      if (RANK[test[i]] > RANK[out[i]]) out[i] = test[i];
    }
  }
  for (let i = from; i < to; i++) {
    if (missing[i] === QARTOD.missing) out[i] = QARTOD.missing;
  }
}

/** Rank of each digit where one value depends on another: here "not evaluated" is worse than good. */
const DEPENDS = new Uint8Array(256);
DEPENDS[QARTOD.good] = 1;
DEPENDS[QARTOD.notEvaluated] = 2;
DEPENDS[QARTOD.suspect] = 3;
DEPENDS[QARTOD.fail] = 4;
DEPENDS[QARTOD.missing] = 5;

/** The digit of a computed value whose own tests say `own`, and that was computed from one that is `input`: the worse one. */
export function finalDigit(own: number, input: number): number {
  return DEPENDS[input] > DEPENDS[own] ? input : own;
}

/** The same for a value whose instrument said `condition` of itself: where it said nothing, the value keeps its own. */
export function digitUnder(own: number, condition: number): number {
  return condition === QARTOD.missing ? own : finalDigit(own, condition);
}
