/**
 * What a sensor takes from another one: the salinity and pressure that compensate an optode's oxygen, as a MicroCAT beside it
 * measured them (PROMISE 17). Donors are read when a day is sealed; while it is open, what waits for them is empty.
 */
import { createHash } from 'node:crypto';
import { type Batch, createRawRun, dayOf, deploymentAt, FLAG, type RawRun, type Sensor } from '@emso/core';
import { canonicalOrder, rawDigest } from '@emso/products';
import { qualify } from '@emso/qc';
import type { RawDigest } from './day.ts';
import { NO_SHARE, sharesByDay } from './day-share.ts';
import { decodeRun } from './decode-run.ts';
import { applyExpertFlags } from './expert-flags.ts';
import { nearest } from './nearest.ts';
import { withoutPairedImports } from './pairing.ts';
import type { SensorPlan } from './plan.ts';
import type { DonatedFacts } from './site-facts.ts';
import { daysInReach, donorReachMs } from './touched-days.ts';

/** Something that can be donated. */
interface Donation {
  /** As the site file names it. */
  readonly wanted: keyof NonNullable<Sensor['donors']>;
  readonly fact: keyof DonatedFacts;
  readonly words: string;
  /** The parameter that gives it. */
  readonly code: string;
}

export const DONATIONS: readonly Donation[] = [
  { wanted: 'salinity', fact: 'salinity', words: 'salinity', code: 'PSAL' },
  { wanted: 'pressure', fact: 'pressureDbar', words: 'sea pressure', code: 'PRES' },
];

/** A sensor that gives something to another one. */
export interface Donor extends Donation {
  readonly plan: SensorPlan;
}

/** A donor's raw records, decoded once for however many days take values from them. */
export interface DonorRows {
  /** By parameter. */
  readonly series: ReadonlyMap<string, Series>;
  /** Digest of the records that a day of the donor is made of. */
  readonly digestOf: (day: number) => string;
}

/** Good values of one parameter, in order of time. */
interface Series {
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly received: Float64Array;
}

/** By sensor id of the donor; one that is not there has given nothing. */
export type DonorsRead = ReadonlyMap<string, DonorRows>;

export const NO_DONORS: DonorsRead = new Map();

/** The donors of a sensor among those `planned`. Throws when one is not: `settingsFaults` would have said so. */
export function donorsOf({ id, donors }: Sensor, planned: ReadonlyMap<string, SensorPlan>): Donor[] {
  return DONATIONS.flatMap((donation) => {
    const donor = donors?.[donation.wanted];
    if (donor === undefined) return [];
    const plan = planned.get(donor);
    if (plan !== undefined) return { ...donation, plan };
    const found = `found '${donor}', which cannot be one: check the site file`;
    throw new Error(`donors of ${id}: expected ${donation.wanted} from a sensor that can be planned, ${found}`);
  });
}

/** How donated facts come about, for the files' metadata. */
export function donatedFacts(donors: readonly Donor[]): DonatedFacts {
  return Object.fromEntries(
    donors.map(({ fact, words, code, plan }) => [
      fact,
      `${words} as measured by ${plan.sensor.id} (${code}, the good value nearest in time within ` +
        `${donorReachMs(plan) / 1000} s, else none; filled when the day is sealed`,
    ]),
  );
}

/** The facts that a sensor wants from donors, whether they can give them or not. */
export function wantedFacts({ donors = {} }: Sensor): DonatedFacts {
  const wanted = DONATIONS.filter((donation) => donors[donation.wanted] !== undefined);
  return Object.fromEntries(wanted.map(({ fact, words }) => [fact, words]));
}

/** The sensors that a plan takes anything from, each once. */
export function donorPlans({ donors }: SensorPlan): SensorPlan[] {
  return [...new Set(donors.map(({ plan }) => plan))];
}

/**
 * Decodes and qualifies the raw records of a donor (`donorRawDaysOf`); the records of more days do no harm. Only values flagged
 * good, at times flagged good, are given on.
 */
