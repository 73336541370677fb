/**
 * One UTC day of one sensor, computed from raw records: the slow path, and the judge of the fast one. Pure: equal records,
 * configuration and data versions give equal bytes, whoever calls (PROMISE).
 */
import { createHash } from 'node:crypto';
import {
  type Batch,
  DAY_MS,
  firstRowFrom,
  iso,
  KIND,
  type RawRun,
  type RejectReason,
  sliceRows,
  withCodes,
} from '@emso/core';
import {
  type CsvLayout,
  canonicalOrder,
  csvFile,
  csvLayout,
  type DayInput,
  IMPORT_SESSION,
  type ManifestContent,
  productPaths,
  rawDigest,
} from '@emso/products';
import { type OnAnswers, qualify } from '@emso/qc';
import { type DayShare, NO_SHARE, receivedShares, sharesByDay } from './day-share.ts';
import { decodeRun, type RejectedRecord } from './decode-run.ts';
import { type DonorsRead, digestWithDonors, fillFromDonors, NO_DONORS } from './donors.ts';
import { encodedDay } from './encoded.ts';
import { applyExpertFlags, expertDigest, expertNotes } from './expert-flags.ts';
import { flagRulesOfDay } from './flag-rules.ts';
import { dayGaps } from './gaps.ts';
import { withoutPairedImports } from './pairing.ts';
import { codesOfDay, deploymentOfDay, factsOfDay, isCalibratedOn, methodsOfDay, type SensorPlan } from './plan.ts';

/** An open day may still grow; a sealed one is complete, its last gap counted up to midnight. */
export type DayForm = 'open' | 'sealed';

export interface DayProducts {
  readonly day: number;
  /** The day's rows in file order, flags set. */
  readonly batch: Batch;
  readonly csv: Uint8Array;
  readonly netcdf: Uint8Array;
  /** What the NetCDF file was described from. */
  readonly input: DayInput;
  readonly content: ManifestContent;
  /** What each test said of each row, where it was asked for. */
  readonly answers?: DayAnswers;
}

/** QARTOD digits by code and test, one a row; 0 where a test was not in force. */
export type DayAnswers = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

/** Where records come from decides how their digest is named: `.raw` rows, or the bytes of historical daily files. */
export type RawDigest = (run: RawRun, order: Int32Array) => string;

export interface RebuildOptions {
  /** Of `.raw` rows unless it is said otherwise. */
  readonly digest?: RawDigest;
  /** Keep what each test said. */
  readonly withAnswers?: boolean;
}

/** Every day that a sensor's whole archive touches, one after the other: decodes once, for sensors whose packets come late. */
export function rebuildEveryDay(
  plan: SensorPlan,
  run: RawRun,
  form: DayForm,
  donors: DonorsRead = NO_DONORS,
  options: RebuildOptions = {},
): Generator<DayProducts> {
  return daysOfRun(plan, undefined, run, form, donors, options);
}

/** The products of several days, in order, from the raw records that may contribute to any of them: decodes once. */
export function rebuildDays(
  plan: SensorPlan,
  days: readonly number[],
  run: RawRun,
  form: DayForm,
  donors: DonorsRead = NO_DONORS,
  options: RebuildOptions = {},
): Generator<DayProducts> {
  return daysOfRun(plan, days, run, form, donors, options);
}

/** The products of one day from the raw records that may contribute to it (`rawDaysOf`). */
export function rebuildDay(
  plan: SensorPlan,
  day: number,
  run: RawRun,
  form: DayForm,
  digest: RawDigest = rawDigest,
  donors: DonorsRead = NO_DONORS,
): DayProducts {
  const [products] = daysOfRun(plan, [day], run, form, donors, { digest });
  return products;
}

