/**
 * Specific volume, density and sound speed of TEOS-10: as GSW does from Conservative Temperature with the polynomial of Roquet et
 * al. 2015 (fitted to SA 0-42, CT -6 to 40, p to 10 000 dbar, within the oceanographic funnel), or exactly from the Gibbs function.
 */
import { finite } from '../finite.ts';
import { curvatureAt, gibbsOfPressureAt, slopeAt, TERMS, valueAt } from './gibbs.ts';
import { SPECVOL_TERMS, specvolAt, specvolTerm } from './specvol.ts';

/** A polynomial in z at one salinity and temperature. */
const ofPressure = new Float64Array(SPECVOL_TERMS);
const g = new Float64Array(TERMS);
const gz = new Float64Array(TERMS);
const gzz = new Float64Array(TERMS);

/** Specific volume, m3/kg. */
export function specvol(SA: number, CT: number, p: number): number {
  specvolAt(SA, CT, ofPressure);
  const z = p / 1e4;
  let v = 0;
  for (let k = ofPressure.length - 1; k >= 0; k--) v = v * z + ofPressure[k];
  return finite(v);
}

/** In-situ density, kg/m3. */
export function rho(SA: number, CT: number, p: number): number {
  return finite(1 / specvol(SA, CT, p));
}

/** Potential density at the surface less 1000, kg/m3. */
export function sigma0(SA: number, CT: number): number {
  return finite(1 / specvolTerm(SA, CT, 0)) - 1000;
}

/** Speed of sound, m/s. */
export function sound_speed(SA: number, CT: number, p: number): number {
  specvolAt(SA, CT, ofPressure);
  const z = p / 1e4;
  let v = 0;
  let slope = 0;
  for (let k = ofPressure.length - 1; k >= 0; k--) {
    slope = slope * z + v;
    v = v * z + ofPressure[k];
  }
  // z is pressure in units of 1e8 Pa.
  return finite(Math.sqrt((-v * v * 1e8) / slope));
}

/** Speed of sound from the Gibbs function and the in-situ temperature, m/s: about 1 cm/s from sound_speed at 2500 dbar. */
export function sound_speed_t_exact(SA: number, t: number, p: number): number {
  gibbsOfPressureAt(SA, p, g, gz, gzz);
  const y = t / 40;
  const gTP = slopeAt(gz, y);
  const gTT = curvatureAt(g, y);
  // y counts 40 degC on both sides of the fraction, z counts 1e8 Pa in front of the root and 1e16 Pa² below it: the units cancel.
  return finite(valueAt(gz, y) * Math.sqrt(gTT / (gTP * gTP - gTT * valueAt(gzz, y))));
}

/** In-situ density from the Gibbs function and the in-situ temperature, kg/m3. */
export function rho_t_exact(SA: number, t: number, p: number): number {
  gibbsOfPressureAt(SA, p, g, gz, gzz);
  return finite(1e8 / valueAt(gz, t / 40));
}
