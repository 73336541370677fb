/** Round after round: everything is compared at the start and once in an interval, in between only what changed. */
import { type CatalogueRecord, canonicalHash } from '@emso/products';
import { backoffMs, type Log } from '@emso/runtime';
import { CatalogueSync, type FarEnd, isWell, type RoundReport, type SyncMemory } from '@emso/runtime/catalogue';
import { Alarms } from './alarms.ts';
import type { CatalogueMetrics } from './metrics.ts';

export interface RoundsOptions {
  readonly farEnd: FarEnd;
  readonly memory: SyncMemory;
  readonly recordsOf: () => Promise<CatalogueRecord[]>;
  readonly publish: boolean;
  /** Everything is compared again after so long. */
  readonly intervalMs: number;
  /** First wait after a failure. */
  readonly retryMs: number;
  readonly log: Log;
  readonly metrics: CatalogueMetrics;
  readonly signal: AbortSignal;
}

export interface NextTime {
  readonly waitMs: number;
  /** News may make it earlier: not where the far end is in trouble. */
  readonly mayHasten: boolean;
}

const LONGEST_PASSING_MS = 300_000;
/** Who must be helped by a person is not asked every few minutes: accounts are locked for less. */
const LONGEST_STANDING_MS = 3_600_000;
const TRIES = 3;

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #sync: CatalogueSync;
  readonly #alarms: Alarms;
  #comparedMs = Number.NEGATIVE_INFINITY;
  #isFirst = true;
  #failures = 0;
  #recordsFault: string | undefined;

  constructor(options: RoundsOptions) {
    const { farEnd, memory, publish, metrics, log, signal } = options;
    this.#options = options;
    this.#alarms = new Alarms(log);
    this.#sync = new CatalogueSync({
      farEnd,
      memory,
      hashOf: canonicalHash,
      publish,
      tries: TRIES,
      backoff: { firstMs: Math.min(options.retryMs, 1000), capMs: 10_000 },
      signal,
      onWrite: (write, { uuid, title }) => {
        metrics.pushes.inc({ outcome: write });
        log.info({ uuid, title }, write);
      },
      onFault: ({ state }) => metrics.pushes.inc({ outcome: state }),
    });
    metrics.show(memory.state);
  }

  /** True when every record is as it should be or waits for a reviewer; else why not. */
  state(): true | string {
    if (this.#recordsFault !== undefined) return this.#recordsFault;
    const { farEnd, records } = this.#options.memory.state;
    if (farEnd.state !== 'ok' && farEnd.state !== 'no-review-right') return `${farEnd.state}: ${farEnd.message}`;
    const bad = Object.values(records).filter(({ state }) => !isWell(state) && !WAITING.has(state));
    if (bad.length === 0) return true;
    const [{ title, state, message }] = bad;
    return `'${title}' ${state}: ${message}${bad.length > 1 ? `, and ${bad.length - 1} more` : ''}`;
  }

  /** One round, and when the next is due. Rejects only with the reason of the signal, and with what nobody foresaw. */
  async round(): Promise<NextTime> {
    const { memory, metrics, intervalMs, log } = this.#options;
    const nowMs = performance.now();
    const recheckAll = nowMs - this.#comparedMs >= intervalMs;
    let report: RoundReport;
    try {
      const records = await this.#options.recordsOf();
      // A restart is how somebody says that what was refused shall be sent again.
      report = await this.#sync.round(records, { recheckAll, retryRefused: this.#isFirst });
      this.#isFirst = false;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      const message = (error as Error).message;
      if (this.#recordsFault !== message) {
        log.error({ reason: 'records-unreadable', err: error }, `the records cannot be pushed: ${message}`);
      }
      this.#recordsFault = message;
      return this.#afterFailure(true);
    }
    this.#recordsFault = undefined;
    if (recheckAll && report.fault === undefined) this.#comparedMs = nowMs;
    metrics.show(memory.state);
    this.#alarms.settle(memory.state);
    if (report.fault !== undefined) return this.#afterFailure(report.fault.isPassing, report.fault.retryAfterMs);
    if (report.isRetrying) return { ...this.#afterFailure(true), mayHasten: true };
    this.#failures = 0;
    return { waitMs: intervalMs, mayHasten: true };
  }

  #afterFailure(isPassing: boolean, atLeastMs = 0): NextTime {
    const { retryMs, intervalMs } = this.#options;
    const backoff = isPassing
      ? { firstMs: retryMs, capMs: LONGEST_PASSING_MS }
      : { firstMs: retryMs * 6, capMs: LONGEST_STANDING_MS };
    const waitMs = Math.max(atLeastMs, backoffMs(this.#failures++, backoff));
    return { waitMs: Math.min(waitMs, Math.max(intervalMs, retryMs)), mayHasten: false };
  }
}

const WAITING: ReadonlySet<string> = new Set(['awaiting-review', 'orphan']);
