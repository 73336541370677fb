/** What of a decoded run belongs to which day: sorted out once, however many days are made of it. */
import { DAY_MS, dayOf, type RawRun } from '@emso/core';
import type { DecodedRun, RejectedRecord } from './decode-run.ts';

export interface DayShare {
  /** The records that contribute to the day, in canonical order. */
  readonly records: Int32Array;
  readonly rejected: readonly RejectedRecord[];
  readonly ignored: number;
  readonly outside: number;
}

/** The share of a day that nothing belongs to. */
export const NO_SHARE: DayShare = { records: new Int32Array(0), rejected: [], ignored: 0, outside: 0 };

/** The shares of days where every record belongs to the day of its reception. `order` ascends in reception. */
export function receivedShares(run: RawRun, order: Int32Array, decoded: DecodedRun): (day: number) => DayShare {
  const dayOfRecord = (record: number): number => dayOf(run.received[record]);
  const rejected = Map.groupBy(decoded.rejected, ({ record }) => dayOfRecord(record));
  const ignored = Map.groupBy(decoded.ignored, dayOfRecord);
  const outside = Map.groupBy(decoded.outside, dayOfRecord);
  const firstFrom = (startMs: number): number => {
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (run.received[order[middle]] < startMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (day) => ({
    records: order.subarray(firstFrom(day * DAY_MS), firstFrom((day + 1) * DAY_MS)),
    rejected: rejected.get(day) ?? [],
    ignored: ignored.get(day)?.length ?? 0,
    outside: outside.get(day)?.length ?? 0,
  });
}

/**
 * The share of every day that the records `order` of a run touch. A record contributes to the days of its observations or of
 * the time it gave once more, since whether a time is taken is known only from what a rebuild of that day reads; else to the
 * day of its reception. A record of several samples may belong to two days: it is a record of both.
 */
export function sharesByDay(run: RawRun, order: Int32Array, decoded: DecodedRun): Map<number, DayShare> {
  const { batch, rejected, ignored, outside } = decoded;
  const dayOfRecord = new Map<number, number>();
  const moreDays = new Map<number, Set<number>>();
  const belongs = (record: number, timeMs: number): void => {
    const day = dayOf(timeMs);
    const first = dayOfRecord.get(record);
    if (first === undefined) dayOfRecord.set(record, day);
    else if (first !== day) moreDays.set(record, (moreDays.get(record) ?? new Set()).add(day));
  };
  for (let row = 0; row < batch.count; row++) belongs(batch.record[row], batch.time[row]);
  for (const { record, timeMs } of rejected) if (timeMs !== undefined) belongs(record, timeMs);
  const ownDay = (record: number): number => dayOfRecord.get(record) ?? dayOf(run.received[record]);
  const records = new Map<number, number[]>();
  for (const record of order) {
    for (const day of [ownDay(record), ...(moreDays.size > 0 ? (moreDays.get(record) ?? []) : [])]) {
      const share = records.get(day);
      if (share === undefined) records.set(day, [record]);
      else share.push(record);
    }
  }
  const rejections = Map.groupBy(rejected, ({ record, timeMs }) =>
    timeMs === undefined ? ownDay(record) : dayOf(timeMs),
  );
  const chatter = Map.groupBy(ignored, ownDay);
  const strangers = Map.groupBy(outside, ownDay);
  // A day on which packets of other days came is one all the same: it has files that say that it has no rows.
  const days = new Set([...records.keys(), ...Array.from(order, (record) => dayOf(run.received[record]))]);
  return new Map(
    Array.from(days, (day) => [
      day,
      {
        records: Int32Array.from(records.get(day) ?? []),
        rejected: rejections.get(day) ?? [],
        ignored: chatter.get(day)?.length ?? 0,
        outside: strangers.get(day)?.length ?? 0,
      },
    ]),
  );
}
