/**
 * What every test is: a flow that takes the rows of one series in order of time and answers for each in QARTOD digits.
 * Batch and live run the same flow; an answer depends on rows within `lookbackMs` before and `lookaheadMs` after only, so
 * replaying the rows within that reach puts a flow back where it was (PROMISE 16).
 */
import { QARTOD, type Qartod } from '@emso/core';

/** One test at work on one series. */
export interface Flow {
  /**
   * Takes the next row, not earlier than the one before, and answers for it; `first` and `second` are the values of the
   * test's partners at that row. Missing is NaN.
   */
  push(time: number, value: number, first: number, second: number): Qartod;
  /** What the row `lateRows` before the last one answers now that its successors are known; 0 when its answer stays. */
  readonly settled: Qartod | 0;
}

/** Columns of one series: rows have the same index in all of them, times are epoch ms. */
export interface Columns {
  readonly time: Float64Array;
  readonly values: Float64Array;
  /** The columns of the test's partners, in the order of its `partners`. */
  readonly partners?: readonly Float64Array[];
}

/** A test with its thresholds and the cadence of its series. */
export interface PreparedTest {
  /** Name in the registry. */
  readonly name: string;
  /** Codes of the other parameters it reads, at most two. */
  readonly partners: readonly string[];
  readonly lookbackMs: number;
  readonly lookaheadMs: number;
  /** How many rows later an answer can still change. */
  readonly lateRows: number;
  /** Why a live chain cannot run it: it needs the whole series. */
  readonly refusedLive?: string;
  open(): Flow;
  /** Whole columns at once, where that is faster than the flow or there is none; times do not decrease. */
  run?(columns: Columns, out: Uint8Array): void;
}

/** How far apart two rows may be and still be neighbours, and what a row answers that has nothing to be compared with. */
export interface Reach {
  readonly maxGapMs: number;
  readonly unjudged: Qartod;
}

/** Cadences that may be missing between neighbours; after a longer gap a series begins anew. */
const MAX_GAP_CADENCES = 3;

/** The reach in the chain: nothing that was not compared is called good. */
export function reachAt(cadenceMs: number): Reach {
  return { maxGapMs: MAX_GAP_CADENCES * cadenceMs, unjudged: QARTOD.notEvaluated };
}

/** The reach of the reference implementation: any row is a neighbour of the next one, the first one passes. */
export const UNLIMITED: Reach = { maxGapMs: Number.POSITIVE_INFINITY, unjudged: QARTOD.good };

/** A flow whose answer is a function of the row alone. */
export function pointwise(answer: (value: number, time: number, first: number, second: number) => Qartod): () => Flow {
  return () => ({
    settled: 0,
    push: (time, value, first, second) => answer(value, time, first, second),
  });
}

/** 3 above `suspect`, 4 above `fail`; 4 wins, also where its threshold is the lower one. */
export function above(size: number, suspect: number, fail: number): Qartod {
  if (size > fail) return QARTOD.fail;
  return size > suspect ? QARTOD.suspect : QARTOD.good;
}
