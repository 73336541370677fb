/**
 * One UTC day of one sensor, computed from raw records: the slow path, and the judge of the fast one. Pure: equal records,
 * configuration and data versions give equal bytes, whoever calls (PROMISE).
 */
import { createHash } from 'node:crypto';
import { type Batch, DAY_MS, iso, KIND, type RawRun, type RejectReason, selectRows, withCodes } from '@emso/core';
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
import { type DayShare, NO_SHARE, sharesByDay, wholeShare } from './day-share.ts';
import { decodeRun, type RejectedRecord } from './decode-run.ts';
import { type DonorsRead, digestWithDonors, fillFromDonors, NO_DONORS } from './donors.ts';
import { dayGaps } from './gaps.ts';
import { withoutPairedImports } from './pairing.ts';
import { codesOfDay, deploymentOfDay, factsOfDay, methodsOfDay, type SensorPlan } from './plan.ts';

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

/** Every day that a sensor's whole archive touches, one after the other: decodes once, for sensors whose packets come late. */
export function rebuildEveryDay(
  plan: SensorPlan,
  run: RawRun,
  form: DayForm,
  digest: RawDigest = rawDigest,
  donors: DonorsRead = NO_DONORS,
): Generator<DayProducts> {
  return daysOfRun(plan, undefined, run, form, digest, donors);
}

/** The products of several days, in order, from the raw records that may contribute to any of them: decodes once. */
export function rebuildDays(
  plan: SensorPlan,
  days: readonly number[],
  run: RawRun,
  form: DayForm,
  donors: DonorsRead = NO_DONORS,
): Generator<DayProducts> {
  return daysOfRun(plan, days, run, form, rawDigest, donors);
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
  const all = withoutPairedImports(run, canonicalOrder(run).order);
  const order = plan.byReception ? receivedOn(run, all, day) : all;
  const decoded = decodeRun(plan, run, order);
  const share = plan.byReception ? wholeShare(order, decoded) : (sharesByDay(run, order, decoded).get(day) ?? NO_SHARE);
  return productsOf(plan, day, run, share, decoded.batch, form, digest, donors);
}

function* daysOfRun(
  plan: SensorPlan,
  wanted: readonly number[] | undefined,
  run: RawRun,
  form: DayForm,
  digest: RawDigest,
  donors: DonorsRead,
): Generator<DayProducts> {
  const order = withoutPairedImports(run, canonicalOrder(run).order);
  const decoded = decodeRun(plan, run, order);
  const shares = sharesByDay(run, order, decoded);
  for (const day of [...(wanted ?? shares.keys())].sort((a, b) => a - b)) {
    yield productsOf(plan, day, run, shares.get(day) ?? NO_SHARE, decoded.batch, form, digest, donors);
  }
}

function productsOf(
  plan: SensorPlan,
  day: number,
  run: RawRun,
  { records, rejected, ignored, outside }: DayShare,
  all: Batch,
  form: DayForm,
  digest: RawDigest,
  donors: DonorsRead,
): DayProducts {
  const batch = rowsOfDay(all, day, codesOfDay(plan, day));
  const sealed = form === 'sealed';
  const donatedMs = sealed ? fillFromDonors(plan, batch, donors) : Number.NEGATIVE_INFINITY;
  qualify(batch, plan.sensor, 0, batch.count);
  const layout = layoutOf(plan, day);
  const csv = csvFile(layout, batch);
  const netcdf = encodeNetcdf3(
    describeDay({
      observatory: plan.observatory,
      platform: plan.platform,
      sensor: plan.sensor,
      deployment: deploymentOfDay(plan.sensor, day),
      model: plan.model,
      day,
      batch,
      methods: methodsOfDay(plan, day),
      build: plan.build,
      lastReceivedMs: Math.max(lastReceivedMs(batch, day), donatedMs),
    }),
  );
  const paths = productPaths(plan.sensor, day);
  const ownDigest = digest(run, records);
  return {
    day,
    batch,
    csv,
    netcdf,
    content: {
      rows: batch.count,
      files: { csv: fileOf(paths.csv, csv), netcdf: fileOf(paths.netcdf, netcdf) },
      raw: {
        digest: sealed ? digestWithDonors(ownDigest, plan, day, donors) : ownDigest,
        records: records.length,
        sessions: sessionsOf(run, records),
      },
      build: plan.build,
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

/** The rows of a day, with the day's columns in the day's order. */
function rowsOfDay(batch: Batch, day: number, codes: readonly string[]): Batch {
  const first = firstRowFrom(batch, day * DAY_MS);
  const last = firstRowFrom(batch, (day + 1) * DAY_MS);
  const whole = first === 0 && last === batch.count;
  const rows = whole
    ? batch
    : selectRows(
        batch,
        Int32Array.from({ length: last - first }, (_, i) => first + i),
      );
  return withCodes(rows, codes);
}

/** Index of the first row that is not before `timeMs`; the number of rows when there is none. Times ascend. */
function firstRowFrom({ time, count }: Batch, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The records received on a UTC day. They are in order of reception: looking at both ends is enough to know that all are. */
function receivedOn(run: RawRun, order: Int32Array, day: number): Int32Array {
  const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS];
  const whole = order.length === 0 || (run.received[order[0]] >= from && run.received[order[order.length - 1]] < to);
  return whole ? order : order.filter((i) => run.received[i] >= from && run.received[i] < to);
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
