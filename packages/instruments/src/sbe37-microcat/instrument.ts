/**
 * Sea-Bird SBE 37 MicroCAT, converted text (output formats 1 and 3), plain and addressed.
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
 * deployment's settings and is never guessed. SBE 37-SM manual rev. 041, "Data output formats".
 */
import { openRow, PARAMETERS, setLabel } from '@emso/core';
import { z } from 'zod';
import { COMMA, createTextReader, HASH, isNoise, skipBlanks, skipDigits, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, defineInstrument, IGNORED, reject } from '../define.ts';
import { withoutFlowControl } from '../flow-control.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import { isChatter } from './chatter.ts';
import { type DateStyle, dateStyleAt, scanDateTime } from './date.ts';

/** What a field may be, and the decimals the instrument prints at least. */
const FIELD_DECIMALS = { TEMP: 4, CNDC: 5, PRES: 3, DEPH: 3, DOX1: 3, PSAL: 4, SVEL: 3 } as const;
type FieldCode = keyof typeof FIELD_DECIMALS;

/** 1 S/m = 10 mS/cm = 10 000 µS/cm: the point moves by so many digits, and the printed value stays exact. */
const CONDUCTIVITY_SHIFT = { 'S/m': 0, 'mS/cm': 1, 'uS/cm': 4 } as const;

const settingsSchema = z
  .strictObject({
    /** The instrument's OutputFormat; without it both spellings of the date are read. */
    outputFormat: z.union([z.literal(1), z.literal(3)]).optional(),
    /** Lines begin with the serial number. */
    addressed: z.boolean().default(false),
    /** Codes of the fields in their order; null is a field that is present and not published. */
    fields: z
      .array(z.enum(Object.keys(FIELD_DECIMALS) as FieldCode[]).nullable())
      .min(1)
      .refine(
        (codes) => new Set(codes.filter((code) => code !== null)).size === codes.filter((code) => code !== null).length,
        {
          message: 'expected each code once',
        },
      )
      .optional(),
    conductivityUnit: z.enum(['S/m', 'mS/cm', 'uS/cm']).optional(),
    temperatureUnit: z.enum(['degC', 'degF']).default('degC'),
    pressureUnit: z.enum(['dbar', 'psi']).default('dbar'),
    oxygenUnit: z.enum(['ml/l', 'mg/l', 'umol/l']).default('ml/l'),
    /** True when every line carries date and time: one without them was cut, and is refused. */
    outputTime: z.boolean().default(false),
  })
  .refine((settings) => !settings.fields?.includes('CNDC') || settings.conductivityUnit !== undefined, {
    path: ['conductivityUnit'],
    message: 'expected S/m, mS/cm or uS/cm beside fields with CNDC, found none: the unit is never guessed',
  });
type Settings = z.output<typeof settingsSchema>;

/** Read when no fields are set (a technician's look at a file): these, from the front, where a date follows. */
const USUAL_FIELDS: readonly FieldCode[] = ['TEMP', 'CNDC', 'PRES', 'PSAL', 'SVEL'];
const USUAL_FIELDS_MIN = 3;

export const sbe37Microcat = defineInstrument<Settings>({
  id: 'sbe37-microcat',
  title: 'Sea-Bird SBE 37 MicroCAT',
  l22: 'TOOL1457',
  version: 1,
  labels: ['Instrument_Serial'],
  settings: settingsSchema,
  parameters: (settings) => [...(settings.fields ?? USUAL_FIELDS)].filter((code) => code !== null),
  decoder: (settings) => withoutFlowControl(lineDecoder(settings)),
});

function lineDecoder(settings: Settings): DecodeLine {
  const fields: readonly (FieldCode | null)[] = settings.fields ?? USUAL_FIELDS;
  const most = fields.length;
  const least = settings.fields === undefined ? USUAL_FIELDS_MIN : most;
  const dated = settings.outputTime || settings.fields === undefined;
  const conversions = fields.map((code) => conversionOf(code, settings));
  const shift = CONDUCTIVITY_SHIFT[settings.conductivityUnit ?? 'S/m'];
  const shifts = Int32Array.from(fields, (code) => (code === 'CNDC' ? shift : 0));
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

/** To the table's unit, rounded to the table's digits; undefined where the line already has that unit. */
function conversionOf(code: FieldCode | null, settings: Settings): ((value: number) => number) | undefined {
  const rounded = (convert: (value: number) => number): ((value: number) => number) => {
    const scale = Number(`1e${PARAMETERS.get(code!)!.digits}`);
    return (value) => Math.round(convert(value) * scale) / scale + 0;
  };
  if (code === 'TEMP' && settings.temperatureUnit === 'degF') return rounded((value) => ((value - 32) * 5) / 9);
  // Sea-Bird's own factor, the one used for every MicroCAT.
  if (code === 'PRES' && settings.pressureUnit === 'psi') return rounded((value) => value * 0.6894759);
  if (code === 'DOX1' && settings.oxygenUnit === 'mg/l') return rounded((value) => value / 1.42903);
  if (code === 'DOX1' && settings.oxygenUnit === 'umol/l') return rounded((value) => value / 44.6596);
  return undefined;
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
