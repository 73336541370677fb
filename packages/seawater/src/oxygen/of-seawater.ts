/** Oxygen where it takes the rest of seawater to compute it: densities and potential temperatures are those of TEOS-10. */
import { finite } from '../finite.ts';
import type { SaarTable } from '../saar.ts';
import { SITE_SAAR } from '../saar-site.ts';
import { sigma0 } from '../teos10/density.ts';
import { SA_from_SP, SP_from_SA } from '../teos10/salinity.ts';
import { CT_from_t, pt_from_CT, pt0_from_t } from '../teos10/temperature.ts';
import { O2sol_SP_pt } from './solubility.ts';
import { umolL_to_umolkg_at } from './units.ts';

/** Solubility, µmol/kg, from Absolute Salinity and Conservative Temperature, as GSW. */
export function O2sol(
  SA: number,
  CT: number,
  p: number,
  lon: number,
  lat: number,
  table: SaarTable = SITE_SAAR,
): number {
  return O2sol_SP_pt(SP_from_SA(SA, p, lon, lat, table), pt_from_CT(SA, CT));
}

/** µmol/l to µmol/kg: over the potential density at the surface, not the in-situ one (1 % apart at 2500 dbar). */
export function umolL_to_umolkg(
  O2: number,
  SP: number,
  t: number,
  p: number,
  lon: number,
  lat: number,
  table: SaarTable = SITE_SAAR,
): number {
  const SA = SA_from_SP(SP, p, lon, lat, table);
  return umolL_to_umolkg_at(O2, 1000 + sigma0(SA, CT_from_t(SA, t, p)));
}

/** Percent of what water of this salinity and potential temperature takes up at the surface. */
export function O2_saturation_percent(
  O2_umolkg: number,
  SP: number,
  t: number,
  p: number,
  lon: number,
  lat: number,
  table: SaarTable = SITE_SAAR,
): number {
  const pt0 = pt0_from_t(SA_from_SP(SP, p, lon, lat, table), t, p);
  return finite((100 * O2_umolkg) / O2sol_SP_pt(SP, pt0));
}
