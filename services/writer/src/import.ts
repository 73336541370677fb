/**
 * Files into the raw archive: historical daily files, whose rows say when they were received, and uploads, which were received
 * when somebody downloaded them. Importing twice changes nothing; the original is only read (PROMISE 12).
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DAY_MS, dayOf, deploymentAt, iso, KIND, type PlacedSensor, parseIso, type RawRun } from '@emso/core';
import {
  type DamagedRow,
  type Framing,
  framingOfDeployment,
  type ImportReport,
  INSTRUMENTS,
  importIds,
  LINES,
  parseDatName,
  readDatRows,
  readLines,
  readRecords,
} from '@emso/instruments';
import { touchedDays } from '@emso/pipeline';
import { coveredByLive } from './import-gaps.ts';
import { originalsOf } from './import-originals.ts';
import { pairedRows } from './import-pairs.ts';
import type { RawArchive } from './raw-archive.ts';
import type { SensorDays } from './sensor-days.ts';

export type { ImportReport } from '@emso/instruments';

/** So many damaged rows are shown; all of them are kept. */
const EXAMPLES = 5;

type Counts = Pick<ImportReport, 'rows' | 'added' | 'known' | 'covered' | 'paired' | 'damaged' | 'examples'>;
const NOTHING: Counts = { rows: 0, added: 0, known: 0, covered: 0, paired: 0, damaged: 0, examples: [] };

/** One file to import. */
export interface ImportRequest {
  readonly path: string;
  /** Takes a daily file whose prefix no sensor has; an upload has no other sensor. */
  readonly sensor?: string | undefined;
  /** Only rows that lie in gaps of the live records. */
  readonly fillGaps?: boolean | undefined;
  /** When an upload was received, epoch ms; a daily file, when absent. */
  readonly receivedMs?: number | undefined;
}

/** What an import changes. `sensors` are those whose model is installed. */
export interface ImportTarget {
  readonly root: string;
  readonly archive: RawArchive;
  readonly sensors: readonly SensorDays[];
}

/** Records of a file, and what of it is none. */
interface ReadFile {
  readonly run: RawRun;
  readonly damaged: readonly DamagedRow[];
}

/**
 * Imports one file. A file that cannot be taken is reported as refused; an archive that cannot be written throws, and what was in
 * hand can be imported again. Calls must not overlap.
 */
export async function importFile(request: ImportRequest, target: ImportTarget): Promise<ImportReport> {
  const { path, sensor, fillGaps = false, receivedMs } = request;
  const { root, archive, sensors } = target;
  const all = [...archive.sensors];
  const placed = receivedMs === undefined ? sensorOf(basename(path), all, sensor) : uploaded(all, sensor, receivedMs);
  if (typeof placed === 'string') return { file: path, refusal: placed, ...NOTHING };
  const refused = (refusal: string): ImportReport => ({ file: path, sensor: placed.sensor.id, refusal, ...NOTHING });
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return refused(
      `expected a file that the writer can read, found ${(error as Error).message}: it reads originals itself, under the same path as the command`,
    );
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const originals = originalsOf(archive, root);
  const receivedAt = receivedMs === undefined ? undefined : iso(receivedMs);
  const before = await originals.receivedOf(sha256);
  if (receivedAt !== undefined && before !== undefined && before !== receivedAt) {
    return refused(`expected the time of its first import, ${before}, found ${receivedAt}: its records are archived`);
  }
  const { run, damaged } =
    receivedMs === undefined ? readDaily(path, bytes, placed) : readUpload(bytes, placed, receivedMs);
  // Before its rows: what is noted as imported must have lost nothing.
  const kept = await originals.keepRefused({ path, sha256, bytes }, damaged);
  const days = sensors.find(({ plan }) => plan.sensor.id === placed.sensor.id);
  const counts = await importRows(run, fillGaps, archive, placed, days);
  await originals.note({
    file: path,
    sha256,
    sensor: placed.sensor.id,
    rows: run.count,
    damaged: damaged.length,
    ...(receivedAt !== undefined && { receivedAt }),
    importedAt: iso(Date.now()),
  });
  return {
    file: path,
    sha256,
    sensor: placed.sensor.id,
    rows: run.count,
    ...counts,
    damaged: damaged.length,
    examples: kept.rows.slice(0, EXAMPLES),
    ...(kept.path !== undefined && { refusedIn: kept.path }),
  };
}

/** The rows of a daily file; those of a stream of structures are put together as the deployment of its day says. */
function readDaily(path: string, bytes: Uint8Array, placed: PlacedSensor): ReadFile {
  const day = parseDatName(basename(path))?.day ?? Number.NaN;
  return readDatRows(bytes, framingAt(placed, day * DAY_MS + DAY_MS / 2));
}

