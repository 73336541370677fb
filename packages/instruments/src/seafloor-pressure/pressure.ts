/** From what a line prints to absolute pressure in dbar. */
import { rounder } from '@emso/core';

/**
 * Units a gauge may be set to: the decimal point moves by `shift` digits to the left, which is exact, or the value is
 * multiplied.
 */
const UNITS = {
  dbar: { shift: 0 },
  psi: { factor: 0.6894757 },
  bar: { factor: 10 },
  mbar: { shift: 2 },
  hPa: { shift: 2 },
  kPa: { shift: 1 },
  MPa: { factor: 100 },
} as const satisfies Record<string, { readonly shift: number } | { readonly factor: number }>;

export type PressureUnit = keyof typeof UNITS;
export const PRESSURE_UNITS = Object.keys(UNITS) as PressureUnit[];

/** `absolute`: the air above the sea is in the value. `sea`: it was taken off. */
export const PRESSURE_KINDS = ['absolute', 'sea'] as const;
export type PressureKind = (typeof PRESSURE_KINDS)[number];

/** The standard atmosphere, which seafloor gauges take off (a MicroCAT takes 14.7 psi). */
const AIR_DBAR = 10.1325;

export interface PressureScale {
  /** To be given to `scanDecimal`. */
  readonly shift: number;
  /** The scanned value as absolute pressure, dbar. */
  readonly convert: (value: number) => number;
}

/** How values of this unit and kind become absolute pressure: exact where only the point moves, else rounded once. */
export function pressureScale(unit: PressureUnit, kind: PressureKind): PressureScale {
  const found: { readonly shift?: number; readonly factor?: number } = UNITS[unit];
  const { shift = 0, factor = 1 } = found;
  if (factor === 1 && kind === 'absolute') return { shift, convert: (value) => value };
  const round = rounder('PRES');
  const air = kind === 'sea' ? AIR_DBAR : 0;
  return { shift, convert: (value) => round(value * factor + air) };
}
