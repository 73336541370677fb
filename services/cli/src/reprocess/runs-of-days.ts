/**
 * Which days are made by one task. Tests look back for a day and more, so a day made alone reads and decodes the days before it too;
 * days in a row share that. The length of a run changes no byte, only how often a raw day is decoded, and how much memory that takes.
 */
import { rawDaysOf, type SensorPlan } from '@emso/pipeline';
import type { RawFile } from './inventory.ts';

/** A product day and the raw files that are named after it. */
export interface DayFiles {
  readonly day: number;
  readonly files: readonly RawFile[];
}

export interface RunLimits {
  /** A run is closed when it holds so many days. */
  readonly days: number;
  /** Or when its raw files are this long together: what a thread holds in memory is about five times as much. */
  readonly bytes: number;
}

const RUN_DAYS = 32;
const RUN_BYTES = 32 * 1024 * 1024;
/** Enough that no thread waits for long while another one does the last run. */
const RUNS_PER_WORKER = 3;

/** Limits with which all files of a tree are shared evenly among threads. */
export function limitsFor(files: Iterable<readonly RawFile[]>, workers: number): RunLimits {
  const all = [...files].flat();
  const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
  return { days: RUN_DAYS, bytes: Math.min(RUN_BYTES, Math.ceil(bytes / (workers * RUNS_PER_WORKER))) };
}

/**
 * The days in runs, each in order. A run is of days that look at one another, of files that are all cut into records in the same way
 * (`cutAs`), since a digest is told by that. Where a sensor takes values from donors, a run is one day: a value that it looks back at
 * is computed from what the donors of that day gave.
 */
export function runsOfDays(
  plan: SensorPlan,
  days: readonly DayFiles[],
  limits: RunLimits,
  cutAs: (file: RawFile) => unknown,
): DayFiles[][] {
  const runs: DayFiles[][] = [];
  let bytes = 0;
  for (const each of days) {
    const own = each.files.reduce((sum, file) => sum + file.bytes, 0);
    const run = runs.at(-1);
    const last = run?.at(-1);
    const fits =
      plan.donors.length === 0 &&
      run !== undefined &&
      last !== undefined &&
      run.length < limits.days &&
      bytes + own <= limits.bytes &&
      looksAt(plan, each.day, last.day) &&
      cutAs(last.files[0]) === cutAs(each.files[0]);
    if (fits) run.push(each);
    else runs.push([each]);
    bytes = fits ? bytes + own : own;
  }
  return runs;
}

/** True when a rebuild of one of two days, reads the raw rows of the other. */
function looksAt(plan: SensorPlan, later: number, earlier: number): boolean {
  return rawDaysOf(plan, later).first <= earlier || rawDaysOf(plan, earlier).last >= later;
}
