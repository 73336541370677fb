/**
 * The Gibbs function of seawater. At one salinity and pressure it is a polynomial in y = t / 40, and so are its derivatives with
 * pressure: they are set up once, into an array of the caller, and evaluated for as many temperatures as a solver tries.
 */
import { SFAC } from './constants.ts';
import { GIBBS, LOG_TERM } from './gibbs-coefficients.ts';

/** Number of coefficients in y. */
export const TERMS = GIBBS.length;

/** Coefficients in the order in which Horner's scheme wants them: j up, powers of x down, powers of z down. */
const COEFFICIENTS = Float64Array.from(GIBBS.flatMap((ofX) => ofX.toReversed().flatMap((ofZ) => ofZ.toReversed())));
/** Only the terms without pressure, in the same order. */
const AT_SURFACE = Float64Array.from(GIBBS.flatMap((ofX) => ofX.toReversed().map((ofZ) => ofZ[0] ?? 0)));
/** How many powers of z belong to each power of x. */
const LENGTHS = Uint8Array.from(GIBBS.flatMap((ofX) => ofX.toReversed().map((ofZ) => ofZ.length)));
/** How many powers of x belong to each power of y. */
const WIDTHS = Uint8Array.from(GIBBS, (ofX) => ofX.length);

/** The polynomial in y at a salinity in g/kg and a sea pressure in dbar, into `g`. */
export function gibbsAt(SA: number, p: number, g: Float64Array): void {
  const x = Math.sqrt(SFAC * SA);
  const z = p / 1e4;
  let c = 0;
  let row = 0;
  for (let j = 0; j < TERMS; j++) {
    let sum = 0;
    for (let i = WIDTHS[j]; i > 0; i--) {
      let ofZ = 0;
      for (let k = LENGTHS[row++]; k > 0; k--) ofZ = ofZ * z + COEFFICIENTS[c++];
      sum = sum * x + ofZ;
    }
    g[j] = sum;
  }
  addLogarithm(x, g);
}

/** The same at the surface, where nine terms of ten vanish. */
export function gibbsAtSurface(SA: number, g: Float64Array): void {
  const x = Math.sqrt(SFAC * SA);
  let c = 0;
  for (let j = 0; j < TERMS; j++) {
    let sum = 0;
    for (let i = WIDTHS[j]; i > 0; i--) sum = sum * x + AT_SURFACE[c++];
    g[j] = sum;
  }
  addLogarithm(x, g);
}

/** The polynomial in y and its first and second derivatives with z = p / 1e4, into `g`, `gz` and `gzz`. */
export function gibbsOfPressureAt(SA: number, p: number, g: Float64Array, gz: Float64Array, gzz: Float64Array): void {
  const x = Math.sqrt(SFAC * SA);
  const z = p / 1e4;
  let c = 0;
  let row = 0;
  for (let j = 0; j < TERMS; j++) {
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let i = WIDTHS[j]; i > 0; i--) {
      let v = 0;
      let d = 0;
      let dd = 0;
      for (let k = LENGTHS[row++]; k > 0; k--) {
        dd = dd * z + 2 * d;
        d = d * z + v;
        v = v * z + COEFFICIENTS[c++];
      }
      sum = sum * x + v;
      first = first * x + d;
      second = second * x + dd;
    }
    g[j] = sum;
    gz[j] = first;
    gzz[j] = second;
  }
  addLogarithm(x, g);
}

/** x² ln x goes to 0 with x. */
function addLogarithm(x: number, g: Float64Array): void {
  if (x === 0) return;
  const term = x * x * Math.log(x);
  g[0] += LOG_TERM[0] * term;
  g[1] += LOG_TERM[1] * term;
}

/** Value of a polynomial at y. */
export function valueAt(g: Float64Array, y: number): number {
  let sum = 0;
  for (let j = TERMS - 1; j >= 0; j--) sum = sum * y + g[j];
  return sum;
}

/** Its first derivative with y. */
export function slopeAt(g: Float64Array, y: number): number {
  let sum = 0;
  for (let j = TERMS - 1; j >= 1; j--) sum = sum * y + j * g[j];
  return sum;
}

/** Its second derivative with y. */
export function curvatureAt(g: Float64Array, y: number): number {
  let sum = 0;
  for (let j = TERMS - 1; j >= 2; j--) sum = sum * y + j * (j - 1) * g[j];
  return sum;
}
