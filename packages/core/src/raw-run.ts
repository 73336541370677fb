/**
 * Raw records as columns: one byte arena and typed arrays beside it. The readers of `.raw` and historical `.dat` files and
 * the bus all give this shape, and decoding runs over it without an object per record.
 */
import { type RawRecord, RECORD_KINDS } from './records.ts';

export interface RawRun {
  count: number;
  /** Payload bytes of record i are `bytes[start[i], end[i])`. */
  bytes: Uint8Array;
  start: Int32Array;
  end: Int32Array;
  /** Epoch ms UTC. */
  received: Float64Array;
  /** Index into RECORD_KINDS. */
  kind: Uint8Array;
  /** Index into `sessions`. */
  session: Int32Array;
  /** 0 for imported rows: their identity is in `importId`. */
  seq: Float64Array;
  readonly sessions: string[];
  /** Identity of imported rows (`dat/<second>/<hash>/<n>`) by record index; absent for live ones. */
  readonly importId: Map<number, string>;
}

/** Index of a kind in `RawRun.kind`. */
export const KIND = Object.fromEntries(RECORD_KINDS.map((kind, i) => [kind, i])) as Record<
  (typeof RECORD_KINDS)[number],
  number
>;

/** An empty run with room for `capacity` records over the given arena. */
export function createRawRun(bytes: Uint8Array, capacity: number): RawRun {
  return {
    count: 0,
    bytes,
    start: new Int32Array(capacity),
    end: new Int32Array(capacity),
    received: new Float64Array(capacity),
    kind: new Uint8Array(capacity),
    session: new Int32Array(capacity),
    seq: new Float64Array(capacity),
    sessions: [],
    importId: new Map(),
  };
}

/** Doubles the room of a run whose number of records was not known before. */
export function growRawRun(run: RawRun): void {
  const rows = Math.max(16, run.start.length * 2);
  const longer = <T extends Int32Array | Float64Array | Uint8Array>(column: T): T => {
    const wider = new (column.constructor as new (n: number) => T)(rows);
    wider.set(column as never);
    return wider;
  };
  run.start = longer(run.start);
  run.end = longer(run.end);
  run.received = longer(run.received);
  run.kind = longer(run.kind);
  run.session = longer(run.session);
  run.seq = longer(run.seq);
}

/** The records of a bus message as a run (copies their bytes into one arena). */
export function runOfRecords(records: readonly RawRecord[]): RawRun {
  const arena = new Uint8Array(records.reduce((sum, record) => sum + record.bytes.length, 0));
  const run = createRawRun(arena, records.length);
  let at = 0;
  for (const record of records) {
    const i = run.count++;
    arena.set(record.bytes, at);
    run.start[i] = at;
    at += record.bytes.length;
    run.end[i] = at;
    run.received[i] = record.receivedMs;
    run.kind[i] = KIND[record.kind];
    run.seq[i] = record.seq;
    let session = run.sessions.lastIndexOf(record.session);
    if (session < 0) session = run.sessions.push(record.session) - 1;
    run.session[i] = session;
  }
  return run;
}
