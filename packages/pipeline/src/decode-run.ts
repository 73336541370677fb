/** Raw records to observations: decode each record by the deployment it was received in, then give every row its time. */
import { type Batch, createBatch, deploymentAt, KIND, type RawRun, type RejectReason } from '@emso/core';
import type { SensorPlan } from './plan.ts';
import { assignTimes } from './time-policy.ts';

export interface RejectedRecord {
  /** Index in the run. */
  readonly record: number;
  readonly reason: RejectReason;
  readonly position: number;
  /** The time that is taken already, when the reason is `duplicate-time`: the record belongs to the day of that time. */
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
  const batch = createBatch(plan.codes, plan.model.labels, order.length);
  const rejected: RejectedRecord[] = [];
  const deploymentOfRow = new Int32Array(order.length);
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
        batch.received[before] = received;
        batch.record[before] = record;
        deploymentOfRow[before] = segment.index;
      } else if (result.kind === 'ignored') ignored.push(record);
      else rejected.push({ record, reason: result.reason, position: result.position - run.start[record] });
    } catch (error) {
      batch.count = before;
      rejected.push({ record, reason: 'internal-error', position: 0, error });
    }
  }
  return { batch: assignTimes(plan, batch, deploymentOfRow, rejected), rejected, ignored, outside };
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
