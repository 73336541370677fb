/**
 * One operation on the NAS at a time, watched. A stalled one cannot be called back: the kernel holds the thread until the
 * server answers. So it is reported and waited for, and nothing else is started on top of it.
 */

export interface StallWatchOptions {
  readonly limitMs: number;
  /** The operation takes longer than the limit. Called once for each such operation. */
  readonly onStall: (what: string) => void;
  /** It has ended after all. */
  readonly onEnd: (what: string, tookMs: number) => void;
}

export class StallWatch {
  readonly #options: StallWatchOptions;
  #current: { readonly what: string; readonly sinceMs: number; stalled: boolean } | undefined;

  constructor(options: StallWatchOptions) {
    this.#options = options;
  }

  /** The operation that takes longer than the limit now. */
  stalled(): { readonly what: string; readonly forMs: number } | undefined {
    if (this.#current === undefined || !this.#current.stalled) return undefined;
    return { what: this.#current.what, forMs: performance.now() - this.#current.sinceMs };
  }

  /** Runs `action`. Throws what it throws, and when another operation is still in hand, which is a fault of the program. */
  async run<T>(what: string, action: () => Promise<T>): Promise<T> {
    if (this.#current !== undefined) {
      throw new Error(`expected one operation on the NAS at a time, found '${what}' during '${this.#current.what}'`);
    }
    const current = { what, sinceMs: performance.now(), stalled: false };
    this.#current = current;
    const timer = setTimeout(() => {
      current.stalled = true;
      this.#options.onStall(what);
    }, this.#options.limitMs);
    try {
      return await action();
    } finally {
      clearTimeout(timer);
      this.#current = undefined;
      if (current.stalled) this.#options.onEnd(what, performance.now() - current.sinceMs);
    }
  }
}
