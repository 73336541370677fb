/**
 * Oxygen in water that is in equilibrium with moist air at 1013.25 hPa. Four fits of Garcia and Gordon 1992, and two older
 * formulas. Use potential temperature for water from the deep: the in-situ one is about 0.8 % off at 2500 dbar.
 */
import { finite } from '../finite.ts';
import { t68_from_t90 } from '../scales.ts';

/** ln C = Σ A Ts^i + S Σ B Ts^i + C0 S², Ts = ln((298.15 - T) / (273.15 + T)). */
interface Fit {
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly C0: number;
}

const BK_MLL: Fit = {
  A: Float64Array.of(2.00907, 3.22014, 4.0501, 4.94457, -0.256847, 3.88767),
  B: Float64Array.of(-6.24523e-3, -7.37614e-3, -1.0341e-2, -8.17083e-3),
  C0: -4.88682e-7,
};
const BK_UMOLKG: Fit = {
  A: Float64Array.of(5.80871, 3.20291, 4.17887, 5.10006, -9.86643e-2, 3.80369),
  B: Float64Array.of(-7.01577e-3, -7.70028e-3, -1.13864e-2, -9.51519e-3),
  C0: -2.75915e-7,
};
const CF_MLL: Fit = {
  A: Float64Array.of(2.00856, 3.224, 3.99063, 4.80299, 0.978188, 1.71069),
  B: Float64Array.of(-6.24097e-3, -6.93498e-3, -6.90358e-3, -4.29155e-3),
  C0: -3.1168e-7,
};
const CF_UMOLKG: Fit = {
  A: Float64Array.of(5.80818, 3.20684, 4.1189, 4.93845, 1.01567, 1.41575),
  B: Float64Array.of(-7.01211e-3, -7.25958e-3, -7.93334e-3, -5.54491e-3),
  C0: -1.32412e-7,
};

/** Benson-Krause data, ml/l. T in degC as given, no change of scale. */
export function gg92_bk_mll(S: number, T: number): number {
  return solubility(BK_MLL, S, T);
}

/** Combined fit, ml/l: the one in Aanderaa's firmware. */
export function gg92_cf_mll(S: number, T: number): number {
  return solubility(CF_MLL, S, T);
}

/** Benson-Krause data, µmol/kg. */
export function gg92_bk_umolkg(S: number, T: number): number {
  return solubility(BK_UMOLKG, S, T);
}

/** Combined fit, µmol/kg. */
export function gg92_cf_umolkg(S: number, T: number): number {
  return solubility(CF_UMOLKG, S, T);
}

/** As GSW: gg92_bk_umolkg at the IPTS-68 value of the potential temperature, µmol/kg. */
export function O2sol_SP_pt(SP: number, pt: number): number {
  return solubility(BK_UMOLKG, SP, t68_from_t90(pt));
}

/** How much less oxygen salt water takes up than fresh water: what a Sea-Bird SBE 63 multiplies with (Benson-Krause, ml/l). */
export function gg92_bk_salinity_factor(S: number, T: number): number {
  return salinityFactor(BK_MLL, S, T, 0);
}

/** The same between two salinities with the combined fit: what an optode set to salinity S0 is multiplied with. */
export function gg92_cf_salinity_factor(S: number, T: number, S0: number): number {
  return salinityFactor(CF_MLL, S, T, S0);
}

/** Weiss 1970, ml/l; ITS-90 temperature. */
export function weiss70_mll(s: number, t: number): number {
  const K = (273.15 + t68_from_t90(t)) / 100;
  if (!(s >= 0 && K > 0)) return Number.NaN;
  const fresh = -173.4292 + 249.6339 / K + 143.3483 * Math.log(K) - 21.8492 * K;
  return finite(Math.exp(fresh + s * (-0.033096 + (0.014259 - 0.0017 * K) * K)));
}

/** Benson and Krause 1984 as printed by APHA and USGS, mg/l. */
export function bk84_mgl(S: number, T: number): number {
  const k = 1 / (273.15 + T);
  if (!(S >= 0 && T > -273.15)) return Number.NaN;
  const fresh = -139.34411 + (1.575701e5 + (-6.642308e7 + (1.2438e10 - 8.621949e11 * k) * k) * k) * k;
  return finite(Math.exp(fresh - S * (0.017674 + (-10.754 + 2140.7 * k) * k)));
}

function solubility({ A, B, C0 }: Fit, S: number, T: number): number {
  if (!(S >= 0)) return Number.NaN;
  const Ts = scaled(T);
  const fresh = A[0] + (A[1] + (A[2] + (A[3] + (A[4] + A[5] * Ts) * Ts) * Ts) * Ts) * Ts;
  return finite(Math.exp(fresh + S * (cubic(B, Ts) + C0 * S)));
}

function salinityFactor({ B, C0 }: Fit, S: number, T: number, S0: number): number {
  if (!(S >= 0 && S0 >= 0)) return Number.NaN;
  return finite(Math.exp((S - S0) * cubic(B, scaled(T)) + C0 * (S * S - S0 * S0)));
}

/** Scaled temperature; NaN from 298.15 degC up and from absolute zero down. */
function scaled(T: number): number {
  return finite(Math.log((298.15 - T) / (273.15 + T)));
}

function cubic(B: Float64Array, Ts: number): number {
  return B[0] + (B[1] + (B[2] + B[3] * Ts) * Ts) * Ts;
}
