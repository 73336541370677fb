/** One share of a reprocessing: raw files in, product files out. Runs in a worker thread or in the main one, with equal bytes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  type FlagChanges,
  flagChanges,
  mergeRuns,
  type RawDigest,
  rawDaysOf,
  readDonor,
  rebuildDays,
  rebuildEveryDay,
  releasedDay,
  releaseOfDay,
  type SensorPlan,
  withFacts,
} from '@emso/pipeline';
import { encodeManifest, type Manifest, parseRawFile, productPaths, rawDigest } from '@emso/products';
import type { DonorFiles } from './donor-files.ts';
import { inOrder, type RawFile } from './inventory.ts';
import type { DayFiles } from './runs-of-days.ts';

/** A release with the expert flags that it knew. */
export type KnownRelease = Release & { readonly flags: readonly ExpertFlag[] };

export interface RebuildTask {
  /** Index of the plan in the observatory. */
  readonly plan: number;
  /** The product days, in order; absent for sensors whose packets come late: then every day of the files is made. */
  readonly days?: readonly DayFiles[];
  readonly files: readonly RawFile[];
  /** Files of the days around, whose rows the tests of these days look at. */
  readonly around: readonly RawFile[];
  /** What sealed days take from other sensors. */
  readonly donors: DonorFiles;
  readonly form: DayForm;
  /** Those of the sensor: the sealed days that they cover are made as delayed-mode files too. */
  readonly releases: readonly KnownRelease[];
  readonly out: string;
  /** A root of earlier files whose flags are compared with the new ones. */
  readonly compareFlags?: string;
  /** Write the day although the files hold rows of others too: those are made by tasks of their own. */
  readonly mixedIsKnown?: boolean;
}

export interface RebuildOutcome {
  readonly lines: number;
  readonly damaged: number;
  readonly made: readonly MadeDay[];
  /** Days whose files hold rows of another day than their names say; nothing was written for them. */
  readonly mixed: readonly MixedDay[];
}

export interface MadeDay {
  readonly day: number;
  readonly rows: number;
  readonly rejected: number;
  readonly flags?: FlagChanges;
}

export interface MixedDay {
  readonly day: number;
  /** The reception days found in its files. */
  readonly found: readonly number[];
}

/** Does one task. Throws on I/O faults. */
export function rebuild(plan: SensorPlan, task: RebuildTask): RebuildOutcome {
  const { runs, damaged, digest } = readFiles(plan, task.files);
  const around = readFiles(plan, task.around).runs;
  const byFile = new Map(task.files.map((file, i) => [file, runs[i]]));
  task.around.forEach((file, i) => {
    byFile.set(file, around[i]);
  });
  const outcome = { lines: runs.reduce((sum, { count }) => sum + count, 0), damaged };
  const read: ReadFiles = { runs: byFile, digest };
  const mixed = task.mixedIsKnown ? [] : mixedDays(task, read);
  const alone = mixed.length > 0 || (!task.mixedIsKnown && task.around.some((file) => isMixed(file, read)));
  // Where rows stand in files of other days, what a day sees would depend on the days that are made with it.
  const shares = alone
    ? (task.days ?? [])
        .filter(({ day }) => !mixed.some((other) => other.day === day))
        .map((each) => ({
          ...task,
          days: [each],
          files: each.files,
          around: aroundDay(plan, each, [...byFile.keys()]),
        }))
    : [task];
  const made = shares.flatMap((share) => makeDays(plan, share, read));
  return { ...outcome, made, mixed };
}

interface ReadFiles {
  readonly runs: ReadonlyMap<RawFile, RawRun>;
  readonly digest: RawDigest;
}

/** The days of a task with files that hold rows of other days. */
function mixedDays({ days = [] }: RebuildTask, read: ReadFiles): MixedDay[] {
  return days
    .filter(({ files }) => files.some((file) => isMixed(file, read)))
    .map(({ day, files }) => ({
      day,
      found: [...new Set(files.flatMap((file) => [...receptionDays(read.runs.get(file)!)]))],
    }));
}

