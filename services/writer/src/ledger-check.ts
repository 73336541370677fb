/**
 * The writer's own look at its ledger: do raw records, CSV, NetCDF and manifest of each day agree? A share of the days a time,
 * between other work: ten years of days must not be read at once.
 */
import { isoDay } from '@emso/core';
import { auditSettled, type SensorPlan } from '@emso/pipeline';
import { type Log, type Metrics, pause } from '@emso/runtime';
import type { DayFiles } from './day-files.ts';

/** The latest days are looked at every time. */
const LATEST_DAYS = 40;
/** The older ones once in so many times. */
const SHARES = 30;
/** Between two readings of a day that is being written, and between days. */
const SETTLE_MS = 500;

export class LedgerCheck {
  readonly #plan: SensorPlan;
  readonly #files: DayFiles;
  readonly #log: Log;
  readonly #metrics: Metrics;
  /** Days that disagreed when they were last looked at. */
  readonly #wrong = new Set<number>();
  #round = 0;

  constructor(plan: SensorPlan, files: DayFiles, log: Log, metrics: Metrics) {
    this.#plan = plan;
    this.#files = files;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Looks at the latest days, those that disagreed, and a share of the others; sets the metric. What `isDirty` is about to be written anew. */
  async look(nowMs: number, signal: AbortSignal, isDirty: (day: number) => boolean = () => false): Promise<void> {
    const days = await this.#files.days();
    const share = this.#round++ % SHARES;
    const latest = new Set(days.slice(-LATEST_DAYS));
    for (const day of days) {
      if (signal.aborted) return;
      if (!latest.has(day) && !this.#wrong.has(day) && day % SHARES !== share) continue;
      if (isDirty(day)) continue;
      await this.#lookAt(day, nowMs, signal);
      this.#measure();
    }
    const there = new Set(days);
    for (const day of this.#wrong) if (!there.has(day)) this.#wrong.delete(day);
    this.#measure();
  }

  async #lookAt(day: number, nowMs: number, signal: AbortSignal): Promise<void> {
    let readings = 0;
    const read = async () => {
      if (readings++ > 0) await pause(SETTLE_MS, signal);
      return this.#files.layers(day);
    };
    const { mismatches } = await auditSettled(this.#plan, day, read, nowMs);
    // A stop cuts the pauses short: what it found then may be half a write.
    if (signal.aborted) return;
    if (mismatches.length === 0) {
      this.#wrong.delete(day);
      return;
    }
    if (!this.#wrong.has(day)) {
      this.#log.error(
        { reason: 'ledger', day: isoDay(day), mismatches },
        'the layers of a day do not agree: see emso ledger; check the disk, and who else writes here',
      );
    }
    this.#wrong.add(day);
  }

  #measure(): void {
    this.#metrics.ledgerMismatches.set({ sensor: this.#plan.sensor.id }, this.#wrong.size);
  }
}
