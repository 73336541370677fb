/** Names of bytes and the few ways every line decoder walks over them: offsets in, offsets out, no strings. */

export const TAB = 0x09;
export const LF = 0x0a;
export const BLANK = 0x20;
export const HASH = 0x23;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;
export const COLON = 0x3a;

/** True for `0`–`9`. */
export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** True for `A`–`Z` and `a`–`z`. */
export function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** True for the bytes that the historical acquisition strips from both ends of a line: 09–0D and 20. */
export function isSpace(byte: number): boolean {
  return byte === BLANK || (byte >= TAB && byte <= 0x0d);
}

/** True for bytes that no text line of an instrument holds: control characters (TAB aside), DEL, and everything above. */
export function isNoise(byte: number): boolean {
  return (byte < BLANK && byte !== TAB) || byte >= 0x7f;
}

/** Offset of the first byte of `bytes[at, end)` that is neither blank nor TAB; `end` when there is none. */
export function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] === BLANK || bytes[at] === TAB)) at++;
  return at;
}

/** End of `bytes[start, end)` without its trailing 09–0D and 20; `start` when nothing is left. */
export function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && isSpace(bytes[end - 1])) end--;
  return end;
}

/** Offset behind the digits that start at `at`; `at` itself when there are none. */
export function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}

/** The bytes of an ASCII text, for tables that lines are compared with. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** True when `bytes[at, end)` begins with `word`, which is given in lower case; upper case in the line is equal. */
export function startsWith(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (end - at < word.length) return false;
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[at + i];
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word[i]) return false;
  }
  return true;
}

/** `bytes[start, end)` as text, one character a byte. */
export function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/**
 * A reader of texts that hardly ever change from line to line (serial numbers): gives `bytes[start, end)` as a string and
 * makes a new one only where the bytes differ from those of the call before.
 */
export function createTextReader(): (bytes: Uint8Array, start: number, end: number) => string {
  let known = new Uint8Array(0);
  let text = '';
  return (bytes, start, end) => {
    let same = end - start === known.length;
    for (let i = 0; same && i < known.length; i++) same = bytes[start + i] === known[i];
    if (!same) {
      known = bytes.slice(start, end);
      text = latin1Text(bytes, start, end);
    }
    return text;
  };
}
