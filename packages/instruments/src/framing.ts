/**
 * Cuts the byte stream of a live connection into records. Pure: times are passed in, and how the stream was chunked changes
 * nothing but reception times. No byte is ever dropped, added or altered.
 */
import { LF } from './bytes.ts';

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
export class LineFramer {
  readonly #pending: Uint8Array;
  #length = 0;
  /** What the bytes up to the next LF are part of. */
  #kind: FramedRecord['kind'];

  constructor(options: LineFramerOptions = {}) {
    this.#pending = new Uint8Array(options.maxLineBytes ?? 4096);
    this.#kind = options.startUnsure ? 'partial' : 'line';
  }

  /** True when bytes of an unfinished line were received: a silence now is a silence inside a line. */
  get insideLine(): boolean {
    return this.#length > 0 || this.#kind !== 'line';
  }

  /** The records that `chunk`, received at `nowMs` (epoch ms), completes. */
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

  /**
   * The line being received is broken off at `nowMs` (silence inside it, connection lost): what is pending comes out as
   * `partial`, and so does the rest of that line should it still come. Nothing happens between lines.
   */
  cut(nowMs: number): FramedRecord[] {
    if (!this.insideLine) return [];
    this.#kind = 'partial';
    return this.#length > 0 ? [this.#take('partial', nowMs)] : [];
  }

  #take(kind: FramedRecord['kind'], receivedMs: number): FramedRecord {
    const bytes = this.#pending.slice(0, this.#length);
    this.#length = 0;
    return { kind, bytes, receivedMs };
  }
}
