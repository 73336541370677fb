/**
 * Times as instruments print them, described by a pattern: `yyyy/MM/dd HH:mm:ss.fff`, `dd MMM yyyy`. A pattern becomes a scanner
 * once; a line then costs no text and no regular expression.
 */
import { isCivilDate, utcMs } from '@emso/core';
import { BLANK, isDigit, POINT, skipBlanks, ZERO } from './bytes.ts';

/**
 * Reads a time, or part of one, at `at`: puts what it finds into `fields` and returns the offset behind it; where the bytes
 * are something else, the bitwise NOT of the failing offset, which is negative.
 */
export type ScanTime = (bytes: Uint8Array, at: number, end: number, fields: TimeFields) => number;

/** The parts of one time, by FIELDS. Several columns may fill them. */
export type TimeFields = Int32Array;

export const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
const [YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MILLISECOND] = FIELDS.keys();

interface Token {
  readonly field: number;
  /** Digits, at least and at most; no digits: a month's name. */
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

const TOKENS: Readonly<Record<string, Token>> = {
  yyyy: { field: YEAR, least: 4, most: 4, meaning: 'year' },
  yy: { field: YEAR, least: 2, most: 2, meaning: 'year from 2000 on' },
  MMM: { field: MONTH, least: 0, most: 0, meaning: 'month, Jan to Dec' },
  MM: { field: MONTH, least: 2, most: 2, meaning: 'month, two digits' },
  M: { field: MONTH, least: 1, most: 2, meaning: 'month, one or two digits' },
  dd: { field: DAY, least: 2, most: 2, meaning: 'day, two digits' },
  d: { field: DAY, least: 1, most: 2, meaning: 'day, one or two digits' },
  HH: { field: HOUR, least: 2, most: 2, meaning: 'hour from 00 to 23' },
  H: { field: HOUR, least: 1, most: 2, meaning: 'hour, one or two digits' },
  mm: { field: MINUTE, least: 2, most: 2, meaning: 'minute' },
  ss: { field: SECOND, least: 2, most: 2, meaning: 'second' },
  fff: { field: MILLISECOND, least: 1, most: 9, meaning: 'decimals of the second, one or more' },
};

/** What a pattern may hold, for messages. */
export const TOKEN_LIST = Object.entries(TOKENS)
  .map(([token, { meaning }]) => `${token} (${meaning})`)
  .join(', ');

/** Letters that stand for themselves in ISO times. */
const PLAIN_LETTERS = 'TZ';

/** The tokens and the literal characters of a pattern in their order; undefined for a pattern with other letters. */
function partsOf(pattern: string): readonly string[] | undefined {
  const parts = pattern.match(/yyyy|yy|MMM|MM?|dd?|HH?|mm|ss|fff|./gs) ?? [];
  const known = (part: string): boolean =>
    TOKENS[part] !== undefined || !/[A-Za-z]/.test(part) || PLAIN_LETTERS.includes(part);
  return parts.every(known) && /^[\x20-\x7e]+$/.test(pattern) ? parts : undefined;
}

/** The fields that a pattern names, by index into FIELDS; undefined for what is no pattern. */
export function fieldsOf(pattern: string): readonly number[] | undefined {
  return partsOf(pattern)?.flatMap((part) => TOKENS[part]?.field ?? []);
}

/** A scanner for a pattern that `fieldsOf` knows. A blank of the pattern is any number of blanks and TABs, at least one. */
export function compileTime(pattern: string): ScanTime {
  const parts = partsOf(pattern) ?? [];
  const fields = Int32Array.from(parts, (part) => TOKENS[part]?.field ?? -1);
  const least = Int32Array.from(parts, (part) => TOKENS[part]?.least ?? 0);
  const most = Int32Array.from(parts, (part) => TOKENS[part]?.most ?? 0);
  const literals = Uint8Array.from(parts, (part) => part.charCodeAt(0));
  const base = Int32Array.from(parts, (part) => (part === 'yy' ? 2000 : 0));

  return (bytes, at, end, found) => {
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      const from = at;
      if (field < 0) {
        if (literals[i] === BLANK) at = skipBlanks(bytes, at, end);
        else if (at < end && bytes[at] === literals[i]) at++;
        if (at === from) return ~from;
      } else if (most[i] === 0) {
        found[MONTH] = at + 3 <= end ? monthOfName(bytes, at) : 0;
        if (found[MONTH] === 0) return ~at;
        at += 3;
      } else {
        let value = 0;
        const limit = Math.min(end, at + most[i]);
        while (at < limit && isDigit(bytes[at])) value = value * 10 + bytes[at++] - ZERO;
        if (at - from < least[i]) return ~from;
        found[field] = field === MILLISECOND ? thousandths(value, at - from) : base[i] + value;
      }
    }
    return at;
  };
}

