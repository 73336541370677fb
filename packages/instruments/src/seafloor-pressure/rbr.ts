/**
 * Values side by side: RBR loggers, which put their clock in front, and plain columns.
 *
 * 2023/07/22 06:47:48.250,13.2941,2505.6120          rbr, channels [TEMP, PRES]
 * │                       │       └ PRES, in the unit of the settings
 * │                       └ TEMP, degC
 * └ the logger's clock, UTC
 * # Active channels: temperature_00|pressure_00      what the channels are, read where settings say `header`
 *
 * 2505.6120 13.2941                                  plain, channels [PRES, TEMP], blanks between
 *
 * RBR logger command reference, "Streaming"; plain columns belong to no manual.
 */
import { type Batch, openRow } from '@emso/core';
import { COMMA, skipBlanks } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult } from '../define.ts';
import { DECIMALS, scanned } from '../numbers.ts';
import { compileTime, epochMsOf, FIELDS } from '../time-pattern.ts';
import { type Channel, channelValue, scanChannel } from './channels.ts';
import type { PressureScale } from './pressure.ts';
import { refuse } from './refusal.ts';

const scanTime = compileTime('yyyy/MM/dd HH:mm:ss.fff');

/** Decodes a line without blanks around it: time, then each channel behind a comma. */
export function rbrDecoder(channels: readonly Channel[], scale: PressureScale): DecodeLine {
  const read = channelReader(channels, scale, commaAt);
  const time = new Int32Array(FIELDS.length);
  return (bytes, start, stop, batch) => {
    const behind = scanTime(bytes, start, stop, time);
    // Whatever does not begin with a date is no sample; a date that cannot be is a bad one.
    if (behind < 0) return refuse(bytes, start, stop, ~behind, ~behind === start ? 'unknown-sentence' : 'bad-time');
    const timeMs = epochMsOf(time);
    if (Number.isNaN(timeMs)) return refuse(bytes, start, stop, start, 'bad-time');
    const first = commaAt(bytes, behind, stop);
    if (first < 0) return refuse(bytes, start, stop, behind, behind === stop ? 'field-count' : 'bad-time');
    return read(bytes, start, stop, batch, first, timeMs);
  };
}

/** Decodes a line without blanks around it: the channels, blanks between them. */
export function plainDecoder(channels: readonly Channel[], scale: PressureScale): DecodeLine {
  const read = channelReader(channels, scale, blanksAt);
  return (bytes, start, stop, batch) => read(bytes, start, stop, batch, start, Number.NaN);
}

/** Offset behind the separator at `at`; −1 when none is there. */
type Separator = (bytes: Uint8Array, at: number, stop: number) => number;
const commaAt: Separator = (bytes, at, stop) =>
  at < stop && bytes[at] === COMMA ? skipBlanks(bytes, at + 1, stop) : -1;
const blanksAt: Separator = (bytes, at, stop) => {
  const next = skipBlanks(bytes, at, stop);
  return next > at && next < stop ? next : -1;
};

function channelReader(channels: readonly Channel[], scale: PressureScale, separator: Separator) {
  const columns = columnsFor(channels);
  return (
    bytes: Uint8Array,
    start: number,
    stop: number,
    batch: Batch,
    first: number,
    timeMs: number,
  ): DecodeResult => {
    const row = openRow(batch);
    const place = columns(batch);
    let at = first;
    for (let i = 0; i < channels.length; i++) {
      if (i > 0) {
        const next = separator(bytes, at, stop);
        if (next < 0) return refuse(bytes, start, stop, at, at === stop ? 'field-count' : 'not-a-number');
        at = next;
      }
      const next = scanChannel(bytes, at, stop, channels[i], scale);
      // A point at the very end is the head of a longer number.
      if (next < 0 || (next === stop && scanned[DECIMALS] === 0)) {
        return refuse(bytes, start, stop, at, at === stop ? 'field-count' : 'not-a-number');
      }
      if (place[i] >= 0) batch.values[place[i]][row] = channelValue[0];
      at = next;
    }
    if (at < stop) {
      return refuse(bytes, start, stop, at, separator(bytes, at, stop) < 0 ? 'not-a-number' : 'field-count');
    }
    batch.instrument[row] = timeMs;
    batch.count = row + 1;
    return DECODED;
  };
}
