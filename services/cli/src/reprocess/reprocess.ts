/** `emso reprocess`: shares the days of a raw tree among worker threads; any number of them gives the same bytes. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { type ExpertFacts, flagsInForce } from '@emso/core';
import { LINES } from '@emso/instruments';
import { type DayForm, planComparisons, planObservatory, type SensorPlan } from '@emso/pipeline';
import { type DataRootLock, lockDataRoot } from '@emso/runtime/lock';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { loadExpertFacts, loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { writeComparisons } from './compared.ts';
import { type DonorFiles, donorFilesOf, missingDonors } from './donor-files.ts';
import { comparedFlags, type FlagsCompared, flagsText } from './flags-compared.ts';
import { findRawFiles, inOrder, type RawFile } from './inventory.ts';
import { NETCDF4 } from './netcdf4.ts';
import { type Done, openPool, type Pool, type Site } from './pool.ts';
import { aroundDay, framingOf, type KnownRelease, type RebuildOutcome, type RebuildTask, rebuild } from './rebuild.ts';
import { type DayFiles, limitsFor, type RunLimits, runsOfDays } from './runs-of-days.ts';

export type FilesBySensor = ReadonlyMap<SensorPlan, readonly RawFile[]>;

export interface ReprocessOptions {
  readonly raw: string;
  readonly out: string;
  readonly observatory: string;
  readonly workers: number;
  readonly form: DayForm;
  /** The decisions to go by, where they are not those beside the site file. */
  readonly facts?: ExpertFacts;
  /** How many days one task makes, where that is not left to the size of the tree; no byte depends on it. */
  readonly runs?: RunLimits;
  /** A root of earlier files whose flags are compared with the new ones. */
  readonly compareFlags?: string;
  /** Only these days, where the sensor's days can be made one by one; of this sensor alone. */
  readonly only?: { readonly sensor: string; readonly days: ReadonlySet<number> };
}

export interface SensorSummary {
  readonly lines: number;
  readonly rows: number;
  readonly rejected: number;
  readonly damaged: number;
  readonly days: number;
}

export interface ReprocessSummary {
  readonly sensors: ReadonlyMap<string, SensorSummary>;
  readonly unclaimed: readonly string[];
  /** What stays empty because a donor has no files in the tree. */
  readonly withoutDonor: readonly string[];
  readonly lines: number;
  readonly seconds: number;
  /** What is new in the flags, where it was asked for. */
  readonly flags?: FlagsCompared;
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
  const expertFlags = flagsInForce(facts.flags);
  const { plans } = planObservatory(observatory, expertFlags, NETCDF4);
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
  checkCompared(options);
  mkdirSync(options.out, { recursive: true });
  const lock = lockOf(options.out);
  try {
    const limits = options.runs ?? limitsFor(found.files.values(), options.workers);
    const tasks = plans.flatMap((plan, index) =>
      tasksOf(plan, index, found.files, options, releasesOf(plan, facts), limits),
    );
    const outcomes = await perform({ observatory, flags: expertFlags }, plans, tasks, found.files, pool);
    const sensors = sumBySensor(plans, outcomes);
    // Comparisons are of sealed days; a release makes one sensor's only.
    const isWhole = options.form === 'sealed' && options.only === undefined;
    if (isWhole) writeComparisons(planComparisons(observatory), daysBySensor(plans, outcomes), options.out);
    const lines = [...sensors.values()].reduce((sum, { lines }) => sum + lines, 0);
    const withoutDonor = options.form === 'sealed' ? missingDonors(plans, found.files) : [];
    const seconds = (performance.now() - startMs) / 1000;
    const flags = options.compareFlags === undefined ? undefined : comparedFlags(plans, outcomes);
    return {
      sensors,
      unclaimed: found.unclaimed,
      withoutDonor,
      lines,
      seconds,
      ...(flags !== undefined && { flags }),
    };
  } finally {
    lock.release();
  }
}

/** Earlier files are read while new ones are written: they must be others. */
function checkCompared({ compareFlags, out }: ReprocessOptions): void {
  if (compareFlags === undefined) return;
  if (!existsSync(compareFlags)) {
    const text = `--compare-flags: expected a root of earlier files, found no directory ${compareFlags}`;
    throw new CommandFailure(EXIT.unreachable, text);
  }
  mkdirSync(out, { recursive: true });
  if (realpathSync(compareFlags) !== realpathSync(out)) return;
  throw new CommandFailure(
    EXIT.usage,
    `--compare-flags: expected another directory than --out, found ${compareFlags} for both: the earlier files would be overwritten`,
  );
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
  { form, out, only, compareFlags }: ReprocessOptions,
  releases: readonly KnownRelease[],
  limits: RunLimits,
): RebuildTask[] {
  const own = files.get(plan) ?? [];
  if (own.length === 0 || (only !== undefined && only.sensor !== plan.sensor.id)) return [];
  const shared = { plan: index, form, out, releases, ...(compareFlags !== undefined && { compareFlags }) };
  if (!plan.byReception)
    return [{ ...shared, files: own, around: [], donors: donorsFor(plan, undefined, files, form) }];
  const days = [...Map.groupBy(own, (file) => file.day)]
    .map(([day, ofDay]): DayFiles => ({ day, files: ofDay }))
    .filter(({ day }) => only === undefined || only.days.has(day));
  return runsOfDays(plan, days, limits, (file) => framingOf(plan, file) === LINES).map((run): RebuildTask => {
    const ofRun = run.flatMap((each) => each.files);
    const around = new Set(run.flatMap((each) => aroundDay(plan, each, own)));
    return {
      ...shared,
      days: run,
      files: ofRun,
      around: [...around].filter((file) => !ofRun.includes(file)),
      // Where there are any, a run is one day.
      donors: donorsFor(plan, run[0].day, files, form),
    };
  });
}

