/** Beam transmissometers (WET Labs C-Star). Beam attenuation is relative to the clean water of the calibration: it may be negative. */
import { finite } from './finite.ts';

/**
 * Transmittance from counts: corrected signal, blocked beam and clean water, the latter two from the calibration sheet (the
 * reference field of the sensor's line is another thing). NaN for a signal that does not exceed the blocked beam.
 */
export function cstar_transmittance(signal: number, dark: number, ref_clean_water: number): number {
  return signal > dark && ref_clean_water > dark ? finite((signal - dark) / (ref_clean_water - dark)) : Number.NaN;
}

/** Beam attenuation, 1/m, from counts and the length of the path in m. */
export function cstar_beam_c(signal: number, dark: number, ref_clean_water: number, path_m: number): number {
  return cstar_beam_c_from_Tr(cstar_transmittance(signal, dark, ref_clean_water), path_m);
}

/** Beam attenuation, 1/m, from a transmittance (1 = clean water) over a path in m. */
export function cstar_beam_c_from_Tr(Tr: number, path_m: number): number {
  // 0 minus, so that clean water gives 0 and not -0.
  return Tr > 0 && path_m > 0 ? finite(0 - Math.log(Tr) / path_m) : Number.NaN;
}

/** Transmittance of a beam attenuation in 1/m over a path in m. */
export function cstar_Tr_from_beam_c(c: number, path_m: number): number {
  return path_m > 0 ? finite(Math.exp(-c * path_m)) : Number.NaN;
}

/** Slope and offset of Tr% = M V + B for the analogue form: Sea-Bird application note 91. Volts; Tw in percent. */
export function cstar_sbe_M(
  Tw: number,
  W0: number,
  Y0: number,
  A0: number,
  A1: number,
  Y1: number,
): { M: number; B: number } {
  const M = finite(((Tw / (W0 - Y0)) * (A0 - Y0)) / (A1 - Y1));
  return { M, B: finite(-M * Y1) };
}
