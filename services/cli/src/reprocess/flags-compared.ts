/** How many flags a reprocessing changes, beside earlier files, by sensor, parameter and test. */
import { type FlagChange, flagText, type SensorPlan } from '@emso/pipeline';
import { formatTable } from '../table.ts';
import type { Done } from './pool.ts';

export interface FlagsCompared {
  /** Days with an earlier file, and without. */
  readonly days: number;
  readonly withoutEarlier: number;
  /** Values that stand in both files of a day, and those of them with another flag. */
  readonly compared: number;
  readonly changed: number;
  /** In the order of the sensors, parameters and tests. */
  readonly changes: readonly (FlagChange & { readonly sensor: string })[];
}

export function comparedFlags(plans: readonly SensorPlan[], outcomes: readonly Done[]): FlagsCompared {
  const sums = new Map<string, FlagChange & { sensor: string; place: number }>();
  const total = { days: 0, withoutEarlier: 0, compared: 0, changed: 0 };
  for (const { task, outcome } of outcomes) {
    const { sensor, codes } = plans[task.plan];
    for (const { flags } of outcome.made) {
      if (flags === undefined) {
        total.withoutEarlier++;
        continue;
      }
      total.days++;
      total.compared += flags.compared;
      total.changed += flags.changed;
      for (const change of flags.changes) {
        const { code, test, was, now, count } = change;
        const key = `${sensor.id} ${code} ${test} ${was} ${now}`;
        const place = task.plan * 1000 + codes.indexOf(code);
        sums.set(key, { ...change, sensor: sensor.id, place, count: count + (sums.get(key)?.count ?? 0) });
      }
    }
  }
  const text = ({ test, was, now }: FlagChange): string => `${test} ${was} ${now}`;
  const changes = [...sums.values()]
    .sort((a, b) => a.place - b.place || (text(a) < text(b) ? -1 : 1))
    .map(({ place: _place, ...change }) => change);
  return { ...total, changes };
}

/** A table, and what it is a part of. */
export function flagsText({ days, withoutEarlier, compared, changed, changes }: FlagsCompared): string {
  const rows = changes.map(({ sensor, code, test, was, now, count }) => [
    sensor,
    code,
    test,
    flagText(was),
    flagText(now),
    count,
  ]);
  const table = rows.length === 0 ? '' : formatTable([['sensor', 'parameter', 'test', 'was', 'is', 'values'], ...rows]);
  const without = withoutEarlier === 0 ? '' : `; ${withoutEarlier} days have no earlier file`;
  return `${table}${changed} of ${compared} flags changed on ${days} days${without}\n`;
}
