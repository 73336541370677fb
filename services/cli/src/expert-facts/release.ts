/**
 * `emso release`: validated data of whole days. The files are made from the raw archive by what `emso reprocess` calls, so that it
 * makes the same ones again; the release is written down when they are on disk.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DAY_MS, dayOf, type ExpertFacts, flagsInForce, iso, isoDay, parseIso, type Release } from '@emso/core';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import {
  decodeManifest,
  type ManifestContent,
  productPaths,
  RELEASED,
  releasedBefore,
  releasedPaths,
} from '@emso/products';
import { appendFact, expertFilesOf } from '@emso/runtime/expert-files';
import { makeDirectory, readIfThere, removeOrphans, writeAtomic } from '@emso/runtime/files';
import { type DataRootLock, lockDataRoot } from '@emso/runtime/lock';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { reprocess } from '../reprocess/reprocess.ts';
import { loadExpertFacts, loadSiteFile } from '../site-file.ts';
import { checkDays } from './day-check.ts';
import { type ListedFile, sumsOf } from './release-files.ts';

/** Where files are made; what a killed release left is removed by the next one. */
const SCRATCH = '.making-';

export interface ReleaseRequest {
  readonly sensor: string;
  /** First day, and the day after the last one. */
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly why: string;
  readonly data: string;
  /** The root that holds the tree `released`; the data root itself where it is not given. */
  readonly out?: string;
  readonly observatory: string;
}

/** Makes and records a release. Throws CommandFailure: 2 for a request that cannot be, 1 with the list of days that cannot be released. */
export async function release(request: ReleaseRequest): Promise<void> {
  const observatory = loadSiteFile(request.observatory);
  const facts = loadExpertFacts(request.observatory, observatory);
  const plan = planOf(planObservatory(observatory, flagsInForce(facts.flags)).plans, request.sensor);
  const [first, end] = [wholeDay('FROM', request.from), wholeDay('TO', request.to)];
  if (end <= first) {
    throw new CommandFailure(
      EXIT.usage,
      `expected TO after ${isoDay(first)}, found ${isoDay(end)}: it is the day after the last one`,
    );
  }
  const { days, refused } = checkDays(request.data, plan, first, end);
  if (refused.length > 0) {
    const head = `${plan.sensor.id}: expected every day to be sealed with today's build and expert flags, found ${refused.length} that are not; wait for them, or emso seal --stale`;
    throw new CommandFailure(EXIT.problem, [head, ...refused.map((day) => `  ${day}`)].join('\n'));
  }
  if (days.size === 0) {
    throw new CommandFailure(
      EXIT.problem,
      `${plan.sensor.id}: expected sealed days from ${isoDay(first)} to ${isoDay(end)} in ${request.data}, found none`,
    );
  }
  const decision = {
    at: iso(Date.now()),
    by: request.by,
    why: request.why,
    sensor: plan.sensor.id,
    from: iso(first * DAY_MS),
    to: iso(end * DAY_MS),
    flagLines: facts.flags.length,
  };
  const root = resolve(request.out ?? request.data);
  const tree = join(root, RELEASED);
  const lock = lockOf(tree);
  try {
    await removeOrphans(tree);
    for (const name of readdirSync(tree)) if (name.startsWith(SCRATCH)) rmSync(join(tree, name), { recursive: true });
    const listed = await makeFiles(request, plan, days, facts, { ...decision, line: facts.releases.length + 1 }, root);
    const line = appendFact(expertFilesOf(request.observatory).releases, {
      ...decision,
      files: listed.length,
      sha256: sumsOf(listed).sha256,
    });
    const what = `${days.size} day${days.size === 1 ? '' : 's'} of ${plan.sensor.id}, ${listed.length} files below ${join(tree, plan.sensor.folder)}`;
    process.stdout.write(`released: ${what}\nline ${line} of ${expertFilesOf(request.observatory).releases}\n`);
  } finally {
    lock.release();
  }
}

type Decision = Omit<Release, 'from' | 'to' | 'at' | 'files' | 'sha256'> &
  Readonly<Record<'from' | 'to' | 'at', string>>;

/** Makes the files beside their place, compares what they were made from with what was sealed, and puts them there. */
async function makeFiles(
  { data, observatory }: ReleaseRequest,
  plan: SensorPlan,
  days: ReadonlyMap<number, ManifestContent>,
  facts: ExpertFacts,
  decision: Decision,
  root: string,
): Promise<ListedFile[]> {
  const [from, to, at] = [decision.from, decision.to, decision.at].map((time) => parseIso(time) as number);
  const release: Release = { ...decision, from, to, at, files: 0, sha256: '' };
  const scratch = mkdtempSync(join(root, RELEASED, SCRATCH));
  try {
    const only = { sensor: plan.sensor.id, days: new Set(days.keys()) };
    const withThis = { ...facts, releases: [...facts.releases, release] };
    await reprocess({
      raw: join(data, 'raw'),
      out: scratch,
      observatory,
      workers: 1,
      form: 'sealed',
      facts: withThis,
      only,
    });
    for (const [day, sealed] of days) compare(scratch, plan, day, sealed);
    const listed: ListedFile[] = [];
    for (const day of days.keys()) {
      for (const path of Object.values(releasedPaths(plan.sensor, day))) {
        const bytes = readFileSync(join(scratch, path));
        await keepBefore(root, path, bytes);
        await makeDirectory(dirname(join(root, path)));
        await writeAtomic(join(root, path), bytes, { fsync: true });
        listed.push({ path, bytes });
      }
    }
    return listed;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What a file was before, where it was another one: somebody may have cited it. */
async function keepBefore(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const before = await readIfThere(join(root, path));
  if (before === undefined || Buffer.compare(before, bytes) === 0) return;
  const kept = join(root, releasedBefore(path, createHash('sha256').update(before).digest('hex')));
  await makeDirectory(dirname(kept));
  await writeAtomic(kept, before, { fsync: true });
}

/** Validated is what people looked at: the sealed files. A rebuild that gives others says that something is damaged. */
function compare(scratch: string, plan: SensorPlan, day: number, sealed: ManifestContent): void {
  const { content } = decodeManifest(readFileSync(join(scratch, productPaths(plan.sensor, day).manifest), 'utf8'));
  const found = [content.files.csv.sha256, content.files.netcdf.sha256].join();
  if (found === [sealed.files.csv.sha256, sealed.files.netcdf.sha256].join()) return;
  throw new CommandFailure(
    EXIT.problem,
    `${plan.sensor.id} ${isoDay(day)}: expected the raw archive to give the sealed files again, found others: check the disk and the log of the writer, nothing was released`,
  );
}

function planOf(plans: readonly SensorPlan[], sensor: string): SensorPlan {
  const plan = plans.find((each) => each.sensor.id === sensor);
  if (plan !== undefined) return plan;
  const ids = plans.map((each) => each.sensor.id).join(', ');
  throw new CommandFailure(EXIT.usage, `sensor: expected one of ${ids}, found '${sensor}'`);
}

function wholeDay(name: string, text: string): number {
  const ms = parseIso(text);
  if (ms !== undefined && ms % DAY_MS === 0) return dayOf(ms);
  throw new CommandFailure(EXIT.usage, `${name}: expected a UTC day such as 2026-03-01, found '${text}'`);
}

function lockOf(tree: string): DataRootLock {
  try {
    return lockDataRoot(tree);
  } catch (error) {
    throw new CommandFailure(EXIT.problem, (error as Error).message, error);
  }
}
