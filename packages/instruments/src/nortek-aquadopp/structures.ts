/**
 * The binary structures of an Aquadopp, back to back in a stream: where one begins, and where it is whole.
 *
 * A5 01 15 00 … cc cc
 * │  │  │       └ checksum: B58C + all words before it, modulo 65536
 * │  │  └ size in 16-bit words, little-endian
 * │  └ id
 * └ sync
 *
 * A5 01 also stands inside payloads, so sync, id, size and checksum must agree before anything counts as a structure.
 * Nortek System Integrator Manual, "Data structures".
 */
import type { Scan } from '../framing.ts';

export const SYNC = 0xa5;
export const ID = {
  userConfiguration: 0x00,
  velocity: 0x01,
  headConfiguration: 0x04,
  hardwareConfiguration: 0x05,
  diagnosticsHeader: 0x06,
  diagnostics: 0x80,
  velocityWithMagnetometer: 0x81,
} as const;

/** Bytes of a structure by its id; 0 is no structure. What a packet says of its own size is only compared with this. */
const LENGTHS = new Uint16Array(256);
LENGTHS[ID.userConfiguration] = 512;
LENGTHS[ID.velocity] = 42;
LENGTHS[ID.headConfiguration] = 224;
LENGTHS[ID.hardwareConfiguration] = 48;
LENGTHS[ID.diagnosticsHeader] = 36;
LENGTHS[ID.diagnostics] = 42;
LENGTHS[ID.velocityWithMagnetometer] = 52;
const LONGEST = 512;
const SHORTEST = 36;

/** Bytes without any whole structure after which some of them are given away as a record. */
const WINDOW = 2 * LONGEST;

/** Bytes of the structure that sync, id and size at `at` announce; 0 when they announce none, or do not all stand before `end`. */
export function announcedLength(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== SYNC || at + 4 > end) return 0;
  const length = LENGTHS[bytes[at + 1]];
  return (bytes[at + 2] | (bytes[at + 3] << 8)) << 1 === length ? length : 0;
}

/** True when the last word of `bytes[at, at + length)` is the sum of those before it. */
export function checksumAgrees(bytes: Uint8Array, at: number, length: number): boolean {
  const last = at + length - 2;
  let sum = 0xb58c;
  for (let i = at; i < last; i += 2) sum += bytes[i] | (bytes[i + 1] << 8);
  return (sum & 0xffff) === (bytes[last] | (bytes[last + 1] << 8));
}

/** True when `bytes[start, end)` is one whole structure and nothing else. */
export function isStructure(bytes: Uint8Array, start: number, end: number): boolean {
  const length = announcedLength(bytes, start, end);
  return length > 0 && length === end - start && checksumAgrees(bytes, start, length);
}

/**
 * The framing of a stream. Of all whole structures the one that is complete first counts, so that the head of a long one
 * which was cut holds nothing up: a good structure may begin inside it. The search begins again one byte behind a false sync.
 */
export const scanStructures: Scan = (bytes, start, end) => {
  const limit = Math.min(end, start + WINDOW);
  let found = -1;
  let foundEnd = limit + 1;
  for (let at = start; at + SHORTEST < foundEnd; at++) {
    if (bytes[at] !== SYNC) continue;
    const length = announcedLength(bytes, at, limit);
    if (length === 0 || at + length >= foundEnd || !checksumAgrees(bytes, at, length)) continue;
    found = at;
    foundEnd = at + length;
  }
  if (found >= 0) return found === start ? foundEnd : found;
  // Whatever begins more than the longest structure before the window's end would be whole inside it.
  return limit < start + WINDOW ? -1 : start + WINDOW - LONGEST + 1;
};
