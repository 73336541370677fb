/** Date and time as a MicroCAT writes them: `01 Aug 2019, 00:00:00` (format 1), `08-01-2019, 00:00:00` (format 3), `2019-08-01T00:00:00` (XML). */
import { isCivilDate, utcMs } from '@emso/core';
import { BLANK, COLON, COMMA, MINUS, skipBlanks, skipDigits, TAB, ZERO } from '../bytes.ts';
import { scanned, twoDigits, VALUE } from '../numbers.ts';

export type DateStyle = 'day-month-name' | 'month-day-number';

const LETTER_T = 0x54;

/** Month names as one integer each, so that a name is compared at once. */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name) =>
  nameKey(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2)),
);

function nameKey(a: number, b: number, c: number): number {
  return ((a | 0x20) << 16) | ((b | 0x20) << 8) | (c | 0x20);
}

/** The date of the call before: lines repeat it all day, and the calendar is the dearest part of a line. */
const lastDate = { day: Number.NaN, month: 0, year: 0, midnightMs: 0 };

/** Which style the bytes at `at` begin like, judged by the first byte behind their leading digits. */
export function dateStyleAt(bytes: Uint8Array, at: number, end: number): DateStyle | undefined {
  const stop = skipDigits(bytes, at, end);
  const digits = stop - at;
  if (digits < 1 || digits > 2 || stop === end) return undefined;
  if (bytes[stop] === BLANK || bytes[stop] === TAB) return 'day-month-name';
  return bytes[stop] === MINUS && digits === 2 ? 'month-day-number' : undefined;
}

/**
 * Reads a date, then a comma or blanks, then `hh:mm:ss`. Returns the offset behind it and leaves the epoch ms in
 * `scanned[VALUE]`; where it fails, the bitwise NOT of the failing offset, which is negative.
 */
export function scanDateTime(bytes: Uint8Array, at: number, end: number, style: DateStyle): number {
  let day: number;
  let month: number;
  let i = at;
  if (style === 'day-month-name') {
    const dayEnd = skipDigits(bytes, i, end);
    const digits = dayEnd - i;
    day = digits === 2 ? twoDigits(bytes, i, end) : digits === 1 ? bytes[i] - ZERO : -1;
    i = skipBlanks(bytes, dayEnd, end);
    if (day < 0 || i === dayEnd) return ~i;
    month = i + 3 <= end ? monthOfName(nameKey(bytes[i], bytes[i + 1], bytes[i + 2])) : 0;
    if (month === 0) return ~i;
    const blank = i + 3;
    i = skipBlanks(bytes, blank, end);
    if (i === blank) return ~i;
  } else {
    month = twoDigits(bytes, i, end);
    day = twoDigits(bytes, i + 3, end);
    if (month < 0 || day < 0 || i + 6 > end || bytes[i + 2] !== MINUS || bytes[i + 5] !== MINUS) return ~i;
    i += 6;
  }
  const century = twoDigits(bytes, i, end);
  const yearOfCentury = twoDigits(bytes, i + 2, end);
  if (century < 0 || yearOfCentury < 0 || !isKnownDate(century * 100 + yearOfCentury, month, day)) return ~i;
  i += 4;
  const separator = i;
  i = skipBlanks(bytes, i, end);
  if (i < end && bytes[i] === COMMA) i = skipBlanks(bytes, i + 1, end);
  if (i === separator) return ~i;
  return scanTime(bytes, i, end);
}

/** Reads `yyyy-mm-ddThh:mm:ss`; returns and stores like `scanDateTime`. */
export function scanIsoDateTime(bytes: Uint8Array, at: number, end: number): number {
  const century = twoDigits(bytes, at, end);
  const yearOfCentury = twoDigits(bytes, at + 2, end);
  const month = twoDigits(bytes, at + 5, end);
  const day = twoDigits(bytes, at + 8, end);
  if (century < 0 || yearOfCentury < 0 || month < 0 || day < 0) return ~at;
  if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS || bytes[at + 10] !== LETTER_T) return ~at;
  if (!isKnownDate(century * 100 + yearOfCentury, month, day)) return ~at;
  return scanTime(bytes, at + 11, end);
}

/** Reads `hh:mm:ss` on the date that stands in `lastDate`. */
function scanTime(bytes: Uint8Array, i: number, end: number): number {
  const hour = twoDigits(bytes, i, end);
  const minute = twoDigits(bytes, i + 3, end);
  const second = twoDigits(bytes, i + 6, end);
  if (hour < 0 || minute < 0 || second < 0 || bytes[i + 2] !== COLON || bytes[i + 5] !== COLON) return ~i;
  if (hour > 23 || minute > 59 || second > 60) return ~i;
  scanned[VALUE] = lastDate.midnightMs + hour * 3_600_000 + minute * 60_000 + second * 1000;
  return i + 8;
}

/** 1–12; 0 for what is no month. */
function monthOfName(key: number): number {
  if (lastDate.month > 0 && MONTHS[lastDate.month - 1] === key) return lastDate.month;
  return MONTHS.indexOf(key) + 1;
}

/** True for a date of the calendar, whose midnight then stands in `lastDate`. */
function isKnownDate(year: number, month: number, day: number): boolean {
  if (day === lastDate.day && month === lastDate.month && year === lastDate.year) return true;
  if (!isCivilDate(year, month, day)) return false;
  lastDate.day = day;
  lastDate.month = month;
  lastDate.year = year;
  lastDate.midnightMs = utcMs(year, month, day, 0, 0, 0);
  return true;
}
