/** `emso snapshot create`: writes down which files stand behind a DOI now, for ever. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { iso, isoDay, type Observatory, type PlacedSensor, type Sensor, sensorsOf } from '@emso/core';
import {
  decodeManifest,
  isSameSnapshot,
  productPaths,
  releasedPaths,
  SNAPSHOTS,
  type SnapshotContent,
  type SnapshotFile,
  snapshotText,
  withDigest,
} from '@emso/products';
import { makeDirectory, readIfThere, writeAtomic } from '@emso/runtime/files';
import { type DataRootLock, lockDataRoot } from '@emso/runtime/lock';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { daysOfRoot } from '../ledger/root-days.ts';
import { startProgress } from '../progress.ts';
import { siteFileOf } from '../root-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { ownCopy, sha256Of } from './frozen-files.ts';
import { readSnapshot, snapshotPath } from './snapshot-file.ts';

export interface CreateRequest {
  readonly data: string;
  readonly dataset?: string | undefined;
  readonly sensor?: string | undefined;
  /** Days since 1970-01-01, both included. */
  readonly from: number;
  readonly to: number;
  readonly doi?: string | undefined;
  /** Validated files too, where there are any. */
  readonly released?: boolean | undefined;
  readonly observatory?: string | undefined;
}

interface FrozenFile extends SnapshotFile {
  /** Of manifests: the only files that can change without a new version, so the snapshot keeps its own copy. */
  readonly copy?: Uint8Array;
}

/** A writer may be about to replace what was just looked at: so often, and after so long, a day is looked at again. */
const READINGS = 4;
const AGAIN_MS = 500;
const REFUSED_SHOWN = 20;

/** Makes a snapshot. Throws CommandFailure: 2 for what cannot be asked, 1 with the days that are not sealed, or when the name is taken by another one. */
export async function createSnapshot(name: string, request: CreateRequest): Promise<void> {
  const { data, from, to } = request;
  const path = snapshotPath(data, name);
  if (to < from) throw new CommandFailure(EXIT.usage, `--to: expected ${isoDay(from)} or later, found ${isoDay(to)}`);
  const observatory = loadSiteFile(await siteFileOf(data, request.observatory));
  const placed = chosen(observatory, request);
  mkdirSync(dirname(path), { recursive: true });
  const lock = lockOf(dirname(path));
  try {
    const files = await freeze(placed, request);
    const content: SnapshotContent = {
      name,
      createdAt: iso(Math.floor(Date.now() / 1000) * 1000),
      observatory: observatory.observatory.id,
      sensors: placed.map(({ sensor }) => sensor.id),
      from: isoDay(from),
      to: isoDay(to),
      citation: citationOf(observatory, placed, request),
      files: files.map(({ copy: _copy, ...file }) => file),
    };
    const before = await readSnapshot(data, name);
    if (before !== undefined) {
      if (!isSameSnapshot(before.snapshot, content)) throw new CommandFailure(EXIT.problem, takenText(path));
      process.stdout.write(`${path}: is there already, and names the same\nSHA-256 ${before.snapshot.sha256}\n`);
      return;
    }
    for (const { path: file, copy } of files) {
      if (copy === undefined) continue;
      const target = join(data, ownCopy(name, file));
      await makeDirectory(dirname(target));
      await writeAtomic(target, copy, { fsync: true });
    }
    const snapshot = withDigest(content);
    await writeAtomic(path, snapshotText(snapshot), { fsync: true });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    process.stdout.write(
      `${path}: ${files.length} files, ${bytes} bytes, of ${content.sensors.join(', ')}\nSHA-256 ${snapshot.sha256}\n`,
    );
  } finally {
    lock.release();
  }
}

function takenText(path: string): string {
  return `${path}: expected a name that is free, found another snapshot: a snapshot never changes, choose another name`;
}

function chosen(observatory: Observatory, { dataset, sensor }: CreateRequest): PlacedSensor[] {
  const all = sensorsOf(observatory);
  const found = all.filter(
    (each) =>
      (dataset === undefined || each.sensor.dataset === dataset) && (sensor === undefined || each.sensor.id === sensor),
  );
  if (found.length > 0) return found;
  const known = (values: string[]): string => [...new Set(values)].join(', ');
  throw new CommandFailure(
    EXIT.usage,
    dataset === undefined
      ? `--sensor: expected one of ${known(all.map((each) => each.sensor.id))}, found '${sensor}'`
      : `--dataset: expected one of ${known(all.map((each) => each.sensor.dataset))}, found '${dataset}'`,
  );
}

