/** A column that is a quantity: its number grammar, the texts that mean "no value", and the way to the table's unit. */
import { rounder } from '@emso/core';
import { asciiBytes, COMMA, isDigit, MINUS, PLUS, POINT } from '../bytes.ts';
import { DECIMALS, EXPONENT_DIGITS, scanDecimal, scanned, scanReal, VALUE } from '../numbers.ts';
import type { Separator } from './separator.ts';
import type { Column, Settings } from './settings.ts';
import { type Unit, unitsOf } from './units.ts';

/** Reads a number at `at` and divides it by 10^`shift`; the value is in `scanned`. −1 when no number starts there. */
export type ScanNumber = (bytes: Uint8Array, at: number, stop: number, shift: number) => number;

/** Reads the column at `at`. Returns the offset behind it, or the bitwise NOT of the failing offset. */
export type ReadNumber = (bytes: Uint8Array, at: number, stop: number) => number;

/** What a `ReadNumber` found last: NaN for a text that means "no value". Read it before the next one. */
export const columnValue = new Float64Array(1);

/** The number grammar that the settings promise. */
export function numberScanner({ decimal, exponent }: Pick<Settings, 'decimal' | 'exponent'>): ScanNumber {
  const scan: ScanNumber = exponent ? scanExponential : scanDecimal;
  if (decimal === '.') return scan;
  // Copied with a point in place of the comma; a point of the line ends the copy, and with it the number.
  const copy = new Uint8Array(48);
  return (bytes, at, stop, shift) => {
    let length = 0;
    while (length < copy.length && at + length < stop && isNumberByte(bytes[at + length])) {
      const byte = bytes[at + length];
      copy[length++] = byte === COMMA ? POINT : byte;
    }
    const next = scan(copy, 0, length, shift);
    return next < 0 ? -1 : at + next;
  };
}

/** The exponent is printed with two digits at least: one digit is a number that was cut. */
function scanExponential(bytes: Uint8Array, at: number, stop: number): number {
  const next = scanReal(bytes, at, stop);
  return scanned[EXPONENT_DIGITS] === 1 ? -1 : next;
}

function isNumberByte(byte: number): boolean {
  return isDigit(byte) || byte === COMMA || byte === MINUS || byte === PLUS || (byte | 0x20) === 0x65;
}

/** A reader for a column with a code. */
export function numberColumn(
  column: Column & { readonly code: string },
  settings: Settings,
  separator: Separator,
): ReadNumber {
  const scan = numberScanner(settings);
  const { shift, convert } = conversionOf(column, settings.exponent);
  const texts = [...new Set([...settings.missing, ...(column.missing ?? [])])];
  const missingTexts = texts.map(asciiBytes);
  const missingNumbers = texts.flatMap((text) => numberOf(text, scan, shift, settings.decimal) ?? []);
  // With a checksum a line is whole; without one a point at its very end is the head of a longer number.
  const endMayBeCut = settings.checksum === undefined;

  return (bytes, at, stop) => {
    const next = scan(bytes, at, stop, shift);
    if (next < 0 || !separator.endsAt(bytes, next, stop)) return missingText(bytes, at, stop);
    if (endMayBeCut && next === stop && scanned[DECIMALS] === 0) return ~next;
    const value = scanned[VALUE];
    for (let i = 0; i < missingNumbers.length; i++) {
      if (value !== missingNumbers[i]) continue;
      columnValue[0] = Number.NaN;
      return next;
    }
    columnValue[0] = convert === undefined ? value : convert(value);
    return Number.isFinite(columnValue[0]) ? next : ~at;
  };

  function missingText(bytes: Uint8Array, at: number, stop: number): number {
    for (const text of missingTexts) {
      let i = 0;
      while (i < text.length && at + i < stop && bytes[at + i] === text[i]) i++;
      if (i < text.length || !separator.endsAt(bytes, at + i, stop)) continue;
      columnValue[0] = Number.NaN;
      return at + i;
    }
    return ~at;
  }
}

/** The number that a text of the settings is in the grammar of the lines, so that -999 is also -999.00; undefined for other texts. */
function numberOf(text: string, scan: ScanNumber, shift: number, decimal: Settings['decimal']): number | undefined {
  const bytes = asciiBytes(text.replace('.', decimal));
  return scan(bytes, 0, bytes.length, shift) === bytes.length && bytes.length > 0 ? scanned[VALUE] : undefined;
}

/** A printed number stays exact where only its point moves; what is computed is rounded to the table's digits, once. */
function conversionOf(
  { code, unit, scale = 1, offset = 0 }: Column & { readonly code: string },
  exponent: boolean,
): { readonly shift: number; readonly convert?: (value: number) => number } {
  const units = unitsOf(code);
  const found: Unit = units.get(unit ?? [...units.keys()][0])!;
  const round = rounder(code);
  if ('convert' in found) return { shift: 0, convert: (value) => round(found.convert(value * scale + offset)) };
  // Numbers with an exponent cannot be shifted while they are read.
  const exact = scale === 1 && offset === 0 && (found.shift === 0 || !exponent);
  if (exact) return { shift: found.shift };
  const power = Number(`1e${found.shift}`);
  return { shift: 0, convert: (value) => round((value * scale + offset) / power) };
}
