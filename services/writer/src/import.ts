/** A historical daily file into the raw archive. Importing twice changes nothing; the original is only read. */
import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dayOf, parseCompactDay, type RawRun } from '@emso/core';
import { importIds, readDatRows } from '@emso/instruments';
import { touchedDays } from '@emso/pipeline';
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

/** Imports one file named `<prefix>_YYYYMMDD.dat`. With `fillGaps` only rows at times that no live record covers. */
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
  const nowMs = Date.now();
  const { days, added } = await archive.appendImports(plan, rows, nowMs);
  if (added > 0) {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await appendFile(
      join(root, 'raw', 'imports.jsonl'),
      `${JSON.stringify({ file: path, sha256, rows: run.count, added })}\n`,
    );
    const order = Int32Array.from({ length: run.count }, (_, i) => i);
    await sensorDays.imported(plan.byReception ? days : touchedDays(plan, run, order), nowMs);
  }
  return {
    file: path,
    sensor: plan.sensor.id,
    rows: run.count,
    added,
    known: rows.length - added,
    covered: covered.size,
    damaged: damaged.length,
  };
}

function isFileOf(prefix: string, name: string): boolean {
  const stem = name.slice(0, -'_YYYYMMDD.dat'.length);
  return name.endsWith('.dat') && stem === prefix && parseCompactDay(name.slice(-12, -4)) !== undefined;
}

/** Indices of rows whose time lies between two live lines that are as close as the cadence promises. */
async function coveredByLive(run: RawRun, { plan }: SensorDays, archive: RawArchive): Promise<Set<number>> {
  const covered = new Set<number>();
  if (run.count === 0) return covered;
  const received = run.received.subarray(0, run.count);
  const [first, last] = [
    dayOf(received.reduce((a, b) => Math.min(a, b))),
    dayOf(received.reduce((a, b) => Math.max(a, b))),
  ];
  const live = await archive.read(plan, first - 1, last + 1);
  const lines = [...live.received.subarray(0, live.count)]
    .filter((_, i) => !live.importId.has(i))
    .sort((a, b) => a - b);
  received.forEach((timeMs, i) => {
    const next = lines.findIndex((line) => line >= timeMs);
    if (next > 0 && lines[next] - lines[next - 1] <= GAP_CADENCES * plan.sensor.cadenceMs) covered.add(i);
  });
  return covered;
}
