/** Donors of a site file that cannot be: each wish is checked against what the other sensor gives. */
import { type Observatory, type PlacedFault, sensorsOf } from '@emso/core';
import { INSTRUMENTS } from '@emso/instruments';
import { DONATIONS } from './donors.ts';

/** What a sensor of the site file gives, whose own settings are right. */
export interface Offer {
  /** Codes of all its deployments, measured and computed. */
  readonly codes: ReadonlySet<string>;
  /** Those that wait for donors. */
  readonly waiting: ReadonlySet<string>;
}

/** The faults of every `donors`; `offers` by sensor id. Donors have none themselves, so that nobody can wait for itself. */
export function donorFaults(observatory: Observatory, offers: ReadonlyMap<string, Offer>): PlacedFault[] {
  const faults: PlacedFault[] = [];
  const sensors = new Map(sensorsOf(observatory).map(({ sensor }) => [sensor.id, sensor]));
  const faultOf = (sensorId: string, donorId: string, code: string): string | undefined => {
    const donor = sensors.get(donorId);
    if (donorId === sensorId) return `expected another sensor, found the sensor itself`;
    if (donor === undefined) return `expected the id of a sensor of this file, found '${donorId}'`;
    if (donor.donors !== undefined) return `expected a sensor without donors of its own, found '${donorId}', which has`;
    if (!INSTRUMENTS.has(donor.model)) {
      return `expected a sensor whose model is installed, found '${donorId}', a ${donor.model}`;
    }
    const codes = offers.get(donorId)?.codes;
    if (codes === undefined || codes.has(code)) return undefined;
    return `expected a sensor that gives ${code}, found '${donorId}', which gives ${[...codes].join(', ')}`;
  };
  observatory.platforms.forEach((platform, p) => {
    platform.sensors.forEach(({ id, donors }, s) => {
      if (donors === undefined) return;
      const at = ['platforms', p, 'sensors', s, 'donors'];
      for (const { wanted, code } of DONATIONS) {
        const donor = donors[wanted];
        const message = donor === undefined ? undefined : faultOf(id, donor, code);
        if (message !== undefined) faults.push({ path: [...at, wanted], message });
      }
      if (offers.get(id)?.waiting.size !== 0) return;
      const message =
        'expected donors only where they are used: for an optode (DOXY, DOXY_TEMP and its stored salinity), whose salinity ' +
        'and pressure each come from a donor or from the siteConstants of the platform, found that nothing here uses them';
      faults.push({ path: at, message });
    });
  });
  return faults;
}
