/** Days computed from the raw archive: the slow path of the writer. */
import { isoDay, type RawRun } from '@emso/core';
import { type DayForm, type DayProducts, datView, rawDaysOf, rebuildDays, type SensorPlan } from '@emso/pipeline';
import type { Log } from '@emso/runtime';
import type { RawArchive } from './raw-archive.ts';

export type RebuiltDay = DayProducts & {
  /** The records it was made of, as they lie in the archive; those of other days may be among them. */
  readonly run: RawRun;
  /** The historical view of what was received on the day; absent when nothing was. */
  readonly dat?: Uint8Array;
};

export class RebuiltDays {
  readonly #plan: SensorPlan;
  readonly #archive: RawArchive;
  readonly #log: Log;
  readonly #told = new Set<number>();

  constructor(plan: SensorPlan, archive: RawArchive, log: Log) {
    this.#plan = plan;
    this.#archive = archive;
    this.#log = log;
  }

  /**
   * How many days are best asked for at once. Where a day is one raw file, one: nothing is shared, and others get their turn. Where
   * packets come late every rebuild reads all later raw days: many share one reading.
   */
  get bundle(): number {
    return this.#plan.byReception ? 1 : 100;
  }

  /** The days in order, one after the other. */
  async *of(days: readonly number[], form: DayForm): AsyncGenerator<RebuiltDay> {
    if (days.length === 0) return;
    const bounds = days.map((day) => rawDaysOf(this.#plan, day));
    const first = Math.min(...bounds.map((each) => each.first));
    const last = Math.max(...bounds.map((each) => each.last));
    const run = await this.#archive.read(this.#plan, first, last);
    for (const products of rebuildDays(this.#plan, days, run, form)) {
      const { day } = products;
      const own = first === last ? run : await this.#archive.read(this.#plan, day, day);
      this.#report(products);
      yield { ...products, run, ...(own.count > 0 && { dat: datView(own) }) };
    }
  }

  /** Records that no deployment covers are kept and counted; somebody has to say where the instrument was (PROMISE 15). */
  #report({ day, content }: DayProducts): void {
    const records = content.outsideDeployments;
    if (records === 0 || this.#told.has(day)) return;
    this.#told.add(day);
    this.#log.warn(
      { reason: 'outside-deployments', day: isoDay(day), records },
      'records were received outside every deployment: decoded by the settings of the nearest one; correct the deployments in the site file',
    );
  }
}