function isMixed(file: RawFile, { runs }: ReadFiles): boolean {
  const days = receptionDays(runs.get(file)!);
  return days.size > 1 || (days.size === 1 && !days.has(file.day));
}

/** The other files of the days that a rebuild of a day reads. */
export function aroundDay(plan: SensorPlan, { day, files }: DayFiles, all: readonly RawFile[]): RawFile[] {
  const { first, last } = rawDaysOf(plan, day);
  return all.filter((file) => file.day >= first && file.day <= last && !files.includes(file)).sort(inOrder);
}

function makeDays(plan: SensorPlan, task: RebuildTask, { runs, digest }: ReadFiles): MadeDay[] {
  const runOf = (file: RawFile): RawRun => runs.get(file)!;
  // Rows in order need no sorting; files of a mixed day stay in the order in which its rows were written.
  const files = task.mixedIsKnown ? [...task.files, ...task.around] : [...task.files, ...task.around].sort(inOrder);
  const run = mergeRuns(files.map(runOf));
  const donors = donorsRead(plan, task.donors);
  const days = task.days?.map(({ day }) => day);
  const options = { digest, withAnswers: task.compareFlags !== undefined };
  const products =
    days === undefined
      ? rebuildEveryDay(plan, run, task.form, donors, options)
      : rebuildDays(plan, days, run, task.form, donors, options);
  const made: MadeDay[] = [];
  const known = new Map<KnownRelease, number[]>();
  for (const product of products) {
    const { day, content, batch } = product;
    const flags = flagChangesOf(plan, task, product);
    writeDay(plan, task, product);
    const release = task.form === 'sealed' ? releaseOfDay(task.releases, plan.sensor.id, day) : undefined;
    if (release !== undefined) {
      if (content.expertFlags === expertDigest(asOf(plan, release), day, 'sealed'))
        writeReleased(asOf(plan, release), task, release, product);
      else known.set(release, [...(known.get(release) ?? []), day]);
    }
    const rejected = Object.values(content.rejections).reduce((sum, n) => sum + n, 0);
    made.push({ day, rows: batch.count, rejected, ...(flags !== undefined && { flags }) });
  }
  // Decisions made since a release wait for the next one: its files have the flags that it knew.
  for (const [release, releasedDays] of known) {
    const then = asOf(plan, release);
    for (const product of rebuildDays(then, releasedDays, run, 'sealed', donorsRead(then, task.donors), { digest }))
      writeReleased(then, task, release, product);
  }
  // The historical view is cut by reception day, as the raw files are.
  for (const [day, ofDay] of Map.groupBy(task.files, (file) => file.day)) {
    if (ofDay.some(({ format }) => format === 'dat')) continue;
    write(join(task.out, productPaths(plan.sensor, day).dat), datView(mergeRuns(ofDay.map(runOf))));
  }
  return made;
}

/** The last reading of each donor: where packets come late all days take from the same files. */
const lastReadings = new WeakMap<SensorPlan, { readonly paths: string; readonly rows: DonorRows }>();

/** What a sensor takes from others, read from their files; the last reading of each donor is kept. */
export function donorsRead(plan: SensorPlan, files: DonorFiles): DonorsRead {
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
export function framingOf({ model, sensor }: SensorPlan, { format, day }: RawFile): Framing {
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

function asOf(plan: SensorPlan, release: KnownRelease): SensorPlan {
  const known = plansAsOf.get(release) ?? withFacts(plan, release.flags);
  plansAsOf.set(release, known);
  return known;
}

/** The delayed-mode files of a day. */
function writeReleased(plan: SensorPlan, task: RebuildTask, release: KnownRelease, made: DayProducts): void {
  for (const { path, bytes } of releasedDay(plan, made, release)) write(join(task.out, path), bytes);
}

/** What is new in the flags of a day beside its earlier file; undefined where nobody asked, or there is none. */
function flagChangesOf(plan: SensorPlan, { compareFlags }: RebuildTask, made: DayProducts): FlagChanges | undefined {
  if (compareFlags === undefined) return undefined;
  const path = join(compareFlags, productPaths(plan.sensor, made.day).csv);
  return existsSync(path) ? flagChanges(plan, made, readFileSync(path)) : undefined;
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
