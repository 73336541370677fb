/**
 * Raw records to observations: decode each record by the deployment it was received in, give every row its time, convert
 * counts by the calibration sheet in force at that time, then compute what follows from what was measured.
 */
import {
  type Batch,
  createBatch,
  deploymentAt,
  inForceAt,
  KIND,
  type RawRun,
  type RejectReason,
  selectRows,
  withCodes,
} from '@emso/core';
import type { SensorPlan } from './plan.ts';
import { assignTimes } from './time-policy.ts';

export interface RejectedRecord {
  /** Index in the run. */
  readonly record: number;
  readonly reason: RejectReason;
  readonly position: number;
  /** Where the record's time is known and yet it gives no row (`duplicate-time`, `no-calibration`): it belongs to that time's day. */
  readonly timeMs?: number;
  /** What the decoder threw, for the log, when the reason is `internal-error`. */
  readonly error?: unknown;
}

export interface DecodedRun {
  /** Rows in total order (time, reception, session, seq); flags not yet set. */
  readonly batch: Batch;
  readonly rejected: RejectedRecord[];
  /** Records that are known to be no sample, by index in the run. */
  readonly ignored: readonly number[];
  /** Records received outside every deployment: decoded with the nearest one's settings, and reported (PROMISE 15). */
  readonly outside: readonly number[];
}

/**
 * Decodes the records `order` of a run (canonical order: reception, session, seq, each record once). Never throws: an
 * exception of a decoder is a bug and becomes `internal-error`, live and rebuilt alike (PROMISE 8).
 */
export function decodeRun(plan: SensorPlan, run: RawRun, order: ArrayLike<number>): DecodedRun {
  const batch = createBatch([...plan.codes, ...plan.counts], plan.model.labels, order.length);
  const rejected: RejectedRecord[] = [];
  const deploymentOfRow: number[] = [];
  const ignored: number[] = [];
  const outside: number[] = [];
  let segment = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, index: 0, outside: false };
  for (let i = 0; i < order.length; i++) {
    const record = order[i];
    const kind = run.kind[record];
    if (kind === KIND.event) continue;
    const received = run.received[record];
    if (received < segment.from || received >= segment.to) segment = segmentAt(plan, received);
    if (segment.outside) outside.push(record);
    if (kind === KIND.piece || kind === KIND.partial) {
      rejected.push({ record, reason: kind === KIND.piece ? 'piece' : 'partial', position: 0 });
      continue;
    }
    const { decode } = plan.deployments[segment.index];
    const before = batch.count;
    try {
      const result = decode(run.bytes, run.start[record], run.end[record], batch);
      if (result.kind === 'decoded') {
        for (let row = before; row < batch.count; row++) {
          batch.received[row] = received;
          batch.record[row] = record;
          deploymentOfRow[row] = segment.index;
        }
      } else if (result.kind === 'ignored') ignored.push(record);
      else rejected.push({ record, reason: result.reason, position: result.position - run.start[record] });
    } catch (error) {
      batch.count = before;
      rejected.push({ record, reason: 'internal-error', position: 0, error });
    }
  }
  const timed = assignTimes(plan, batch, deploymentOfRow, rejected);
  return { batch: completed(plan, timed, rejected), rejected, ignored, outside };
}

/** The rows with counts converted and derived parameters filled, the columns of counts left out. */
function completed(plan: SensorPlan, timed: Batch, rejected: RejectedRecord[]): Batch {
  const plain = plan.deployments.every(({ counts, sheets }) => counts.length === 0 && sheets.length === 0);
  const batch = plain ? timed : calibrated(plan, timed, rejected);
  for (const { from, to, planned } of stretches(plan, batch)) planned.derivation.apply(batch, from, to);
  return withCodes(batch, plan.codes);
}

/** The rows whose counts a sheet in force converts; the others are taken out, as rejections of their records. */
function calibrated(plan: SensorPlan, batch: Batch, rejected: RejectedRecord[]): Batch {
  const kept: number[] = [];
  for (const { from, to, planned } of stretches(plan, batch)) {
    for (let row = from; row < to; ) {
      const sheet = inForceAt(planned.sheets, batch.time[row]);
      const next = planned.sheets.find(({ validFrom }) => validFrom > batch.time[row])?.validFrom;
      const start = row;
      while (row < to && (next === undefined || batch.time[row] < next)) row++;
      sheet?.convert(batch, start, row);
      const missing = planned.counts.length > 0 && sheet === undefined;
      for (let i = start; i < row; i++) {
        const [record, timeMs] = [batch.record[i], batch.time[i]];
        if (missing) rejected.push({ record, reason: 'no-calibration', position: 0, timeMs });
        else kept.push(i);
      }
    }
  }
  return kept.length === batch.count ? batch : selectRows(batch, kept);
}

/** Rows that follow one another and were received in the same deployment. */
function* stretches(
  plan: SensorPlan,
  batch: Batch,
): Generator<{ from: number; to: number; planned: SensorPlan['deployments'][number] }> {
  let from = 0;
  while (from < batch.count) {
    const segment = segmentAt(plan, batch.received[from]);
    let to = from + 1;
    while (to < batch.count && batch.received[to] >= segment.from && batch.received[to] < segment.to) to++;
    yield { from, to, planned: plan.deployments[segment.index] };
    from = to;
  }
}

/** The deployment of a reception time and the interval during which the answer stays the same. */
function segmentAt(
  plan: SensorPlan,
  receivedMs: number,
): { from: number; to: number; index: number; outside: boolean } {
  const { index, outside } = deploymentAt(plan.sensor, receivedMs);
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { deployment } of plan.deployments) {
    for (const edge of [deployment.from, deployment.to ?? Number.POSITIVE_INFINITY]) {
      if (edge <= receivedMs) from = Math.max(from, edge);
      else to = Math.min(to, edge);
    }
  }
  // Outside, the nearest deployment can change half-way between two of them: ask again for every record.
  return outside ? { from: receivedMs, to: receivedMs, index, outside } : { from, to, index, outside };
}
