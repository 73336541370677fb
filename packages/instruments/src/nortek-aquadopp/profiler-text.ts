/**
 * Text that the processing software of a profiler writes: fifteen columns between TABs, behind six lines of header.
 *
 * 1397773685.111⇥19.387⇥y⇥1492.4⇥102.0⇥-0.6⇥-2.3⇥18.473⇥10.73⇥-0.079⇥0.109⇥-0.099⇥102⇥104⇥101
 * │              │      │ │      │     │    │    │      │     │      │     │      └───┴───┴ AMP1–3, counts
 * │              │      │ │      │     │    │    │      │     └──────┴─────┴ velocities of the beams, m/s
 * │              │      │ │      │     │    │    │      └ TEMP, degC
 * │              │      │ │      │     │    │    └ PRES, dbar
 * │              │      │ │      └─────┴────┴ HEADING, PITCH, ROLL, degree
 * │              │      │ └ SSPEED, m/s
 * │              │      └ y: the software doubts the time
 * │              └ depth, dbar
 * └ seconds since 1970
 *
 * The software drops decimals that are zero and may write exponents: how large a value is, is the business of QC.
 */
import { openRow } from '@emso/core';
import { BLANK, isDigit, POINT, skipDigits, TAB, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED } from '../define.ts';
import { DECIMALS, EXPONENT_DIGITS, scanDecimal, scanned, scanReal, VALUE } from '../numbers.ts';
import { refuse } from './chatter.ts';

/** Codes of the columns behind the doubt; null is read and not published. */
const COLUMNS = ['SSPEED', 'HEADING', 'PITCH', 'ROLL', 'PRES', 'TEMP', null, null, null, 'AMP1', 'AMP2', 'AMP3'];
const FIRST_AMPLITUDE = COLUMNS.indexOf('AMP1');
const FIELDS = COLUMNS.length + 3;
/** Digits of the seconds since 1970 from 2001 to 2286: fewer are the tail of a cut line. */
const SECONDS_DIGITS = 10;
const YES = 0x79;
const NO = 0x6e;

/** A decoder for one line a sample. */
export function profilerTextDecoder(): DecodeLine {
  const columns = columnsFor(COLUMNS);

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let first = start;
    // A TAB would be an empty field.
    while (first < stop && bytes[first] === BLANK) first++;
    if (first === stop) return IGNORED;
    const refuseAt = (at: number, reason: 'bad-time' | 'not-a-number' = 'not-a-number'): ReturnType<DecodeLine> =>
      refuse(bytes, first, at, stop, fieldCount(bytes, start, stop) === FIELDS ? reason : 'field-count');

    const point = skipDigits(bytes, first, stop);
    let at = scanDecimal(bytes, first, stop);
    if (point - first !== SECONDS_DIGITS || point === stop || bytes[point] !== POINT)
      return refuseAt(first, 'bad-time');
    if (at === stop || bytes[at] !== TAB) return refuseAt(at, 'bad-time');
    const timeMs = Math.round(scanned[VALUE] * 1000);
    const depth = at + 1;
    at = scanReal(bytes, depth, stop);
    if (at < 0 || at + 2 >= stop || bytes[at] !== TAB) return refuseAt(Math.max(at, depth));
    if ((bytes[at + 1] !== YES && bytes[at + 1] !== NO) || bytes[at + 2] !== TAB) return refuseAt(at + 1);
    at += 2;

    const row = openRow(batch);
    const place = columns(batch);
    for (let i = 0; i < COLUMNS.length; i++) {
      if (at === stop || bytes[at] !== TAB) return refuseAt(at);
      const next = scanReal(bytes, at + 1, stop);
      if (next < 0 || (i >= FIRST_AMPLITUDE && !isCount(bytes[at + 1]))) return refuseAt(at + 1);
      if (place[i] >= 0) batch.values[place[i]][row] = scanned[VALUE];
      at = next;
    }
    if (at < stop) return refuseAt(at);
    batch.instrument[row] = timeMs;
    batch.count = row + 1;
    return DECODED;
  };
}

/** True when the number just scanned, which began with `byte`, is a whole one ≥ 0 without an exponent. */
function isCount(byte: number): boolean {
  return isDigit(byte) && scanned[DECIMALS] < 0 && scanned[EXPONENT_DIGITS] === 0;
}

/** How many fields the TABs of a line make. */
function fieldCount(bytes: Uint8Array, start: number, stop: number): number {
  let fields = 1;
  for (let at = start; at < stop; at++) if (bytes[at] === TAB) fields++;
  return fields;
}
