/**
 * Practical Salinity Scale 1978 and its inverse: UNESCO 44 (Fofonoff and Millard 1983), below 2 with the extension of Hill,
 * Dauphinee and Woods 1986 scaled as in GSW, so that both scales meet at 2.
 */
import { finite } from './finite.ts';
import { t68_from_t90 } from './scales.ts';

/** Conductivity of standard seawater at S = 35, t68 = 15 degC, p = 0: mS/cm. Culkin and Smith 1980. */
export const C3515 = 42.914;

/** Below this salinity the extension of Hill et al. holds. */
const HILL_LIMIT = 2;
const A0 = 0.008;
const B0 = 0.0005;
const MAX_STEPS = 40;

/** Practical salinity of a conductivity in mS/cm, an ITS-90 temperature and a sea pressure in dbar. */
export function SP_from_C(C: number, t: number, p: number): number {
  const t68 = t68_from_t90(t);
  const Rt = ratioAtSurface(C / C3515, t68, p);
  if (!(Rt >= 0)) return Number.NaN;
  const root = Math.sqrt(Rt);
  const f = temperatureFactor(t68);
  const SP = salinity(root, f);
  if (SP >= HILL_LIMIT) return finite(SP);
  const low = hillRatio(f) * (SP - hillTerms(root, f));
  // Between no salt at all and the begin of the extension there is no salinity, as in GSW.
  return low >= 0 ? low : Number.NaN;
}

/** Conductivity in mS/cm of water of this practical salinity: the inverse of SP_from_C. */
export function C_from_SP(SP: number, t: number, p: number): number {
  if (!(SP >= 0)) return Number.NaN;
  const t68 = t68_from_t90(t);
  const f = temperatureFactor(t68);
  const root = SP < HILL_LIMIT ? rootOfHill(SP / hillRatio(f), f) : rootOf(SP, f);
  // Rt = R / (Rp rt) with Rp = 1 + e / (d + a R) is a quadratic equation in R.
  const Ra = root * root * ratioOfTemperature(t68);
  const a = pressureOfR(t68);
  const d = pressureOfT(t68);
  const b = d - a * Ra;
  const R = (Math.sqrt(b * b + 4 * a * Ra * (d + pressureTerm(p))) - b) / (2 * a);
  return finite(R * C3515);
}

/** Practical salinity of a conductivity *ratio* C / C(35, 15, 0), as UNESCO 44 prints it: without the extension below 2. */
export function eos80_salt(cndr: number, t: number, p: number): number {
  const t68 = t68_from_t90(t);
  const Rt = ratioAtSurface(cndr, t68, p);
  return Rt >= 0 ? finite(salinity(Math.sqrt(Rt), temperatureFactor(t68))) : Number.NaN;
}

/** Rt: the ratio to standard seawater at the same temperature, at the surface. */
function ratioAtSurface(R: number, t68: number, p: number): number {
  const Rp = 1 + pressureTerm(p) / (pressureOfT(t68) + pressureOfR(t68) * R);
  return R / (Rp * ratioOfTemperature(t68));
}

function ratioOfTemperature(t: number): number {
  return 0.6766097 + (2.00564e-2 + (1.104259e-4 + (-6.9698e-7 + 1.0031e-9 * t) * t) * t) * t;
}

function pressureTerm(p: number): number {
  return (2.07e-5 + (-6.37e-10 + 3.989e-15 * p) * p) * p;
}

function pressureOfT(t: number): number {
  return 1 + (3.426e-2 + 4.464e-4 * t) * t;
}

function pressureOfR(t: number): number {
  return 0.4215 - 3.107e-3 * t;
}

function temperatureFactor(t68: number): number {
  return (t68 - 15) / (1 + 0.0162 * (t68 - 15));
}

/** Salinity as a polynomial in x = sqrt(Rt). */
function salinity(x: number, f: number): number {
  const a = A0 + (-0.1692 + (25.3851 + (14.0941 + (-7.0261 + 2.7081 * x) * x) * x) * x) * x;
  const b = B0 + (-0.0056 + (-0.0066 + (-0.0375 + (0.0636 - 0.0144 * x) * x) * x) * x) * x;
  return a + f * b;
}

function slope(x: number, f: number): number {
  const a = -0.1692 + (2 * 25.3851 + (3 * 14.0941 + (4 * -7.0261 + 5 * 2.7081 * x) * x) * x) * x;
  const b = -0.0056 + (2 * -0.0066 + (3 * -0.0375 + (4 * 0.0636 + 5 * -0.0144 * x) * x) * x) * x;
  return a + f * b;
}

/** What Hill et al. subtract from PSS-78. */
function hillTerms(x: number, f: number): number {
  const X = 400 * x * x;
  const y = 10 * x;
  return A0 / (1 + (1.5 + X) * X) + (B0 * f) / (1 + (1 + (1 + y) * y) * y);
}

function hillSlope(x: number, f: number): number {
  const X = 400 * x * x;
  const y = 10 * x;
  const a = 1 + (1.5 + X) * X;
  const b = 1 + (1 + (1 + y) * y) * y;
  return (-A0 * (1.5 + 2 * X) * 800 * x) / (a * a) - (B0 * f * 10 * (1 + (2 + 3 * y) * y)) / (b * b);
}

/** What the extension is multiplied with, so that it equals PSS-78 at its limit. */
function hillRatio(f: number): number {
  return HILL_LIMIT / (HILL_LIMIT - hillTerms(rootOf(HILL_LIMIT, f), f));
}

/**
 * The x where PSS-78 gives this salinity. The polynomial is convex and rises where it is positive, so Newton's steps come down
 * to the root from wherever the first one lands.
 */
function rootOf(SP: number, f: number): number {
  let x = Math.sqrt(SP / 35) + 0.05;
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = (salinity(x, f) - SP) / slope(x, f);
    x -= step;
    if (!(Math.abs(step) > 1e-15 * Math.abs(x))) break;
  }
  return x;
}

/** The same for PSS-78 less Hill's terms; the larger root, since near zero there are two. */
function rootOfHill(SP: number, f: number): number {
  let x = Math.sqrt(SP / 35) + 0.05;
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = (salinity(x, f) - hillTerms(x, f) - SP) / (slope(x, f) - hillSlope(x, f));
    x -= step;
    if (!(Math.abs(step) > 1e-15 * Math.abs(x))) break;
  }
  return x;
}
