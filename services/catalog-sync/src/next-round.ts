/** When the next round is due: after a time, or earlier when there is news, once the news has been quiet for a moment. */
import { pause } from '@emso/runtime';

export interface NewsTimes {
  /** A round waits until no news came for so long … */
  readonly quietMs: number;
  /** … but not longer than this after the first. */
  readonly longestMs: number;
}

export class NextRound {
  readonly #times: NewsTimes;
  #firstMs: number | undefined;
  #lastMs = 0;
  #wake: AbortController | undefined;

  constructor(times: NewsTimes) {
    this.#times = times;
  }

  /** Something changed. */
  news(): void {
    this.#lastMs = performance.now();
    this.#firstMs ??= this.#lastMs;
    this.#wake?.abort();
  }

  /** Resolves after `afterMs`, or when news is due where it may hasten, or when the signal aborts. News until then is covered. */
  async wait(afterMs: number, mayHasten: boolean, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + afterMs;
    while (!signal.aborted) {
      const dueMs = mayHasten ? Math.min(endMs, this.#newsDueMs()) : endMs;
      const leftMs = dueMs - performance.now();
      if (leftMs <= 0) break;
      const wake = new AbortController();
      this.#wake = wake;
      await pause(leftMs, AbortSignal.any([signal, wake.signal]));
    }
    this.#firstMs = undefined;
  }

  #newsDueMs(): number {
    if (this.#firstMs === undefined) return Number.POSITIVE_INFINITY;
    return Math.min(this.#lastMs + this.#times.quietMs, this.#firstMs + this.#times.longestMs);
  }
}