async function freeze(placed: readonly PlacedSensor[], request: CreateRequest): Promise<FrozenFile[]> {
  const asked = await Promise.all(
    placed.map(async ({ sensor }) => ({ sensor, days: await daysOfRoot(request.data, sensor, request) })),
  );
  const progress = startProgress(
    'days',
    asked.reduce((sum, { days }) => sum + days.length, 0),
  );
  const files: FrozenFile[] = [];
  const refused: string[] = [];
  for (const { sensor, days } of asked) {
    for (const day of days) {
      const found = await freezeDay(request, sensor, day);
      if (typeof found === 'string') refused.push(`  ${sensor.id} ${isoDay(day)}: ${found}`);
      else files.push(...found);
      progress.step();
    }
  }
  progress.stop();
  if (refused.length > 0) {
    const more = refused.length > REFUSED_SHOWN ? [`  … and ${refused.length - REFUSED_SHOWN} more`] : [];
    const head = `expected every day from ${isoDay(request.from)} to ${isoDay(request.to)} to be sealed, found ${refused.length} that are not:`;
    throw new CommandFailure(EXIT.problem, [head, ...refused.slice(0, REFUSED_SHOWN), ...more].join('\n'));
  }
  if (files.length === 0) {
    const days = `from ${isoDay(request.from)} to ${isoDay(request.to)}`;
    throw new CommandFailure(EXIT.problem, `expected sealed days ${days} in ${request.data}, found none`);
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files of a day, or why it cannot be frozen. */
async function freezeDay(request: CreateRequest, sensor: Sensor, day: number): Promise<FrozenFile[] | string> {
  let reason = '';
  for (let reading = 1; reading <= READINGS; reading++) {
    if (reading > 1) await pause(AGAIN_MS);
    const found = await sealedFiles(request, sensor, day);
    if (typeof found !== 'string' || !found.startsWith('expected')) return found;
    reason = found;
  }
  return `${reason}: see emso ledger`;
}

async function sealedFiles(
  { data, released }: CreateRequest,
  sensor: Sensor,
  day: number,
): Promise<FrozenFile[] | string> {
  const { manifest: manifestPath } = productPaths(sensor, day);
  const bytes = await readIfThere(join(data, manifestPath));
  if (bytes === undefined) return 'open, it has no manifest yet';
  let manifest: ReturnType<typeof decodeManifest>;
  try {
    manifest = decodeManifest(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    return `expected a manifest, found none (${(error as Error).message})`;
  }
  const { content, history } = manifest;
  if (history.state === 'open') return 'open';
  if (history.pending) return 'about to be sealed again: wait for its next version';
  const { version } = history;
  const files: FrozenFile[] = [
    { path: manifestPath, version, sha256: sha256Of(bytes), bytes: bytes.length, copy: bytes },
  ];
  for (const file of [content.files.csv, content.files.netcdf]) {
    const there = await readIfThere(join(data, file.path));
    if (there === undefined || sha256Of(there) !== file.sha256)
      return `expected ${file.path} as its manifest has it, found ${there === undefined ? 'none' : 'another file'}`;
    files.push({ path: file.path, version, sha256: file.sha256, bytes: file.bytes });
  }
  for (const path of released ? Object.values(releasedPaths(sensor, day)) : []) {
    const there = await readIfThere(join(data, path));
    if (there !== undefined) files.push({ path, version: 0, sha256: sha256Of(there), bytes: there.length });
  }
  return files;
}

function citationOf(
  { observatory }: Observatory,
  placed: readonly PlacedSensor[],
  { dataset, from, to, doi }: CreateRequest,
): SnapshotContent['citation'] {
  const platforms = [...new Set(placed.map(({ platform }) => platform))];
  const [only] = placed;
  const title = (language: 'fr' | 'en'): string => {
    const what = placed.length === 1 ? (only.sensor.title?.[language] ?? only.sensor.dataset) : dataset;
    const where = platforms.map((platform) => platform.title[language]).join(', ');
    const parts = [observatory.title[language], where, ...(what === undefined ? [] : [what])];
    return `${parts.join(' – ')}, ${isoDay(from)} – ${isoDay(to)}`;
  };
  const known = doi ?? (platforms.length === 1 ? platforms[0].doi : undefined);
  return {
    title: { fr: title('fr'), en: title('en') },
    authors: observatory.contacts.map(({ name, role, orcid }) => ({
      name,
      role,
      ...(orcid !== undefined && { orcid }),
    })),
    publisher: observatory.institution.name,
    license: observatory.license,
    ...(known !== undefined && { doi: known }),
  };
}

function lockOf(tree: string): DataRootLock {
  try {
    return lockDataRoot(tree);
  } catch (error) {
    throw new CommandFailure(EXIT.problem, `${SNAPSHOTS}: ${(error as Error).message}`, error);
  }
}
