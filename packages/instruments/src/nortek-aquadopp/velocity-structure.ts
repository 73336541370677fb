/**
 * The velocity structure of an Aquadopp, 42 bytes, little-endian. Nortek System Integrator Manual, "Aquadopp velocity data".
 *
 * a5011500 151613001408 0000 0000 7500 8c3b ac07 f4ff eeff 00 11 f500 3e08 1b00 e5ff e9ff 8e 87 71 00 cccc
 * │        │            │    │    │    │    │    │    │    │  │  │    │    │    │    │    │  │  │  │  └ checksum
 * │        │            │    │    │    │    │    │    │    │  │  │    │    │    │    │    └──┴──┴ amplitudes, counts; fill
 * │        │            │    │    │    │    │    │    │    │  │  │    │    └────┴────┴ velocities, i16, 1 or 0.1 mm/s
 * │        │            │    │    │    │    │    │    │    │  │  │    └ temperature, i16, 0.01 degC
 * │        │            │    │    │    │    │    │    │    │  │  └ pressure, low word, 0.001 dbar
 * │        │            │    │    │    │    │    │    │    │  └ status: bit 0 = the head points down
 * │        │            │    │    │    │    │    │    │    └ pressure, high byte: without it all ends at 65.535 dbar
 * │        │            │    │    │    │    └────┴────┴ heading, pitch, roll, i16, 0.1 degree
 * │        │            │    │    │    └ sound speed, 0.1 m/s
 * │        │            │    │    └ battery, 0.1 V
 * │        │            └────┴ error bits; analogue input 1
 * │        └ clock, BCD: minute, second, day, hour, year, month
 * └ sync, id, size in words
 */
import { openRow } from '@emso/core';
import { isSpace } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, IGNORED, reject } from '../define.ts';
import { bcdTime } from './clock.ts';
import { turningWriter, writeDelivered } from './current.ts';
import { CODES, codesOf, givesCurrent, type Settings } from './settings.ts';
import { announcedLength, checksumAgrees, ID } from './structures.ts';

const AMP1 = CODES.indexOf('AMP1');
const BATTERY = CODES.indexOf('BATTERY');
const SSPEED = CODES.indexOf('SSPEED');
const HEADING = CODES.indexOf('HEADING');
const PITCH = CODES.indexOf('PITCH');
const ROLL = CODES.indexOf('ROLL');
const PRES = CODES.indexOf('PRES');
const TEMP = CODES.indexOf('TEMP');

/** A decoder for records as `scanStructures` cuts them. Throws for settings that still say `header`. */
export function structureDecoder(settings: Settings): DecodeLine {
  const perMetre = settings.velocityScale === 0.0001 ? 10_000 : 1000;
  const { velocityScale, coordinateSystem } = settings;
  if (velocityScale === undefined || velocityScale === 'header' || coordinateSystem === 'header') {
    throw new Error(
      `nortek-aquadopp: expected velocityScale and coordinateSystem themselves, found ${velocityScale} and ${coordinateSystem}: read the file's header first`,
    );
  }
  const writeCurrent = !givesCurrent(settings)
    ? undefined
    : coordinateSystem === 'ENU'
      ? writeDelivered
      : turningWriter(settings);
  const codes = codesOf(settings);
  const columns = columnsFor(CODES.map((code) => (codes.includes(code) ? code : null)));
  const velocity = new Float64Array(3);

  return (bytes, start, end, batch) => {
    const length = announcedLength(bytes, start, end);
    if (length === 0 || end - start !== length || !checksumAgrees(bytes, start, length)) {
      return betweenStructures(bytes, start, end, length);
    }
    const id = bytes[start + 1];
    if (id !== ID.velocity) return id === ID.velocityWithMagnetometer ? reject('unknown-sentence', start + 1) : IGNORED;
    const timeMs = bcdTime(bytes, start + 4);
    if (Number.isNaN(timeMs)) return reject('bad-time', start + 4);

    const row = openRow(batch);
    const place = columns(batch);
    const { values } = batch;
    const heading = int16(bytes, start + 18) / 10;
    const pitch = int16(bytes, start + 20) / 10;
    const roll = int16(bytes, start + 22) / 10;
    batch.instrument[row] = timeMs;
    if (place[BATTERY] >= 0) values[place[BATTERY]][row] = uint16(bytes, start + 14) / 10;
    if (place[SSPEED] >= 0) values[place[SSPEED]][row] = uint16(bytes, start + 16) / 10;
    if (place[HEADING] >= 0) values[place[HEADING]][row] = heading;
    if (place[PITCH] >= 0) values[place[PITCH]][row] = pitch;
    if (place[ROLL] >= 0) values[place[ROLL]][row] = roll;
    if (place[PRES] >= 0) values[place[PRES]][row] = ((bytes[start + 24] << 16) | uint16(bytes, start + 26)) / 1000;
    if (place[TEMP] >= 0) values[place[TEMP]][row] = int16(bytes, start + 28) / 100;
    for (let i = 0; i < 3; i++) {
      if (place[AMP1 + i] >= 0) values[place[AMP1 + i]][row] = bytes[start + 36 + i];
    }
    if (writeCurrent !== undefined) {
      for (let i = 0; i < 3; i++) velocity[i] = int16(bytes, start + 30 + 2 * i) / perMetre;
      writeCurrent(batch, place, row, velocity, heading, pitch, roll, (bytes[start + 25] & 1) === 1);
    }
    batch.count = row + 1;
    return DECODED;
  };
}

/** The answer about bytes that are no whole structure, where sync, id and size promised one of `length` bytes (0: they did not). */
function betweenStructures(bytes: Uint8Array, start: number, end: number, length: number): DecodeResult {
  if (length > end - start) return reject('damaged', end);
  if (length > 0) {
    return checksumAgrees(bytes, start, length)
      ? reject('damaged', start + length)
      : reject('checksum', start + length - 2);
  }
  for (let at = start; at < end; at++) if (!isTextByte(bytes[at])) return reject('damaged', at);
  return IGNORED;
}

/** True for what prompts, loggers' stamps and replies to commands are made of: text, ACK (06) and NACK (15). */
function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || isSpace(byte) || byte === 0x06 || byte === 0x15;
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

function int16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16;
}
