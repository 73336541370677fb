/** Comparisons of a site file that cannot be: each value is checked against what its sensor gives. */
import { type Comparison, comparedCodes, type Observatory, type PlacedFault, sensorsOf } from '@emso/core';
import { INSTRUMENTS } from '@emso/instruments';
import type { Offer } from './donor-faults.ts';

/** The faults of every comparison; `offers` by sensor id. */
export function comparisonFaults(observatory: Observatory, offers: ReadonlyMap<string, Offer>): PlacedFault[] {
  const models = new Map(sensorsOf(observatory).map(({ sensor }) => [sensor.id, sensor.model]));
  const sensorFault = (id: string): string | undefined => {
    const model = models.get(id);
    if (model === undefined) return `expected the id of a sensor of this file, found '${id}'`;
    return INSTRUMENTS.has(model) ? undefined : `expected a sensor whose model is installed, found '${id}', a ${model}`;
  };
  return observatory.comparisons.flatMap((comparison, c) =>
    sidesOf(comparison).flatMap(({ sensor, at, codeAt }): PlacedFault[] => {
      const message = sensorFault(sensor);
      if (message !== undefined) return [{ path: ['comparisons', c, ...at], message }];
      // A sensor with faults of its own is listed with those.
      const codes = offers.get(sensor)?.codes;
      const missing = comparedCodes(comparison, sensor).filter((code) => codes !== undefined && !codes.has(code));
      if (missing.length === 0) return [];
      const found = `found '${sensor}', which gives ${[...codes!].join(', ')}`;
      return [
        {
          path: ['comparisons', c, ...codeAt],
          message: `expected a sensor that gives ${missing.join(', ')}, ${found}`,
        },
      ];
    }),
  );
}

interface Side {
  readonly sensor: string;
  /** Where the sensor stands below the comparison, and where the parameter does. */
  readonly at: readonly (string | number)[];
  readonly codeAt: readonly (string | number)[];
}

function sidesOf(comparison: Comparison): Side[] {
  if (comparison.kind === 'levels') {
    return comparison.sensors.map((sensor, i) => ({ sensor, at: ['sensors', i], codeAt: ['sensors', i] }));
  }
  return (['of', 'against'] as const).map((name) => ({
    sensor: comparison[name].sensor,
    at: [name, 'sensor'],
    codeAt: [name, 'parameter'],
  }));
}
