/**
 * The days of a sensor as they are published: computed from the raw archive by the functions of the chain, one after the other,
 * and compared with what was sealed or released. Nothing is exported that differs from what a data root says it is.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExpertFacts, flagsInForce, isoDay, type Release } from '@emso/core';
import {
  type DayProducts,
  mergeRuns,
  rebuildDay,
  rebuildDays,
  releaseOfDay,
  type SensorPlan,
  touchedDays,
  withFacts,
} from '@emso/pipeline';
import { type DayInput, releasedPaths } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { dayVerdict } from '../expert-facts/day-check.ts';
import { donorFilesOf } from '../reprocess/donor-files.ts';
import type { RawFile } from '../reprocess/inventory.ts';
import { aroundDay, donorsRead, readFiles } from '../reprocess/rebuild.ts';
import type { FilesBySensor } from '../reprocess/reprocess.ts';

/** `open`: whatever the raw archive has, open and stale days too, as today's configuration makes it. */
export type ExportSource = 'sealed' | 'released' | 'open';

export interface DayRequest {
  readonly data: string;
  readonly plan: SensorPlan;
  readonly facts: ExpertFacts;
  readonly files: FilesBySensor;
  /** Days since 1970-01-01, both included. */
  readonly first: number;
  readonly last: number;
  readonly source: ExportSource;
}

/** A day to export, and what its CSV file must be: the digest of the published one, where there is one. */
interface WantedDay {
  readonly day: number;
  readonly sha256?: string;
  readonly release?: Release;
}

export interface DayChoice {
  readonly wanted: readonly WantedDay[];
  /** Days that stay out because they are not sealed, or not released, yet. */
  readonly later: readonly number[];
  /** Sealed days with spooled records missing: exported all the same, as they are published. */
  readonly incomplete: readonly number[];
}

/** Which days to export. Throws CommandFailure 1 with the list of those that are not what they were sealed as. */
export function chooseDays({ data, plan, facts, files, first, last, source }: DayRequest): DayChoice {
  const wanted: WantedDay[] = [];
  const later: number[] = [];
  const incomplete: number[] = [];
  const refused: string[] = [];
  for (const day of daysOfFiles(plan, files, first, last)) {
    if (source === 'open') {
      wanted.push({ day });
      continue;
    }
    if (source === 'released') {
      const release = releaseOfDay(facts.releases, plan.sensor.id, day);
      const csv = join(data, releasedPaths(plan.sensor, day).csv);
      if (release === undefined) later.push(day);
      else if (existsSync(csv)) wanted.push({ day, release, sha256: sha256(readFileSync(csv)) });
      else refused.push(`  ${isoDay(day)}: released, but ${csv} is not there`);
      continue;
    }
    const verdict = dayVerdict(data, plan, day);
    if (verdict === undefined || verdict.state === 'open') later.push(day);
    else if (verdict.state === 'refused') refused.push(`  ${isoDay(day)}: ${verdict.why}`);
    else {
      wanted.push({ day, sha256: verdict.content.files.csv.sha256 });
      if (verdict.state === 'incomplete') incomplete.push(day);
    }
  }
  if (refused.length > 0) {
    throw new CommandFailure(
      EXIT.problem,
      [
        `${plan.sensor.id}: expected ${source} days as today's build and expert flags make them, found ${refused.length} that are not; wait for them, or emso seal --stale, or take what the raw archive gives today with --open`,
        ...refused,
      ].join('\n'),
    );
  }
  return { wanted, later, incomplete };
}

/** The days that the raw files may have rows of, ascending. */
function daysOfFiles(plan: SensorPlan, files: FilesBySensor, first: number, last: number): number[] {
  const own = files.get(plan) ?? [];
  const run = plan.byReception ? undefined : mergeRuns(readFiles(plan, own).runs);
  const days =
    run === undefined
      ? new Set(own.map(({ day }) => day))
      : touchedDays(plan, run, Array.from(run.kind.keys()).slice(0, run.count));
  return [...days].filter((day) => day >= first && day <= last).sort((a, b) => a - b);
}

/** Computes the chosen days, in order. Throws CommandFailure 1 for a day that comes out other than it was published. */
export async function* exportedDays(request: DayRequest, { wanted }: DayChoice): AsyncGenerator<DayInput> {
  for (const [plan, days] of runsOf(request, wanted)) {
    for (const products of productsOf(request, plan, days)) {
      const meant = days.find(({ day }) => day === products.day);
      const found = sha256(products.csv);
      if (meant?.sha256 !== undefined && meant.sha256 !== found) {
        throw new CommandFailure(
          EXIT.problem,
          `${plan.sensor.id} ${isoDay(products.day)}: expected the raw archive to give the ${meant.release ? 'released' : 'sealed'} file again (SHA-256 ${meant.sha256}), found ${found}: check the disk and the log of the writer, or take what the archive gives today with --open`,
        );
      }
      yield { ...products.input, ...(meant?.release !== undefined && { release: meant.release }) };
    }
    // Lets a progress bar and signals have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Days that share a plan: a release knew the flags of its time. */
function runsOf({ plan, facts }: DayRequest, wanted: readonly WantedDay[]): [SensorPlan, WantedDay[]][] {
  const plans = new Map<Release, SensorPlan>();
  const runs: [SensorPlan, WantedDay[]][] = [];
  for (const day of wanted) {
    const own = day.release === undefined ? plan : asOf(day.release);
    // Where time is reception each day reads its own files: a run of one day keeps memory small.
    if (own !== runs.at(-1)?.[0] || plan.byReception) runs.push([own, [day]]);
    else runs.at(-1)?.[1].push(day);
  }
  return runs;

  function asOf(release: Release): SensorPlan {
    const known = plans.get(release) ?? withFacts(plan, flagsInForce(facts.flags, release.flagLines));
    plans.set(release, known);
    return known;
  }
}

function* productsOf(
  { plan, files }: DayRequest,
  asOf: SensorPlan,
  days: readonly WantedDay[],
): Generator<DayProducts> {
  const own = files.get(plan) ?? [];
  if (!plan.byReception) {
    const { runs } = readFiles(plan, own);
    const donors = donorsRead(asOf, donorFilesOf(asOf, undefined, byId(files, asOf)));
    yield* rebuildDays(
      asOf,
      days.map(({ day }) => day),
      mergeRuns(runs),
      'sealed',
      donors,
    );
    return;
  }
  for (const { day } of days) {
    const ofDay = own.filter((file) => file.day === day);
    const { runs, digest } = readFiles(plan, [...ofDay, ...aroundDay(plan, { day, files: ofDay }, own)]);
    const donors = donorsRead(asOf, donorFilesOf(asOf, day, byId(files, asOf)));
    yield rebuildDay(asOf, day, mergeRuns(runs), 'sealed', digest, donors);
  }
}

/** The files under the plans that `asOf` knows: a plan as of a release has donors of its own. */
function byId(files: FilesBySensor, asOf: SensorPlan): ReadonlyMap<SensorPlan, readonly RawFile[]> {
  const all = new Map(files);
  for (const { plan: donor } of asOf.donors) {
    const same = [...files].find(([plan]) => plan.sensor.id === donor.sensor.id);
    if (same !== undefined) all.set(donor, same[1]);
  }
  return all;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
