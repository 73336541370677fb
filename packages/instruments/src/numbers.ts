/**
 * Decimal numbers read straight from bytes. The result is exactly what `Number(text)` gives: an integer mantissa below 2^53
 * divided by an exact power of ten is correctly rounded, anything longer goes through `Number` itself.
 */
import { latin1Text, MINUS, PLUS, POINT, skipDigits, ZERO } from './bytes.ts';

/**
 * What the last successful scan found: `scanned[VALUE]` the number (never −0), `scanned[DECIMALS]` the digits behind its
 * point, −1 without a point, and after `scanReal` `scanned[EXPONENT_DIGITS]` the digits of its exponent. One shared array instead of a result object, so that a value costs no allocation: read it
 * before the next scan.
 */
export const scanned = new Float64Array(3);
export const VALUE = 0;
export const DECIMALS = 1;
export const EXPONENT_DIGITS = 2;

/** 10^0 … 10^22: every one of them is exact in a double. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * Reads `[+-] digits [. digits]` at `at` (`.5` and `1389.` are numbers, `.` is not) and divides it by 10^`shift`, still
 * correctly rounded. Returns the offset behind the number, its value in `scanned`; −1 when no finite number starts there.
 */
export function scanDecimal(bytes: Uint8Array, at: number, end: number, shift = 0): number {
  let i = at;
  let negative = false;
  if (i < end && (bytes[i] === MINUS || bytes[i] === PLUS)) negative = bytes[i++] === MINUS;
  const whole = i;
  let mantissa = 0;
  while (i < end) {
    const digit = bytes[i] - ZERO;
    if (digit >>> 0 > 9) break;
    mantissa = (Math.imul(mantissa, 10) + digit) | 0;
    i++;
  }
  let digits = i - whole;
  let decimals = -1;
  if (i < end && bytes[i] === POINT) {
    const fraction = ++i;
    while (i < end) {
      const digit = bytes[i] - ZERO;
      if (digit >>> 0 > 9) break;
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      i++;
    }
    decimals = i - fraction;
    digits += decimals;
  }
  const places = decimals > 0 ? decimals + shift : shift;
  // Nine digits fit the 32-bit mantissa above.
  const value =
    digits > 0 && digits <= 9 ? mantissa / POWERS_OF_TEN[places] : unusual(bytes, whole, i, digits, places, shift);
  if (value === Number.POSITIVE_INFINITY) return -1;
  scanned[VALUE] = negative && value !== 0 ? -value : value;
  scanned[DECIMALS] = decimals;
  return i;
}

/** The unsigned number of `bytes[whole, end)` when it has no digits (infinite: there is none) or more than nine. */
function unusual(bytes: Uint8Array, whole: number, end: number, digits: number, places: number, shift: number): number {
  if (digits === 0) return Number.POSITIVE_INFINITY;
  // Fifteen digits fit a double.
  if (digits <= 15 && places <= 22) return longMantissa(bytes, whole, end) / POWERS_OF_TEN[places];
  return Number(`${latin1Text(bytes, whole, end)}e-${shift}`);
}

/** Reads a decimal with an optional exponent (`2.73E+02`). Returns and stores like `scanDecimal`. */
export function scanReal(bytes: Uint8Array, at: number, end: number): number {
  const mantissaEnd = scanDecimal(bytes, at, end);
  scanned[EXPONENT_DIGITS] = 0;
  if (mantissaEnd < 0 || mantissaEnd === end || (bytes[mantissaEnd] | 0x20) !== 0x65) return mantissaEnd;
  let i = mantissaEnd + 1;
  if (i < end && (bytes[i] === MINUS || bytes[i] === PLUS)) i++;
  const stop = skipDigits(bytes, i, end);
  // A letter without digits behind it is no exponent: the caller finds it behind the number and refuses it there.
  if (stop === i) return mantissaEnd;
  const value = Number(latin1Text(bytes, at, stop));
  if (!Number.isFinite(value)) return -1;
  scanned[VALUE] = value === 0 ? 0 : value;
  scanned[EXPONENT_DIGITS] = stop - i;
  return stop;
}

/** The number that two digits at `at` spell; −1 when they are not two digits before `end`. */
export function twoDigits(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const tens = bytes[at] - ZERO;
  const units = bytes[at + 1] - ZERO;
  // Unsigned, a byte below '0' is far above 9.
  return tens >>> 0 <= 9 && units >>> 0 <= 9 ? tens * 10 + units : -1;
}

/** The digits of `bytes[at, end)`, a point among them skipped, as one integer of at most fifteen digits. */
function longMantissa(bytes: Uint8Array, at: number, end: number): number {
  let mantissa = 0;
  for (let i = at; i < end; i++) if (bytes[i] !== POINT) mantissa = mantissa * 10 + bytes[i] - ZERO;
  return mantissa;
}
