/**
 * Cuts a byte stream into records: live, chunk by chunk, or a whole file at once. Pure: times are passed in, and how the stream
 * was chunked changes nothing but reception times. No byte is ever dropped, added or altered.
 */
import { createRawRun, growRawRun, KIND, type RawRun } from '@emso/core';
import { LF } from './bytes.ts';

/**
 * Looks for the end of the record that begins at `start` in `bytes[start, end)`: its offset (not included), or −1 while more
 * bytes could change the answer. A record is a whole structure, or the bytes up to the next one: which of them it is, the
 * decoder finds again. Never gives an offset beyond `end`, and gives the same one however many more bytes are there.
 */
export type Scan = (bytes: Uint8Array, start: number, end: number) => number;

/** How a stream is cut: `lines` at every LF, which is implied and not kept; others keep every byte. */
export type Framing = { readonly name: 'lines' } | { readonly name: string; readonly scan: Scan };

export const LINES: Framing = { name: 'lines' };

/** No structure is longer: that many bytes without the end of a record are given away as a `piece`. */
export const MAX_RECORD_BYTES = 8192;

export interface FramedRecord {
  /**
   * `line`: a whole line, its LF removed. `piece`: part of an over-long line. `partial`: part of a line of which something
   * may be missing. Pieces and partials keep their LF.
   */
  readonly kind: 'line' | 'piece' | 'partial';
  /** A copy: the chunk may be reused. */
  readonly bytes: Uint8Array;
  /** Epoch ms of the chunk that completed the record. */
  readonly receivedMs: number;
}

export interface LineFramerOptions {
  /** A line that has so many bytes without an LF is given away in pieces. */
  readonly maxLineBytes?: number;
  /** The stream may begin in the middle of a line: all up to the first LF is `partial`. */
  readonly startUnsure?: boolean;
}

/** The framer of one connection: a reconnection is another stream and needs another framer. */
export interface Framer {
  /** True when bytes of an unfinished record were received: a silence now is a silence inside a record. */
  readonly insideRecord: boolean;
  /** The records that `chunk`, received at `nowMs` (epoch ms), completes. */
  push(chunk: Uint8Array, nowMs: number): FramedRecord[];
  /** The record being received is broken off at `nowMs` (silence inside it, connection lost): what is pending comes out as `partial`. */
  cut(nowMs: number): FramedRecord[];
}

export function createFramer(framing: Framing, options: LineFramerOptions = {}): Framer {
  return 'scan' in framing ? new StructureFramer(framing.scan) : new LineFramer(options);
}

/** Structures find their beginning again by themselves: nothing needs to be known about how the stream begins. */
class StructureFramer implements Framer {
  readonly #scan: Scan;
  readonly #pending = new Uint8Array(MAX_RECORD_BYTES);
  #length = 0;

  constructor(scan: Scan) {
    this.#scan = scan;
  }

  get insideRecord(): boolean {
    return this.#length > 0;
  }

  push(chunk: Uint8Array, nowMs: number): FramedRecord[] {
    const records: FramedRecord[] = [];
    for (let taken = 0; taken < chunk.length; ) {
      const room = Math.min(MAX_RECORD_BYTES - this.#length, chunk.length - taken);
      this.#pending.set(chunk.subarray(taken, taken + room), this.#length);
      this.#length += room;
      taken += room;
      let at = 0;
      while (at < this.#length) {
        const stop = this.#scan(this.#pending, at, this.#length);
        if (stop >= 0) records.push({ kind: 'line', bytes: this.#pending.slice(at, stop), receivedMs: nowMs });
        else if (at === 0 && this.#length === MAX_RECORD_BYTES) {
          records.push({ kind: 'piece', bytes: this.#pending.slice(), receivedMs: nowMs });
        } else break;
        at = stop < 0 ? this.#length : stop;
      }
      this.#pending.copyWithin(0, at, this.#length);
      this.#length -= at;
    }
    return records;
  }

  cut(nowMs: number): FramedRecord[] {
    if (this.#length === 0) return [];
    const bytes = this.#pending.slice(0, this.#length);
    this.#length = 0;
    return [{ kind: 'partial', bytes, receivedMs: nowMs }];
  }
}

/** The records of a whole file as a run over the file's own bytes; kind `line`, and `partial` for a structure that its end cuts. */
export function readRecords(file: Uint8Array, { scan }: { readonly scan: Scan }): RawRun {
  const run = createRawRun(file, Math.ceil(file.length / 64) + 16);
  run.sessions.push('file');
  for (let at = 0; at < file.length; ) {
    if (run.count === run.start.length) growRawRun(run);
    const limit = Math.min(at + MAX_RECORD_BYTES, file.length);
    const found = scan(file, at, limit);
    const stop = found < 0 ? limit : found;
    run.start[run.count] = at;
    run.end[run.count] = stop;
    run.kind[run.count] = found >= 0 ? KIND.line : limit < file.length ? KIND.piece : KIND.partial;
    run.seq[run.count] = ++run.count;
    at = stop;
  }
  run.received.fill(Number.NaN);
  return run;
}

export class LineFramer implements Framer {
  readonly #pending: Uint8Array;
  #length = 0;
  /** What the bytes up to the next LF are part of. */
  #kind: FramedRecord['kind'];

  constructor(options: LineFramerOptions = {}) {
    this.#pending = new Uint8Array(options.maxLineBytes ?? 4096);
    this.#kind = options.startUnsure ? 'partial' : 'line';
  }

  get insideRecord(): boolean {
    return this.#length > 0 || this.#kind !== 'line';
  }

  push(chunk: Uint8Array, nowMs: number): FramedRecord[] {
    const records: FramedRecord[] = [];
    const limit = this.#pending.length;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === LF && this.#kind === 'line') {
        records.push(this.#take('line', nowMs));
        continue;
      }
      this.#pending[this.#length++] = byte;
      if (byte !== LF && this.#length < limit) continue;
      if (this.#kind === 'line') this.#kind = 'piece';
      records.push(this.#take(this.#kind, nowMs));
      if (byte === LF) this.#kind = 'line';
    }
    return records;
  }

  /** The rest of the broken line, should it still come, is `partial` too. Nothing happens between lines. */
  cut(nowMs: number): FramedRecord[] {
    if (!this.insideRecord) return [];
    this.#kind = 'partial';
    return this.#length > 0 ? [this.#take('partial', nowMs)] : [];
  }

  #take(kind: FramedRecord['kind'], receivedMs: number): FramedRecord {
    const bytes = this.#pending.slice(0, this.#length);
    this.#length = 0;
    return { kind, bytes, receivedMs };
  }
}
