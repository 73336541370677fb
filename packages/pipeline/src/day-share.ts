/** What of a decoded run belongs to which day: sorted out once, however many days are made of it. */
import { dayOf, type RawRun } from '@emso/core';
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

/** All of a decoded run as the share of one day. */
export function wholeShare(order: Int32Array, { rejected, ignored, outside }: DecodedRun): DayShare {
  return { records: order, rejected, ignored: ignored.length, outside: outside.length };
}

/**
 * The share of every day that the records `order` of a run touch. A record contributes to the day of its observation or of the
 * time it gave once more, since whether a time is taken is known only from what a rebuild of that day reads; else to the
 * day of its reception.
 */
export function sharesByDay(run: RawRun, order: Int32Array, decoded: DecodedRun): Map<number, DayShare> {
  const { batch, rejected, ignored, outside } = decoded;
  const dayOfRecord = new Map<number, number>();
  for (let row = 0; row < batch.count; row++) dayOfRecord.set(batch.record[row], dayOf(batch.time[row]));
  for (const { record, timeMs } of rejected) if (timeMs !== undefined) dayOfRecord.set(record, dayOf(timeMs));
  const ownDay = (record: number): number => dayOfRecord.get(record) ?? dayOf(run.received[record]);
  const records = Map.groupBy(order, ownDay);
  const rejections = Map.groupBy(rejected, ({ record }) => ownDay(record));
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
