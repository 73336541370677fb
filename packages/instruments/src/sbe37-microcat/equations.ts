/**
 * Sea-Bird's equations from counts to quantities, as on the calibration sheets that come with every instrument. Nothing is
 * rounded here; an impossible input gives NaN.
 */
import { gg92_bk_salinity_factor } from '@emso/seawater';
import { DBAR_PER_PSI } from './units.ts';

export interface TemperatureSheet {
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
  readonly a3: number;
}

export interface ConductivitySheet {
  readonly g: number;
  readonly h: number;
  readonly i: number;
  readonly j: number;
  readonly pcor: number;
  readonly tcor: number;
  readonly wbotc: number;
}

export interface PressureSheet {
  readonly pa0: number;
  readonly pa1: number;
  readonly pa2: number;
  readonly ptempa0: number;
  readonly ptempa1: number;
  readonly ptempa2: number;
  readonly ptca0: number;
  readonly ptca1: number;
  readonly ptca2: number;
  readonly ptcb0: number;
  readonly ptcb1: number;
  readonly ptcb2: number;
  /** Offset that was set in the instrument, dbar. */
  readonly poffset: number;
}

export interface OxygenSheet {
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
  readonly b0: number;
  readonly b1: number;
  readonly c0: number;
  readonly c1: number;
  readonly c2: number;
  readonly e: number;
  readonly ta0: number;
  readonly ta1: number;
  readonly ta2: number;
  readonly ta3: number;
}

const KELVIN_AT_0C = 273.15;
const ATMOSPHERE_PSI = 14.7;
const MICROSECONDS_PER_VOLT = 39.457071;
const THERMISTOR_SUPPLY_V = 3.3;

/** Steinhart and Hart: degC from the logarithm of a resistance or of what is proportional to it. */
function steinhartHart(log: number, a0: number, a1: number, a2: number, a3: number): number {
  return 1 / (a0 + log * (a1 + log * (a2 + log * a3))) - KELVIN_AT_0C;
}

/** ITS-90 degC. */
export function temperatureOf({ a0, a1, a2, a3 }: TemperatureSheet, counts: number): number {
  return counts > 0 ? steinhartHart(Math.log(counts), a0, a1, a2, a3) : Number.NaN;
}

/** Absolute pressure in psi, before the instrument's offset. */
export function absolutePressureOf(sheet: PressureSheet, counts: number, temperatureCounts: number): number {
  const y = sheet.ptempa0 + temperatureCounts * (sheet.ptempa1 + temperatureCounts * sheet.ptempa2);
  const x = counts - sheet.ptca0 - y * (sheet.ptca1 + y * sheet.ptca2);
  const n = (x * sheet.ptcb0) / (sheet.ptcb0 + y * (sheet.ptcb1 + y * sheet.ptcb2));
  return sheet.pa0 + n * (sheet.pa1 + n * sheet.pa2);
}

/** Sea pressure in dbar, zero at the surface of a standard atmosphere. */
export function pressureOf(sheet: PressureSheet, counts: number, temperatureCounts: number): number {
  return (absolutePressureOf(sheet, counts, temperatureCounts) - ATMOSPHERE_PSI) * DBAR_PER_PSI + sheet.poffset;
}

/** S/m, from Hz, ITS-90 degC and dbar. */
export function conductivityOf(sheet: ConductivitySheet, hertz: number, temperature: number, pressure: number): number {
  const f = (hertz / 1000) * Math.sqrt(1 + sheet.wbotc * temperature);
  const polynomial = sheet.g + f * f * (sheet.h + f * (sheet.i + f * sheet.j));
  return polynomial / (1 + sheet.tcor * temperature + sheet.pcor * pressure);
}

/** Temperature of the oxygen sensor itself, degC. */
export function oxygenTemperatureOf({ ta0, ta1, ta2, ta3 }: OxygenSheet, volts: number): number {
  if (!(volts > 0 && volts < THERMISTOR_SUPPLY_V)) return Number.NaN;
  return steinhartHart(Math.log((100_000 * volts) / (THERMISTOR_SUPPLY_V - volts)), ta0, ta1, ta2, ta3);
}

/** SBE 63: dissolved oxygen in ml/l, at the temperature of its own thermistor. */
export function oxygenOf(
  sheet: OxygenSheet,
  phaseUs: number,
  temperature: number,
  salinity: number,
  pressure: number,
): number {
  const u = phaseUs / MICROSECONDS_PER_VOLT;
  const ksv = sheet.c0 + temperature * (sheet.c1 + temperature * sheet.c2);
  const fresh = ((sheet.a0 + sheet.a1 * temperature + sheet.a2 * u * u) / (sheet.b0 + sheet.b1 * u) - 1) / ksv;
  const pressureFactor = Math.exp((sheet.e * pressure) / (temperature + KELVIN_AT_0C));
  return fresh * gg92_bk_salinity_factor(salinity, temperature) * pressureFactor;
}
