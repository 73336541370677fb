/**
 * WET Labs / Sea-Bird C-Star transmissometer, digital (-DR, -PR).
 *
 * CST-2405PR⇥11531⇥15780⇥15783⇥-0.087⇥544
 * │          │     │     │     │      └ THERMCOUNTS, internal thermistor
 * │          │     │     │     └ ATTN, 1/m, relative to clean water, may be negative
 * │          │     │     └ CORRCOUNTS, signal corrected for the internal temperature
 * │          │     └ SIGCOUNTS, signal
 * │          └ REFCOUNTS, the instrument's reference detector (not the clean-water counts of its sheet)
 * └ Instrument_Serial
 *
 * C-Star user's guide, "Data format".
 */
import { type Batch, openRow, rounder, setLabel } from '@emso/core';
import { z } from 'zod';
import { asciiBytes, createTextReader, isNoise, skipBlanks, skipDigits, startsWith, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, defineInstrument, IGNORED, reject } from '../define.ts';
import { withoutFlowControl } from '../flow-control.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';

const settingsSchema = z.strictObject({});
type Settings = z.output<typeof settingsSchema>;

/** Codes in the order of the fields behind the serial number. */
const CODES = ['REFCOUNTS', 'SIGCOUNTS', 'CORRCOUNTS', 'ATTN', 'THERMCOUNTS'] as const;
const ATTN = CODES.indexOf('ATTN');

const PREFIX = asciiBytes('cst-');
const SUFFIXES = ['dr', 'pr'].map(asciiBytes);
const SUFFIX_BYTES = 2;

/**
 * Suspended matter is a regression of the site, from water samples taken there: without one there is no such parameter. In
 * mg/l per 1/m, and mg/l.
 */
const sheetSchema = z.strictObject({
  suspendedMatter: z.strictObject({ slopeMgPerLPerM: z.number(), interceptMgPerL: z.number() }),
});
type Sheet = z.output<typeof sheetSchema>;

export const wetlabsCstar = defineInstrument<Settings, Sheet>({
  id: 'wetlabs-cstar',
  title: 'WET Labs C-Star transmissometer',
  l22: 'TOOL0160',
  l05: '124',
  l35: 'MAN0026',
  version: 1,
  labels: ['Instrument_Serial'],
  settings: settingsSchema,
  parameters: () => CODES,
  decoder: () => withoutFlowControl(lineDecoder()),
  calibration: { coefficients: sheetSchema, counts: () => [], adds: () => ['TSED'], convert: suspendedMatter },
});

function suspendedMatter({ suspendedMatter: { slopeMgPerLPerM, interceptMgPerL } }: Sheet) {
  const rounded = rounder('TSED');
  return ({ codes, values }: Batch, from: number, to: number): void => {
    const attenuation = values[codes.indexOf('ATTN')];
    const matter = values[codes.indexOf('TSED')];
    for (let row = from; row < to; row++) matter[row] = rounded(slopeMgPerLPerM * attenuation[row] + interceptMgPerL);
  };
}

function lineDecoder(): DecodeLine {
  const columns = columnsFor(CODES);
  const serialText = createTextReader();

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    const serial = skipBlanks(bytes, start, stop);
    if (serial === stop) return IGNORED;
    if (!startsWith(bytes, serial, stop, PREFIX)) return refuse(bytes, serial, serial, stop);
    const digits = serial + PREFIX.length;
    const suffix = skipDigits(bytes, digits, stop);
    if (suffix === digits || !SUFFIXES.some((word) => startsWith(bytes, suffix, stop, word))) {
      return refuse(bytes, serial, suffix, stop);
    }
    const row = openRow(batch);
    const place = columns(batch);
    setLabel(batch.labels[0], row, serialText(bytes, serial, suffix + SUFFIX_BYTES));
    let at = suffix + SUFFIX_BYTES;
    for (let i = 0; i < CODES.length; i++) {
      const field = skipBlanks(bytes, at, stop);
      if (field === stop) return reject('field-count', stop);
      // Counts are digits only; the beam attenuation always shows its point.
      const next = i === ATTN ? scanDecimal(bytes, field, stop) : skipDigits(bytes, field, stop);
      const read = i === ATTN ? next > 0 && scanned[DECIMALS] > 0 : scanDecimal(bytes, field, next) > 0;
      if (field === at || !read) return refuse(bytes, serial, field, stop, 'not-a-number');
      if (place[i] >= 0) batch.values[place[i]][row] = scanned[VALUE];
      at = next;
    }
    if (at < stop) {
      const rest = skipBlanks(bytes, at, stop);
      return refuse(bytes, serial, rest, stop, rest > at ? 'field-count' : 'not-a-number');
    }
    batch.count = row + 1;
    return DECODED;
  };
}

/** `damaged` when the line holds bytes that no text line has, `reason` otherwise. */
function refuse(
  bytes: Uint8Array,
  first: number,
  at: number,
  stop: number,
  reason: 'unknown-sentence' | 'field-count' | 'not-a-number' = 'unknown-sentence',
): DecodeResult {
  for (let i = first; i < stop; i++) if (isNoise(bytes[i])) return reject('damaged', i);
  return reject(reason, at);
}
