/** Depth from pressure for a standard ocean (S = 35, t = 0): Saunders and Fofonoff 1976, UNESCO 44. TEOS-10: -z_from_p. */
import { finite } from './finite.ts';

/** Depth below the surface in m, positive down, of a sea pressure in dbar at a latitude. */
export function eos80_depth(p: number, lat: number): number {
  if (!(Math.abs(lat) <= 90)) return Number.NaN;
  const sine = Math.sin((lat * Math.PI) / 180);
  const x = sine * sine;
  const gravity = 9.780318 * (1 + (5.2788e-3 + 2.36e-5 * x) * x) + 1.092e-6 * p;
  return finite(((9.72659 + (-2.2512e-5 + (2.279e-10 - 1.82e-15 * p) * p) * p) * p) / gravity);
}
