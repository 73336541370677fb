/** Tests of the times themselves: gaps, impossible dates, the same time twice, and how old the newest row is. */
import { parseIso, QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import { type Flow, pointwise } from '../flow.ts';
import { defineTest, expected, positive, shape } from '../test-kind.ts';

/** 4 where a row comes later after the one before than `limitMs`; 2 after a missing time, 9 for one. */
export function timeGapAnswer(timeBefore: number, time: number, limitMs: number): Qartod {
  if (Number.isNaN(time)) return QARTOD.missing;
  if (Number.isNaN(timeBefore)) return QARTOD.notEvaluated;
  return time - timeBefore > limitMs ? QARTOD.fail : QARTOD.good;
}

/** A whole series of times: its first row answers as the second one does, since nobody knows what was before. */
export function timeGapSeries(time: Float64Array, limitMs: number, out: Uint8Array): void {
  for (let i = time.length - 1; i > 0; i--) out[i] = timeGapAnswer(time[i - 1], time[i], limitMs);
  if (time.length === 1) out[0] = Number.isNaN(time[0]) ? QARTOD.missing : QARTOD.notEvaluated;
  if (time.length > 1) out[0] = Number.isNaN(time[1]) ? QARTOD.notEvaluated : out[1];
}

/** 4 for a row older than `limitMs` at an instant. A property of the feed: it depends on when one asks, so it flags no product. */
export function dataReceptionAnswer(time: number, limitMs: number, atMs: number): Qartod {
  if (Number.isNaN(time)) return QARTOD.missing;
  return atMs - time > limitMs ? QARTOD.fail : QARTOD.good;
}

/** 4 outside `[firstMs, lastMs]`; 9 for a missing time. */
export function impossibleDateAnswer(time: number, firstMs: number, lastMs: number): Qartod {
  if (Number.isNaN(time)) return QARTOD.missing;
  return time < firstMs || time > lastMs ? QARTOD.fail : QARTOD.good;
}

/** 3 for every row whose time another row has too, adjacent or not; 9 for a missing time. */
export function duplicateTimestamps(time: Float64Array, out: Uint8Array): void {
  const seen = new Map<number, number>();
  for (let i = 0; i < time.length; i++) {
    if (Number.isNaN(time[i])) {
      out[i] = QARTOD.missing;
      continue;
    }
    const other = seen.get(time[i]);
    out[i] = other === undefined ? QARTOD.good : QARTOD.suspect;
    if (other === undefined) seen.set(time[i], i);
    else out[other] = QARTOD.suspect;
  }
}

/** 3 for rows whose neighbour has the same time; the first of them learns it one row late. */
export function adjacentDuplicatesFlow(): Flow {
  let timeBefore = Number.NaN;
  let answer: Qartod = QARTOD.good;
  const flow = {
    settled: 0 as Qartod | 0,
    push(time: number): Qartod {
      const same = time === timeBefore;
      flow.settled = same && answer === QARTOD.good ? QARTOD.suspect : 0;
      timeBefore = time;
      answer = same ? QARTOD.suspect : QARTOD.good;
      return Number.isNaN(time) ? QARTOD.missing : answer;
    },
  };
  return flow;
}

function timeGapFlow(suspectMs: number, failMs: number): Flow {
  let timeBefore = Number.NEGATIVE_INFINITY;
  return {
    settled: 0,
    push(time): Qartod {
      const step = time - timeBefore;
      timeBefore = time;
      if (step > failMs) return QARTOD.fail;
      return step > suspectMs ? QARTOD.suspect : QARTOD.good;
    },
  };
}

export const timeGap = defineTest({
  name: 'timeGap',
  title: 'time gap: the row before is missing; the first row of a series has a gap before it',
  config: shape({ suspectMs: positive.optional(), failMs: positive.optional() }).refine(
    ({ suspectMs = 0, failMs = Number.POSITIVE_INFINITY }) =>
      suspectMs <= failMs && (suspectMs > 0 || Number.isFinite(failMs)),
    { error: 'expected suspectMs, failMs or both, with failMs not below suspectMs' },
  ),
  prepare: ({ suspectMs = Number.POSITIVE_INFINITY, failMs = Number.POSITIVE_INFINITY }) => ({
    lookbackMs: Number.isFinite(failMs) ? failMs : suspectMs,
    open: () => timeGapFlow(suspectMs, failMs),
  }),
  faults: ({ suspectMs, failMs }, cadenceMs) =>
    Object.entries({ suspectMs, failMs }).flatMap(([key, ms]) =>
      ms !== undefined && ms < cadenceMs
        ? [`expected ${key} of at least the cadence of ${cadenceMs} ms, found ${ms}`]
        : [],
    ),
});

const instant = z
  .string(expected('a UTC time such as 2019-05-01T00:00:00Z'))
  .refine((text) => parseIso(text) !== undefined, expected('a UTC time such as 2019-05-01T00:00:00Z'));

export const impossibleDate = defineTest({
  name: 'impossibleDate',
  title: 'impossible date: before or after what the platform can have measured',
  config: shape({ first: instant, last: instant.optional() }).refine(
    ({ first, last }) => last === undefined || (parseIso(first) ?? 0) < (parseIso(last) ?? 0),
    expected('first before last'),
  ),
  prepare: ({ first, last }) => {
    const from = parseIso(first) ?? 0;
    const to = last === undefined ? Number.POSITIVE_INFINITY : (parseIso(last) ?? 0);
    return { open: pointwise((_value, time) => impossibleDateAnswer(time, from, to)) };
  },
});

export const duplicateTimestamp = defineTest({
  name: 'duplicateTimestamp',
  title: 'duplicate timestamp: another row has the same time',
  config: shape({ adjacentOnly: z.boolean().default(true) }),
  prepare: ({ adjacentOnly }) =>
    adjacentOnly
      ? { lateRows: 1, open: adjacentDuplicatesFlow }
      : {
          refusedLive: 'a duplicate that is not adjacent may come at any time later; set adjacentOnly: true',
          lookbackMs: Number.POSITIVE_INFINITY,
          lookaheadMs: Number.POSITIVE_INFINITY,
          open: adjacentDuplicatesFlow,
          run: ({ time }, out) => duplicateTimestamps(time, out),
        },
});
