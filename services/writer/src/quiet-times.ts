/** Since when nothing came for a day: a day is sealed when that is long enough ago. */
import { DAY_MS } from '@emso/core';
import type { DayFiles } from './day-files.ts';

export class QuietTimes {
  readonly #files: DayFiles;
  /** When this process last saw something for a day, epoch ms. */
  readonly #touchedMs = new Map<number, number>();

  constructor(files: DayFiles) {
    this.#files = files;
  }

  touch(day: number, nowMs: number): void {
    this.#touchedMs.set(day, nowMs);
  }

  forget(day: number): void {
    this.#touchedMs.delete(day);
  }

  /** True when the day is over, and nothing has come for it, for `graceMs`. */
  async isQuiet(day: number, nowMs: number, graceMs: number): Promise<boolean> {
    // A clock that was ahead for a while must not hold up sealing until it would have been right.
    const changedMs = await this.#files.lastChangeMs(day);
    const lastMs = Math.max(changedMs > nowMs ? 0 : changedMs, this.#touchedMs.get(day) ?? 0);
    return nowMs - Math.max((day + 1) * DAY_MS, lastMs) >= graceMs;
  }
}
