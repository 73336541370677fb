/** Calibration sheets of a MicroCAT, and the quantities they make of counts. */
import { type Batch, rounder } from '@emso/core';
import { SP_from_C } from '@emso/seawater';
import { z } from 'zod';
import type { Calibration } from '../define.ts';
import { COUNT_COLUMNS, countColumns } from './counts.ts';
import { conductivityOf, oxygenOf, oxygenTemperatureOf, pressureOf, temperatureOf } from './equations.ts';
import { COUNT_FIELDS, formOf, type Settings } from './settings.ts';

/** The names of a group's coefficients, as sheets and header lines spell them, in lower case. */
export const GROUPS = {
  temperature: ['a0', 'a1', 'a2', 'a3'],
  conductivity: ['g', 'h', 'i', 'j', 'pcor', 'tcor', 'wbotc'],
  pressure: [
    'pa0',
    'pa1',
    'pa2',
    'ptempa0',
    'ptempa1',
    'ptempa2',
    'ptca0',
    'ptca1',
    'ptca2',
    'ptcb0',
    'ptcb1',
    'ptcb2',
  ],
  oxygen: ['a0', 'a1', 'a2', 'b0', 'b1', 'c0', 'c1', 'c2', 'e', 'ta0', 'ta1', 'ta2', 'ta3'],
} as const;
export type GroupName = keyof typeof GROUPS;

function numbers<Name extends GroupName>(name: Name) {
  const shape = Object.fromEntries(GROUPS[name].map((coefficient) => [coefficient, z.number()]));
  return shape as Record<(typeof GROUPS)[Name][number], z.ZodNumber>;
}

/** Says which group is missing, and why: a bare "expected object" says nothing to who copies a sheet into the site file. */
function needed(name: GroupName) {
  return (issue: { input?: unknown }): string | undefined =>
    issue.input === undefined
      ? `expected the ${name} coefficients ${GROUPS[name].join(', ')}, found none: every line of counts needs them`
      : undefined;
}

export const coefficientsSchema = z.strictObject({
  temperature: z.strictObject(numbers('temperature'), { error: needed('temperature') }),
  conductivity: z.strictObject(numbers('conductivity'), { error: needed('conductivity') }),
  /** Needed where lines carry counts of pressure; `poffset` is the offset set in the instrument, dbar. */
  pressure: z.strictObject({ ...numbers('pressure'), poffset: z.number().default(0) }).optional(),
  /** Needed where lines carry counts of an SBE 63. */
  oxygen: z.strictObject(numbers('oxygen')).optional(),
});
export type Coefficients = z.output<typeof coefficientsSchema>;

export const calibration: Calibration<Settings, Coefficients> = {
  coefficients: coefficientsSchema,
  counts: ({ outputFormat, fields }) => (formOf(outputFormat) === 'counts' ? countColumns(fields) : []),
  convert,
};

const ROUND = COUNT_FIELDS.map(rounder);

/**
 * Each quantity from those before it, unrounded: temperature, pressure, conductivity, oxygen. Where one of those is unknown, what
 * depends on it stays missing: conductivity without a pressure, oxygen without a salinity. A guess instead would be wrong by
 * more than the sensor, and not look so.
 */
function convert(sheet: Coefficients, { referencePressure = Number.NaN }: Settings) {
  return (batch: Batch, from: number, to: number): void => {
    const [temperatureCounts, hertz, pressureCounts, pressureTemperature, phase, thermistor] = COUNT_COLUMNS.map(
      (name) => columnOf(batch, name),
    );
    const quantities = COUNT_FIELDS.map((code) => columnOf(batch, code));
    for (let row = from; row < to; row++) {
      const counts = valueAt(temperatureCounts, row);
      if (Number.isNaN(counts)) continue;
      const temperature = temperatureOf(sheet.temperature, counts);
      const measured = valueAt(pressureCounts, row);
      const pressure =
        sheet.pressure === undefined || Number.isNaN(measured)
          ? Number.NaN
          : pressureOf(sheet.pressure, measured, valueAt(pressureTemperature, row));
      // An instrument that measures pressure and has no sheet for it is not at a pressure somebody set.
      const at = Number.isNaN(measured) ? referencePressure : pressure;
      const conductivity = conductivityOf(sheet.conductivity, valueAt(hertz, row), temperature, at);
      let oxygen = Number.NaN;
      if (sheet.oxygen !== undefined) {
        const salinity = SP_from_C(10 * conductivity, temperature, at);
        const water = oxygenTemperatureOf(sheet.oxygen, valueAt(thermistor, row));
        oxygen = oxygenOf(sheet.oxygen, valueAt(phase, row), water, salinity, at);
      }
      put(quantities[0], row, ROUND[0](temperature));
      put(quantities[1], row, ROUND[1](conductivity));
      put(quantities[2], row, ROUND[2](pressure));
      put(quantities[3], row, ROUND[3](oxygen));
    }
  };
}

function columnOf(batch: Batch, name: string): Float64Array | undefined {
  return batch.values[batch.codes.indexOf(name)];
}

function valueAt(column: Float64Array | undefined, row: number): number {
  return column === undefined ? Number.NaN : column[row];
}

function put(column: Float64Array | undefined, row: number, value: number): void {
  if (column !== undefined && Number.isFinite(value)) column[row] = value;
}
