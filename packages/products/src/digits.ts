/** Numbers as ASCII, straight into a byte array, the same digits on every machine. */

const SCALES = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/** More decimals than any parameter has. */
export const MAX_DIGITS = SCALES.length - 1;
/** Room that any number printed here fits in: sign, 22 digits, point, decimals. */
export const NUMBER_BYTES = 24 + MAX_DIGITS;

const INT32_LIMIT = 0x7fff_ffff;

/** Writes a whole number ≥ 0 (below 2^53) at `at` and returns the offset behind it. */
export function writeInteger(out: Uint8Array, at: number, value: number): number {
  if (value > INT32_LIMIT) {
    const high = Math.floor(value / 1_000_000_000);
    return writePadded(out, writeInteger(out, at, high), value - high * 1_000_000_000, 9);
  }
  let width = 1;
  for (let rest = (value / 10) | 0; rest > 0; rest = (rest / 10) | 0) width++;
  return writePadded(out, at, value, width);
}

/**
 * Writes a finite number with exactly `digits` decimals at `at` and returns the offset behind it. The number times
 * 10^digits is rounded to a whole number, halves away from zero, and its digits are printed: no sign before zero, and a
 * number that was rounded to `digits` before comes out as it was. Where that product is 2^53 or more, the digits are
 * those of `toFixed`.
 */
export function writeFixed(out: Uint8Array, at: number, value: number, digits: number): number {
  const scale = SCALES[digits];
  const scaled = Math.round(Math.abs(value) * scale);
  if (!(scaled <= Number.MAX_SAFE_INTEGER)) return writeText(out, at, value.toFixed(digits));
  if (value < 0 && scaled > 0) out[at++] = 45; // -
  if (digits === 0) return writeInteger(out, at, scaled);
  const whole = scaled <= INT32_LIMIT ? (scaled / scale) | 0 : Math.floor(scaled / scale);
  at = writeInteger(out, at, whole);
  out[at++] = 46; // .
  return writePadded(out, at, scaled - whole * scale, digits);
}

function writePadded(out: Uint8Array, at: number, value: number, width: number): number {
  let rest = value | 0;
  for (let i = at + width - 1; i >= at; i--) {
    const tens = (rest / 10) | 0;
    out[i] = 48 + rest - tens * 10;
    rest = tens;
  }
  return at + width;
}

function writeText(out: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}
