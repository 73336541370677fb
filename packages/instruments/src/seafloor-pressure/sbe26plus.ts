/**
 * Sea-Bird SBE 26plus wave and tide recorder, real-time text.
 *
 * tide: start time = 05 Jan 2014 00:00:28, p = 208.8057, pt = 14.004, t = 13.8633
 *                    │                         │              │            └ TEMP, degC
 *                    │                         │              └ temperature of the transducer, degC: not published
 *                    │                         └ pressure averaged over the tide interval, psia (set-up)
 *                    └ the instrument's clock, UTC, at the start of the interval
 * wave: start time = 05 Jan 2014 00:05:30      begins a wave burst; the bare pressures that follow carry no time of their own
 *
 * SBE 26plus manual, "Data format", real-time tide and wave data.
 */
import { openRow } from '@emso/core';
import { asciiBytes, COMMA, skipBlanks, startsWith } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED, reject } from '../define.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import { compileTime, epochMsOf, FIELDS } from '../time-pattern.ts';
import type { PressureScale } from './pressure.ts';
import { refuse } from './refusal.ts';

const TIDE = asciiBytes('tide: start time =');
const WAVE = asciiBytes('wave:');
/** What stands before each value, commas aside. */
const NAMES = ['p =', 'pt =', 't ='].map(asciiBytes);
const [PRESSURE, , TEMPERATURE] = NAMES.keys();
/** The temperature ends the line and is printed with so many decimals: with fewer it was cut. */
const TEMPERATURE_DECIMALS = 4;
/** Two decimals at least: a whole number is no pressure of a burst. */
const BURST_DECIMALS = 2;
const scanTime = compileTime('dd MMM yyyy HH:mm:ss');

/** Decodes a line without blanks around it. */
export function sbe26plusDecoder(scale: PressureScale): DecodeLine {
  const columns = columnsFor(['PRES', 'TEMP']);
  const time = new Int32Array(FIELDS.length);
  return (bytes, start, stop, batch) => {
    if (!startsWith(bytes, start, stop, TIDE)) {
      if (startsWith(bytes, start, stop, WAVE) || isBurstPressure(bytes, start, stop)) return IGNORED;
      return refuse(bytes, start, stop, start);
    }
    const date = skipBlanks(bytes, start + TIDE.length, stop);
    let at = scanTime(bytes, date, stop, time);
    const timeMs = at < 0 ? Number.NaN : epochMsOf(time);
    if (Number.isNaN(timeMs)) return refuse(bytes, start, stop, at < 0 ? ~at : date, 'bad-time');

    const row = openRow(batch);
    const place = columns(batch);
    for (let i = 0; i < NAMES.length; i++) {
      if (at === stop) return reject('field-count', stop);
      if (bytes[at] !== COMMA) return refuse(bytes, start, stop, at, i === 0 ? 'bad-time' : 'not-a-number');
      const name = skipBlanks(bytes, at + 1, stop);
      if (!startsWith(bytes, name, stop, NAMES[i])) return refuse(bytes, start, stop, name, 'field-count');
      const value = skipBlanks(bytes, name + NAMES[i].length, stop);
      at = scanDecimal(bytes, value, stop, i === PRESSURE ? scale.shift : 0);
      if (at < 0) return refuse(bytes, start, stop, value, value === stop ? 'field-count' : 'not-a-number');
      const found = i === PRESSURE ? scale.convert(scanned[VALUE]) : scanned[VALUE];
      if (!Number.isFinite(found)) return reject('not-a-number', value);
      const column = i === PRESSURE ? place[0] : i === TEMPERATURE ? place[1] : -1;
      if (column >= 0) batch.values[column][row] = found;
    }
    if (at < stop) return refuse(bytes, start, stop, at, bytes[at] === COMMA ? 'field-count' : 'not-a-number');
    if (scanned[DECIMALS] < TEMPERATURE_DECIMALS) return reject('partial', stop);
    batch.instrument[row] = timeMs;
    batch.count = row + 1;
    return DECODED;
  };
}

function isBurstPressure(bytes: Uint8Array, start: number, stop: number): boolean {
  return scanDecimal(bytes, start, stop) === stop && scanned[DECIMALS] >= BURST_DECIMALS;
}
