/**
 * The canonical set of a raw run: every record once, in an order that depends on the records alone and not on the file
 * they were read from. `rawDigest` is over that set, and everything that is rebuilt starts from it.
 */
import { createHash } from 'node:crypto';
import { KIND, type RawRun } from '@emso/core';
import { RowBuffer } from './raw-row.ts';

/** One identity with different bytes: something is wrong at the source, so all of them are kept and shown. */
export interface RawConflict {
  /** `<session>/<seq>` or `dat/<second>/<hash>/<n>`. */
  readonly id: string;
  /** Indices of the records in the run. */
  readonly records: readonly number[];
}

export interface CanonicalOrder {
  /** Indices of the records, by reception, session, seq; imports, which have no seq, by their identity after the sessions. */
  readonly order: Int32Array;
  readonly conflicts: readonly RawConflict[];
}

/** Identity of a record within its sensor. */
export function rawId(run: RawRun, record: number): string {
  return run.importId.get(record) ?? `${run.sessions[run.session[record]]}/${run.seq[record]}`;
}

/**
 * The records of a run, deduplicated and in order. Equal identity and equal bytes are one record: the first in order stays.
 * Equal identity and other bytes both stay, and are reported. Rows of a historical daily file read as it is have no
 * identity: all of them stay, in file order within a second. Linear where the run is in order already.
 */
export function canonicalOrder(run: RawRun): CanonicalOrder {
  const rank = sessionRanks(run.sessions);
  const order = new Int32Array(run.count).map((_, i) => i);
  if (isCanonical(run, rank)) return { order, conflicts: [] };
  order.sort((a, b) => compare(run, rank, a, b));
  return deduplicated(run, rank, order);
}

/** SHA-256 (hex) over the rows of the given records as the archive would print them. Throws on imports without identity. */
export function rawDigest(run: RawRun, order: Int32Array): string {
  const hash = createHash('sha256');
  const rows = new RowBuffer(2 * DIGEST_CHUNK_BYTES);
  for (const i of order) {
    const importId = run.importId.get(i);
    if (importId !== undefined) rows.addImport(run.received[i], importId, run.bytes, run.start[i], run.end[i]);
    else {
      const session = run.sessions[run.session[i]];
      rows.addLive(run.received[i], run.kind[i], session, run.seq[i], run.bytes, run.start[i], run.end[i]);
    }
    if (rows.length >= DIGEST_CHUNK_BYTES) hash.update(rows.take());
  }
  return hash.update(rows.take()).digest('hex');
}

const DIGEST_CHUNK_BYTES = 65_536;

/** Place of each session among all, by code unit; equal texts have equal places. */
function sessionRanks(sessions: readonly string[]): Int32Array {
  const sorted = [...new Set(sessions)].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(sorted.map((session, place) => [session, place]));
  return Int32Array.from(sessions, (session) => places.get(session) ?? 0);
}

/**
 * For live records nothing in it depends on the place in the run, so that those that compare as 0 are equal in everything. Rows of
 * a historical daily file have times of whole seconds and nothing else that says which of a second came first: they keep their
 * place, in the file itself and in the archive they were appended to.
 */
function compare(run: RawRun, rank: Int32Array, a: number, b: number): number {
  if (run.received[a] !== run.received[b]) return run.received[a] - run.received[b];
  const [importA, importB] = [run.kind[a] === KIND.import, run.kind[b] === KIND.import];
  if (importA !== importB) return importA ? 1 : -1;
  if (importA) return a - b;
  const bySession = rank[run.session[a]] - rank[run.session[b]];
  if (bySession !== 0) return bySession;
  if (run.seq[a] !== run.seq[b]) return run.seq[a] - run.seq[b];
  return run.kind[a] - run.kind[b] || compareBytes(run, a, b);
}

function compareBytes(run: RawRun, a: number, b: number): number {
  return Buffer.compare(run.bytes.subarray(run.start[a], run.end[a]), run.bytes.subarray(run.start[b], run.end[b]));
}

/** True when the run is in order and no identity can stand in it twice: its seq rises within every session. */
function isCanonical(run: RawRun, rank: Int32Array): boolean {
  if (new Set(run.importId.values()).size !== run.importId.size) return false;
  const lastSeq = new Float64Array(rank.length);
  for (let i = 0; i < run.count; i++) {
    if (i > 0 && run.received[i] <= run.received[i - 1] && compare(run, rank, i - 1, i) >= 0) return false;
    if (run.kind[i] === KIND.import) continue;
    const session = rank[run.session[i]];
    if (run.seq[i] <= lastSeq[session]) return false;
    lastSeq[session] = run.seq[i];
  }
  return true;
}

function deduplicated(run: RawRun, rank: Int32Array, sorted: Int32Array): CanonicalOrder {
  const order = new Int32Array(sorted.length);
  const kept = new Map<string, number[]>();
  let count = 0;
  for (const i of sorted) {
    const isImport = run.kind[i] === KIND.import;
    const key = isImport ? run.importId.get(i) : `${rank[run.session[i]]}/${run.seq[i]}`;
    if (key !== undefined) {
      const same = kept.get(key);
      if (same?.some((earlier) => compareBytes(run, earlier, i) === 0)) continue;
      if (same) same.push(i);
      else kept.set(key, [i]);
    }
    order[count++] = i;
  }
  const conflicts = [...kept.values()].filter((records) => records.length > 1);
  return {
    order: order.slice(0, count),
    conflicts: conflicts.map((records) => ({ id: rawId(run, records[0]), records })),
  };
}
