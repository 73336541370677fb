/**
 * Replies of a Paroscientific Digiquartz intelligent transmitter (8000 series and relatives).
 *
 * *00013617.5512
 * ││ │ └ the value, in the unit that the transmitter's UN parameter sets
 * ││ └ 01: the transmitter that answers
 * │└ 00: the computer that asked
 * └ every message begins so
 *
 * The four address digits run into the value, hence fixed widths. P3 (pressure) and Q3 (temperature) are answered alike: only
 * the request tells them apart, or the setting `temperatureReplies`. Digiquartz programming manual, "Commands and replies".
 */
import { openRow } from '@emso/core';
import { isDigit, isLetter, skipBlanks } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED, reject } from '../define.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import type { PressureScale } from './pressure.ts';
import { refuse } from './refusal.ts';

const STAR = 0x2a;
const ADDRESS_DIGITS = 4;

/** Decodes a line without blanks around it. Values within `temperatureReplies` are temperatures: known, and not published. */
export function digiquartzDecoder(scale: PressureScale, temperatureReplies?: readonly [number, number]): DecodeLine {
  const columns = columnsFor(['PRES']);
  const [lowest, highest] = temperatureReplies ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return (bytes, start, stop, batch) => {
    if (bytes[start] !== STAR) return refuse(bytes, start, stop, start);
    let at = start + 1;
    while (at < stop && at <= start + ADDRESS_DIGITS && isDigit(bytes[at])) at++;
    if (at <= start + ADDRESS_DIGITS)
      return refuse(bytes, start, stop, at, at === stop ? 'partial' : 'unknown-sentence');
    // `*0001UN=1` answers a question about a parameter, `*0100P3` is the echo of a request.
    if (at < stop && isLetter(bytes[at])) return isText(bytes, at, stop) ? IGNORED : refuse(bytes, start, stop, at);
    at = skipBlanks(bytes, at, stop);
    if (at === stop) return reject('partial', stop);
    const next = scanDecimal(bytes, at, stop);
    // A point without decimals is the head of a longer number.
    if (next !== stop || scanned[DECIMALS] === 0) return refuse(bytes, start, stop, Math.max(at, next), 'not-a-number');
    if (scanned[VALUE] >= lowest && scanned[VALUE] <= highest) return IGNORED;
    scanDecimal(bytes, at, stop, scale.shift);
    const value = scale.convert(scanned[VALUE]);
    if (!Number.isFinite(value)) return reject('not-a-number', at);
    const row = openRow(batch);
    const place = columns(batch)[0];
    if (place >= 0) batch.values[place][row] = value;
    batch.count = row + 1;
    return DECODED;
  };
}

/** True for printable text: a parameter's name, and its value if it has one. */
function isText(bytes: Uint8Array, at: number, stop: number): boolean {
  for (; at < stop; at++) if (bytes[at] < 0x20 || bytes[at] > 0x7e) return false;
  return true;
}
