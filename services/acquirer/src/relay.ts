/** Whose a line of a relay is. */
import { envelopeOpener } from '@emso/core';
import type { HeardSensor } from './endpoints.ts';
import type { ReceivedRecord } from './line-source.ts';

/**
 * A function that finds the place among `sensors` of the one that a record is addressed to; undefined when there is none. The
 * sensors have one envelope but for the address; without addresses all records are of the only sensor, and there is no function.
 */
export function sensorByAddress(
  sensors: readonly HeardSensor[],
): ((record: ReceivedRecord) => number | undefined) | undefined {
  const { envelope } = sensors[0];
  if (envelope?.address === undefined) return undefined;
  const open = envelopeOpener(envelope);
  const places = new Map(sensors.map((sensor, place) => [sensor.envelope?.address, place]));
  return ({ kind, bytes }) => {
    // The tail of a cut line can look like a line of another address: `105:…` without its first digit.
    if (kind !== 'line') return undefined;
    const address = open(bytes, 0, bytes.length)?.address;
    return address === undefined ? undefined : places.get(address);
  };
}
