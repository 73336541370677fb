/**
 * One UTC day of one sensor, computed from raw records: the slow path, and the judge of the fast one. Pure: equal records,
 * configuration and data versions give equal bytes, whoever calls (PROMISE).
 */
import { createHash } from 'node:crypto';
import {
  type Batch,
  DAY_MS,
  dayOf,
  deploymentAt,
  iso,
  KIND,
  type RawRun,
  type RejectReason,
  selectRows,
  withCodes,
} from '@emso/core';
import {
  type CsvLayout,
  canonicalOrder,
  csvFile,
  csvLayout,
  describeDay,
  encodeNetcdf3,
  IMPORT_SESSION,
  type ManifestContent,
  productPaths,
  rawDigest,
} from '@emso/products';
import { qualify } from '@emso/qc';
import { type DecodedRun, decodeRun, type RejectedRecord } from './decode-run.ts';
import { dayGaps } from './gaps.ts';
import { withoutPairedImports } from './pairing.ts';
import { codesOfDay, type SensorPlan } from './plan.ts';

/** An open day may still grow; a sealed one is complete, its last gap counted up to midnight. */
export type DayForm = 'open' | 'sealed';

export interface DayProducts {
  readonly day: number;
  /** The day's rows in file order, flags set. */
  readonly batch: Batch;
  readonly csv: Uint8Array;
  readonly netcdf: Uint8Array;
  readonly content: ManifestContent;
}

/** Where records come from decides how their digest is named: `.raw` rows, or the bytes of historical daily files. */
export type RawDigest = (run: RawRun, order: Int32Array) => string;

/** The days that a set of records touches: those of their observations and of their reception (PROMISE 18). */
export function touchedDays(plan: SensorPlan, run: RawRun, order: ArrayLike<number>): Set<number> {
  const days = new Set<number>();
  for (let i = 0; i < order.length; i++) days.add(dayOf(run.received[order[i]]));
  if (!plan.byReception) {
    const { batch } = decodeRun(plan, run, order);
    for (let row = 0; row < batch.count; row++) days.add(dayOf(batch.time[row]));
  }
  return days;
}

/**
 * The raw days that a rebuild of `day` has to read, both ends included: its own where time is reception; otherwise every
 * later one too, since packets may come any time after the fact, and one before, for a clock that runs ahead.
 */
export function rawDaysOf(plan: SensorPlan, day: number): { first: number; last: number } {
  return plan.byReception ? { first: day, last: day } : { first: day - 1, last: Number.POSITIVE_INFINITY };
}

/** Every day that a sensor's whole archive touches, one after the other: decodes once, for sensors whose packets come late. */
export function* rebuildEveryDay(
  plan: SensorPlan,
  run: RawRun,
  form: DayForm,
  digest: RawDigest = rawDigest,
): Generator<DayProducts> {
  const order = withoutPairedImports(run, canonicalOrder(run).order);
  const decoded = decodeRun(plan, run, order);
  const days = new Set<number>();
  for (const record of order) days.add(dayOf(run.received[record]));
  for (let row = 0; row < decoded.batch.count; row++) days.add(dayOf(decoded.batch.time[row]));
  // Sorted out once: a mooring of years has a hundred thousand records and thousands of days.
  const contributing = Map.groupBy(order, dayOfEachRecord(run, decoded));
  for (const day of [...days].sort((a, b) => a - b)) {
    yield productsOf(plan, day, run, Int32Array.from(contributing.get(day) ?? []), decoded, form, digest);
  }
}

/** The products of one day from the raw records that may contribute to it (`rawDaysOf`). */
export function rebuildDay(
  plan: SensorPlan,
  day: number,
  run: RawRun,
  form: DayForm,
  digest: RawDigest = rawDigest,
): DayProducts {
  const all = withoutPairedImports(run, canonicalOrder(run).order);
  const order = plan.byReception ? receivedOn(run, all, day) : all;
  const decoded = decodeRun(plan, run, order);
  if (plan.byReception) return productsOf(plan, day, run, order, decoded, form, digest);
  const dayOfRecord = dayOfEachRecord(run, decoded);
  const contributing = order.filter((record) => dayOfRecord(record) === day);
  return productsOf(plan, day, run, contributing, decoded, form, digest);
}

