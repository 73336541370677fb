/**
 * Paroscientific nano-resolution gauge with time stamps.
 *
 * NANO,V,2013/08/22 22:48:36.013,13.888533,26.147947328
 * │    │ │                       │         └ temperature of the transducer, degC: not published
 * │    │ │                       └ pressure, in the unit of the gauge's UN parameter
 * │    │ └ the gauge's clock, UTC
 * │    └ P: time pulse present, V: not
 * └ every line begins so; `NANO,*` begins the lines of its configuration
 *
 * Seen in the bottom pressure and tilt package of OOI; Paroscientific user's manual for SMT systems, "Data output".
 */
import { openRow } from '@emso/core';
import { asciiBytes, COMMA, startsWith } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED, reject } from '../define.ts';
import { scanDecimal, scanned, VALUE } from '../numbers.ts';
import { compileTime, epochMsOf, FIELDS } from '../time-pattern.ts';
import type { PressureScale } from './pressure.ts';
import { refuse } from './refusal.ts';

const NAME = asciiBytes('nano,');
const STAR = 0x2a;
const LETTERS_P_V = [0x50, 0x56];
const scanTime = compileTime('yyyy/MM/dd HH:mm:ss.fff');

/** Decodes a line without blanks around it. */
export function nanoDecoder(scale: PressureScale): DecodeLine {
  const columns = columnsFor(['PRES']);
  const time = new Int32Array(FIELDS.length);
  return (bytes, start, stop, batch) => {
    if (!startsWith(bytes, start, stop, NAME)) return refuse(bytes, start, stop, start);
    const flag = start + NAME.length;
    if (flag < stop && bytes[flag] === STAR) return IGNORED;
    if (flag + 1 >= stop) return reject('field-count', stop);
    if (!LETTERS_P_V.includes(bytes[flag]) || bytes[flag + 1] !== COMMA) return refuse(bytes, start, stop, flag);
    const date = flag + 2;
    const behindTime = scanTime(bytes, date, stop, time);
    const timeMs = behindTime < 0 ? Number.NaN : epochMsOf(time);
    if (Number.isNaN(timeMs)) return refuse(bytes, start, stop, behindTime < 0 ? ~behindTime : date, 'bad-time');

    const pressure = valueBehind(bytes, behindTime, stop);
    if (pressure === stop) return reject('field-count', stop);
    const behindPressure = scanDecimal(bytes, pressure, stop, scale.shift);
    const value = scale.convert(scanned[VALUE]);
    if (behindPressure < 0 || !Number.isFinite(value)) return refuse(bytes, start, stop, pressure, 'not-a-number');
    const temperature = valueBehind(bytes, behindPressure, stop);
    if (temperature === stop) return reject('field-count', stop);
    const end = temperature === behindPressure ? -1 : scanDecimal(bytes, temperature, stop);
    if (end < 0) return refuse(bytes, start, stop, temperature, 'not-a-number');
    if (end < stop) return refuse(bytes, start, stop, end, bytes[end] === COMMA ? 'field-count' : 'not-a-number');

    const row = openRow(batch);
    const place = columns(batch)[0];
    if (place >= 0) batch.values[place][row] = value;
    batch.instrument[row] = timeMs;
    batch.count = row + 1;
    return DECODED;
  };
}

/** Offset of the value behind the comma at `at`; `at` itself when no comma stands there, `stop` when the line ends. */
function valueBehind(bytes: Uint8Array, at: number, stop: number): number {
  return at < stop && bytes[at] === COMMA ? at + 1 : at;
}
