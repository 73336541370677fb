/**
 * Identities. A raw record is `platform/sensor/session/seq` for ever; everything downstream carries that id, and
 * duplicates are recognised by membership in id ranges, never by comparing with the last one (PROMISE 1–2).
 */
import { isoMs } from './time.ts';

/** `<UTC start>-<8 hex>`: one start of an acquirer for one sensor. Sorts by start time. */
export function sessionId(startMs: number, randomHex: string): string {
  return `${isoMs(startMs).replace(/[-:.]/g, '')}-${randomHex}`;
}

const SESSION = /^\d{8}T\d{9}Z-[0-9a-f]{8}$/;

export function isSessionId(text: string): boolean {
  return SESSION.test(text);
}

/** Consecutive records of one session, both ends included. */
export interface RecordRange {
  readonly session: string;
  readonly first: number;
  readonly last: number;
}

/** `Nats-Msg-Id` of a RAW message: a batch cut differently has another id. */
export function rawMessageId(platform: string, sensor: string, range: RecordRange): string {
  return `${platform}/${sensor}/${range.session}/${range.first}-${range.last}`;
}

/** `Nats-Msg-Id` of an OBS, QC or REJ message: the records it covers, what computed it, and which answer it is. */
export function derivedMessageId(
  stage: 'obs' | 'qc' | 'rej',
  platform: string,
  sensor: string,
  range: RecordRange,
  build: string,
  revision: number,
): string {
  return `${stage}/${platform}/${sensor}/${range.session}/${range.first}-${range.last}/${build}/${revision}`;
}

/** A set of sequence numbers kept as sorted, disjoint, inclusive ranges: small even for months of records. */
export class SeqSet {
  /** first0, last0, first1, last1, … */
  readonly #bounds: number[] = [];

  /** Adds `first..last`, merging neighbours. */
  add(first: number, last: number): void {
    const bounds = this.#bounds;
    let from = 0;
    // Almost every call extends the last range: look there before searching.
    if (bounds.length > 0 && first > bounds[bounds.length - 1] + 1) from = bounds.length;
    else while (from < bounds.length && bounds[from + 1] + 1 < first) from += 2;
    let to = from;
    while (to < bounds.length && bounds[to] <= last + 1) to += 2;
    const low = to > from ? Math.min(first, bounds[from]) : first;
    const high = to > from ? Math.max(last, bounds[to - 1]) : last;
    bounds.splice(from, to - from, low, high);
  }

  has(seq: number): boolean {
    return this.hasAll(seq, seq);
  }

  /** True when every number of `first..last` is in the set. */
  hasAll(first: number, last: number): boolean {
    const bounds = this.#bounds;
    for (let i = bounds.length - 2; i >= 0; i -= 2) {
      if (bounds[i] <= first) return bounds[i + 1] >= last;
    }
    return false;
  }

  /** Greatest number in the set; 0 when empty. */
  get last(): number {
    return this.#bounds.at(-1) ?? 0;
  }

  /** The ranges, in order. */
  ranges(): [first: number, last: number][] {
    const out: [number, number][] = [];
    for (let i = 0; i < this.#bounds.length; i += 2) out.push([this.#bounds[i], this.#bounds[i + 1]]);
    return out;
  }
}
