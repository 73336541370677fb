/** Numbers of the calendar that a climatology is told by: UTC, and weeks as ISO 8601 counts them. */
export const PERIODS = ['month', 'quarter', 'dayofyear', 'dayofweek', 'hour', 'year', 'week', 'weekofyear'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;

/** The number of a period at a time: month 1 to 12, quarter 1 to 4, day of year from 1, Monday 0, hour 0 to 23, ISO week. */
export function periodAt(period: Period, timeMs: number): number {
  const date = new Date(timeMs);
  switch (period) {
    case 'month':
      return date.getUTCMonth() + 1;
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'dayofyear':
      return dayOfYear(timeMs);
    case 'dayofweek':
      return (date.getUTCDay() + 6) % 7;
    case 'hour':
      return date.getUTCHours();
    case 'year':
      return date.getUTCFullYear();
    case 'week':
    case 'weekofyear':
      return isoWeek(timeMs);
  }
}

function dayOfYear(timeMs: number): number {
  const start = Date.UTC(new Date(timeMs).getUTCFullYear(), 0, 1);
  return Math.floor((timeMs - start) / DAY_MS) + 1;
}

/** A week belongs to the year of its Thursday. */
function isoWeek(timeMs: number): number {
  const thursday = timeMs + (3 - periodAt('dayofweek', timeMs)) * DAY_MS;
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1;
}
