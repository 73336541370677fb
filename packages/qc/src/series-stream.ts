/**
 * The tests of one parameter, sample by sample. The state is a value: the last rows, as far back as any test looks, with
 * which the flows are replayed after a restart. It is small where the reach is short and never holds what can be computed.
 */
import { QARTOD, type Qartod } from '@emso/core';
import type { Flow, PreparedTest } from './flow.ts';

/** A row as JSON keeps it: id, time, value and partners; null is missing. */
export type SavedRow = readonly [id: string | number, time: number, ...values: (number | null)[]];

/** What a stream must remember; survives JSON unchanged. */
export interface SeriesState {
  readonly rows: readonly SavedRow[];
}

/** The answer of an earlier row, changed by what followed it. */
export interface Revision {
  readonly id: string | number;
  readonly test: string;
  readonly digit: Qartod;
}

export interface Answers {
  /** One digit per test, in the order of the tests. */
  readonly digits: readonly Qartod[];
  /** Earlier rows whose answer is final only now. */
  readonly revisions: readonly Revision[];
}

export class SeriesStream {
  readonly #tests: readonly PreparedTest[];
  readonly #flows: readonly Flow[];
  readonly #reachMs: number;
  #rows: SavedRow[] = [];
  /** Rows before this one are out of reach; they are dropped when they are many. */
  #head = 0;

  /** Throws when a test cannot run live. */
  constructor(tests: readonly PreparedTest[], saved?: SeriesState) {
    for (const { name, refusedLive } of tests) {
      if (refusedLive !== undefined) throw new Error(`${name}: expected a test that can run live: ${refusedLive}`);
    }
    this.#tests = tests;
    this.#flows = tests.map((test) => test.open());
    this.#reachMs = Math.max(0, ...tests.map(({ lookbackMs, lookaheadMs }) => lookbackMs + lookaheadMs));
    for (const row of saved?.rows ?? []) this.#take(row);
  }

  /**
   * Judges the next sample; `partners` are the values that the tests' partners have at it, one list per test. A sample
   * earlier than the last one is answered 2 (9 where its value is missing) and changes nothing: the rebuild judges it.
   */
  push(id: string | number, time: number, value: number, partners: readonly (readonly number[])[] = []): Answers {
    const last = this.#rows.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY;
    if (!(time >= last)) {
      const digit = Number.isFinite(value) ? QARTOD.notEvaluated : QARTOD.missing;
      return { digits: this.#tests.map(() => digit), revisions: [] };
    }
    const flat = this.#tests.flatMap((test, i) => test.partners.map((_, k) => partners[i]?.[k] ?? Number.NaN));
    return this.#take([id, time, ...[value, ...flat].map((each) => (Number.isNaN(each) ? null : each))]);
  }

  /** The state as a JSON value. */
  save(): SeriesState {
    return { rows: this.#rows.slice(this.#head) };
  }

  #take(row: SavedRow): Answers {
    this.#rows.push(row);
    const time = row[1];
    const digits: Qartod[] = [];
    const revisions: Revision[] = [];
    let at = 3;
    this.#tests.forEach(({ name, partners, lateRows }, i) => {
      const flow = this.#flows[i];
      const [first, second] = [valueAt(row, at), valueAt(row, at + 1)];
      at += partners.length;
      digits.push(
        flow.push(
          time,
          valueAt(row, 2),
          partners.length > 0 ? first : Number.NaN,
          partners.length > 1 ? second : Number.NaN,
        ),
      );
      if (flow.settled !== 0) {
        revisions.push({ id: this.#rows[this.#rows.length - 1 - lateRows][0], test: name, digit: flow.settled });
      }
    });
    while (this.#rows[this.#head][1] < time - this.#reachMs) this.#head++;
    if (this.#head > this.#rows.length / 2) {
      this.#rows = this.#rows.slice(this.#head);
      this.#head = 0;
    }
    return { digits, revisions };
  }
}

function valueAt(row: SavedRow, at: number): number {
  return (row[at] as number | null | undefined) ?? Number.NaN;
}
