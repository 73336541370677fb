/**
 * Compares the layers of one day with each other: raw records, CSV, NetCDF, manifest. What `emso ledger` prints and what the
 * writer's own check counts is this one function.
 */
import { createHash } from 'node:crypto';
import { dayOf, isoDay, KIND, type RawRun } from '@emso/core';
import {
  canonicalOrder,
  csvCounts,
  decodeManifest,
  type LedgerLine,
  type LedgerState,
  type Manifest,
  type ManifestFile,
  netcdfRecords,
  parseRawFile,
  rawDigest,
} from '@emso/products';
import { expertDigest } from './expert-flags.ts';
import { promisedOn } from './gaps.ts';
import { withoutPairedImports } from './pairing.ts';
import type { SensorPlan } from './plan.ts';

/** The files of one day as they lie on disk; absent where there is none. */
export interface DayLayers {
  readonly manifest: Uint8Array | undefined;
  readonly csv: Uint8Array | undefined;
  readonly netcdf: Uint8Array | undefined;
  readonly raw: Uint8Array | undefined;
}

/** A writer replaces files one after the other: what disagrees is read again, so often. */
const READINGS = 5;

/** Reads and compares until the layers agree, or disagree twice in the same way: a day that is being written is no mismatch. */
export async function auditSettled(
  plan: SensorPlan,
  day: number,
  read: () => Promise<DayLayers>,
  nowMs: number,
): Promise<LedgerLine> {
  let before: string | undefined;
  for (let readings = 1; ; readings++) {
    const layers = await read();
    const line = auditDay(plan, day, layers, nowMs);
    const state = stateOf(layers);
    if (line.mismatches.length === 0 || state === before || readings === READINGS) return line;
    before = state;
  }
}

function stateOf(layers: DayLayers): string {
  const hash = createHash('sha256');
  for (const bytes of [layers.manifest, layers.csv, layers.netcdf, layers.raw]) {
    hash.update(bytes === undefined ? 'none' : `${bytes.length} `).update(bytes ?? '');
  }
  return hash.digest('hex');
}

/** One line of the ledger. Never throws: what cannot be read is a mismatch. */
export function auditDay(plan: SensorPlan, day: number, layers: DayLayers, nowMs: number): LedgerLine {
  const mismatches: string[] = [];
  const place = {
    platform: plan.platform.id,
    sensor: plan.sensor.id,
    day: isoDay(day),
    expected: expectedOn(plan, day, nowMs),
  };
  const raw = layers.raw === undefined ? undefined : rawCounts(layers.raw, day);
  const counts = csvCounts(layers.csv ?? new Uint8Array(0));
  const manifest = manifestOf(layers.manifest, mismatches);
  if (manifest === undefined) {
    if (layers.manifest === undefined && (layers.csv ?? layers.netcdf) !== undefined)
      mismatches.push('product files without a manifest: the next start of the writer rebuilds the day');
    return {
      ...place,
      state: 'open',
      version: 0,
      received: raw?.records ?? 0,
      decoded: undefined,
      rejected: 0,
      ignored: 0,
      flagged: counts.flagged,
      rows: counts.rows,
      bytes: (layers.csv?.length ?? 0) + (layers.netcdf?.length ?? 0),
      hashes: { csv: '', netcdf: '', raw: '' },
      gaps: [],
      mismatches,
    };
  }
  const { content, history } = manifest;
  const isOpen = history.state === 'open';
  compareFile(content.files.csv, layers.csv, isOpen, mismatches);
  compareFile(content.files.netcdf, layers.netcdf, isOpen, mismatches);
  if (layers.csv !== undefined) compareRows('CSV', counts.rows, content.rows, isOpen, mismatches);
  if (layers.csv !== undefined && !isOpen && !counts.terminated)
    mismatches.push('the last row of the CSV has no line feed');
  const records = layers.netcdf && netcdfRecords(layers.netcdf);
  if (records !== undefined) compareRows('NetCDF', records, content.rows, isOpen, mismatches);
  const events = compareRaw(plan, manifest, raw, mismatches);
  const rejected = Object.values(content.rejections).reduce((sum, count) => sum + count, 0);
  const measured = events === undefined ? undefined : content.raw.records - events;
  const decoded = measured === undefined ? undefined : Math.max(0, measured - rejected - content.ignored);
  // A record of several samples gives several rows, and a row that is taken out is a rejection: more is well, less is not.
  if (decoded !== undefined && content.rows < decoded)
    mismatches.push(
      `${content.raw.records} raw records, ${events} of them events, ${rejected} rejected, ${content.ignored} ignored: expected at least ${decoded} rows, found ${content.rows}`,
    );
  return {
    ...place,
    state: ledgerState(plan, day, manifest),
    version: history.version,
    received: content.raw.records,
    decoded,
    rejected,
    ignored: content.ignored,
    flagged: counts.flagged,
    rows: content.rows,
    bytes: content.files.csv.bytes + content.files.netcdf.bytes,
    hashes: {
      csv: content.files.csv.sha256,
      netcdf: content.files.netcdf.sha256,
      raw: content.raw.digest,
    },
    gaps: content.gaps,
    mismatches,
  };
}

