/** How long there is to validate a sensor's data: two years from the oldest day that nobody has released. Read-only. */
import { DAY_MS, dayOfCivil, isCivilDate, isoDay, type Release } from '@emso/core';
import { readExpertFacts } from '@emso/runtime/expert-files';
import { manifestDays } from './days-on-disk.ts';
import type { ValidationFacts } from './facts.ts';
import type { TableSensor } from './sensor-table.ts';

const NOTHING_DUE: ValidationFacts = { oldestDay: null, dueDay: null, daysLeft: null };

/** Looks at the days of a data root and the releases beside its site file. Throws when one of them cannot be read. */
export async function validationDue(
  dataDir: string,
  sensor: TableSensor | undefined,
  today: number,
): Promise<ValidationFacts> {
  // A sensor that no writer ever knew has no files.
  if (sensor === undefined) return NOTHING_DUE;
  if (sensor.site === undefined)
    throw new Error(`${dataDir}: expected where the site file is, found nothing: restart the writer`);
  const { facts, faults } = readExpertFacts(sensor.site);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const own = facts.releases.filter((release) => release.sensor === sensor.sensor);
  return dueOf(await manifestDays(dataDir, sensor), own, today);
}

/** What is due of these days, in order, on the day `today`. */
export function dueOf(days: readonly number[], releases: readonly Release[], today: number): ValidationFacts {
  const isReleased = (day: number): boolean =>
    releases.some(({ from, to }) => day * DAY_MS >= from && (day + 1) * DAY_MS <= to);
  const oldest = days.find((day) => !isReleased(day));
  if (oldest === undefined) return NOTHING_DUE;
  const due = twoYearsAfter(oldest);
  return { oldestDay: isoDay(oldest), dueDay: isoDay(due), daysLeft: due - today };
}

/** The same date two years later; the first of March after a 29 February. */
function twoYearsAfter(day: number): number {
  const [year, month, date] = isoDay(day).split('-').map(Number);
  return isCivilDate(year + 2, month, date) ? dayOfCivil(year + 2, month, date) : dayOfCivil(year + 2, 3, 1);
}
