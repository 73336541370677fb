/**
 * Speed of sound in seawater after two laboratories, m/s. The third one, TEOS-10, is sound_speed. They are some centimetres to
 * decimetres per second apart: name the one you publish.
 */
import { finite } from './finite.ts';
import { t68_from_t90 } from './scales.ts';

/** Chen and Millero 1977, the formula of UNESCO 44. */
export function eos80_svel(s: number, t: number, p: number): number {
  if (!(s >= 0)) return Number.NaN;
  const T = t68_from_t90(t);
  const P = p / 10;
  const C0 = 1402.388 + (5.03711 + (-5.80852e-2 + (3.342e-4 + (-1.478e-6 + 3.1464e-9 * T) * T) * T) * T) * T;
  const C1 = 0.153563 + (6.8982e-4 + (-8.1788e-6 + (1.3621e-7 - 6.1185e-10 * T) * T) * T) * T;
  const C2 = 3.126e-5 + (-1.7107e-6 + (2.5974e-8 + (-2.5335e-10 + 1.0405e-12 * T) * T) * T) * T;
  const C3 = -9.7729e-9 + (3.8504e-10 - 2.3643e-12 * T) * T;
  const A0 = 1.389 + (-1.262e-2 + (7.164e-5 + (2.006e-6 - 3.21e-8 * T) * T) * T) * T;
  const A1 = 9.4742e-5 + (-1.258e-5 + (-6.4885e-8 + (1.0507e-8 - 2.0122e-10 * T) * T) * T) * T;
  const A2 = -3.9064e-7 + (9.1041e-9 + (-1.6002e-10 + 7.988e-12 * T) * T) * T;
  const A3 = 1.1e-10 + (6.649e-12 - 3.389e-13 * T) * T;
  const B = -1.922e-2 - 4.42e-5 * T + (7.3637e-5 + 1.7945e-7 * T) * P;
  const D = 1.727e-3 - 7.9836e-6 * P;
  const water = C0 + (C1 + (C2 + C3 * P) * P) * P;
  const A = A0 + (A1 + (A2 + A3 * P) * P) * P;
  return finite(water + (A + B * Math.sqrt(s) + D * s) * s);
}

/** Del Grosso 1974 in the ITS-90 form of Wong and Zhu 1995. */
export function delgrosso74_wz95(s: number, t: number, p: number): number {
  if (!(s >= 0)) return Number.NaN;
  const P = 0.1019716 * p;
  const ofT = (5.012285 + (-5.51184e-2 + 2.21649e-4 * t) * t) * t;
  const ofS = (1.32953 + 1.288598e-4 * s) * s;
  const ofP = (0.1560592 + (2.449993e-5 - 8.833959e-9 * P) * P) * P;
  const mixed =
    (-1.275936e-2 + 9.688441e-5 * t) * s * t +
    (6.353509e-3 + (-1.593895e-6 + 5.222483e-10 * P) * P + (2.656174e-8 * P - 4.383615e-7 * t) * t) * t * P +
    (-3.406824e-4 + 4.857614e-6 * s) * s * t * P -
    1.616745e-9 * s * s * P * P;
  return finite(1402.392 + ofT + ofS + ofP + mixed);
}
