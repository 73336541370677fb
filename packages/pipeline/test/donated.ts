/** An optode that takes salinity and pressure from a MicroCAT beside it, for tests of donors. */
import { DAY_MS, type Observatory, type RawRecord, type RawRun, sessionId } from '@emso/core';
import type { ImportRow } from '@emso/products';
import { type DonorsRead, readDonor } from '../src/donors.ts';
import { planObservatory, type SensorPlan } from '../src/plan.ts';
import { deployment, type Facts, sensorFacts, site, WITH_SALINITY } from './plans.ts';
import { ascii, DAY, record } from './streams.ts';

export const BOTH: Facts = { salinity: 'microcat', pressure: 'microcat' };

/** The MicroCAT prints its salinity; a value every two minutes, so that it is taken within six. */
export function donorFacts(facts: Facts = {}): Facts {
  return sensorFacts({ deployments: [deployment({ settings: WITH_SALINITY })], ...facts });
}

export function optodeFacts(facts: Facts = {}): Facts {
  return {
    id: 'oxygen',
    model: 'aanderaa-optode',
    prefix: 'OXYGEN',
    folder: 'Emso_Oxygen',
    dataset: 'Oxygen',
    cadenceMs: 60_000,
    deployments: [deployment({ settings: { storedSalinity: 0 } })],
    donors: BOTH,
    ...facts,
  };
}

/** Constants that no donor's value can be taken for. */
export const CONSTANTS: Facts = {
  siteConstants: [{ validFrom: '2017-01-01T00:00:00Z', salinity: 30, pressureDbar: 100 }],
};

export interface Pair {
  readonly donor: SensorPlan;
  readonly optode: SensorPlan;
}

export const observatoryOf = (
  donor: Facts = donorFacts(),
  optode: Facts = optodeFacts(),
  platform: Facts = CONSTANTS,
) =>
  // The dependent first: the order of the file is nobody's business.
  site([optode, donor], platform);

export function pairOf(observatory: Observatory = observatoryOf()): Pair {
  const [optode, donor] = planObservatory(observatory).plans;
  return { donor, optode };
}

/** An optode's record: always 200 umol/l at 13.29 degC. */
export function oxygen(seq: number, receivedMs: number): RawRecord {
  const bytes = ascii('4831\t379\t200.000\t65.000\t13.290\r');
  return { session: sessionId(DAY * DAY_MS, '0000000f'), seq, receivedMs, kind: 'line', bytes };
}

/** A line of the donor: 13.29 degC and 4.59963 S/m, which are not looked at, then pressure and salinity. */
export const line = (seq: number, receivedMs: number, salinity: number, pressure = 2505.6): RawRecord =>
  record(seq, receivedMs, `13.2900, 4.59963, ${pressure.toFixed(3)}, ${salinity.toFixed(4)}\r`);

/** The same, as an import brings it. */
export const importRow = ({ receivedMs, bytes, seq }: RawRecord): ImportRow => ({
  importId: `dat/${new Date(receivedMs - (receivedMs % 1000)).toISOString().slice(0, 19)}Z/${String(seq).padStart(16, '0')}/1`,
  receivedMs: receivedMs - (receivedMs % 1000),
  bytes,
});

/** What the donor's records give. */
export const readOf = ({ donor }: Pick<Pair, 'donor'>, run: RawRun): DonorsRead =>
  new Map([[donor.sensor.id, readDonor(donor, run)]]);
