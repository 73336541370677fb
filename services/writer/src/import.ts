/** A historical daily file into the raw archive. Importing twice changes nothing; the original is only read (PROMISE 12). */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { dayOf, iso, type PlacedSensor, parseIso, type RawRun } from '@emso/core';
import { type ImportReport, importIds, parseDatName, readDatRows } from '@emso/instruments';
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

/**
 * Imports one file, for the sensor that its prefix names, or for `sensorId` when no sensor has its prefix. With `fillGaps` only rows that lie in gaps of the live records. A file that
 * cannot be taken is reported as refused; an archive that cannot be written throws, and what was in hand can be imported again. Calls
 * must not overlap.
 */
export async function importFile(
  path: string,
  fillGaps: boolean,
  root: string,
  archive: RawArchive,
  sensors: readonly SensorDays[],
  sensorId?: string,
): Promise<ImportReport> {
  const placed = sensorOf(basename(path), [...archive.sensors], sensorId);
  if (typeof placed === 'string') return { file: path, refusal: placed, ...NOTHING };
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const refusal = `expected a file that the writer can read, found ${(error as Error).message}: it reads originals itself, under the same path as the command`;
    return { file: path, sensor: placed.sensor.id, refusal, ...NOTHING };
  }
  const { run, damaged } = readDatRows(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const originals = originalsOf(archive, root);
  // Before its rows: what is noted as imported must have lost nothing.
  const refused = await originals.keepRefused({ path, sha256, bytes }, damaged);
  const days = sensors.find(({ plan }) => plan.sensor.id === placed.sensor.id);
  const counts = await importRows(run, fillGaps, archive, placed, days);
  const importedAt = iso(Date.now());
  const { id: sensor } = placed.sensor;
  await originals.note({ file: path, sha256, sensor, rows: run.count, damaged: damaged.length, importedAt });
  return {
    file: path,
    sha256,
    sensor,
    rows: run.count,
    ...counts,
    damaged: damaged.length,
    examples: refused.rows.slice(0, EXAMPLES),
    ...(refused.path !== undefined && { refusedIn: refused.path }),
  };
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
