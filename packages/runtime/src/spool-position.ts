/** Places in a spool. Sessions sort by their start, which their name begins with; `seq` counts from 1 within a session. */

import { parseIso, sessionId } from '@emso/core';

/** Everything up to and including this record. */
export interface Position {
  readonly session: string;
  readonly seq: number;
}

/** Before the first record of every session. */
export const BEGINNING: Position = { session: '', seq: 0 };

/** The place right after a record. */
export function after(session: string, seq: number): Position {
  return { session, seq };
}

/** Negative when `a` comes first, positive when `b` does, 0 for the same place. */
export function comparePositions(a: Position, b: Position): number {
  if (a.session !== b.session) return a.session < b.session ? -1 : 1;
  return a.seq - b.seq;
}

/** The earlier of two places. */
export function older(a: Position, b: Position): Position {
  return comparePositions(a, b) <= 0 ? a : b;
}

/**
 * A session that starts at `nowMs`, or one millisecond after `latest` when the clock is behind that: sessions are published
 * in the order of their names, so one that sorts before its predecessors would never be.
 */
export function sessionAfter(latest: string, nowMs: number, randomHex: string): string {
  const session = sessionId(nowMs, randomHex);
  if (session > latest) return session;
  const iso = latest.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/, '$1-$2-$3T$4:$5:$6.$7Z');
  const latestMs = parseIso(iso);
  if (latestMs === undefined) throw new Error(`session: expected YYYYMMDDTHHMMSSmmmZ-<8 hex>, found '${latest}'`);
  return sessionId(latestMs + 1, randomHex);
}
