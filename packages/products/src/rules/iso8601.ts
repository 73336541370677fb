/** Times and durations of ISO 8601 as attributes have them. */

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const DURATION =
  /^P(?=.)(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?(?:T(?=.)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?$/;
const FIXED =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Epoch ms of an ISO 8601 time, a date alone being its first instant, UTC where no zone stands; undefined for anything else. */
export function instantMs(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const plain = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${plain}Z`);
  // A day that the month does not have would be read as one of the next.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(plain)) return undefined;
  const sign = zone.startsWith('-') ? -1 : 1;
  const offset = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
  return ms + Number(`0${fraction}`) * 1000 - offset;
}

export function isInstant(text: string): boolean {
  return instantMs(text) !== undefined;
}

export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/** Milliseconds of a duration without years and months, whose length is fixed; undefined for every other text. */
export function durationMs(text: string): number | undefined {
  const match = FIXED.exec(text);
  if (match === null || !isDuration(text)) return undefined;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
