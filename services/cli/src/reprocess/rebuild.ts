/** One share of a reprocessing: raw files in, product files out. Runs in a worker thread or in the main one, with equal bytes. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DAY_MS, dayOf, deploymentAt, type ExpertFlag, type RawRun, type Release } from '@emso/core';
import { type Framing, framingOfDeployment, importIds, LINES, readDatRows } from '@emso/instruments';
import {
  type DayForm,
  type DayProducts,
  type DonorRows,
  type DonorsRead,
  datView,
  donorPlans,
  expertDigest,
  mergeRuns,
  type RawDigest,
  readDonor,
  rebuildDay,
  rebuildEveryDay,
  releasedDay,
  releaseOfDay,
  type SensorPlan,
  withFacts,
} from '@emso/pipeline';
import { encodeManifest, type Manifest, parseRawFile, productPaths, rawDigest } from '@emso/products';
import type { DonorFiles } from './donor-files.ts';
import type { RawFile } from './inventory.ts';

/** A release with the expert flags that it knew. */
export type KnownRelease = Release & { readonly flags: readonly ExpertFlag[] };

export interface RebuildTask {
  /** Index of the plan in the observatory. */
  readonly plan: number;
  readonly files: readonly RawFile[];
  /** Files of the days around, whose rows the tests of this day look at. */
  readonly around: readonly RawFile[];
  /** What sealed days take from other sensors. */
  readonly donors: DonorFiles;
  /** The product day; absent for sensors whose packets come late: then every day of the files is made. */
  readonly day?: number;
  readonly form: DayForm;
  /** Those of the sensor: the sealed days that they cover are made as delayed-mode files too. */
  readonly releases: readonly KnownRelease[];
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
  /** The days that were written. */
  readonly written?: readonly number[];
  /** Reception days found when the file holds rows of another day than its name says; nothing was written then. */
  readonly mixedDays?: readonly number[];
}

/** Does one task. Throws on I/O faults. */
export function rebuild(plan: SensorPlan, task: RebuildTask): RebuildOutcome {
  const { runs, damaged, digest } = readFiles(plan, task.files);
  const lines = runs.reduce((sum, { count }) => sum + count, 0);
  const written: number[] = [];
  const outcome = { lines, rows: 0, rejected: 0, damaged, days: 0, written };
  if (task.day !== undefined && !task.mixedIsKnown) {
    const days = new Set(runs.flatMap((run) => [...receptionDays(run)]));
    if (days.size > 1 || (days.size === 1 && !days.has(task.day))) return { ...outcome, mixedDays: [...days] };
  }
  const run = mergeRuns([...runs, ...readFiles(plan, task.around).runs]);
  const donors = donorsRead(plan, task.donors);
  const products =
    task.day === undefined
      ? rebuildEveryDay(plan, run, task.form, digest, donors)
      : [rebuildDay(plan, task.day, run, task.form, digest, donors)];
  for (const day of products) {
    writeDay(plan, task, day);
    writeReleased(plan, task, day, run, digest);
    outcome.rows += day.batch.count;
    outcome.rejected += Object.values(day.content.rejections).reduce((sum, n) => sum + n, 0);
    outcome.days++;
    written.push(day.day);
  }
  // The historical view is cut by reception day, as the raw files are.
  const byDay = Map.groupBy(task.files.keys(), (i) => task.files[i].day);
  for (const [day, indices] of byDay) {
    if (indices.some((i) => task.files[i].format === 'dat')) continue;
    write(join(task.out, productPaths(plan.sensor, day).dat), datView(mergeRuns(indices.map((i) => runs[i]))));
  }
  return outcome;
}

/** The last reading of each donor: where packets come late all days take from the same files. */
const lastReadings = new WeakMap<SensorPlan, { readonly paths: string; readonly rows: DonorRows }>();

function donorsRead(plan: SensorPlan, files: DonorFiles): DonorsRead {
  const read = new Map<string, DonorRows>();
  for (const donor of donorPlans(plan)) {
    const own = files[donor.sensor.id] ?? [];
    if (own.length === 0) continue;
    const paths = own.map(({ path }) => path).join('\n');
    const before = lastReadings.get(donor);
    const rows = before?.paths === paths ? before.rows : readDonorFiles(donor, own);
    lastReadings.set(donor, { paths, rows });
    read.set(donor.sensor.id, rows);
  }
  return read;
}

function readDonorFiles(donor: SensorPlan, files: readonly RawFile[]): DonorRows {
  const { runs, digest } = readFiles(donor, files);
  return readDonor(donor, mergeRuns(runs), digest);
}

/** The records of each file, and how those of all of them are told from others. */
export function readFiles(
  plan: SensorPlan,
  files: readonly RawFile[],
): { runs: RawRun[]; damaged: number; digest: RawDigest } {
  let damagedRows = 0;
  const framings = files.map((file) => framingOf(plan, file));
  const areRows = framings.every((framing) => framing === LINES);
  const runs = files.map((file, i) => {
    const { run, damaged } = readRun(file, framings[i]);
    damagedRows += damaged;
    // Structures stand in no file as they are: they have the identities that an import would give them.
    if (!areRows && file.format === 'dat')
      for (const [record, id] of importIds(run).entries()) run.importId.set(record, id);
    return run;
  });
  const digest = areRows && files.every((file) => file.format === 'dat') ? datDigest : rawDigest;
  return { runs, damaged: damagedRows, digest };
}

/** How the rows of a historical file were cut, by the deployment of its day; records of the archive are cut already. */
function framingOf({ model, sensor }: SensorPlan, { format, day }: RawFile): Framing {
  const { deployment } = deploymentAt(sensor, day * DAY_MS + DAY_MS / 2);
  return format === 'dat' ? framingOfDeployment(model, deployment) : LINES;
}

function readRun(file: RawFile, framing: Framing): { run: RawRun; damaged: number } {
  const bytes = readFileSync(file.path);
  const { run, damaged } = file.format === 'dat' ? readDatRows(bytes, framing) : parseRawFile(bytes);
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

/** The plans as releases knew them: donors are read once for each. */
const plansAsOf = new WeakMap<KnownRelease, SensorPlan>();

/** The delayed-mode files of a day, with the flags that its release knew: decisions made since then wait for the next release. */
function writeReleased(plan: SensorPlan, task: RebuildTask, made: DayProducts, run: RawRun, digest: RawDigest): void {
  const { day, content } = made;
  const release = task.form === 'sealed' ? releaseOfDay(task.releases, plan.sensor.id, day) : undefined;
  if (release === undefined) return;
  const asOf = plansAsOf.get(release) ?? withFacts(plan, release.flags);
  plansAsOf.set(release, asOf);
  const same = content.expertFlags === expertDigest(asOf, day, 'sealed');
  const sealed = same ? made : rebuildDay(asOf, day, run, 'sealed', digest, donorsRead(asOf, task.donors));
  for (const { path, bytes } of releasedDay(sealed, release)) write(join(task.out, path), bytes);
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
