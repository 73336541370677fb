/** From the units a MicroCAT may be set to print to those of the parameter table. */
import { rounder } from '@emso/core';
import type { FieldCode, Settings } from './settings.ts';

/** 1 S/m = 10 mS/cm = 10 000 µS/cm: the point moves by so many digits, and the printed value stays exact. */
const CONDUCTIVITY_SHIFT = { 'S/m': 0, 'mS/cm': 1, 'uS/cm': 4 } as const;

/** Sea-Bird's own factor from psi to dbar, the one used for every MicroCAT. */
export const DBAR_PER_PSI = 0.6894759;

/** By how many digits the point of a printed field moves to the left. */
export function shiftOf(code: FieldCode | null, settings: Settings): number {
  return code === 'CNDC' ? CONDUCTIVITY_SHIFT[settings.conductivityUnit ?? 'S/m'] : 0;
}

/** To the table's unit, rounded to the table's digits; undefined where the line already has that unit. */
export function conversionOf(code: FieldCode | null, settings: Settings): ((value: number) => number) | undefined {
  const rounded = (convert: (value: number) => number): ((value: number) => number) => {
    const round = rounder(code!);
    return (value) => round(convert(value));
  };
  if (code === 'TEMP' && settings.temperatureUnit === 'degF') return rounded((value) => ((value - 32) * 5) / 9);
  if (code === 'PRES' && settings.pressureUnit === 'psi') return rounded((value) => value * DBAR_PER_PSI);
  if (code === 'DOX1' && settings.oxygenUnit === 'mg/l') return rounded((value) => value / 1.42903);
  if (code === 'DOX1' && settings.oxygenUnit === 'umol/l') return rounded((value) => value / 44.6596);
  return undefined;
}
