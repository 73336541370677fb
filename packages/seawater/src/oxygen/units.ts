/** Units of dissolved oxygen. A litre is a litre of the water as measured, a kilogram needs a density: see umolL_to_umolkg. */
import { finite } from '../finite.ts';

/** µmol in a millilitre of oxygen at 0 degC and 1013.25 hPa: Argo's factor, and the only one here. */
export const UMOL_PER_ML = 44.6596;
/** mg in a µmol of oxygen. */
export const MG_PER_UMOL = 31.9988e-3;

/** ml/l to µmol/l. */
export function mll_to_umolL(O2: number): number {
  return finite(O2 * UMOL_PER_ML);
}

/** µmol/l to ml/l. */
export function umolL_to_mll(O2: number): number {
  return finite(O2 / UMOL_PER_ML);
}

/** mg/l to µmol/l. */
export function mgL_to_umolL(O2: number): number {
  return finite(O2 / MG_PER_UMOL);
}

/** µmol/l to mg/l. */
export function umolL_to_mgL(O2: number): number {
  return finite(O2 * MG_PER_UMOL);
}

/** µmol/l to µmol/kg with a potential density in kg/m3, from whichever equation of state: the sensor's litre is one at the surface. */
export function umolL_to_umolkg_at(O2: number, rhoTheta: number): number {
  return rhoTheta > 0 ? finite((1000 * O2) / rhoTheta) : Number.NaN;
}

/** µmol/kg to µmol/l with a potential density in kg/m3. */
export function umolkg_to_umolL_at(O2: number, rhoTheta: number): number {
  return rhoTheta > 0 ? finite((O2 * rhoTheta) / 1000) : Number.NaN;
}
