/** The instrument's clock, in both its spellings: six bytes of BCD, and text in US date order. */
import { isCivilDate, utcMs } from '@emso/core';
import { BLANK, skipBlanks, TAB } from '../bytes.ts';
import { scanned, twoDigits, VALUE } from '../numbers.ts';

/** The value of a byte of two BCD digits; −1 when a nibble is above 9. */
const BCD = Int8Array.from({ length: 256 }, (_, byte) => {
  const [tens, units] = [byte >> 4, byte & 15];
  return tens > 9 || units > 9 ? -1 : tens * 10 + units;
});
/** Two-digit years from here on are those of the last century. */
const FIRST_YEAR = 90;

/** The date of the call before: records repeat it all day, and the calendar is the dearest part of a clock. */
const lastDate = { key: -1, midnightMs: 0 };

/** Epoch ms of a time of the calendar; NaN when there is no such time. `:60` is the next `:00`. */
function timeMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (hour > 23 || minute > 59 || second > 60) return Number.NaN;
  const key = (year * 100 + month) * 100 + day;
  if (key !== lastDate.key) {
    if (!isCivilDate(year, month, day)) return Number.NaN;
    lastDate.key = key;
    lastDate.midnightMs = utcMs(year, month, day, 0, 0, 0);
  }
  return lastDate.midnightMs + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** Epoch ms of the six bytes at `at`: minute, second, day, hour, year, month. NaN when they are no time. */
export function bcdTime(bytes: Uint8Array, at: number): number {
  const minute = BCD[bytes[at]];
  const second = BCD[bytes[at + 1]];
  const day = BCD[bytes[at + 2]];
  const hour = BCD[bytes[at + 3]];
  const year = BCD[bytes[at + 4]];
  const month = BCD[bytes[at + 5]];
  if ((minute | second | day | hour | year | month) < 0) return Number.NaN;
  return timeMs(year < FIRST_YEAR ? 2000 + year : 1900 + year, month, day, hour, minute, second);
}

/**
 * Reads `MM DD YYYY hh mm ss`. Returns the offset behind it and leaves the epoch ms in `scanned[VALUE]`, NaN for a time that
 * cannot be; where the digits themselves are not there, the bitwise NOT of the offset, which is negative. Every number has
 * all its digits: one that has fewer was cut.
 */
export function scanUsTime(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let month = 0;
  let day = 0;
  let century = 0;
  let year = 0;
  let hour = 0;
  let minute = 0;
  let second = 0;
  for (let group = 0; group < 7; group++) {
    const number = twoDigits(bytes, at, end);
    if (number < 0) return ~at;
    at += 2;
    if (group === 0) month = number;
    else if (group === 1) day = number;
    else if (group === 2) century = number;
    else if (group === 3) year = number;
    else if (group === 4) hour = number;
    else if (group === 5) minute = number;
    else second = number;
    // The year has four digits.
    if (group === 2) continue;
    if (at === end || (bytes[at] !== BLANK && bytes[at] !== TAB)) return ~at;
    at = skipBlanks(bytes, at, end);
  }
  scanned[VALUE] = timeMs(century * 100 + year, month, day, hour, minute, second);
  return at;
}
