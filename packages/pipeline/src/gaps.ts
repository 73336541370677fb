/** Intervals of a day without the samples that the cadence promises, each with its cause, from the raw rows alone. */
import { type Batch, DAY_MS, KIND, type RawRun } from '@emso/core';

export type GapCause = 'acquirer-stopped' | 'disconnected' | 'spool-full' | 'rejected' | 'silence';

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cause: GapCause;
  /** Samples that the cadence promised in between. */
  readonly missing: number;
}

/** A pause shorter than this many cadences is jitter, not a gap. */
const GAP_CADENCES = 3;

const latin1 = new TextDecoder('latin1');

/**
 * The gaps between the observations of one UTC day. `closed` also counts the time from the last observation to midnight; an
 * open day does not, since more may come. `run` and `order` are the day's raw records, `fromMs` the start of the sensor's
 * first deployment (nothing is promised before it).
 */
export function dayGaps(
  batch: Batch,
  run: RawRun,
  order: ArrayLike<number>,
  day: number,
  cadenceMs: number,
  fromMs: number,
  closed: boolean,
): Gap[] {
  const gaps: Gap[] = [];
  const links = linkChanges(run, order);
  let previous = Math.max(day * DAY_MS, fromMs);
  const consider = (timeMs: number): void => {
    const pause = timeMs - previous;
    if (pause > GAP_CADENCES * cadenceMs) {
      const missing = Math.max(1, Math.round(pause / cadenceMs) - 1);
      gaps.push({ fromMs: previous, toMs: timeMs, cause: causeOf(links, previous, timeMs), missing });
    }
    previous = Math.max(previous, timeMs);
  };
  for (let row = 0; row < batch.count; row++) consider(batch.time[row]);
  if (closed && previous < (day + 1) * DAY_MS) consider((day + 1) * DAY_MS);
  return gaps;
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
