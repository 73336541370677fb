/** The frame of NMEA 0183 sentences: `$…*hh`, where hh is the exclusive or of all bytes between `$` and `*`. */

const STAR = 0x2a;
const TAIL_BYTES = 3;

/** The line has no `*hh` at its end: it was cut. */
export const NO_CHECKSUM = -1;
export const WRONG_CHECKSUM = -2;

/** Offset of the `*` of the sentence `bytes[start, stop)`, whose checksum agrees; NO_CHECKSUM or WRONG_CHECKSUM. */
export function nmeaEnd(bytes: Uint8Array, start: number, stop: number): number {
  const star = stop - TAIL_BYTES;
  if (star <= start || bytes[star] !== STAR) return NO_CHECKSUM;
  const high = hexDigit(bytes[star + 1]);
  const low = hexDigit(bytes[star + 2]);
  if (high < 0 || low < 0) return NO_CHECKSUM;
  let sum = 0;
  for (let i = start + 1; i < star; i++) sum ^= bytes[i];
  return sum === high * 16 + low ? star : WRONG_CHECKSUM;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
