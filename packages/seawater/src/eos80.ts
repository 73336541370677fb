/**
 * The equation of state EOS-80 (UNESCO 38 and 44): density, lapse rate (Bryden 1973), potential temperature (Fofonoff 1977).
 * Arguments: practical salinity, ITS-90 temperature, sea pressure in dbar.
 */
import { finite } from './finite.ts';
import { t68_from_t90, t90_from_t68 } from './scales.ts';

/** In-situ density, kg/m3. */
export function eos80_dens(s: number, t: number, p: number): number {
  if (!(s >= 0)) return Number.NaN;
  const T = t68_from_t90(t);
  const bar = p / 10;
  return finite(surfaceDensity(s, T) / (1 - bar / bulkModulus(s, T, bar)));
}

/** Potential density at the surface less 1000, kg/m3: the density of the water brought up without exchange of heat. */
export function eos80_sigma_theta(s: number, t: number, p: number): number {
  return eos80_dens(s, eos80_ptmp(s, t, p, 0), 0) - 1000;
}

/** Adiabatic lapse rate, degC (IPTS-68) per dbar. */
export function eos80_adtg(s: number, t: number, p: number): number {
  return s >= 0 ? finite(lapseRate(s, t68_from_t90(t), p)) : Number.NaN;
}

/** Potential temperature at the pressure `pr`, ITS-90: one Runge-Kutta-Gill step from p to pr. */
export function eos80_ptmp(s: number, t: number, p: number, pr = 0): number {
  if (!(s >= 0)) return Number.NaN;
  const T = t68_from_t90(t);
  const dp = pr - p;
  const middle = p + dp / 2;
  const k1 = dp * lapseRate(s, T, p);
  const T1 = T + k1 / 2;
  const k2 = dp * lapseRate(s, T1, middle);
  const T2 = T1 + (1 - Math.SQRT1_2) * (k2 - k1);
  const q2 = (2 - Math.SQRT2) * k2 + (-2 + 3 * Math.SQRT1_2) * k1;
  const k3 = dp * lapseRate(s, T2, middle);
  const T3 = T2 + (1 + Math.SQRT1_2) * (k3 - q2);
  const q3 = (2 + Math.SQRT2) * k3 + (-2 - 3 * Math.SQRT1_2) * q2;
  const k4 = dp * lapseRate(s, T3, pr);
  return finite(t90_from_t68(T3 + (k4 - 2 * q3) / 6));
}

/** kg/m3 at p = 0. */
function surfaceDensity(S: number, T: number): number {
  const water =
    999.842594 + (6.793952e-2 + (-9.09529e-3 + (1.001685e-4 + (-1.120083e-6 + 6.536332e-9 * T) * T) * T) * T) * T;
  const a = 8.24493e-1 + (-4.0899e-3 + (7.6438e-5 + (-8.2467e-7 + 5.3875e-9 * T) * T) * T) * T;
  const b = -5.72466e-3 + (1.0227e-4 - 1.6546e-6 * T) * T;
  return water + (a + b * Math.sqrt(S) + 4.8314e-4 * S) * S;
}

/** Secant bulk modulus, bar. */
function bulkModulus(S: number, T: number, p: number): number {
  const root = Math.sqrt(S);
  const K =
    19652.21 +
    (148.4206 + (-2.327105 + (1.360477e-2 - 5.155288e-5 * T) * T) * T) * T +
    (54.6746 +
      (-0.603459 + (1.09987e-2 - 6.167e-5 * T) * T) * T +
      (7.944e-2 + (1.6483e-2 - 5.3009e-4 * T) * T) * root) *
      S;
  const A =
    3.239908 +
    (1.43713e-3 + (1.16092e-4 - 5.77905e-7 * T) * T) * T +
    (2.2838e-3 + (-1.0981e-5 - 1.6078e-6 * T) * T + 1.91075e-4 * root) * S;
  const B = 8.50935e-5 + (-6.12293e-6 + 5.2787e-8 * T) * T + (-9.9348e-7 + (2.0816e-8 + 9.1697e-10 * T) * T) * S;
  return K + (A + B * p) * p;
}

function lapseRate(s: number, T: number, p: number): number {
  const S = s - 35;
  const surface = 3.5803e-5 + (8.5258e-6 + (-6.836e-8 + 6.6228e-10 * T) * T) * T + (1.8932e-6 - 4.2393e-8 * T) * S;
  const first = 1.8741e-8 + (-6.7795e-10 + (8.733e-12 - 5.4481e-14 * T) * T) * T + (-1.1351e-10 + 2.7759e-12 * T) * S;
  const second = -4.6206e-13 + (1.8676e-14 - 2.1687e-16 * T) * T;
  return surface + (first + second * p) * p;
}
