/**
 * Which clock an observation's time is (PROMISE 13–14). `received`: the acquirer's, with ties spread by 1 ms.
 * `instrument`: the instrument's; a large offset flags the time and never switches clocks. `relayed`: the instrument's
 * too, for lines that come late; an implausible one is quarantined.
 */
import { type Batch, DAY_MS, dayOf, FLAG, selectRows, TIME_SOURCE } from '@emso/core';
import type { RejectedRecord } from './decode-run.ts';
import type { SensorPlan } from './plan.ts';

/** No instrument clock is believed further ahead of reception than this, nor before its deployment. */
export const AHEAD_LIMIT_MS = DAY_MS;

/**
 * Sets time, source and time flag of every row and returns the rows in total order. Rows come in canonical record order.
 * Rows without a usable time are taken out and added to `rejected`; of equal times the received one stays, else the first.
 */
export function assignTimes(
  plan: SensorPlan,
  batch: Batch,
  deploymentOfRow: ArrayLike<number>,
  rejected: RejectedRecord[],
): Batch {
  if (plan.byReception) {
    for (let row = 0; row < batch.count; row++) batch.time[row] = batch.received[row];
    batch.timeFlag.fill(FLAG.good, 0, batch.count);
    spreadTies(batch.time, 0, batch.count);
    return batch;
  }
  const kept: number[] = [];
  const byReception: number[] = [];
  for (let row = 0; row < batch.count; row++) {
    const { deployment } = plan.deployments[deploymentOfRow[row]];
    const received = batch.received[row];
    const instrument = batch.instrument[row];
    batch.timeFlag[row] = FLAG.good;
    if (deployment.timePolicy === 'received') {
      batch.time[row] = received;
      byReception.push(row);
      kept.push(row);
      continue;
    }
    const record = batch.record[row];
    if (Number.isNaN(instrument)) {
      rejected.push({ record, reason: 'bad-time', position: 0 });
    } else if (instrument < deployment.from - AHEAD_LIMIT_MS || instrument > received + AHEAD_LIMIT_MS) {
      rejected.push({ record, reason: 'time-implausible', position: 0 });
    } else {
      batch.time[row] = instrument;
      batch.source[row] = TIME_SOURCE.instrument;
      const late = deployment.timePolicy === 'instrument' && received - instrument > deployment.clockToleranceMs;
      if (late || instrument - received > deployment.clockToleranceMs) batch.timeFlag[row] = FLAG.bad;
      kept.push(row);
    }
  }
  const times = Float64Array.from(byReception, (row) => batch.time[row]);
  spreadTies(times, 0, times.length);
  byReception.forEach((row, i) => {
    batch.time[row] = times[i];
  });
  // Received times are all different by now. Stable, so equal instrument times keep (reception, session, seq).
  kept.sort((a, b) => batch.time[a] - batch.time[b] || batch.source[a] - batch.source[b]);
  const unique = kept.filter((row, i) => {
    const timeMs = batch.time[row];
    const twice = i > 0 && batch.time[kept[i - 1]] === timeMs;
    if (twice) rejected.push({ record: batch.record[row], reason: 'duplicate-time', position: 0, timeMs });
    return !twice;
  });
  return selectRows(batch, unique);
}

/**
 * Makes ascending reception times strictly ascending: equal or overtaken ones move on by 1 ms. A run that would spill over
 * midnight is moved back instead, so that a reception day is exactly a product day and can be computed from one raw file.
 */
export function spreadTies(times: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    if (times[i] > times[i - 1]) continue;
    const day = dayOf(times[i]);
    times[i] = times[i - 1] + 1;
    if (dayOf(times[i]) === day) continue;
    // The last millisecond of the day is taken: push the crowd before it back.
    times[i] = (day + 1) * DAY_MS - 1;
    for (let j = i - 1; j >= from && times[j] >= times[j + 1]; j--) times[j] = times[j + 1] - 1;
  }
}
