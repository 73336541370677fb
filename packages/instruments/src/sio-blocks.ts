/**
 * Blocks in which an SIO mooring controller relays what its instruments said:
 *
 *   SOH CT 1237100 _ 009C b 51F0C096 _ 13 _ 3E6B STX payload ETX
 *       │  │         │    │ │          │    └ CRC-16 of the payload
 *       │  │         │    │ │          └ number of the block
 *       │  │         │    │ └ the controller's clock, seconds since 1970
 *       │  │         │    └ how the payload is written
 *       │  │         └ bytes of the payload, hexadecimal
 *       │  └ controller
 *       └ kind of instrument
 *
 * The checksum is CRC-16/X-25, found by trying: it agrees with every block of the captures we have.
 */
import { asciiBytes, isDigit, isLetter, isNoise, LF } from './bytes.ts';
import { type DecodeLine, IGNORED, reject } from './define.ts';
import type { Framing } from './framing.ts';

const SOH = 0x01;
const ETX = 0x03;
const CR = 0x0d;

/** The header, a character a byte: L letter, D decimal digit, X hexadecimal digit; the others are themselves. */
const HEADER = asciiBytes('\x01LLDDDDDDD_XXXXLXXXXXXXX_XX_XXXX\x02');
const KIND_AT = 1;
const LENGTH_AT = 11;
const CHECKSUM_AT = 28;
const FRAME_BYTES = HEADER.length + 1;

/** Cuts a controller's stream into blocks, and what stands between them. */
export const SIO: Framing = { name: 'sio', scan: endOfRecord };

/**
 * A decoder of records that `SIO` cuts, for the payloads of one kind of instrument (`CT`, `DO`). `decodePayload` gets the
 * payload of a sound block; text between blocks is ignored.
 */
export function blockDecoder(kind: string, decodePayload: DecodeLine): DecodeLine {
  const [first, second] = asciiBytes(kind);
  return (bytes, start, end, batch) => {
    if (blockEnd(bytes, start, end) !== end) {
      for (let i = start; i < end; i++) {
        if (isNoise(bytes[i]) && bytes[i] !== CR && bytes[i] !== LF) return reject('damaged', i);
      }
      return IGNORED;
    }
    const payload = start + HEADER.length;
    if (bytes[start + KIND_AT] !== first || bytes[start + KIND_AT + 1] !== second) {
      return reject('other-instrument', start + KIND_AT);
    }
    if (crc16(bytes, payload, end - 1) !== hexNumber(bytes, start + CHECKSUM_AT, 4)) {
      return reject('checksum', start + CHECKSUM_AT);
    }
    return decodePayload(bytes, payload, end - 1, batch);
  };
}

/**
 * A whole block, or the bytes up to the next header. A block whose declared length does not lead to ETX is none, nor is one
 * that would hold another header: its length is damaged, and would swallow the blocks behind it.
 */
function endOfRecord(bytes: Uint8Array, start: number, end: number): number {
  const stop = blockEnd(bytes, start, end);
  const limit = stop < 0 ? end : stop;
  for (let at = start + 1; at < limit; at++) if (bytes[at] === SOH && isHeader(bytes, at, limit)) return at;
  return stop;
}

/** Offset behind the block that begins at `start`; −1 when none does, or not all of it is there. */
function blockEnd(bytes: Uint8Array, start: number, end: number): number {
  if (!isHeader(bytes, start, end)) return -1;
  const stop = start + FRAME_BYTES + hexNumber(bytes, start + LENGTH_AT, 4);
  return stop <= end && bytes[stop - 1] === ETX ? stop : -1;
}

/** True when a whole header stands at `at`. */
function isHeader(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + HEADER.length > end) return false;
  for (let i = 0; i < HEADER.length; i++) if (!isAs(HEADER[i], bytes[at + i])) return false;
  return true;
}

const [LETTER, DIGIT, HEX] = asciiBytes('LDX');

function isAs(sign: number, byte: number): boolean {
  if (sign === LETTER) return isLetter(byte);
  if (sign === DIGIT) return isDigit(byte);
  if (sign === HEX) return nibble(byte) >= 0;
  return byte === sign;
}

function nibble(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

function hexNumber(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) value = value * 16 + nibble(bytes[i]);
  return value;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  return crc;
});

/** CRC-16/X-25. */
function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 0xff];
  return crc ^ 0xffff;
}