/** Every record of an upload, header lines too, all received at one instant. */
function readUpload(bytes: Uint8Array, placed: PlacedSensor, receivedMs: number): ReadFile {
  const framing = framingAt(placed, receivedMs);
  const run = 'scan' in framing ? readRecords(bytes, framing) : readLines(bytes);
  run.received.fill(receivedMs);
  run.kind.fill(KIND.import);
  run.seq.fill(0);
  return { run, damaged: [] };
}

function framingAt({ sensor }: PlacedSensor, timeMs: number): Framing {
  const model = INSTRUMENTS.get(sensor.model);
  return model === undefined ? LINES : framingOfDeployment(model, deploymentAt(sensor, timeMs).deployment);
}

/** The sensor of an upload, or why there is none. */
function uploaded(all: readonly PlacedSensor[], id: string | undefined, receivedMs: number): PlacedSensor | string {
  const placed = all.find(({ sensor }) => sensor.id === id);
  if (placed === undefined) return `expected a sensor of the site file, found ${id === undefined ? 'none' : `'${id}'`}`;
  const { timePolicy } = deploymentAt(placed.sensor, receivedMs).deployment;
  if (timePolicy !== 'received') return placed;
  return `expected a deployment with timePolicy relayed or instrument at ${iso(receivedMs)}, found received: every record of the file would be taken for measured then; give what a memory holds a sensor of its own in the site file`;
}

/** The sensor whose files have this name, or why there is none; `id` names it where the site file does not know the prefix. */
function sensorOf(name: string, all: readonly PlacedSensor[], id: string | undefined): PlacedSensor | string {
  const parsed = parseDatName(name);
  if (parsed === undefined) return `expected a name <prefix>_YYYYMMDD.dat, found '${name}'`;
  const owner = all.find(({ sensor }) => sensor.prefix === parsed.prefix);
  if (id === undefined) {
    const prefixes = all.map(({ sensor }) => sensor.prefix).join(', ');
    return owner ?? `expected a prefix of the site file (${prefixes}), found '${parsed.prefix}'`;
  }
  if (owner !== undefined && owner.sensor.id !== id) return `expected a file of ${id}, found one of ${owner.sensor.id}`;
  return all.find(({ sensor }) => sensor.id === id) ?? `expected a sensor of the site file, found '${id}'`;
}

/** Adds what is missing, day by day of reception; `days` is absent for a sensor whose model is not installed. */
async function importRows(
  run: RawRun,
  fillGaps: boolean,
  archive: RawArchive,
  placed: PlacedSensor,
  days: SensorDays | undefined,
): Promise<Pick<Counts, 'added' | 'known' | 'covered' | 'paired'>> {
  const ids = importIds(run);
  const counts = { added: 0, known: 0, covered: 0, paired: 0 };
  for (const [day, rows] of Map.groupBy(ids.keys(), (i) => dayOf(run.received[i]))) {
    const there = await archive.read(placed, day, day);
    const knownIds = new Set(there.importId.values());
    const isKnown = (i: number): boolean => knownIds.has(ids[i]);
    const paired = pairedRows(there, run, rows, ids);
    const lines = fillGaps ? await coveredByLive(archive, placed, day) : undefined;
    const isCovered = (i: number): boolean => lines !== undefined && (paired.has(i) || lines(run.received[i]));
    const missing = rows.filter((i) => !isKnown(i) && !isCovered(i));
    await add(run, missing, day, ids, archive, placed, days);
    const known = rows.filter(isKnown);
    counts.added += missing.length;
    counts.known += known.length;
    counts.covered += rows.length - known.length - missing.length;
    counts.paired += [...known, ...missing].filter((i) => paired.has(i)).length;
  }
  if (days !== undefined && counts.known > 0) await remember(run, days);
  return counts;
}

/** Appends rows of one day; the days that they touch are known before the first of them is on disk. */
async function add(
  run: RawRun,
  rows: readonly number[],
  day: number,
  ids: readonly string[],
  archive: RawArchive,
  placed: PlacedSensor,
  days: SensorDays | undefined,
): Promise<void> {
  if (rows.length === 0) return;
  const touched = days === undefined ? new Set<number>() : touchedDays(days.plan, run, rows);
  await days?.expect(touched);
  const imports = rows.map((i) => ({
    importId: ids[i],
    receivedMs: run.received[i],
    bytes: run.bytes.subarray(run.start[i], run.end[i]),
  }));
  await archive.appendImports(placed, day, imports, Date.now());
  await days?.imported(touched, Date.now());
}

/**
 * Where time is not reception, a writer that was killed after it had added rows knows nothing of the days that they touch, but for
 * those that have files: repeating the import tells it.
 */
async function remember(run: RawRun, days: SensorDays): Promise<void> {
  if (days.plan.byReception) return;
  const all = Array.from({ length: run.count }, (_, i) => i);
  const forgotten = touchedDays(days.plan, run, all);
  for (const { day } of days.ledger()) forgotten.delete(dayOf(parseIso(day) as number));
  if (forgotten.size > 0) await days.imported(forgotten, Date.now());
}
