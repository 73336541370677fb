/**
 * Converted text, output formats 1 and 3, plain and addressed.
 *
 *    13.2974,  3.91051, 2501.987,  38.4794, 01 Aug 2019, 00:00:00
 *    │         │        │          │        └ instrument clock: dd Mmm yyyy (format 1) or mm-dd-yyyy (format 3);
 *    │         │        │          │          comma or blanks before the time; a sample number may follow
 *    │         │        │          └ PSAL, PSS-78
 *    │         │        └ PRES, dbar, sea pressure
 *    │         └ CNDC, in the deployment's unit
 *    └ TEMP, degC ITS-90
 *
 * A quantity that is switched off is absent and takes its comma with it, so which field is what comes from the
 * deployment's settings and is never guessed. SBE 37-SM manual rev. 041, "Data output formats", p. 46.
 */
import { openRow, setLabel } from '@emso/core';
import { COMMA, createTextReader, HASH, isNoise, skipBlanks, skipDigits, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, IGNORED, reject } from '../define.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import { isChatter } from './chatter.ts';
import { type DateStyle, dateStyleAt, scanDateTime } from './date.ts';
import { FIELD_DECIMALS, type FieldCode, type Settings, USUAL_FIELDS } from './settings.ts';
import { conversionOf, shiftOf } from './units.ts';

/** Without `fields`, so many of the usual ones at least. */
const USUAL_FIELDS_MIN = 3;

/** A decoder of converted text, for `fields` as these settings have them. It decodes no line with flow control in it. */
export function textDecoder(settings: Settings): DecodeLine {
  const fields: readonly (FieldCode | null)[] = settings.fields ?? USUAL_FIELDS;
  const most = fields.length;
  const least = settings.fields === undefined ? USUAL_FIELDS_MIN : most;
  const dated = settings.outputTime || settings.fields === undefined;
  const conversions = fields.map((code) => conversionOf(code, settings));
  const shifts = Int32Array.from(fields, (code) => shiftOf(code, settings));
  const decimals = Int32Array.from(fields, (code, i) => (code === null ? 1 : FIELD_DECIMALS[code]) - shifts[i]);
  const columns = columnsFor(fields);
  const serialText = createTextReader();
  const { addressed, outputFormat } = settings;
  const onlyStyle: DateStyle | undefined =
    outputFormat === 1 ? 'day-month-name' : outputFormat === 3 ? 'month-day-number' : undefined;

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let at = skipBlanks(bytes, start, stop);
    // Some units are set to mark their real-time lines.
    if (at < stop && bytes[at] === HASH) at = skipBlanks(bytes, at + 1, stop);
    if (at === stop) return IGNORED;
    const first = at;

    const row = openRow(batch);
    const place = columns(batch);
    if (addressed) {
      const serialEnd = skipDigits(bytes, at, stop);
      const comma = skipBlanks(bytes, serialEnd, stop);
      if (serialEnd === at || comma === stop || bytes[comma] !== COMMA) return refuse(bytes, first, comma, stop);
      setLabel(batch.labels[0], row, serialText(bytes, at, serialEnd));
      at = skipBlanks(bytes, comma + 1, stop);
    }

    let count = 0;
    let style: DateStyle | undefined;
    for (;;) {
      const next = scanDecimal(bytes, at, stop, shifts[count]);
      // Every field has decimals: a whole number is the tail of a cut one, a serial number, or the day of a date.
      if (next < 0 || scanned[DECIMALS] < 1) return refuseField(bytes, first, at, stop);
      if (place[count] >= 0) {
        const convert = conversions[count];
        batch.values[place[count]][row] = convert === undefined ? scanned[VALUE] : convert(scanned[VALUE]);
      }
      at = skipBlanks(bytes, next, stop);
      count++;
      if (at === stop) break;
      if (bytes[at] !== COMMA) return refuse(bytes, first, at, stop);
      at = skipBlanks(bytes, at + 1, stop);
      if (count < least) continue;
      style = dateStyleAt(bytes, at, stop);
      if (style !== undefined) break;
      if (count === most) return refuseField(bytes, first, at, stop, 'field-count');
    }

    if (style === undefined) {
      if (count < least) return reject('field-count', stop);
      // A line without a date ends anywhere it was cut: its last number must be printed in full.
      if (dated || scanned[DECIMALS] < decimals[count - 1]) return reject('partial', stop);
    } else {
      if (onlyStyle !== undefined && style !== onlyStyle) return reject('bad-time', at);
      const next = scanDateTime(bytes, at, stop, style);
      if (next < 0) return reject('bad-time', ~next);
      at = skipBlanks(bytes, next, stop);
      batch.instrument[row] = scanned[VALUE];
      if (at < stop) {
        const number = bytes[at] === COMMA ? skipBlanks(bytes, at + 1, stop) : stop;
        if (number === stop || skipDigits(bytes, number, stop) !== stop)
          return refuse(bytes, first, at, stop, 'field-count');
      }
    }
    batch.count = row + 1;
    return DECODED;
  };
}

/** The answer about a line whose field at `at` is no decimal number. */
function refuseField(
  bytes: Uint8Array,
  first: number,
  at: number,
  stop: number,
  numeric: 'field-count' | 'not-a-number' = 'not-a-number',
): DecodeResult {
  if (at === stop || dateStyleAt(bytes, at, stop) !== undefined) return refuse(bytes, first, at, stop, 'field-count');
  const next = scanDecimal(bytes, at, stop);
  const ends = next > 0 && (next === stop || bytes[skipBlanks(bytes, next, stop)] === COMMA);
  return refuse(bytes, first, ends ? at : Math.max(next, at), stop, ends ? numeric : 'not-a-number');
}

/** The answer about a line that is no sample from `at` on: chatter, or refused with the reason that the bytes show. */
function refuse(
  bytes: Uint8Array,
  first: number,
  at: number,
  stop: number,
  reason: 'field-count' | 'not-a-number' = 'not-a-number',
): DecodeResult {
  if (isChatter(bytes, first, stop)) return IGNORED;
  if (at < stop && isNoise(bytes[at])) return reject('damaged', at);
  for (let i = first; i < stop; i++) if (bytes[i] === COMMA) return reject(reason, at);
  return reject('unknown-sentence', at);
}
