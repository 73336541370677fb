/** When something is due that is due at a time of day on some clock. */
import { DAY_MS } from '@emso/core';

/**
 * The next instant after `nowMs` at which the clock of `timeZone` shows `at` (`HH:MM`). On the day on which the clock is put forward over that time
 * it is as much later as the clock was moved. Throws RangeError on a zone that this machine does not know.
 */
export function nextRun(at: string, timeZone: string, nowMs: number): number {
  const [hour, minute] = at.split(':').map(Number);
  const dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  for (let day = -1; ; day++) {
    const wallMs = dayMs + day * DAY_MS + (hour * 60 + minute) * 60_000;
    // The offset depends on the instant that is looked for: the second guess is right wherever the clock shows that time at all.
    const firstMs = wallMs - offsetMs(timeZone, wallMs);
    const foundMs = wallMs - offsetMs(timeZone, firstMs);
    if (foundMs > nowMs) return foundMs;
  }
}

/** How far the clock of a zone is ahead of UTC at an instant. */
function offsetMs(timeZone: string, timeMs: number): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map(
    (type) => parts.get(type) ?? 0,
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(timeMs / 1000) * 1000;
}
