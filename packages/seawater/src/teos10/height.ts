/** Height from pressure and back, and gravity (TEOS-10): a standard ocean with SA = SSO and CT = 0. */
import { finite } from '../finite.ts';
import { SSO } from './constants.ts';
import { SPECVOL_TERMS, specvolAt } from './specvol.ts';

/** Rate at which gravity grows with depth, 1/m. */
const GAMMA = 2.26e-7;
/** Specific volume of the standard ocean as a polynomial in z = p / 1e4. */
const STANDARD = new Float64Array(SPECVOL_TERMS);
specvolAt(SSO, 0, STANDARD);
const MAX_STEPS = 20;

/** Height in m, negative in the ocean, of a sea pressure in dbar at a latitude. */
export function z_from_p(p: number, lat: number): number {
  const b = surfaceGravity(lat);
  const H = enthalpy(p);
  const a = -0.5 * GAMMA * b;
  return finite((-2 * H) / (b + Math.sqrt(b * b - 4 * a * H)));
}

/** Sea pressure in dbar of a height in m (negative in the ocean): the inverse of z_from_p. */
export function p_from_z(z: number, lat: number): number {
  const b = surfaceGravity(lat);
  // With gravity b (1 - GAMMA z) the height has this enthalpy; enthalpy rises by the specific volume.
  const H = -b * z * (1 - 0.5 * GAMMA * z);
  let p = H / (1e4 * STANDARD[0]);
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = (enthalpy(p) - H) / (1e4 * volume(p));
    p -= step;
    if (!(Math.abs(step) > 1e-10)) break;
  }
  return finite(p);
}

/** Gravitational acceleration in m/s2 at a latitude and a sea pressure. */
export function grav(lat: number, p: number): number {
  return finite(surfaceGravity(lat) * (1 - GAMMA * z_from_p(p, lat)));
}

function surfaceGravity(lat: number): number {
  if (!(Math.abs(lat) <= 90)) return Number.NaN;
  const sine = Math.sin((lat * Math.PI) / 180);
  const x = sine * sine;
  return 9.780327 * (1 + (5.2792e-3 + 2.32e-5 * x) * x);
}

function volume(p: number): number {
  const z = p / 1e4;
  let v = 0;
  for (let k = STANDARD.length - 1; k >= 0; k--) v = v * z + STANDARD[k];
  return v;
}

/** Specific enthalpy of the standard ocean: the integral of its specific volume over pressure, J/kg. */
function enthalpy(p: number): number {
  const z = p / 1e4;
  let H = 0;
  for (let k = STANDARD.length - 1; k >= 0; k--) H = H * z + STANDARD[k] / (k + 1);
  return 1e8 * H * z;
}
