/** UTC time as epoch milliseconds inside, ISO 8601 with Z outside. Never local time, never `new Date(text)`. */

export const DAY_MS = 86_400_000;

/** UTC day of an instant, as days since 1970-01-01. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** True for a date of the proleptic Gregorian calendar; month 1–12. */
export function isCivilDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 of a civil date (month 1–12); the date is taken as valid. */
export function dayOfCivil(year: number, month: number, day: number): number {
  const y = year - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const inYear = DAYS_BEFORE_MONTH[month - 1] + (month > 2 && isLeapYear(year) ? 1 : 0);
  return y * 365 + leapDays + inYear + day - 719_163;
}

/** Epoch ms of a civil UTC time. Second 60 (a leap second, or a careless clock) reads as the next `:00`. */
export function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  return dayOfCivil(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** `YYYYMMDD` of a day number. */
export function compactDay(day: number): string {
  return isoDay(day).replaceAll('-', '');
}

/** `YYYY-MM-DD` of a day number. */
export function isoDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `YYYY-MM` of a day number. */
export function isoMonth(day: number): string {
  return isoDay(day).slice(0, 7);
}

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export function isoMs(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** ISO 8601 with `Z`, milliseconds only where they are not zero. */
export function iso(timeMs: number): string {
  const text = isoMs(timeMs);
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z)?$/;

/** Epoch ms of `2019-05-01` or `2019-05-01T00:00:00[.mmm]Z`; undefined for anything else. */
export function parseIso(text: string): number | undefined {
  const m = ISO.exec(text);
  if (m === null) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(m[i] ?? 0));
  if (!isCivilDate(year, month, day) || hour > 23 || minute > 59 || second > 60) return undefined;
  return utcMs(year, month, day, hour, minute, second) + Number((m[7] ?? '0').padEnd(3, '0'));
}

/** Day number of `YYYYMMDD`; undefined for anything else. */
export function parseCompactDay(text: string): number | undefined {
  if (!/^\d{8}$/.test(text)) return undefined;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8))];
  return isCivilDate(year, month, day) ? dayOfCivil(year, month, day) : undefined;
}
