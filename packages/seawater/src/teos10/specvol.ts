/** The 75-term specific volume as a polynomial in pressure, set up at one salinity and temperature. */
import { SFAC } from './constants.ts';
import { SPECVOL } from './specvol-coefficients.ts';

/** Number of coefficients in z = p / 1e4. */
export const SPECVOL_TERMS = SPECVOL.length;

/** Powers of z up; of y and of x down: for each z the order of Horner's scheme. */
const COEFFICIENTS = SPECVOL.map((ofY) => Float64Array.from(ofY.toReversed().flatMap((ofX) => ofX.toReversed())));

/** Specific volume as a polynomial in z = p / 1e4 at one salinity and temperature, into `v`. */
export function specvolAt(SA: number, CT: number, v: Float64Array): void {
  for (let k = 0; k < v.length; k++) v[k] = specvolTerm(SA, CT, k);
}

/** The coefficient of z^k: a polynomial of one degree in x and y together. */
export function specvolTerm(SA: number, CT: number, k: number): number {
  const x = SA >= 0 ? Math.sqrt(SFAC * (SA + 24)) : Number.NaN;
  const y = CT / 40;
  const coefficients = COEFFICIENTS[k];
  let c = 0;
  let sum = 0;
  for (let width = 1; c < coefficients.length; width++) {
    let ofX = 0;
    for (let j = width; j > 0; j--) ofX = ofX * x + coefficients[c++];
    sum = sum * y + ofX;
  }
  return sum;
}
