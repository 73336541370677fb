/**
 * Raw decimal counts, output format 0.
 *
 *   637437, 5374.531, 613892, 1156, 23.456, 0.567890, 10 Nov 2017, 18:00:01
 *   │       │         │       │     │       │         └ instrument clock
 *   │       │         │       │     │       └ thermistor of the SBE 63, V
 *   │       │         │       │     └ phase of the SBE 63, µs
 *   │       │         │       └ temperature of the pressure sensor, counts
 *   │       │         └ pressure, counts
 *   │       └ conductivity, Hz
 *   └ temperature, counts
 *
 * SBE 37-SMP-ODO manual, "Data formats", OutputFormat=0. A line is whole only with its date: without one, a number it ends
 * with may be the head of a longer one.
 */
import { openRow } from '@emso/core';
import { COMMA, HASH, isDigit, isNoise, skipBlanks, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, IGNORED, reject } from '../define.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import { isChatter } from './chatter.ts';
import { countColumns } from './counts.ts';
import { dateStyleAt, scanDateTime } from './date.ts';
import type { Settings } from './settings.ts';

/** A decoder of raw decimal counts. It decodes no line with flow control in it. */
export function rawDecimalDecoder(settings: Settings): DecodeLine {
  const names = countColumns(settings.fields);
  const columns = columnsFor(names);
  const whole = names.map((name) => name.endsWith('_counts'));

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let at = skipBlanks(bytes, start, stop);
    if (at < stop && bytes[at] === HASH) at = skipBlanks(bytes, at + 1, stop);
    if (at === stop) return IGNORED;
    const first = at;

    const row = openRow(batch);
    const place = columns(batch);
    for (let i = 0; i < names.length; i++) {
      if (at < stop && dateStyleAt(bytes, at, stop) !== undefined) return reject('field-count', at);
      const next = at < stop && isDigit(bytes[at]) ? scanDecimal(bytes, at, stop) : -1;
      // Counts are whole numbers, the others never are: a field in the wrong place shows.
      if (next < 0 || (scanned[DECIMALS] === -1) !== whole[i] || scanned[DECIMALS] === 0) {
        return refuse(bytes, first, Math.max(at, Math.min(next, stop)), stop);
      }
      if (place[i] >= 0) batch.values[place[i]][row] = scanned[VALUE];
      at = skipBlanks(bytes, next, stop);
      if (at === stop) return refuse(bytes, first, at, stop, 'partial');
      if (bytes[at] !== COMMA) return refuse(bytes, first, at, stop);
      at = skipBlanks(bytes, at + 1, stop);
    }
    if (dateStyleAt(bytes, at, stop) === undefined) {
      return refuse(bytes, first, at, stop, at === stop ? 'partial' : 'field-count');
    }
    const next = scanDateTime(bytes, at, stop, 'day-month-name');
    if (next < 0) return reject('bad-time', ~next);
    if (next !== stop) return reject('field-count', next);
    batch.instrument[row] = scanned[VALUE];
    batch.count = row + 1;
    return DECODED;
  };
}

/** The answer about a line that is no sample from `at` on. */
function refuse(
  bytes: Uint8Array,
  first: number,
  at: number,
  stop: number,
  reason: 'not-a-number' | 'field-count' | 'partial' = 'not-a-number',
): DecodeResult {
  if (isChatter(bytes, first, stop)) return IGNORED;
  if (at < stop && isNoise(bytes[at])) return reject('damaged', at);
  return reject(isDigit(bytes[first]) ? reason : 'unknown-sentence', at);
}
