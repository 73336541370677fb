/**
 * `emso export`: days of a data root as files that a data centre, a spreadsheet or a program of somebody else reads. Reads only;
 * no writer is needed, and none is in the way.
 */
import { join } from 'node:path';
import { type Batch, flagsInForce, isoDay } from '@emso/core';
import { factsOfDay, planObservatory, type SensorPlan } from '@emso/pipeline';
import {
  csvLayout,
  type DayInput,
  type Period,
  periodKey,
  periodText,
  type Selection,
  type Series,
  seriesOf,
} from '@emso/products';
import { makeDirectory, writeAtomic } from '@emso/runtime/files';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { type Progress, startProgress } from '../progress.ts';
import { findRawFiles } from '../reprocess/inventory.ts';
import type { FilesBySensor } from '../reprocess/reprocess.ts';
import { loadExpertFacts, loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { chooseDays, type DayRequest, type ExportSource, exportedDays } from './days.ts';
import { type ExportFile, FILE_FORMATS, type Format } from './files.ts';

export interface ExportRequest {
  readonly data: string;
  readonly observatory: string;
  /** Days since 1970-01-01, both included; all there are where absent. */
  readonly from?: number;
  readonly to?: number;
  readonly format: Format;
  readonly by: Period;
  readonly qc: Selection;
  readonly source: ExportSource;
  readonly out: string;
  /** Hears what was left out, a line each. */
  readonly say: (text: string) => void;
}

/** A data root with the plans of its sensors: read once for a command. */
export interface ExportStage {
  readonly plans: readonly SensorPlan[];
  readonly request: ExportRequest;
  readonly files: FilesBySensor;
  readonly facts: DayRequest['facts'];
}

/** Throws CommandFailure 3 when the data root cannot be read. */
export async function openStage(request: ExportRequest): Promise<ExportStage> {
  const observatory = loadSiteFile(request.observatory);
  const facts = loadExpertFacts(request.observatory, observatory);
  const { plans } = planObservatory(observatory, flagsInForce(facts.flags));
  const { files } = await findRawFiles(join(request.data, 'raw'), plans).catch((error) => {
    throw new CommandFailure(
      EXIT.unreachable,
      `--data: expected a data root with a readable raw/, found ${error.message}`,
      error,
    );
  });
  return { plans, request, files, facts };
}

/** The plan of a sensor; CommandFailure 2 for one that the site file does not have. */
export function planOf({ plans }: ExportStage, sensor: string): SensorPlan {
  const plan = plans.find((each) => each.sensor.id === sensor);
  if (plan !== undefined) return plan;
  const ids = plans.map((each) => each.sensor.id).join(', ');
  throw new CommandFailure(EXIT.usage, `sensor: expected one of ${ids}, found '${sensor}'`);
}

/** What was written, for the table at the end. */
export interface Written {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Exports one sensor in a format of one file a series. */
export async function exportSensor(sensor: string, request: ExportRequest): Promise<Written[]> {
  const stage = await openStage(request);
  const { format } = request;
  if (format === 'seanoe') throw new CommandFailure(EXIT.usage, 'a deposit is made by exportDeposit');
  const written: Written[] = [];
  const names = new Set<string>();
  for await (const series of seriesOfSensor(stage, planOf(stage, sensor), request.by)) {
    const file = make(() => FILE_FORMATS[format](series));
    // A sensor that was out of the water twice in a month: the second file would take the place of the first.
    if (names.has(file.name)) {
      throw new CommandFailure(EXIT.problem, `expected a name for each file, found ${file.name} twice: use --by all`);
    }
    names.add(file.name);
    written.push(...(await write(request.out, [file], series.input.batch.count)));
  }
  if (written.length === 0)
    throw new CommandFailure(EXIT.problem, `${sensor}: expected rows in the period, found none`);
  return written;
}

/** Makes a file; what the facts of the site do not allow is said without a stack. */
export function make<T>(how: () => T): T {
  try {
    return how();
  } catch (error) {
    throw new CommandFailure(EXIT.problem, (error as Error).message, error);
  }
}

/**
 * The days of a sensor cut into files: at each deployment, and at each month or year where asked. What one file says of serial
 * number and depth is true of all its rows. One file is in memory at a time.
 */
export async function* seriesOfSensor(stage: ExportStage, plan: SensorPlan, by: Period): AsyncGenerator<Series> {
  const { request, files, facts } = stage;
  const { data, source } = request;
  const days: DayRequest = {
    data,
    plan,
    facts,
    files,
    first: request.from ?? Number.NEGATIVE_INFINITY,
    last: request.to ?? Number.POSITIVE_INFINITY,
    source,
  };
  const choice = chooseDays(days);
  tellChoice(plan, request, choice);
  if (choice.wanted.length === 0) {
    throw new CommandFailure(
      EXIT.problem,
      `${plan.sensor.id}: expected ${source === 'open' ? 'raw files' : `${source} days`} ${periodWords(request)} in ${data}, found none`,
    );
  }
  const progress = startProgress('days', choice.wanted.length);
  try {
    let key: string | undefined;
    let piece: DayInput[] = [];
    for await (const day of stepping(exportedDays(days, choice), progress)) {
      // A day of a late packet may have no rows; it says nothing in a file of several days.
      if (day.batch.count === 0) continue;
      const own = keyOf(day, by);
      if (own !== key) {
        yield* joined(plan, piece, request, by);
        piece = [];
      }
      key = own;
      piece.push(day);
    }
    yield* joined(plan, piece, request, by);
  } finally {
    progress.stop();
  }
}

async function* stepping(days: AsyncGenerator<DayInput>, progress: Progress): AsyncGenerator<DayInput> {
  for await (const day of days) {
    progress.step();
    yield day;
  }
}

/** Days of one period and of equal facts; days outside every deployment, which have none, are on their own. */
function keyOf({ day, deployment: { from, serial, depthM, mount } }: DayInput, by: Period): string {
  return [from, serial, depthM, mount ?? '', periodKey(by, day)].join('/');
}

/** The series of a piece; none of no days, or when nothing of them is good. */
function* joined(
  plan: SensorPlan,
  days: readonly DayInput[],
  { qc, say }: ExportRequest,
  by: Period,
): Generator<Series> {
  if (days.length === 0) return;
  const series = seriesOf(days, by, qc, (batch: Batch, firstDay) =>
    csvLayout(
      batch.codes,
      batch.labels.map(({ name }) => name),
      plan.sensor.csvColumns,
      factsOfDay(plan, firstDay),
    ),
  );
  if (series.input.batch.count > 0) yield series;
  else say(`${plan.sensor.id}: no good rows ${periodText(series)}, no file`);
}

function tellChoice(
  { sensor }: SensorPlan,
  { source, say }: ExportRequest,
  { later, incomplete }: { readonly later: readonly number[]; readonly incomplete: readonly number[] },
): void {
  if (later.length > 0) {
    const what = source === 'released' ? 'not released' : 'not sealed yet (--open takes them)';
    say(`${sensor.id}: left out ${countDays(later)}, ${what}`);
  }
  if (incomplete.length > 0) {
    say(`${sensor.id}: ${countDays(incomplete)} sealed as incomplete, spooled records are missing`);
  }
}

function countDays(days: readonly number[]): string {
  const [first, last] = [isoDay(days[0]), isoDay(days[days.length - 1])];
  return days.length === 1 ? first : `${days.length} days between ${first} and ${last}`;
}

function periodWords({ from, to }: ExportRequest): string {
  return `from ${from === undefined ? 'the beginning' : isoDay(from)} to ${to === undefined ? 'the end' : isoDay(to)}`;
}

/** Writes files below a directory, each whole or not at all. */
export async function write(out: string, files: readonly ExportFile[], rows: number): Promise<Written[]> {
  const written: Written[] = [];
  for (const { name, bytes } of files) {
    const path = join(out, name);
    try {
      await makeDirectory(join(path, '..'));
      await writeAtomic(path, bytes, { fsync: true });
    } catch (error) {
      throw new CommandFailure(EXIT.unreachable, `--out: ${(error as Error).message}`, error);
    }
    written.push({ path, rows, bytes: bytes.length });
  }
  return written;
}

/** The files as a table. */
export function writtenTable(written: readonly Written[]): string {
  return formatTable([['file', 'rows', 'bytes'], ...written.map((w) => [w.path, w.rows, w.bytes])]);
}
