/** Waiting and trying again: one back-off policy, with jitter, for everything that talks to the outside. */

export interface Backoff {
  /** Wait before the second try. */
  readonly firstMs: number;
  /** Longest wait. */
  readonly capMs: number;
}

/** Wait in ms before try number `attempt + 2` (attempt counts failures from 0): doubling, capped, the upper half random. */
export function backoffMs(attempt: number, backoff: Backoff): number {
  const full = Math.min(backoff.capMs, backoff.firstMs * (1 << Math.min(attempt, 20)));
  return full / 2 + (Math.random() * full) / 2;
}

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

export interface RetryOptions {
  readonly backoff: Backoff;
  readonly signal?: AbortSignal | undefined;
  /** Sees every failure with its count from 0. Throwing from here ends the retrying with that error. */
  readonly onError: (error: unknown, attempt: number) => void;
}

/** The first success of `action`, tried for ever. Throws only what `onError` throws, or the signal's reason. */
export async function retry<T>(action: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      options.onError(error, attempt);
    }
    await pause(backoffMs(attempt, options.backoff), options.signal);
  }
}

/** True for attempts worth a log line when trying for ever: 0, 1, 3, 7, 15 … */
export function isWorthLogging(attempt: number): boolean {
  return ((attempt + 1) & attempt) === 0;
}