export function readDonor(plan: SensorPlan, run: RawRun, digest: RawDigest = rawDigest): DonorRows {
  const order = withoutPairedImports(run, canonicalOrder(run).order);
  const decoded = decodeRun(plan, run, order);
  const { batch } = decoded;
  qualify(batch, plan.tests, 0, batch.count);
  applyExpertFlags(batch, plan.expertFlags);
  const shares = sharesByDay(run, order, decoded);
  return {
    series: new Map(DONATIONS.map(({ code }) => [code, seriesOf(plan, batch, code)])),
    digestOf: (day) => digest(run, (shares.get(day) ?? NO_SHARE).records),
  };
}

function seriesOf(plan: SensorPlan, batch: Batch, code: string): Series {
  const column = batch.codes.indexOf(code);
  const rows: number[] = [];
  for (let row = 0; column >= 0 && row < batch.count; row++) {
    if (batch.flags[column][row] === FLAG.good && batch.timeFlag[row] === FLAG.good) rows.push(row);
  }
  const air = (row: number): number => (code === 'PRES' ? airOf(plan, batch.received[row]) : 0);
  return {
    time: Float64Array.from(rows, (row) => batch.time[row]),
    value: Float64Array.from(rows, (row) => batch.values[column][row] - air(row)),
    received: Float64Array.from(rows, (row) => batch.received[row]),
  };
}

/** What of a pressure received at a time is the air above the water, dbar. */
function airOf({ sensor, deployments }: SensorPlan, receivedMs: number): number {
  return deployments[deploymentAt(sensor, receivedMs).index].derivation.airDbar;
}

/**
 * Fills the columns of rows that wait for donors, and gives the latest reception among the donors' values that rows of `day` took:
 * they contribute to it too. `-Infinity` when none was.
 */
export function fillFromDonors(plan: SensorPlan, batch: Batch, day: number, read: DonorsRead): number {
  let lastReceivedMs = Number.NEGATIVE_INFINITY;
  const sources = plan.donors.map(({ fact, code, plan: donor }) => ({
    fact,
    series: read.get(donor.sensor.id)?.series.get(code),
    reachMs: donorReachMs(donor),
  }));
  const donatedAt = (timeMs: number): Partial<Record<keyof DonatedFacts, number>> => {
    const facts: Partial<Record<keyof DonatedFacts, number>> = {};
    for (const { fact, series, reachMs } of sources) {
      const at = series === undefined ? -1 : nearest(series.time, timeMs, reachMs);
      facts[fact] = at < 0 ? Number.NaN : series!.value[at];
      if (at >= 0 && dayOf(timeMs) === day) lastReceivedMs = Math.max(lastReceivedMs, series!.received[at]);
    }
    return facts;
  };
  for (let from = 0; from < batch.count; ) {
    const { index } = deploymentAt(plan.sensor, batch.received[from]);
    let to = from + 1;
    while (to < batch.count && deploymentAt(plan.sensor, batch.received[to]).index === index) to++;
    plan.deployments[index].derivation.applyDonated(batch, from, to, donatedAt);
    from = to;
  }
  return lastReceivedMs;
}

/** The digest of all that a sealed day is made of: its own records, and those of its donors' days within reach. */
export function digestWithDonors(own: string, plan: SensorPlan, day: number, read: DonorsRead): string {
  if (plan.donors.length === 0) return own;
  const hash = createHash('sha256').update(own);
  for (const donor of donorPlans(plan)) {
    const rows = read.get(donor.sensor.id) ?? NOTHING;
    for (const each of daysInReach(donor, day)) hash.update(`\n${donor.sensor.id} ${rows.digestOf(each)}`);
  }
  // Historical rows have no record ids, which the digest of a day that is read from them says.
  return `${own.startsWith('dat:') ? 'dat:' : ''}${hash.digest('hex')}`;
}

const NO_RECORDS = rawDigest(createRawRun(new Uint8Array(0), 0), new Int32Array(0));
const NOTHING: DonorRows = { series: new Map(), digestOf: () => NO_RECORDS };
