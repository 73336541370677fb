/** Intervals of a day without the samples that the cadence promises, each with its cause, from the raw rows alone. */
import { type Batch, DAY_MS, KIND, type RawRun, type Sensor } from '@emso/core';

export type GapCause = 'acquirer-stopped' | 'disconnected' | 'spool-full' | 'rejected' | 'silence';

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cause: GapCause;
  /** Samples that the cadence promised in between. */
  readonly missing: number;
}

/** A pause shorter than this many cadences is jitter, not a gap. */
export const GAP_CADENCES = 3;

const latin1 = new TextDecoder('latin1');

/**
 * The gaps between the observations of one UTC day, as far as a deployment promises samples. `closed` also counts the time
 * from the last observation to midnight or to the end of the deployment; an open day does not, since more may come. `run` and
 * `order` are the day's raw records.
 */
export function dayGaps(
  sensor: Sensor,
  day: number,
  batch: Batch,
  run: RawRun,
  order: ArrayLike<number>,
  closed: boolean,
): Gap[] {
  const { cadenceMs } = sensor;
  const gaps: Gap[] = [];
  const links = linkChanges(run, order);
  let row = 0;
  for (const { fromMs, toMs } of promisedOn(sensor, day)) {
    let previous = fromMs;
    // Where no sample stands at the beginning, one is missing there too.
    let sampled = false;
    const consider = (timeMs: number): void => {
      const pause = timeMs - previous;
      if (pause <= GAP_CADENCES * cadenceMs) return;
      const missing = Math.max(1, Math.round(pause / cadenceMs) - (sampled ? 1 : 0));
      gaps.push({ fromMs: previous, toMs: timeMs, cause: causeOf(links, previous, timeMs), missing });
    };
    for (; row < batch.count && batch.time[row] < toMs; row++) {
      if (batch.time[row] < fromMs) continue;
      consider(batch.time[row]);
      previous = batch.time[row];
      sampled = true;
    }
    if (closed || row < batch.count) consider(toMs);
  }
  return gaps;
}

interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The parts of a day on which a deployment promises samples, in order; deployments that follow at once are one part. */
export function promisedOn({ deployments }: Sensor, day: number): Interval[] {
  const parts: Interval[] = [];
  deployments.forEach(({ from, to = Number.POSITIVE_INFINITY }, i) => {
    const next = deployments[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    const fromMs = Math.max(day * DAY_MS, from);
    const toMs = Math.min((day + 1) * DAY_MS, to, next);
    if (fromMs >= toMs) return;
    const before = parts.at(-1);
    if (before?.toMs === fromMs) parts[parts.length - 1] = { fromMs: before.fromMs, toMs };
    else parts.push({ fromMs, toMs });
  });
  return parts;
}

interface LinkChange {
  readonly timeMs: number;
  readonly cause: GapCause;
}

/** Moments at which the link was not simply delivering, in order of reception. */
function linkChanges(run: RawRun, order: ArrayLike<number>): LinkChange[] {
  const changes: LinkChange[] = [];
  for (let i = 0; i < order.length; i++) {
    const record = order[i];
    const kind = run.kind[record];
    if (kind === KIND.partial || kind === KIND.piece) changes.push({ timeMs: run.received[record], cause: 'rejected' });
    if (kind !== KIND.event) continue;
    const what = latin1.decode(run.bytes.subarray(run.start[record], run.end[record])).split(' ', 1)[0];
    const cause = CAUSE_OF_EVENT[what];
    if (cause !== undefined) changes.push({ timeMs: run.received[record], cause });
  }
  return changes;
}

/** First words of event rows that explain a pause. */
const CAUSE_OF_EVENT: Readonly<Record<string, GapCause>> = {
  'session-opened': 'acquirer-stopped',
  lost: 'disconnected',
  unreachable: 'disconnected',
  'spool-full': 'spool-full',
};

const RANK: readonly GapCause[] = ['spool-full', 'acquirer-stopped', 'disconnected', 'rejected', 'silence'];

/** The gravest thing that happened during a pause. */
function causeOf(links: readonly LinkChange[], fromMs: number, toMs: number): GapCause {
  let rank = RANK.length - 1;
  for (const { timeMs, cause } of links) {
    if (timeMs >= fromMs && timeMs <= toMs) rank = Math.min(rank, RANK.indexOf(cause));
  }
  return RANK[rank];
}
