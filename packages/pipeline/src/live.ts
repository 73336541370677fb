/** The fast path: what the services make of one bus message, with the same functions that a rebuild uses. */
import {
  type Batch,
  createBatch,
  type Observation,
  type ObservationMessage,
  openRow,
  type QualifiedObservation,
  type RawRecord,
  type RecordRange,
  type RejectionMessage,
  runOfRecords,
  setLabel,
  TIME_SOURCE,
} from '@emso/core';
import { canonicalOrder } from '@emso/products';
import { type DecodedRun, decodeRun } from './decode-run.ts';
import { codesOfDay, type SensorPlan } from './plan.ts';

/** What one RAW message becomes. `observations` answers for its whole range, also when it holds no row. */
export interface DecodedMessage {
  readonly observations: ObservationMessage;
  /** Absent when nothing was rejected. */
  readonly rejections?: RejectionMessage;
  readonly decoded: DecodedRun;
}

/** Decodes the records of one RAW message. */
export function decodeMessageRecords(plan: SensorPlan, records: readonly RawRecord[]): DecodedMessage {
  const run = runOfRecords(records);
  const decoded = decodeRun(plan, run, canonicalOrder(run).order);
  const { batch } = decoded;
  const range: RecordRange = {
    session: records[0].session,
    first: records[0].seq,
    last: records[records.length - 1].seq,
  };
  const covered = { platform: plan.platform.id, sensor: plan.sensor.id, range, build: plan.build, revision: 0 };
  const rows: Observation[] = [];
  const samples = new Map<number, number>();
  for (let row = 0; row < batch.count; row++) {
    const record = batch.record[row];
    const index = samples.get(record) ?? 0;
    samples.set(record, index + 1);
    rows.push(observationOf(batch, row, run.seq[record], index));
  }
  const rejected = decoded.rejected.map(({ record, reason, position }) => ({
    seq: run.seq[record],
    receivedMs: run.received[record],
    reason,
    position,
  }));
  return {
    observations: { ...covered, rows },
    decoded,
    ...(rejected.length > 0 && { rejections: { ...covered, stage: 'decode' as const, rows: rejected } }),
  };
}

function observationOf(batch: Batch, row: number, seq: number, index: number): Observation {
  const values: Record<string, number> = {};
  batch.codes.forEach((code, column) => {
    const value = batch.values[column][row];
    if (!Number.isNaN(value)) values[code] = value;
  });
  const labels: Record<string, string> = {};
  for (const label of batch.labels) if (label.index[row] > 0) labels[label.name] = label.texts[label.index[row]];
  return {
    seq,
    index,
    timeMs: batch.time[row],
    timeSource: batch.source[row] === TIME_SOURCE.instrument ? 'instrument' : 'received',
    timeFlag: batch.timeFlag[row] as Observation['timeFlag'],
    receivedMs: batch.received[row],
    ...(!Number.isNaN(batch.instrument[row]) && { instrumentMs: batch.instrument[row] }),
    values,
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

/** Rows of a QC message as a batch with the columns of their day's files: what the writer appends. */
export function batchOfVerdicts(plan: SensorPlan, day: number, rows: readonly QualifiedObservation[]): Batch {
  const batch = batchOf(codesOfDay(plan, day), plan.model.labels, rows);
  rows.forEach((row, i) => {
    batch.codes.forEach((code, column) => {
      batch.flags[column][i] = row.verdicts[code].flag;
    });
  });
  return batch;
}

function batchOf(codes: readonly string[], labelNames: readonly string[], rows: readonly Observation[]): Batch {
  const batch = createBatch(codes, labelNames, rows.length);
  for (const observation of rows) {
    const row = openRow(batch);
    batch.time[row] = observation.timeMs;
    batch.received[row] = observation.receivedMs;
    batch.instrument[row] = observation.instrumentMs ?? Number.NaN;
    batch.source[row] = TIME_SOURCE[observation.timeSource];
    batch.timeFlag[row] = observation.timeFlag;
    codes.forEach((code, column) => {
      batch.values[column][row] = observation.values[code] ?? Number.NaN;
    });
    for (const label of batch.labels) {
      const text = observation.labels?.[label.name];
      if (text !== undefined) setLabel(label, row, text);
    }
    batch.count++;
  }
  return batch;
}