function releasesOf({ sensor }: SensorPlan, { flags, releases }: ExpertFacts): KnownRelease[] {
  return releases
    .filter((release) => release.sensor === sensor.id)
    .map((release) => ({ ...release, flags: flagsInForce(flags, release.flagLines) }));
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
  const daysOf = ({ days, files }: RebuildTask): number => days?.length ?? files.length;
  const progress = startProgress(
    'days',
    tasks.reduce((sum, task) => sum + daysOf(task), 0),
  );
  try {
    const first = await pool.run(site, tasks, here, (task) => progress.step(daysOf(task)));
    const mixed = first.flatMap(({ task, outcome }) =>
      outcome.mixed.map(({ day, found }) => ({ task, found, files: filesOf(task, day) })),
    );
    if (mixed.length === 0) return first;
    const again = new Map<string, RebuildTask>();
    for (const { task, found: days } of mixed) {
      const plan = plans[task.plan];
      const all = found.get(plan) ?? [];
      for (const day of days) {
        const spread = mixed.filter((other) => other.task.plan === task.plan && other.found.includes(day));
        const named = all.filter((file) => file.day === day);
        // Rows of one second keep the order in which they came: those at the end of yesterday's file came first.
        const files = [...new Set([...named, ...spread.flatMap((other) => other.files)])].sort(inOrder);
        const donors = donorsFor(plan, day, found, task.form);
        const around = aroundDay(plan, { day, files }, all);
        again.set(`${task.plan}/${day}`, {
          ...task,
          days: [{ day, files }],
          files,
          around,
          donors,
          mixedIsKnown: true,
        });
      }
    }
    const second = await pool.run(site, [...again.values()], here, () => undefined);
    const kept = first.map(({ task, outcome }) => ({
      task,
      outcome: { ...outcome, made: outcome.made.filter(({ day }) => !again.has(`${task.plan}/${day}`)) },
    }));
    // Lines were counted when the files were read first.
    return [...kept, ...second.map((done) => ({ ...done, outcome: { ...done.outcome, lines: 0, damaged: 0 } }))];
  } finally {
    progress.stop();
  }
}

function filesOf({ days }: RebuildTask, day: number): readonly RawFile[] {
  return days?.find((each) => each.day === day)?.files ?? [];
}

function daysBySensor(plans: readonly SensorPlan[], outcomes: readonly Done[]): Map<string, Set<number>> {
  const days = new Map<string, Set<number>>();
  for (const { task, outcome } of outcomes) {
    const { id } = plans[task.plan].sensor;
    const own = days.get(id) ?? new Set();
    for (const { day } of outcome.made) own.add(day);
    days.set(id, own);
  }
  return days;
}

function sumBySensor(plans: readonly SensorPlan[], outcomes: readonly Done[]): Map<string, SensorSummary> {
  const sums = new Map<string, SensorSummary>();
  for (const { task, outcome } of outcomes) {
    const id = plans[task.plan].sensor.id;
    const sum = sums.get(id) ?? { lines: 0, rows: 0, rejected: 0, damaged: 0, days: 0 };
    sums.set(id, {
      lines: sum.lines + outcome.lines,
      rows: sum.rows + outcome.made.reduce((all, { rows }) => all + rows, 0),
      rejected: sum.rejected + outcome.made.reduce((all, { rejected }) => all + rejected, 0),
      damaged: sum.damaged + outcome.damaged,
      days: sum.days + outcome.made.length,
    });
  }
  return sums;
}

/** The summary as a table on stdout; names that no sensor claims, and donors that are not there, on stderr. */
export function printSummary({ sensors, unclaimed, withoutDonor, lines, seconds, flags }: ReprocessSummary): void {
  const rows: (string | number)[][] = [['sensor', 'days', 'lines', 'rows', 'rejected', 'damaged']];
  for (const [id, sum] of sensors) rows.push([id, sum.days, sum.lines, sum.rows, sum.rejected, sum.damaged]);
  process.stdout.write(formatTable(rows));
  process.stdout.write(`${lines} lines in ${seconds.toFixed(2)} s, ${Math.round(lines / seconds)} lines/s\n`);
  if (flags !== undefined) process.stdout.write(`\n${flagsText(flags)}`);
  for (const text of withoutDonor) process.stderr.write(`${text}\n`);
  for (const path of unclaimed.slice(0, 10)) process.stderr.write(`not read, no sensor has this prefix: ${path}\n`);
  if (unclaimed.length > 10) process.stderr.write(`… and ${unclaimed.length - 10} more\n`);
}
