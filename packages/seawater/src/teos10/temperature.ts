/** Conservative, potential and in-situ temperature from the Gibbs function (TEOS-10). SA g/kg, t ITS-90 degC, p sea pressure dbar. */
import { finite } from '../finite.ts';
import { CP0, T0 } from './constants.ts';
import { curvatureAt, gibbsAt, gibbsAtSurface, slopeAt, TERMS, valueAt } from './gibbs.ts';

const MAX_STEPS = 20;
/** Scratch of this file's functions, none of which calls another one between filling and reading it. */
const here = new Float64Array(TERMS);
const there = new Float64Array(TERMS);

/** Potential temperature of water brought from p to p_ref without exchange of heat or salt. */
export function pt_from_t(SA: number, t: number, p: number, p_ref: number): number {
  gibbsAt(SA, p, here);
  gibbsAt(SA, p_ref, there);
  return sameEntropy(t);
}

/** Potential temperature at the surface. */
export function pt0_from_t(SA: number, t: number, p: number): number {
  gibbsAt(SA, p, here);
  gibbsAtSurface(SA, there);
  return sameEntropy(t);
}

/** Conservative Temperature of an in-situ temperature. */
export function CT_from_t(SA: number, t: number, p: number): number {
  gibbsAt(SA, p, here);
  gibbsAtSurface(SA, there);
  return conservative(sameEntropy(t));
}

/** Conservative Temperature of a potential temperature: potential enthalpy over a constant. */
export function CT_from_pt(SA: number, pt: number): number {
  gibbsAtSurface(SA, there);
  return conservative(pt);
}

/** Potential temperature at the surface of a Conservative Temperature. */
export function pt_from_CT(SA: number, CT: number): number {
  gibbsAtSurface(SA, there);
  return potential(CT);
}

/** In-situ temperature of a Conservative Temperature. */
export function t_from_CT(SA: number, CT: number, p: number): number {
  gibbsAtSurface(SA, there);
  const pt = potential(CT);
  here.set(there);
  gibbsAt(SA, p, there);
  return sameEntropy(pt);
}

/** The temperature where `there` has the entropy that `here` has at t. Entropy is -g_T, and rises with temperature. */
function sameEntropy(t: number): number {
  const target = slopeAt(here, t / 40);
  let y = t / 40;
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = (slopeAt(there, y) - target) / curvatureAt(there, y);
    y -= step;
    if (!(Math.abs(step) > 1e-13)) break;
  }
  return finite(y * 40);
}

/** Conservative Temperature of a potential one, with the surface in `there`. */
function conservative(pt: number): number {
  const y = pt / 40;
  return finite((valueAt(there, y) - ((T0 + pt) / 40) * slopeAt(there, y)) / CP0);
}

/** The inverse of `conservative`: d(CT)/d(pt) = -(T0 + pt) g_TT / cp0. */
function potential(CT: number): number {
  let pt = CT;
  for (let i = 0; i < MAX_STEPS; i++) {
    const rise = (-(T0 + pt) * curvatureAt(there, pt / 40)) / (1600 * CP0);
    const step = (conservative(pt) - CT) / rise;
    pt -= step;
    if (!(Math.abs(step) > 1e-12)) break;
  }
  return finite(pt);
}
