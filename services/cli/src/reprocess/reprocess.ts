/** `emso reprocess`: shares the days of a raw tree among worker threads; any number of them gives the same bytes. */
import { mkdirSync } from 'node:fs';
import { type ExpertFacts, flagsInForce } from '@emso/core';
import { type DayForm, planObservatory, rawDaysOf, type SensorPlan } from '@emso/pipeline';
import { type DataRootLock, lockDataRoot } from '@emso/runtime/lock';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { loadExpertFacts, loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { type DonorFiles, donorFilesOf, missingDonors } from './donor-files.ts';
import { findRawFiles, inOrder, type RawFile } from './inventory.ts';
import { NETCDF4 } from './netcdf4.ts';
import { type Done, openPool, type Pool, type Site } from './pool.ts';
import { type KnownRelease, type RebuildOutcome, type RebuildTask, rebuild } from './rebuild.ts';

type FilesBySensor = ReadonlyMap<SensorPlan, readonly RawFile[]>;

export interface ReprocessOptions {
  readonly raw: string;
  readonly out: string;
  readonly observatory: string;
  readonly workers: number;
  readonly form: DayForm;
  /** The decisions to go by, where they are not those beside the site file. */
  readonly facts?: ExpertFacts;
  /** Only these days, where the sensor's days can be made one by one; of this sensor alone. */
  readonly only?: { readonly sensor: string; readonly days: ReadonlySet<number> };
}

export interface ReprocessSummary {
  readonly sensors: ReadonlyMap<string, RebuildOutcome>;
  readonly unclaimed: readonly string[];
  /** What stays empty because a donor has no files in the tree. */
  readonly withoutDonor: readonly string[];
  readonly lines: number;
  readonly seconds: number;
}

/**
 * Makes every product of the tree, with the pool given or one of its own. Throws CommandFailure when there is nothing to read or
 * the out directory is taken.
 */
export async function reprocess(
  options: ReprocessOptions,
  pool = openPool(options.workers),
): Promise<ReprocessSummary> {
  try {
    return await reprocessWith(options, pool);
  } finally {
    await pool.close();
  }
}

async function reprocessWith(options: ReprocessOptions, pool: Pool): Promise<ReprocessSummary> {
  const startMs = performance.now();
  const observatory = loadSiteFile(options.observatory);
  const facts = options.facts ?? loadExpertFacts(options.observatory, observatory);
  const flags = flagsInForce(facts.flags);
  const { plans } = planObservatory(observatory, flags, NETCDF4);
  const found = await findRawFiles(options.raw, plans).catch((error) => {
    throw new CommandFailure(EXIT.unreachable, `--raw: expected a readable directory, found ${error.message}`, error);
  });
  if (found.files.size === 0) {
    const prefixes = plans.map((plan) => plan.sensor.prefix).join(', ');
    throw new CommandFailure(
      EXIT.problem,
      `--raw ${options.raw}: expected files <prefix>_YYYYMMDD.raw or .dat of ${prefixes}, found none`,
    );
  }
  mkdirSync(options.out, { recursive: true });
  const lock = lockOf(options.out);
  try {
    const tasks = plans.flatMap((plan, index) =>
      tasksOf(plan, index, found.files, options, releasesOf(plan, facts)).filter((task) =>
        isWanted(plan, task, options),
      ),
    );
    const outcomes = await perform({ observatory, flags }, plans, tasks, found.files, pool);
    const sensors = sumBySensor(plans, outcomes);
    const lines = [...sensors.values()].reduce((sum, { lines }) => sum + lines, 0);
    const withoutDonor = options.form === 'sealed' ? missingDonors(plans, found.files) : [];
    const seconds = (performance.now() - startMs) / 1000;
    return { sensors, unclaimed: found.unclaimed, withoutDonor, lines, seconds };
  } finally {
    lock.release();
  }
}

function lockOf(out: string): DataRootLock {
  try {
    return lockDataRoot(out);
  } catch (error) {
    throw new CommandFailure(EXIT.problem, `--out: ${(error as Error).message}`, error);
  }
}

function tasksOf(
  plan: SensorPlan,
  index: number,
  files: FilesBySensor,
  { form, out }: ReprocessOptions,
  releases: readonly KnownRelease[],
): RebuildTask[] {
  const own = files.get(plan) ?? [];
  if (own.length === 0) return [];
  const shared = { plan: index, form, out, releases };
  if (!plan.byReception)
    return [{ ...shared, files: own, around: [], donors: donorsFor(plan, undefined, files, form) }];
  return [...Map.groupBy(own, (file) => file.day)].map(([day, ofDay]) => {
    return {
      ...shared,
      files: ofDay,
      around: filesAround(plan, day, own, ofDay),
      day,
      donors: donorsFor(plan, day, files, form),
    };
  });
}

function releasesOf({ sensor }: SensorPlan, { flags, releases }: ExpertFacts): KnownRelease[] {
  return releases
    .filter((release) => release.sensor === sensor.id)
    .map((release) => ({ ...release, flags: flagsInForce(flags, release.flagLines) }));
}

function isWanted({ sensor }: SensorPlan, { day }: RebuildTask, { only }: ReprocessOptions): boolean {
  return only === undefined || (only.sensor === sensor.id && (day === undefined || only.days.has(day)));
}

/** The other files of the days that a rebuild of `day` reads. */
function filesAround(plan: SensorPlan, day: number, own: readonly RawFile[], ofDay: readonly RawFile[]): RawFile[] {
  const { first, last } = rawDaysOf(plan, day);
  return own.filter((file) => file.day >= first && file.day <= last && !ofDay.includes(file));
}

/** Open days take nothing from other sensors. */
function donorsFor(plan: SensorPlan, day: number | undefined, files: FilesBySensor, form: DayForm): DonorFiles {
  return form === 'sealed' ? donorFilesOf(plan, day, files) : {};
}

/** Runs all tasks; days whose rows are spread over several files are made in a second round, from all of them. */
async function perform(
  site: Site,
  plans: readonly SensorPlan[],
  tasks: readonly RebuildTask[],
  found: FilesBySensor,
  pool: Pool,
): Promise<Done[]> {
  const here = (task: RebuildTask): RebuildOutcome => rebuild(plans[task.plan], task);
  const progress = startProgress('days', tasks.length);
  try {
    const first = await pool.run(site, tasks, here, progress.step);
    const mixed = first.filter(({ outcome }) => outcome.mixedDays !== undefined);
    if (mixed.length === 0) return first;
    const again = new Map<string, RebuildTask>();
    for (const { task, outcome } of mixed) {
      for (const day of outcome.mixedDays ?? []) {
        const spread = mixed.filter((other) => other.task.plan === task.plan && other.outcome.mixedDays?.includes(day));
        const own = tasks.find((other) => other.plan === task.plan && other.day === day);
        const files = [...new Set([...(own?.files ?? []), ...spread.flatMap((other) => other.task.files)])];
        // Rows of one second keep the order in which they came: those at the end of yesterday's file came first.
        files.sort(inOrder);
        const donors = donorsFor(plans[task.plan], day, found, task.form);
        const around = filesAround(plans[task.plan], day, found.get(plans[task.plan]) ?? [], files);
        again.set(`${task.plan}/${day}`, { ...task, day, files, around, donors, mixedIsKnown: true });
      }
    }
    const second = await pool.run(site, [...again.values()], here, () => undefined);
    // Lines were counted when the files were read first.
    const redone = new Set(again.keys());
    const kept = first.map((done) =>
      redone.has(`${done.task.plan}/${done.task.day}`)
        ? { ...done, outcome: { ...done.outcome, rows: 0, rejected: 0, days: 0 } }
        : done,
    );
    return [...kept, ...second.map((done) => ({ ...done, outcome: { ...done.outcome, lines: 0, damaged: 0 } }))];
  } finally {
    progress.stop();
  }
}

function sumBySensor(plans: readonly SensorPlan[], outcomes: readonly Done[]): Map<string, RebuildOutcome> {
  const sums = new Map<string, RebuildOutcome>();
  for (const { task, outcome } of outcomes) {
    const id = plans[task.plan].sensor.id;
    const sum = sums.get(id) ?? { lines: 0, rows: 0, rejected: 0, damaged: 0, days: 0 };
    sums.set(id, {
      lines: sum.lines + outcome.lines,
      rows: sum.rows + outcome.rows,
      rejected: sum.rejected + outcome.rejected,
      damaged: sum.damaged + outcome.damaged,
      days: sum.days + outcome.days,
    });
  }
  return sums;
}

/** The summary as a table on stdout; names that no sensor claims, and donors that are not there, on stderr. */
export function printSummary({ sensors, unclaimed, withoutDonor, lines, seconds }: ReprocessSummary): void {
  const rows: (string | number)[][] = [['sensor', 'days', 'lines', 'rows', 'rejected', 'damaged']];
  for (const [id, sum] of sensors) rows.push([id, sum.days, sum.lines, sum.rows, sum.rejected, sum.damaged]);
  process.stdout.write(formatTable(rows));
  process.stdout.write(`${lines} lines in ${seconds.toFixed(2)} s, ${Math.round(lines / seconds)} lines/s\n`);
  for (const text of withoutDonor) process.stderr.write(`${text}\n`);
  for (const path of unclaimed.slice(0, 10)) process.stderr.write(`not read, no sensor has this prefix: ${path}\n`);
  if (unclaimed.length > 10) process.stderr.write(`… and ${unclaimed.length - 10} more\n`);
}
