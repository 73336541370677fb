/** A job that comes back for every sensor, for ever. */
import { type Log, pause } from '@emso/runtime';

/**
 * Runs `job` for one item after the other, every `intervalMs`, until `signal` aborts. A failed run (a full disk, say) is reported
 * and tried again, and keeps nobody else waiting: nothing is lost, since all of it follows from the raw archive.
 */
export async function repeatEach<T>(
  intervalMs: number,
  signal: AbortSignal,
  log: Log,
  items: readonly T[],
  job: (item: T) => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    for (const item of items) {
      if (signal.aborted) return;
      await job(item).catch((err) =>
        log.error(
          { reason: 'products', err },
          'products could not be written; trying again: check the disk under EMSO_DATA_DIR',
        ),
      );
    }
    await pause(intervalMs, signal);
  }
}
