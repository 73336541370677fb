/** One share of a reprocessing: raw files in, product files out. Runs in a worker thread or in the main one, with equal bytes. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dayOf, type RawRun } from '@emso/core';
import { readDatRows } from '@emso/instruments';
import {
  type DayForm,
  type DayProducts,
  datView,
  mergeRuns,
  rebuildDay,
  rebuildEveryDay,
  type SensorPlan,
} from '@emso/pipeline';
import { encodeManifest, type Manifest, parseRawFile, productPaths, rawDigest } from '@emso/products';
import type { RawFile } from './inventory.ts';

export interface RebuildTask {
  /** Index of the plan in the observatory. */
  readonly plan: number;
  readonly files: readonly RawFile[];
  /** The product day; absent for sensors whose packets come late: then every day of the files is made. */
  readonly day?: number;
  readonly form: DayForm;
  readonly out: string;
  /** Write the day although the files hold rows of others too: those are made by tasks of their own. */
  readonly mixedIsKnown?: boolean;
}

export interface RebuildOutcome {
  readonly lines: number;
  readonly rows: number;
  readonly rejected: number;
  readonly damaged: number;
  readonly days: number;
  /** Reception days found when the file holds rows of another day than its name says; nothing was written then. */
  readonly mixedDays?: readonly number[];
}

/** Does one task. Throws on I/O faults. */
export function rebuild(plan: SensorPlan, task: RebuildTask): RebuildOutcome {
  const damagedRows: number[] = [];
  const runs = task.files.map((file) => {
    const { run, damaged } = readRun(file);
    damagedRows.push(damaged);
    return run;
  });
  const damaged = damagedRows.reduce((sum, n) => sum + n, 0);
  const run = mergeRuns(runs);
  const outcome = { lines: run.count, rows: 0, rejected: 0, damaged, days: 0 };
  if (task.day !== undefined && !task.mixedIsKnown) {
    const days = receptionDays(run);
    if (days.size > 1 || (days.size === 1 && !days.has(task.day))) return { ...outcome, mixedDays: [...days] };
  }
  const digest = task.files.every((file) => file.format === 'dat') ? datDigest : rawDigest;
  const products =
    task.day === undefined
      ? rebuildEveryDay(plan, run, task.form, digest)
      : [rebuildDay(plan, task.day, run, task.form, digest)];
  for (const day of products) {
    writeDay(plan, task, day);
    outcome.rows += day.batch.count;
    outcome.rejected += Object.values(day.content.rejections).reduce((sum, n) => sum + n, 0);
    outcome.days++;
  }
  // The historical view is cut by reception day, as the raw files are.
  const byDay = Map.groupBy(task.files.keys(), (i) => task.files[i].day);
  for (const [day, indices] of byDay) {
    if (indices.some((i) => task.files[i].format === 'dat')) continue;
    write(join(task.out, productPaths(plan.sensor, day).dat), datView(mergeRuns(indices.map((i) => runs[i]))));
  }
  return outcome;
}

function readRun(file: RawFile): { run: RawRun; damaged: number } {
  const bytes = readFileSync(file.path);
  const { run, damaged } = file.format === 'dat' ? readDatRows(bytes) : parseRawFile(bytes);
  return { run, damaged: damaged.length };
}

function receptionDays(run: RawRun): Set<number> {
  const days = new Set<number>();
  let day = Number.NaN;
  for (let i = 0; i < run.count; i++) {
    const found = dayOf(run.received[i]);
    if (found === day) continue;
    day = found;
    days.add(day);
  }
  return days;
}

function writeDay(plan: SensorPlan, task: RebuildTask, day: DayProducts): void {
  const paths = productPaths(plan.sensor, day.day);
  const manifest: Manifest = {
    content: day.content,
    history:
      task.form === 'open' ? { state: 'open', version: 0, notes: [] } : { state: 'sealed', version: 1, notes: [] },
  };
  write(join(task.out, paths.csv), day.csv);
  write(join(task.out, paths.netcdf), day.netcdf);
  write(join(task.out, paths.manifest), encodeManifest(manifest));
}

/** No fsync and no rename: everything here can be computed again, and `reprocess` refuses a root that a writer holds. */
function write(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** Historical files have no record ids: their digest is over stamps and payloads as they stand in the file. */
function datDigest(run: RawRun, order: Int32Array): string {
  const hash = createHash('sha256');
  if (order.length > 0) {
    let from = order[0];
    let previous = from;
    for (let i = 1; i <= order.length; i++) {
      if (i < order.length && order[i] === previous + 1) {
        previous++;
        continue;
      }
      // 17 bytes of stamp stand before each payload; neighbours in the file are hashed in one go.
      hash.update(run.bytes.subarray(run.start[from] - 17, run.end[previous]));
      from = previous = order[i];
    }
  }
  return `dat:${hash.digest('hex')}`;
}