function manifestOf(bytes: Uint8Array | undefined, mismatches: string[]): Manifest | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decodeManifest(new TextDecoder().decode(bytes));
  } catch (error) {
    mismatches.push((error as Error).message);
    return undefined;
  }
}

function ledgerState(plan: SensorPlan, day: number, { content, history }: Manifest): LedgerState {
  if (history.state === 'open') return 'open';
  if (history.pending) return 'pending';
  const isStale = content.build !== plan.build || content.expertFlags !== expertDigest(plan, day, 'sealed');
  return isStale ? 'stale' : history.state;
}

/** An open file may have grown since its manifest was written. */
function compareFile(
  { path, sha256, bytes }: ManifestFile,
  found: Uint8Array | undefined,
  isOpen: boolean,
  mismatches: string[],
): void {
  if (found === undefined) mismatches.push(`${path}: expected a file of ${bytes} bytes, found none`);
  else if (isOpen) return;
  else if (found.length !== bytes) mismatches.push(`${path}: expected ${bytes} bytes, found ${found.length}`);
  else {
    const digest = createHash('sha256').update(found).digest('hex');
    if (digest !== sha256)
      mismatches.push(`${path}: expected SHA-256 ${sha256.slice(0, 12)}…, found ${digest.slice(0, 12)}…`);
  }
}

function compareRows(layer: string, found: number, expected: number, isOpen: boolean, mismatches: string[]): void {
  if (isOpen && layer === 'CSV' ? found >= expected : found === expected) return;
  mismatches.push(
    `expected ${expected} rows in the ${layer}${isOpen && layer === 'CSV' ? ' or more' : ''}, found ${found}`,
  );
}

interface RawCounts {
  readonly records: number;
  readonly events: number;
  readonly digest: string;
  readonly damaged: number;
  readonly strangers: number;
}

function rawCounts(bytes: Uint8Array, day: number): RawCounts {
  const { run, damaged } = parseRawFile(bytes);
  const all = withoutPairedImports(run, canonicalOrder(run).order);
  const order = all.filter((record) => dayOf(run.received[record]) === day);
  return {
    records: order.length,
    events: countEvents(run, order),
    digest: rawDigest(run, order),
    damaged: damaged.length,
    strangers: all.length - order.length,
  };
}

function countEvents(run: RawRun, order: Int32Array): number {
  let events = 0;
  for (const record of order) if (run.kind[record] === KIND.event) events++;
  return events;
}

/** Compares the raw file with what the manifest says of it, where a day is one raw file. Returns its number of events. */
function compareRaw(
  plan: SensorPlan,
  { content, history }: Manifest,
  raw: RawCounts | undefined,
  mismatches: string[],
): number | undefined {
  const { digest, records } = content.raw;
  // Rows of historical files were read as they are: there is no raw file to compare with.
  if (!plan.byReception || digest.startsWith('dat:')) return undefined;
  if (raw === undefined) {
    if (records > 0) mismatches.push(`expected a raw file with ${records} records, found none`);
    return undefined;
  }
  if (raw.damaged > 0) mismatches.push(`${raw.damaged} rows of the raw file cannot be read`);
  if (raw.strangers > 0) mismatches.push(`${raw.strangers} records of the raw file were received on another day`);
  // What came since is on its way into the products: an open day grows, a pending one is sealed again.
  const mayBeBehind = history.state === 'open' || history.pending === true;
  if (raw.records < records || (raw.records > records && !mayBeBehind)) {
    mismatches.push(`expected ${records} records in the raw file, found ${raw.records}`);
  } else if (
    raw.records === records &&
    raw.digest !== digest &&
    (plan.donors.length === 0 || history.state === 'open')
  ) {
    mismatches.push(`expected the raw digest ${digest.slice(0, 12)}…, found ${raw.digest.slice(0, 12)}…`);
  }
  return raw.records === records ? raw.events : undefined;
}

/** Samples that cadence and deployments promise of a day, up to now where it is not over. */
function expectedOn({ sensor }: SensorPlan, day: number, nowMs: number): number {
  let ms = 0;
  for (const { fromMs, toMs } of promisedOn(sensor, day)) ms += Math.max(0, Math.min(toMs, nowMs) - fromMs);
  return Math.floor(ms / sensor.cadenceMs);
}