const DATE = compileTime('yyyy-MM-dd');
const CLOCK = compileTime('HH:mm');
const SECONDS = compileTime('ss');
const DECIMALS = compileTime('fff');
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/** ISO 8601 in UTC: `2024-05-01T12:00:00.250Z`; a blank may stand for the T, seconds, their decimals and the Z may be absent. */
export const scanIso: ScanTime = (bytes, at, end, fields) => {
  const date = DATE(bytes, at, end, fields);
  if (date < 0) return date;
  if (date === end || (bytes[date] !== LETTER_T && bytes[date] !== BLANK)) return ~date;
  let next = CLOCK(bytes, date + 1, end, fields);
  if (next < 0) return next;
  fields[SECOND] = 0;
  fields[MILLISECOND] = 0;
  if (next < end && bytes[next] === 0x3a) {
    next = SECONDS(bytes, next + 1, end, fields);
    if (next >= 0 && next < end && bytes[next] === POINT) next = DECIMALS(bytes, next + 1, end, fields);
  }
  return next >= 0 && next < end && bytes[next] === LETTER_Z ? next + 1 : next;
};

/** The day of the call before: lines repeat it, and the calendar is the dearest part of a time. */
const lastDay = { year: Number.NaN, month: 0, day: 0, midnightMs: 0 };

/** Epoch ms of the fields; NaN when they are no time. Second 60 reads as the next `:00`. */
export function epochMsOf(fields: TimeFields): number {
  if (fields[HOUR] > 23 || fields[MINUTE] > 59 || fields[SECOND] > 60) return Number.NaN;
  const [year, month, day] = [fields[YEAR], fields[MONTH], fields[DAY]];
  if (day !== lastDay.day || month !== lastDay.month || year !== lastDay.year) {
    if (!isCivilDate(year, month, day)) return Number.NaN;
    lastDay.year = year;
    lastDay.month = month;
    lastDay.day = day;
    lastDay.midnightMs = utcMs(year, month, day, 0, 0, 0);
  }
  const seconds = fields[HOUR] * 3600 + fields[MINUTE] * 60 + fields[SECOND];
  return lastDay.midnightMs + seconds * 1000 + fields[MILLISECOND];
}

/** Whole milliseconds of a decimal fraction with so many digits. */
function thousandths(value: number, digits: number): number {
  for (; digits < 3; digits++) value *= 10;
  for (; digits > 3; digits--) value = Math.floor(value / 10);
  return value;
}

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** 1–12 for three letters that name a month, in any case; 0 for others. */
function monthOfName(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < MONTHS.length; i += 3) {
    if (
      (bytes[at] | 0x20) === MONTHS.charCodeAt(i) &&
      (bytes[at + 1] | 0x20) === MONTHS.charCodeAt(i + 1) &&
      (bytes[at + 2] | 0x20) === MONTHS.charCodeAt(i + 2)
    ) {
      return i / 3 + 1;
    }
  }
  return 0;
}
