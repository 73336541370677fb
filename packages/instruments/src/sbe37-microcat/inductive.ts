/**
 * Compact samples of inductive MicroCATs: scaled integers instead of counts, so no coefficients are needed, only the full
 * scale of the pressure sensor. As lines of hexadecimal digits (`hex.ts`), or 13 bytes each in the blocks of a controller:
 *
 *   40 1e0b8 58a57 f168 415f8319 0d
 *   │  │     │     │    │        └ end of the sample
 *   │  │     │     │    └ seconds since 2000-01-01, lowest byte first
 *   │  │     │     └ pressure, lowest byte first
 *   │  │     └ conductivity, (S/m + 0.5) × 100 000, 20 bits
 *   │  └ temperature, (degC + 10) × 10 000, 20 bits
 *   └ the instrument's id on the cable
 */
import { type Batch, openRow, rounder, setLabel, utcMs } from '@emso/core';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED, reject } from '../define.ts';
import type { Settings } from './settings.ts';

/** FORMATS §9.10: the epoch is 2000-01-01, not the day before, and not 1970. */
export const SECONDS_2000_MS = utcMs(2000, 1, 1, 0, 0, 0);

const SAMPLE_BYTES = 13;
const SAMPLE_END = 0x0d;
const ID_TEXTS = Array.from({ length: 256 }, (_, id) => String(id));
const ID_LABEL = 1;

const roundPressure = rounder('PRES');

/** Sea pressure in dbar of `counts`, for a sensor with a full scale of `rangePsia`: 5 % below zero to 112 % of the range. */
export function inductivePressure(counts: number, rangePsia: number): number {
  const range = (rangePsia - 14.7) * 0.6894757;
  return (counts * range) / (0.85 * 65536) - 0.05 * range;
}

/** Where the quantities stand in a batch; pressure only with a known range. */
export function inductiveColumns({ pressureRange }: Settings): (batch: Batch) => Int32Array {
  return columnsFor(['TEMP', 'CNDC', typeof pressureRange === 'number' ? 'PRES' : null]);
}

/** Fills a row from the integers of a sample. */
export function fillInductive(
  place: Int32Array,
  { pressureRange }: Settings,
  batch: Batch,
  row: number,
  temperature: number,
  conductivity: number,
  pressure: number,
  seconds: number,
): void {
  if (place[0] >= 0) batch.values[place[0]][row] = (temperature - 100_000) / 10_000;
  if (place[1] >= 0) batch.values[place[1]][row] = (conductivity - 50_000) / 100_000;
  if (place[2] >= 0) batch.values[place[2]][row] = roundPressure(inductivePressure(pressure, pressureRange as number));
  batch.instrument[row] = SECONDS_2000_MS + seconds * 1000;
}

/** A decoder of the payload of a controller's block: samples of one instrument after the other, all of the block or none. */
export function inductiveBlockDecoder(settings: Settings): DecodeLine {
  const columns = inductiveColumns(settings);
  const { inductiveId } = settings;
  return (bytes, start, end, batch) => {
    if ((end - start) % SAMPLE_BYTES !== 0) return reject('damaged', end);
    for (let at = start; at < end; at += SAMPLE_BYTES) {
      if (bytes[at + SAMPLE_BYTES - 1] !== SAMPLE_END) return reject('damaged', at + SAMPLE_BYTES - 1);
    }
    const before = batch.count;
    for (let at = start; at < end; at += SAMPLE_BYTES) {
      if (inductiveId !== undefined && bytes[at] !== inductiveId) continue;
      const row = openRow(batch);
      const temperature = (bytes[at + 1] << 12) | (bytes[at + 2] << 4) | (bytes[at + 3] >> 4);
      const conductivity = ((bytes[at + 3] & 0x0f) << 16) | (bytes[at + 4] << 8) | bytes[at + 5];
      const pressure = bytes[at + 6] | (bytes[at + 7] << 8);
      const seconds = (bytes[at + 8] | (bytes[at + 9] << 8) | (bytes[at + 10] << 16) | (bytes[at + 11] << 24)) >>> 0;
      fillInductive(columns(batch), settings, batch, row, temperature, conductivity, pressure, seconds);
      setLabel(batch.labels[ID_LABEL], row, ID_TEXTS[bytes[at]]);
      batch.count = row + 1;
    }
    return batch.count > before ? DECODED : IGNORED;
  };
}
