/** Units that a column may be printed in, and what turns them into the unit of the parameter table. */
import { PARAMETERS } from '@emso/core';

/**
 * `shift`: the decimal point moves by so many digits to the left, and the printed value stays exact. `convert`: computed, then
 * rounded to the parameter's digits.
 */
export type Unit = { readonly shift: number } | { readonly convert: (value: number) => number };

const same: Unit = { shift: 0 };
const shifted = (shift: number): Unit => ({ shift });
const times = (factor: number): Unit => ({ convert: (value) => value * factor });

/** By unit of the table, in the spelling of the settings. The first one is the table's own. */
const UNITS: Readonly<Record<string, Readonly<Record<string, Unit>>>> = {
  degC: {
    degC: same,
    degF: { convert: (value) => ((value - 32) * 5) / 9 },
    K: { convert: (value) => value - 273.15 },
  },
  dbar: {
    dbar: same,
    bar: times(10),
    mbar: shifted(2),
    hPa: shifted(2),
    kPa: shifted(1),
    MPa: times(100),
    psi: times(0.6894757),
  },
  'S/m': { 'S/m': same, 'mS/cm': shifted(1), 'uS/cm': shifted(4) },
  'm s-1': { 'm/s': same, 'cm/s': shifted(2), 'mm/s': shifted(3), knot: { convert: (value) => (value * 1852) / 3600 } },
  m: { m: same, cm: shifted(2), mm: shifted(3), ft: times(0.3048) },
  'kg m-3': { 'kg/m3': same },
  'm-1': { '1/m': same },
  'umol/l': { 'umol/l': same, 'ml/l': times(44.6596) },
  'ml/l': {
    'ml/l': same,
    'umol/l': { convert: (value) => value / 44.6596 },
    'mg/l': { convert: (value) => value / 1.42903 },
  },
  'mg/l': { 'mg/l': same, 'ug/l': shifted(3) },
  degree: { degree: same, rad: { convert: (value) => (value * 180) / Math.PI } },
  V: { V: same, mV: shifted(3) },
  mV: { mV: same, V: times(1000) },
};

/** The units that a column of this parameter may be in, the table's own first. */
export function unitsOf(code: string): ReadonlyMap<string, Unit> {
  const own = PARAMETERS.get(code)?.unit ?? '';
  return new Map(Object.entries(UNITS[own] ?? { [own]: same }));
}
