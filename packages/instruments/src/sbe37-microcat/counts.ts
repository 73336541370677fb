/** Columns of counts: what raw lines carry until a calibration sheet says what it means. */
import { COUNT_FIELDS, type FieldCode } from './settings.ts';

/** Names of the columns, in the order in which lines carry them. Conductivity is a frequency in Hz, the oxygen phase µs, its thermistor V. */
export const COUNT_COLUMNS = [
  'temperature_counts',
  'conductivity_hz',
  'pressure_counts',
  'pressure_temperature_counts',
  'oxygen_phase_us',
  'oxygen_thermistor_v',
] as const;
export type CountColumn = (typeof COUNT_COLUMNS)[number];

const OF_FIELD: Partial<Record<FieldCode, readonly CountColumn[]>> = {
  TEMP: ['temperature_counts'],
  CNDC: ['conductivity_hz'],
  PRES: ['pressure_counts', 'pressure_temperature_counts'],
  DOX1: ['oxygen_phase_us', 'oxygen_thermistor_v'],
};

/** The columns that lines with these quantities fill; without quantities, all that a line may fill. */
export function countColumns(fields: readonly (FieldCode | null)[] | undefined): readonly CountColumn[] {
  return (fields ?? COUNT_FIELDS).flatMap((code) => (code === null ? [] : (OF_FIELD[code] ?? [])));
}
