/**
 * Oxygen optodes (Aanderaa 3830 to 5331 and relatives). Their firmware answers as if the water had the salinity of a setting, S0,
 * and no pressure: it has to be compensated for both. Temperatures are the optode's own, in degC as given.
 */
import { finite } from './finite.ts';
import { umolL_to_umolkg } from './oxygen/of-seawater.ts';
import { gg92_cf_mll, gg92_cf_salinity_factor } from './oxygen/solubility.ts';
import { mll_to_umolL } from './oxygen/units.ts';
import type { SaarTable } from './saar.ts';
import { SITE_SAAR } from './saar-site.ts';

/** µmol/l in water of salinity S, from what an optode set to salinity S0 answered (combined fit of Garcia and Gordon 1992). */
export function optode_salinity_comp(O2: number, S: number, T: number, S0: number): number {
  return finite(O2 * gg92_cf_salinity_factor(S, T, S0));
}

/** Compensated for pressure with 3.2 % per 1000 dbar: Uchida et al. 2008, Aanderaa, OOI. */
export function optode_pressure_comp(O2: number, p: number): number {
  return finite(O2 * (1 + (0.032 * p) / 1000));
}

/** Compensated for pressure after Bittig et al. 2015, as Argo: before it, the *phase* is to be raised by 0.1 per 1000 dbar. */
export function optode_pressure_comp_bittig(O2: number, T: number, p: number): number {
  return finite(O2 * (1 + ((0.00022 * T + 0.0419) * p) / 1000));
}

/** µmol/l from a calibrated phase in degrees: Stern and Volmer as modified by Uchida et al. 2008, with the seven constants c0 to c6. */
export function optode_svu(phase: number, T: number, coef: ArrayLike<number>): number {
  const quenching = coef[0] + (coef[1] + coef[2] * T) * T;
  const zero = coef[3] + coef[4] * T;
  return finite((zero / (coef[5] + coef[6] * phase) - 1) / quenching);
}

/** µmol/kg from what an optode set to salinity S0 answered: salinity, pressure (3.2 %), potential density of TEOS-10. */
export function optode_to_umolkg(
  O2: number,
  SP: number,
  t: number,
  p: number,
  S0: number,
  lon: number,
  lat: number,
  table: SaarTable = SITE_SAAR,
): number {
  return umolL_to_umolkg(optode_pressure_comp(optode_salinity_comp(O2, SP, t, S0), p), SP, t, p, lon, lat, table);
}

/** The air saturation in % that the firmware prints beside its µmol/l: in fresh water, at the surface, at the in-situ temperature. */
export function optode_air_saturation(O2: number, T: number): number {
  return finite((100 * O2) / mll_to_umolL(gg92_cf_mll(0, T)));
}
