/** A historical daily file into the raw archive. Importing twice changes nothing; the original is only read. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dayOf, iso, KIND, parseCompactDay, type RawRun } from '@emso/core';
import { importIds, readDatRows } from '@emso/instruments';
import { touchedDays } from '@emso/pipeline';
import { AppendFile, makeDirectory } from '@emso/runtime';
import { readIfThere } from './data-root.ts';
import type { RawArchive } from './raw-archive.ts';
import type { SensorDays } from './sensor-days.ts';

export interface ImportReport {
  readonly file: string;
  /** The sensor it was taken for; absent when no prefix of the site file fits its name. */
  readonly sensor?: string;
  readonly rows: number;
  readonly added: number;
  readonly known: number;
  /** Left out by `fillGaps` because live records cover their time. */
  readonly covered: number;
  /** Rows without a valid stamp: not imported, to be looked at. */
  readonly damaged: number;
}

/** A pause between live lines of more than this many cadences is a gap that an import may fill. */
const GAP_CADENCES = 3;

/** Imports one file named `<prefix>_YYYYMMDD.dat`. With `fillGaps` only rows at times that no live record covers. Calls must not overlap. */
export async function importFile(
  path: string,
  fillGaps: boolean,
  root: string,
  archive: RawArchive,
  sensors: readonly SensorDays[],
): Promise<ImportReport> {
  const name = basename(path);
  const sensorDays = sensors.find(({ plan }) => isFileOf(plan.sensor.prefix, name));
  if (sensorDays === undefined) return { file: path, rows: 0, added: 0, known: 0, covered: 0, damaged: 0 };
  const { plan } = sensorDays;
  const bytes = await readFile(path);
  const { run, damaged } = readDatRows(bytes);
  const ids = importIds(run);
  const covered = fillGaps ? await coveredByLive(run, sensorDays, archive) : new Set<number>();
  const rows = ids
    .map((importId, i) => ({
      importId,
      receivedMs: run.received[i],
      bytes: run.bytes.subarray(run.start[i], run.end[i]),
    }))
    .filter((_, i) => !covered.has(i));
  let added = 0;
  for (const [day, ofDay] of Map.groupBy(rows, ({ receivedMs }) => dayOf(receivedMs))) {
    const missing = await archive.missingImports(plan, day, ofDay);
    if (missing.length === 0) continue;
    const touched = daysOf(run, day, sensorDays);
    await sensorDays.expect(touched);
    await archive.appendImports(plan, day, missing, Date.now());
    await sensorDays.imported(touched, Date.now());
    added += missing.length;
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await noteOriginal(root, { file: path, sha256, rows: run.count, added, importedAt: iso(Date.now()) });
  const counts = { rows: run.count, added, known: rows.length - added, covered: covered.size, damaged: damaged.length };
  return { file: path, sensor: plan.sensor.id, ...counts };
}

function isFileOf(prefix: string, name: string): boolean {
  const stem = name.slice(0, -'_YYYYMMDD.dat'.length);
  return name.endsWith('.dat') && stem === prefix && parseCompactDay(name.slice(-12, -4)) !== undefined;
}

/** The days that rows received on `day` can change. */
function daysOf(run: RawRun, day: number, { plan }: SensorDays): Set<number> {
  const indices = Array.from({ length: run.count }, (_, i) => i);
  return touchedDays(
    plan,
    run,
    indices.filter((i) => dayOf(run.received[i]) === day),
  );
}

/** One line of `raw/imports.jsonl` for every original that was read, by its SHA-256: what the archive's imported rows came from. */
async function noteOriginal(root: string, note: { sha256: string } & Record<string, unknown>): Promise<void> {
  const path = join(root, 'raw', 'imports.jsonl');
  const known = Buffer.from((await readIfThere(path)) ?? []);
  if (known.includes(`"sha256":"${note.sha256}"`)) return;
  await makeDirectory(join(root, 'raw'));
  const file = await AppendFile.open(path);
  try {
    // A torn last line: its import was never answered, and is made again.
    const whole = known.lastIndexOf(0x0a) + 1;
    if (whole < file.length) await file.cutTo(whole);
    await file.append(Buffer.from(`${JSON.stringify(note)}\n`));
  } finally {
    await file.close();
  }
}

/** Indices of rows whose time lies between two live lines that are as close as the cadence promises. */
async function coveredByLive(run: RawRun, { plan }: SensorDays, archive: RawArchive): Promise<Set<number>> {
  const covered = new Set<number>();
  if (run.count === 0) return covered;
  const received = run.received.subarray(0, run.count);
  const firstDay = dayOf(received.reduce((a, b) => Math.min(a, b)));
  const lastDay = dayOf(received.reduce((a, b) => Math.max(a, b)));
  const live = await archive.read(plan, firstDay - 1, lastDay + 1);
  const lines = live.received
    .slice(0, live.count)
    .filter((_, i) => live.kind[i] === KIND.line)
    .sort();
  received.forEach((timeMs, i) => {
    const next = firstNotBefore(lines, timeMs);
    const together =
      next > 0 && next < lines.length && lines[next] - lines[next - 1] <= GAP_CADENCES * plan.sensor.cadenceMs;
    if (together || lines[next] === timeMs) covered.add(i);
  });
  return covered;
}

/** Index of the first of the ascending `times` that is not before `timeMs`; their number when there is none. */
function firstNotBefore(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
