/** A job that comes back for every sensor, for ever. */
import { type Log, pause } from '@emso/runtime';

/**
 * Runs `job` for every item, each at its own pace with `intervalMs` between, until `signal` aborts: one that has years of days to
 * build keeps nobody else waiting. A failed run (a full disk, say) is reported and tried again: nothing is lost, since all of it follows from
 * the raw archive.
 */
export async function repeatEach<T>(
  intervalMs: number,
  signal: AbortSignal,
  log: Log,
  items: readonly T[],
  job: (item: T) => Promise<unknown>,
): Promise<void> {
  const repeat = async (item: T): Promise<void> => {
    while (!signal.aborted) {
      await job(item).catch((err) =>
        log.error(
          { reason: 'products', err },
          'products could not be written; trying again: check the disk under EMSO_DATA_DIR',
        ),
      );
      await pause(intervalMs, signal);
    }
  };
  await Promise.all(items.map(repeat));
}