function* daysOfRun(
  plan: SensorPlan,
  wanted: readonly number[] | undefined,
  run: RawRun,
  form: DayForm,
  donors: DonorsRead,
  { digest = rawDigest, withAnswers = false }: RebuildOptions,
): Generator<DayProducts> {
  const order = withoutPairedImports(run, canonicalOrder(run).order);
  const decoded = decodeRun(plan, run, order);
  let days: readonly number[];
  let shareOf: (day: number) => DayShare;
  // Where time is reception a few days need no sorting out of all.
  if (plan.byReception && wanted !== undefined) {
    days = wanted;
    shareOf = receivedShares(run, order, decoded);
  } else {
    const shares = sharesByDay(run, order, decoded);
    days = wanted ?? [...shares.keys()];
    shareOf = (day) => shares.get(day) ?? NO_SHARE;
  }
  for (const stretch of inARow(days)) {
    for (const { day, donatedMs, ...judged } of judgedDays(plan, stretch, decoded.batch, form, donors, withAnswers)) {
      yield productsOf(plan, day, run, shareOf(day), judged, form, digest, donors, donatedMs);
    }
  }
}

/** The rows of a day with their flags. */
interface JudgedDay {
  readonly batch: Batch;
  readonly answers?: DayAnswers;
}

/** The rows of days in a row, with their flags, day by day. */
function* judgedDays(
  plan: SensorPlan,
  days: readonly number[],
  all: Batch,
  form: DayForm,
  donors: DonorsRead,
  withAnswers: boolean,
): Generator<JudgedDay & { day: number; donatedMs: number }> {
  if (form === 'sealed' && plan.donors.length > 0) {
    // What the tests look at around a day is filled by what the donors of that day give.
    for (const day of days) {
      const { lookbackMs, lookaheadMs } = plan.tests;
      const around = rowsBetween(all, day * DAY_MS - lookbackMs, (day + 1) * DAY_MS + lookaheadMs);
      const donatedMs = fillFromDonors(plan, around, day, donors);
      for (const judged of judgeDays(plan, [day], around, withAnswers)) yield { ...judged, donatedMs };
    }
    return;
  }
  for (const judged of judgeDays(plan, days, all, withAnswers))
    yield { ...judged, donatedMs: Number.NEGATIVE_INFINITY };
}

/** Flags of days in a row at once: each row is looked at once by every test, and not again for the day after. */
function* judgeDays(
  plan: SensorPlan,
  days: readonly number[],
  all: Batch,
  withAnswers: boolean,
): Generator<JudgedDay & { day: number }> {
  const first = firstRowFrom(all, days[0] * DAY_MS);
  const end = firstRowFrom(all, (days[days.length - 1] + 1) * DAY_MS);
  const answers = withAnswers ? new Map<string, Map<string, Uint8Array>>() : undefined;
  qualify(all, plan.tests, first, end, answers && keptIn(answers, first, end - first));
  for (const day of days) {
    const [from, to] = [firstRowFrom(all, day * DAY_MS), firstRowFrom(all, (day + 1) * DAY_MS)];
    const batch = withCodes(rowsAt(all, from, to), codesOfDay(plan, day));
    yield { day, batch, ...(answers !== undefined && { answers: partOf(answers, from - first, to - first) }) };
  }
}

/** Keeps what each test says of `rows` rows from `first` on. */
function keptIn(answers: Map<string, Map<string, Uint8Array>>, first: number, rows: number): OnAnswers {
  return (code, test, from, _to, digits) => {
    const byTest = answers.get(code) ?? new Map<string, Uint8Array>();
    answers.set(code, byTest);
    const column = byTest.get(test) ?? new Uint8Array(rows);
    byTest.set(test, column);
    column.set(digits, from - first);
  };
}

function partOf(answers: DayAnswers, from: number, to: number): DayAnswers {
  return new Map(
    Array.from(answers, ([code, byTest]) => [
      code,
      new Map(Array.from(byTest, ([test, digits]) => [test, digits.subarray(from, to)])),
    ]),
  );
}

/** Days in stretches that follow one another, in order. */
function inARow(days: readonly number[]): number[][] {
  const stretches: number[][] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last?.at(-1) === day - 1) last.push(day);
    else stretches.push([day]);
  }
  return stretches;
}

