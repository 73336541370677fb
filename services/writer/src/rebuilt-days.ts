/** Days computed from the raw archive: the slow path of the writer. */
import { isoDay, type RawRun } from '@emso/core';
import {
  type DayForm,
  type DayProducts,
  type DonorRows,
  type DonorsRead,
  datView,
  donorPlans,
  donorRawDaysOf,
  NO_DONORS,
  rawDaysOf,
  readDonor,
  rebuildDays,
  type SensorPlan,
} from '@emso/pipeline';
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
   * packets come late, its own or a donor's, every rebuild reads all later raw days: many share one reading.
   */
  get bundle(): number {
    return [this.#plan, ...donorPlans(this.#plan)].every(({ byReception }) => byReception) ? 1 : 100;
  }

  /** The days in order, one after the other. */
  async *of(days: readonly number[], form: DayForm): AsyncGenerator<RebuiltDay> {
    if (days.length === 0) return;
    const { first, last } = spanOf(days.map((day) => rawDaysOf(this.#plan, day)));
    const run = await this.#archive.read(this.#plan, first, last);
    const donors = form === 'sealed' ? await this.#readDonors(days) : NO_DONORS;
    for (const products of rebuildDays(this.#plan, days, run, form, donors)) {
      const { day } = products;
      const own = first === last ? run : await this.#archive.read(this.#plan, day, day);
      this.#report(products);
      yield { ...products, run, ...(own.count > 0 && { dat: datView(own) }) };
    }
  }

  /** One day as it is when it is sealed. */
  async sealed(day: number): Promise<RebuiltDay> {
    const [products] = await Array.fromAsync(this.of([day], 'sealed'));
    return products;
  }

  async #readDonors(days: readonly number[]): Promise<DonorsRead> {
    const read = new Map<string, DonorRows>();
    for (const donor of donorPlans(this.#plan)) {
      const { first, last } = spanOf(days.map((day) => donorRawDaysOf(donor, day)));
      read.set(donor.sensor.id, readDonor(donor, await this.#archive.read(donor, first, last)));
    }
    return read;
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

/** All the raw days within any of the bounds, and those between. */
function spanOf(bounds: readonly { readonly first: number; readonly last: number }[]): { first: number; last: number } {
  return {
    first: Math.min(...bounds.map(({ first }) => first)),
    last: Math.max(...bounds.map(({ last }) => last)),
  };
}
