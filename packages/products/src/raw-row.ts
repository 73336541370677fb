/**
 * One row of the raw archive: `<received> <kind> <session>/<seq> <payload>` and a line feed. Bytes 20–7e stand for
 * themselves, except the backslash (`\\`); every other byte is `\xHH`. So a row is one line whatever the instrument sent.
 */
import { KIND } from '@emso/core';
import { writeInteger } from './digits.ts';
import { STAMP_BYTES, StampWriter } from './stamp.ts';

/** First part of the identity of imported rows (`dat/<second>/<hash>/<n>`), and their name among the sessions of a run. */
export const IMPORT_SESSION = 'dat';

const HEX = new TextEncoder().encode('0123456789abcdef');
const BLANK = 32;
const BACKSLASH = 92;
const LONGEST_KIND = 7;
const LONGEST_SEQ = 16;

const KIND_TEXTS: readonly Uint8Array[] = Object.keys(KIND).map((kind) => new TextEncoder().encode(kind));

/** A growing byte array that rows are added to; `take` gives what was added and starts again. */
export class RowBuffer {
  #out: Uint8Array;
  #at = 0;
  #session = '';
  #sessionText: Uint8Array = new Uint8Array(0);
  readonly #stamp = new StampWriter();

  constructor(bytes: number) {
    this.#out = new Uint8Array(bytes);
  }

  get length(): number {
    return this.#at;
  }

  /** Adds a row of a session; its payload is `bytes[start, end)`. Throws on an identity that could not be read back. */
  addLive(
    receivedMs: number,
    kind: number,
    session: string,
    seq: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (kind === KIND.import) throw new Error('raw row: expected an import id for kind import, found a session');
    if (session !== this.#session) {
      if (!/^[!-.0-~]+$/.test(session) || session === IMPORT_SESSION) {
        throw new Error(`raw row: expected a session id of printable characters without '/', found '${session}'`);
      }
      this.#session = session;
      this.#sessionText = new TextEncoder().encode(session);
    }
    if (!Number.isSafeInteger(seq) || seq < 1) throw new Error(`raw row: expected a seq of 1 or more, found ${seq}`);
    this.#reserve(session.length + 1 + LONGEST_SEQ, end - start);
    this.#head(receivedMs, kind);
    const out = this.#out;
    let at = this.#at;
    const name = this.#sessionText;
    for (let i = 0; i < name.length; i++) out[at++] = name[i];
    out[at++] = 47; // slash
    this.#at = writeInteger(out, at, seq);
    this.#payload(bytes, start, end);
  }

  /** Adds an imported row. Throws on an id that does not begin with `dat/` or holds a blank. */
  addImport(receivedMs: number, importId: string, bytes: Uint8Array, start: number, end: number): void {
    if (!/^dat\/[!-~]+$/.test(importId)) {
      throw new Error(`raw row: expected an import id such as dat/<second>/<hash>/<n>, found '${importId}'`);
    }
    this.#reserve(importId.length, end - start);
    this.#head(receivedMs, KIND.import);
    for (let i = 0; i < importId.length; i++) this.#out[this.#at++] = importId.charCodeAt(i);
    this.#payload(bytes, start, end);
  }

  /** A view of the rows added since the last call, valid until the next row is added. */
  take(): Uint8Array {
    const rows = this.#out.subarray(0, this.#at);
    this.#at = 0;
    return rows;
  }

  #reserve(idBytes: number, payloadBytes: number): void {
    const room = STAMP_BYTES + 1 + LONGEST_KIND + 1 + idBytes + 1 + 4 * payloadBytes + 1;
    if (this.#out.length - this.#at >= room) return;
    const longer = new Uint8Array(Math.max(2 * this.#out.length, this.#at + room));
    longer.set(this.#out.subarray(0, this.#at));
    this.#out = longer;
  }

  #head(receivedMs: number, kind: number): void {
    if (!Number.isInteger(receivedMs))
      throw new Error(`raw row: expected a reception in whole ms, found ${receivedMs}`);
    const out = this.#out;
    let at = this.#stamp.write(out, this.#at, receivedMs, 'always');
    out[at++] = BLANK;
    const text = KIND_TEXTS[kind];
    for (let i = 0; i < text.length; i++) out[at++] = text[i];
    out[at++] = BLANK;
    this.#at = at;
  }

  #payload(bytes: Uint8Array, start: number, end: number): void {
    const out = this.#out;
    let at = this.#at;
    out[at++] = BLANK;
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      if (byte >= 0x20 && byte <= 0x7e && byte !== BACKSLASH) {
        out[at++] = byte;
        continue;
      }
      out[at++] = BACKSLASH;
      if (byte === BACKSLASH) out[at++] = BACKSLASH;
      else {
        out[at++] = 120; // x
        out[at++] = HEX[byte >> 4];
        out[at++] = HEX[byte & 15];
      }
    }
    out[at++] = 10;
    this.#at = at;
  }
}
