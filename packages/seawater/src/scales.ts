/**
 * Temperature scales. PSS-78, EOS-80 and the sound speed of Chen and Millero were fitted on IPTS-68; sensors speak ITS-90.
 * Saunders 1990: t68 = 1.00024 t90.
 */
import { finite } from './finite.ts';

/** IPTS-68 temperature of an ITS-90 one, degC. */
export function t68_from_t90(t90: number): number {
  return finite(1.00024 * t90);
}

/** ITS-90 temperature of an IPTS-68 one, degC. */
export function t90_from_t68(t68: number): number {
  return finite(t68 / 1.00024);
}