function productsOf(
  plan: SensorPlan,
  day: number,
  run: RawRun,
  contributing: Int32Array,
  decoded: DecodedRun,
  form: DayForm,
  digest: RawDigest,
): DayProducts {
  const batch = rowsOfDay(decoded.batch, day, codesOfDay(plan, day));
  qualify(batch, plan.sensor, 0, batch.count);
  const layout = layoutOf(plan, day);
  const csv = csvFile(layout, batch);
  const netcdf = encodeNetcdf3(
    describeDay({
      observatory: plan.observatory,
      platform: plan.platform,
      sensor: plan.sensor,
      deployment: deploymentAt(plan.sensor, day * DAY_MS + DAY_MS / 2).deployment,
      model: plan.model,
      day,
      batch,
      build: plan.build,
      lastReceivedMs: lastReceivedMs(batch, day),
    }),
  );
  const paths = productPaths(plan.sensor, day);
  return {
    day,
    batch,
    csv,
    netcdf,
    content: {
      rows: batch.count,
      files: { csv: fileOf(paths.csv, csv), netcdf: fileOf(paths.netcdf, netcdf) },
      raw: {
        digest: digest(run, contributing),
        records: contributing.length,
        sessions: sessionsOf(run, contributing),
      },
      build: plan.build,
      rejections: countReasons(decoded.rejected, run, day),
      ignored: plan.byReception ? decoded.ignored : 0,
      outsideDeployments: plan.byReception ? decoded.outside : 0,
      gaps: dayGaps(
        batch,
        run,
        contributing,
        day,
        plan.sensor.cadenceMs,
        plan.sensor.deployments[0].from,
        form === 'sealed',
      ).map(({ fromMs, toMs, cause, missing }) => ({ from: iso(fromMs), to: iso(toMs), cause, missing })),
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
  return csvLayout(codesOfDay(plan, day), plan.model.labels, plan.sensor.csvColumns);
}

/** The rows of a day, with the day's columns in the day's order. */
function rowsOfDay(batch: Batch, day: number, codes: readonly string[]): Batch {
  let first = 0;
  while (first < batch.count && batch.time[first] < day * DAY_MS) first++;
  let last = batch.count;
  while (last > first && batch.time[last - 1] >= (day + 1) * DAY_MS) last--;
  const whole = first === 0 && last === batch.count;
  const rows = whole
    ? batch
    : selectRows(
        batch,
        Int32Array.from({ length: last - first }, (_, i) => first + i),
      );
  return withCodes(rows, codes);
}

/** The day that a record contributes to: that of its observation or of the time it gave once more, else that of its reception. */
function dayOfEachRecord(run: RawRun, { batch, rejected }: DecodedRun): (record: number) => number {
  const days = new Map<number, number>();
  for (let row = 0; row < batch.count; row++) days.set(batch.record[row], dayOf(batch.time[row]));
  for (const each of rejected) days.set(each.record, dayOfRejected(each, run));
  return (record) => days.get(record) ?? dayOf(run.received[record]);
}

/** The records received on a UTC day. They are in order of reception: looking at both ends is enough to know that all are. */
function receivedOn(run: RawRun, order: Int32Array, day: number): Int32Array {
  const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS];
  const whole = order.length === 0 || (run.received[order[0]] >= from && run.received[order[order.length - 1]] < to);
  return whole ? order : order.filter((i) => run.received[i] >= from && run.received[i] < to);
}

/** Sequence numbers per live session; contiguous when none between the first and the last is absent. */
function sessionsOf(run: RawRun, order: Int32Array): ManifestContent['raw']['sessions'] {
  const sessions = new Map<number, { first: number; last: number; count: number }>();
  if (run.sessions.length === 1 && run.sessions[0] === IMPORT_SESSION) return [];
  for (let i = 0; i < order.length; i++) {
    const record = order[i];
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

function countReasons(
  rejected: readonly RejectedRecord[],
  run: RawRun,
  day: number,
): Partial<Record<RejectReason, number>> {
  const counts = new Map<RejectReason, number>();
  for (const each of rejected) {
    if (dayOfRejected(each, run) === day) counts.set(each.reason, (counts.get(each.reason) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The day whose manifest counts a rejection: of reception; for a time that is taken, the day of that time, because whether it is
 * taken can be known only from what a rebuild of that day reads.
 */
function dayOfRejected({ record, timeMs }: RejectedRecord, run: RawRun): number {
  return dayOf(timeMs ?? run.received[record]);
}

function fileOf(path: string, bytes: Uint8Array): { path: string; sha256: string; bytes: number } {
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}
