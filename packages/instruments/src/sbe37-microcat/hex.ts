/**
 * Lines of upper-case hexadecimal digits: uploads from the memory, and what an inductive modem relays.
 *
 * Upload, 42 digits (20 without pressure and oxygen, 30 without oxygen, 32 without pressure); SBE 37 manuals, "Hex data format":
 *
 *   09B9FD 14FE88 38B1A0 14C5F3 095E04 0484 2198A5A1
 *   │      │      │      │      │      │    └ seconds since 2000-01-01
 *   │      │      │      │      │      └ temperature of the pressure sensor, counts
 *   │      │      │      │      └ pressure, counts
 *   │      │      │      └ thermistor of the SBE 63, (V + 1) × 1 000 000
 *   │      │      └ phase of the SBE 63, (µs + 10) × 100 000
 *   │      └ conductivity, Hz × 256
 *   └ temperature, counts
 *
 * Inductive, 22 digits; the envelope names it: `#Data Format: tttttcccccppppTTTTTTTT`:
 *
 *   563A0 0C351 E50A 28D3531B
 *   │     │     │    └ seconds since 2000-01-01, lowest byte first
 *   │     │     └ pressure, lowest byte first
 *   │     └ conductivity, (S/m + 0.5) × 100 000
 *   └ temperature, (degC + 10) × 10 000
 */
import { type Batch, openRow } from '@emso/core';
import { HASH, isNoise, skipBlanks, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED, reject } from '../define.ts';
import { isChatter } from './chatter.ts';
import { COUNT_COLUMNS } from './counts.ts';
import { fillInductive, inductiveColumns, SECONDS_2000_MS } from './inductive.ts';
import type { Settings } from './settings.ts';

const NIBBLES = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) NIBBLES['0123456789ABCDEF'.charCodeAt(digit)] = digit;

const INDUCTIVE_DIGITS = 22;
const SLASH = 0x2f;

/** Fills a row from so many digits, all of them hexadecimal; false when lines of that length are none of ours. */
type Fill = (bytes: Uint8Array, at: number, digits: number, batch: Batch, row: number) => boolean;

/** A decoder of uploaded scans. The length of a line says which quantities it holds; `fields` allow one length only. */
export function hexDecoder(settings: Settings): DecodeLine {
  const columns = columnsFor(COUNT_COLUMNS);
  const { fields } = settings;
  const promised = fields === undefined ? undefined : digitsOf(fields.includes('PRES'), fields.includes('DOX1'));
  return hexLines(false, (bytes, at, digits, batch, row) => {
    const pressure = digits === digitsOf(true, false) || digits === digitsOf(true, true);
    const oxygen = digits === digitsOf(false, true) || digits === digitsOf(true, true);
    if (digits !== digitsOf(pressure, oxygen) || (promised !== undefined && digits !== promised)) return false;
    const place = columns(batch);
    const put = (column: number, value: number): void => {
      if (place[column] >= 0) batch.values[place[column]][row] = value;
    };
    put(0, hexNumber(bytes, at, 6));
    put(1, hexNumber(bytes, at + 6, 6) / 256);
    let next = at + 12;
    if (oxygen) {
      put(4, (hexNumber(bytes, next, 6) - 1_000_000) / 100_000);
      put(5, (hexNumber(bytes, next + 6, 6) - 1_000_000) / 1_000_000);
      next += 12;
    }
    if (pressure) {
      put(2, hexNumber(bytes, next, 6));
      put(3, hexNumber(bytes, next + 6, 4));
      next += 10;
    }
    batch.instrument[row] = SECONDS_2000_MS + hexNumber(bytes, next, 8) * 1000;
    return true;
  });
}

/** 20 for temperature, conductivity and time; 10 more with pressure, 12 more with oxygen. */
function digitsOf(pressure: boolean, oxygen: boolean): number {
  return 20 + (pressure ? 10 : 0) + (oxygen ? 12 : 0);
}

/** A decoder of the lines of an inductive modem. */
export function inductiveHexDecoder(settings: Settings): DecodeLine {
  const columns = inductiveColumns(settings);
  return hexLines(true, (bytes, at, digits, batch, row) => {
    if (digits !== INDUCTIVE_DIGITS) return false;
    // FORMATS §9.9: pressure and time are byte-swapped beside big-endian temperature and conductivity.
    const pressure = hexNumber(bytes, at + 12, 2) * 256 + hexNumber(bytes, at + 10, 2);
    let seconds = 0;
    for (let byte = 3; byte >= 0; byte--) seconds = seconds * 256 + hexNumber(bytes, at + 14 + 2 * byte, 2);
    fillInductive(
      columns(batch),
      settings,
      batch,
      row,
      hexNumber(bytes, at, 5),
      hexNumber(bytes, at + 5, 5),
      pressure,
      seconds,
    );
    return true;
  });
}

/** Everything but the digits. In an envelope, lines that begin with `#` or `//` are about the samples, not samples. */
function hexLines(enveloped: boolean, fill: Fill): DecodeLine {
  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let at = skipBlanks(bytes, start, stop);
    if (at === stop) return IGNORED;
    const marked = bytes[at] === HASH;
    const comment = enveloped && (marked || (bytes[at] === SLASH && at + 1 < stop && bytes[at + 1] === SLASH));
    if (marked) at = skipBlanks(bytes, at + 1, stop);
    let digit = at;
    while (digit < stop && NIBBLES[bytes[digit]] >= 0) digit++;
    if (digit === stop && digit > at) {
      const row = openRow(batch);
      if (fill(bytes, at, stop - at, batch, row)) {
        batch.count = row + 1;
        return DECODED;
      }
    }
    if (comment || at === stop || isChatter(bytes, at, stop)) return IGNORED;
    if (digit === stop) return reject('field-count', stop);
    if (isNoise(bytes[digit])) return reject('damaged', digit);
    return reject(digit === at ? 'unknown-sentence' : 'not-a-number', digit);
  };
}

/** The number that `digits` hexadecimal digits at `at` spell, highest first. */
function hexNumber(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) value = value * 16 + NIBBLES[bytes[i]];
  return value;
}
