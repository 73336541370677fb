/**
 * What a rebuild changes in the flags of a day, beside the file that was made of it before: how many values have another flag,
 * and which test says so. Values are those of rows with the same time in both files; what they measure is not compared.
 */
import { type Batch, type Flag, iso, oceanSitesOf, QARTOD, type Qartod } from '@emso/core';
import { dependsOn } from '@emso/qc';
import type { DayProducts } from './day.ts';
import type { SensorPlan } from './plan.ts';

export interface FlagChange {
  readonly code: string;
  /**
   * The test whose answer is the new flag, or words in brackets where none is: `(no test any more)` for a flag that became better,
   * `(computed from …)`, `(missing)`, `(a person)`, `(calibration not confirmed)`.
   */
  readonly test: string;
  readonly was: Flag;
  readonly now: Flag;
  /** Values; one whose new flag two tests answer counts for both. */
  readonly count: number;
}

export interface FlagChanges {
  /** Values that stand in both files. */
  readonly compared: number;
  /** Of these, with another flag now. */
  readonly changed: number;
  readonly changes: readonly FlagChange[];
}

/** From best to worst, as OceanSITES flags: a value that is not known to be good may be worse than good, and better than suspect. */
const SEVERITY: readonly Flag[] = [1, 2, 8, 7, 0, 3, 4, 9];

/** Compares a day with its earlier CSV. `made` must have kept the answers of its tests. */
export function flagChanges(plan: SensorPlan, made: DayProducts, earlierCsv: Uint8Array): FlagChanges {
  const { batch } = made;
  const earlier = earlierFlags(earlierCsv);
  let compared = 0;
  let changed = 0;
  const counts = new Map<string, FlagChange>();
  const columns = batch.codes.map((code) => earlier.columns.get(code));
  for (let row = 0; row < batch.count; row++) {
    const before = earlier.rowAt(iso(batch.time[row]), row);
    if (before === undefined) continue;
    for (let c = 0; c < columns.length; c++) {
      const was = columns[c]?.[before];
      if (was === undefined) continue;
      compared++;
      const now = batch.flags[c][row] as Flag;
      if (now === was) continue;
      changed++;
      const code = batch.codes[c];
      for (const test of reasons(plan, made, c, row, was)) {
        const key = `${code} ${was} ${now} ${test}`;
        counts.set(key, { code, test, was, now, count: (counts.get(key)?.count ?? 0) + 1 });
      }
    }
  }
  return { compared, changed, changes: [...counts.values()] };
}

/** Why a value has its flag, where that differs from what it was. */
function reasons(plan: SensorPlan, { batch, answers }: DayProducts, column: number, row: number, was: Flag): string[] {
  const code = batch.codes[column];
  const now = batch.flags[column][row] as Flag;
  const timeMs = batch.time[row];
  if (now === 9 || was === 9) return ['(missing)'];
  if (plan.expertFlags.some(({ from, to, codes }) => timeMs >= from && timeMs < to && codes.includes(code))) {
    return ['(a person)'];
  }
  if (SEVERITY.indexOf(now) < SEVERITY.indexOf(was)) return ['(no test any more)'];
  const saying = [...(answers?.get(code) ?? [])].filter(([, digits]) => isFlag(digits[row], now)).map(([test]) => test);
  // Tests that were not evaluated decide only where no other one did.
  if (saying.length > 0) return saying;
  const inputs = dependsOn(plan.tests, code).filter((input) => flagOf(batch, input, row) === now);
  if (inputs.length > 0) return [`(computed from ${inputs.join(', ')})`];
  return [plan.tests.cappedAt?.(batch.received[row]).has(code) ? '(calibration not confirmed)' : '(no test)'];
}

function isFlag(digit: number, flag: Flag): boolean {
  return digit in DIGITS && oceanSitesOf(digit as Qartod) === flag;
}

const DIGITS: Readonly<Record<number, true>> = Object.fromEntries(Object.values(QARTOD).map((digit) => [digit, true]));

function flagOf(batch: Batch, code: string, row: number): number | undefined {
  return batch.flags[batch.codes.indexOf(code)]?.[row];
}

interface EarlierFlags {
  /** By code, one flag a row. */
  readonly columns: ReadonlyMap<string, readonly Flag[]>;
  /** The row of a time; `likely` is where it stands when both files have the same rows. */
  rowAt(time: string, likely: number): number | undefined;
}

const utf8 = new TextDecoder();

/** Flags are the last columns, and no text stands behind the first of them: rows are cut from their end. */
function earlierFlags(csv: Uint8Array): EarlierFlags {
  const [header = '', ...rows] = utf8.decode(csv).trimEnd().split('\n');
  const names = header.split(',');
  const flagNames = names.slice(names.findLastIndex((name) => !name.endsWith('_QC')) + 1);
  const times = rows.map((row) => row.slice(0, row.indexOf(',')));
  const columns = new Map(
    flagNames.map((name, i) => {
      const fromEnd = 2 * (flagNames.length - i) - 1;
      return [name.slice(0, -'_QC'.length), rows.map((row) => Number(row[row.length - fromEnd]) as Flag)];
    }),
  );
  let byTime: Map<string, number> | undefined;
  return {
    columns,
    rowAt(time, likely) {
      if (times[likely] === time) return likely;
      byTime ??= new Map(times.map((each, i) => [each, i]));
      return byTime.get(time);
    },
  };
}
