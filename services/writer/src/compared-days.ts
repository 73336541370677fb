/**
 * The files of declared comparisons: made again whenever a day of one of their sensors was sealed, from the sealed CSV files alone. What
 * is due is not remembered on disk: at the start every sealed day is due, and files that are right are left alone. So changed
 * thresholds, a new comparison and a crash between two files all end in the same tree.
 */
import { isoDay } from '@emso/core';
import { compareDay, type PlannedComparison } from '@emso/pipeline';
import type { Metrics } from '@emso/runtime';
import { replaceFile } from './data-root.ts';
import type { SensorDays } from './sensor-days.ts';
import { inTurns } from './turns.ts';

/** A sensor's sealed days, as far as comparisons look at them. */
export type SealedCsvs = Pick<SensorDays, 'sealedDays' | 'sealedCsv'>;

export interface ComparedDaysOptions {
  readonly planned: readonly PlannedComparison[];
  /** By sensor id. */
  readonly days: ReadonlyMap<string, SealedCsvs>;
  readonly root: string;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

export class ComparedDays {
  readonly #options: ComparedDaysOptions;
  readonly #due = new Map<PlannedComparison, Set<number>>();
  /** The latest instant of each comparison that its metric is of. */
  readonly #latestMs = new Map<PlannedComparison, number>();
  readonly #inTurn = inTurns();

  constructor(options: ComparedDaysOptions) {
    this.#options = options;
    for (const planned of options.planned) this.#due.set(planned, new Set());
  }

  /** Every sealed day is due. */
  expectAll(): void {
    for (const [planned, due] of this.#due) {
      for (const { id } of planned.sensors)
        for (const day of this.#options.days.get(id)?.sealedDays() ?? []) due.add(day);
    }
  }

  /** A day of a sensor was sealed: what compares it is due. */
  sealed(sensor: string, day: number): void {
    for (const [planned, due] of this.#due) if (planned.sensors.some(({ id }) => id === sensor)) due.add(day);
  }

  /**
   * Makes what is due, or what of it is of these days, the latest first. A fault leaves its day due; the first one is thrown when all
   * others are done. Each file is a turn of its own: who asks for a day just sealed does not wait for all the years of a start.
   */
  async work(only?: ReadonlySet<number>): Promise<void> {
    const faults: unknown[] = [];
    for (const [planned, due] of this.#due) {
      for (const day of [...due].sort((a, b) => b - a)) {
        if (only?.has(day) === false) continue;
        if (this.#options.signal.aborted) return;
        await this.#inTurn(() => this.#makeIfDue(planned, due, day)).catch((cause: unknown) => {
          faults.push(new Error(`comparison ${planned.comparison.id} of ${isoDay(day)}: ${String(cause)}`, { cause }));
        });
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  async #makeIfDue(planned: PlannedComparison, due: Set<number>, day: number): Promise<void> {
    // Before it is read: a sealing meanwhile makes it due again.
    if (!due.delete(day)) return;
    try {
      await this.#make(planned, day);
    } catch (error) {
      due.add(day);
      throw error;
    }
  }

  async #make(planned: PlannedComparison, day: number): Promise<void> {
    const { days, root, metrics } = this.#options;
    const files = new Map<string, Uint8Array>();
    for (const { id } of planned.sensors) {
      const csv = await days.get(id)?.sealedCsv(day);
      if (csv !== undefined) files.set(id, csv);
    }
    const made = compareDay(planned, day, files);
    if (made === undefined) return;
    const comparison = planned.comparison.id;
    const written = await replaceFile(root, made.path, made.csv);
    if (written) for (const { flag } of made.rows) metrics.comparisonFlags.inc({ comparison, flag: String(flag) });
    const last = made.rows.at(-1);
    if (last === undefined || last.timeMs < (this.#latestMs.get(planned) ?? Number.NEGATIVE_INFINITY)) return;
    this.#latestMs.set(planned, last.timeMs);
    metrics.comparisonDifference.set({ comparison }, last.difference);
  }
}