function productsOf(
  plan: SensorPlan,
  day: number,
  run: RawRun,
  { records, rejected, ignored, outside }: DayShare,
  judged: JudgedDay,
  form: DayForm,
  digest: RawDigest,
  donors: DonorsRead,
  donatedMs: number,
): DayProducts {
  const sealed = form === 'sealed';
  const { batch } = judged;
  applyExpertFlags(batch, plan.expertFlags);
  const layout = layoutOf(plan, day);
  const csv = csvFile(layout, batch);
  const input: DayInput = {
    observatory: plan.observatory,
    platform: plan.platform,
    sensor: plan.sensor,
    deployment: deploymentOfDay(plan.sensor, day),
    model: plan.model,
    day,
    batch,
    methods: methodsOfDay(plan, day),
    calibrated: isCalibratedOn(plan, day),
    flagRules: flagRulesOfDay(plan, day),
    expertFlags: expertNotes(plan, day),
    build: plan.build,
    lastReceivedMs: Math.max(lastReceivedMs(batch, day), donatedMs),
  };
  const netcdf = encodedDay(plan, input, form);
  const paths = productPaths(plan.sensor, day);
  const ownDigest = digest(run, records);
  const expertFlags = expertDigest(plan, day, form);
  return {
    day,
    ...judged,
    csv,
    netcdf,
    input,
    content: {
      rows: batch.count,
      files: { csv: fileOf(paths.csv, csv), netcdf: fileOf(paths.netcdf, netcdf) },
      raw: {
        digest: sealed ? digestWithDonors(ownDigest, plan, day, donors) : ownDigest,
        records: records.length,
        sessions: sessionsOf(run, records),
      },
      build: plan.build,
      ...(expertFlags !== undefined && { expertFlags }),
      rejections: countReasons(rejected),
      ignored,
      outsideDeployments: outside,
      gaps: dayGaps(plan.sensor, day, batch, run, records, sealed).map(({ fromMs, toMs, cause, missing }) => ({
        from: iso(fromMs),
        to: iso(toMs),
        cause,
        missing,
      })),
    },
  };
}

/** Latest reception among the day's observations; its midnight when there is none. */
function lastReceivedMs(batch: Batch, day: number): number {
  let last = day * DAY_MS;
  for (let row = 0; row < batch.count; row++) if (batch.received[row] > last) last = batch.received[row];
  return last;
}

/** Column order of a sensor's CSV on a day; known before any line came, so that a header can be written first. */
export function layoutOf(plan: SensorPlan, day: number): CsvLayout {
  return csvLayout(codesOfDay(plan, day), plan.model.labels, plan.sensor.csvColumns, factsOfDay(plan, day));
}

/** The rows whose times are in `[fromMs, toMs]`. */
function rowsBetween(batch: Batch, fromMs: number, toMs: number): Batch {
  return rowsAt(batch, firstRowFrom(batch, fromMs), firstRowFrom(batch, toMs + 1));
}

function rowsAt(batch: Batch, from: number, to: number): Batch {
  return from === 0 && to === batch.count ? batch : sliceRows(batch, from, to);
}

/** Sequence numbers per live session; contiguous when none between the first and the last is absent. */
function sessionsOf(run: RawRun, records: Iterable<number>): ManifestContent['raw']['sessions'] {
  const sessions = new Map<number, { first: number; last: number; count: number }>();
  if (run.sessions.length === 1 && run.sessions[0] === IMPORT_SESSION) return [];
  for (const record of records) {
    if (run.kind[record] === KIND.import) continue;
    const seq = run.seq[record];
    const session = sessions.get(run.session[record]);
    if (session === undefined) sessions.set(run.session[record], { first: seq, last: seq, count: 1 });
    else {
      session.first = Math.min(session.first, seq);
      session.last = Math.max(session.last, seq);
      session.count++;
    }
  }
  return [...sessions]
    .map(([index, { first, last, count }]) => ({
      session: run.sessions[index],
      first,
      last,
      contiguous: count === last - first + 1,
    }))
    .sort((a, b) => (a.session < b.session ? -1 : 1));
}

function countReasons(rejected: readonly RejectedRecord[]): Partial<Record<RejectReason, number>> {
  const counts = new Map<RejectReason, number>();
  for (const { reason } of rejected) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fileOf(path: string, bytes: Uint8Array): { path: string; sha256: string; bytes: number } {
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}
