/**
 * Reads rows of the raw archive into columns: fixed places first, then the identity, then the payload, each byte looked at
 * once. A minute or session that repeats the row before it is only compared.
 */
import { isCivilDate, KIND, type RawRun, utcMs } from '@emso/core';
import { IMPORT_SESSION } from './raw-row.ts';

export interface DamagedRow {
  /** 1-based line of the file. */
  readonly line: number;
  /** Offset in the file of the first byte that is not what a row has there. */
  readonly offset: number;
  /** What was expected there. */
  readonly reason: string;
}

const LF = 10;
const BLANK = 32;
const SLASH = 47;
const BACKSLASH = 92;
/** `YYYY-MM-DDTHH:MM:` */
const MINUTE_BYTES = 17;
const PLAIN = 0;
const latin1 = new TextDecoder('latin1');

/** Per byte: PLAIN for payload bytes that stand for themselves. */
const NOT_PLAIN = new Uint8Array(256).map((_, byte) => (byte < 0x20 || byte > 0x7e || byte === BACKSLASH ? 1 : 0));
/** Per byte: the value of a lower-case hexadecimal digit; far below zero for any other byte. */
const HEX_VALUE = new Int16Array(256).map((_, byte) => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  return byte >= 97 && byte <= 102 ? byte - 87 : -1000;
});
const KIND_TEXTS = Object.keys(KIND).map((kind) => new TextEncoder().encode(`${kind} `));

/** Reads the rows of `file`, whose last byte is a line feed, into `run`, whose arena is `file` or, with escapes, a copy of it. */
export class RowReader {
  readonly run: RawRun;
  readonly #file: Uint8Array;
  readonly #sessionIndexes = new Map<string, number>();
  #lastSession = '';
  #lastIndex = -1;
  /** Where the last good minute and session stand in the file: most rows repeat them. */
  #minuteAt = -1;
  #minuteMs = 0;
  #sessionAt = 0;
  #sessionLength = 0;
  #sessionName = '';
  /** Identity of the row being read, when it is an import. */
  #importId = '';
  /** Where reading stopped and what was expected there, when a row is damaged. */
  #at = 0;
  #expected = '';

  constructor(file: Uint8Array, run: RawRun) {
    this.#file = file;
    this.run = run;
  }

  readAll(): DamagedRow[] {
    const damaged: DamagedRow[] = [];
    let line = 0;
    for (let start = 0; start < this.#file.length; ) {
      line++;
      this.#at = start;
      if (!this.#row()) {
        damaged.push({ line, offset: this.#at, reason: `expected ${this.#expected}` });
        this.#at = this.#file.indexOf(LF, this.#at);
      }
      start = this.#at + 1;
    }
    return damaged;
  }

  /** Reads the row at `#at` and leaves `#at` on its line feed; false leaves it where the row goes wrong. */
  #row(): boolean {
    const { run } = this;
    const row = run.count;
    if (!this.#received(row) || !this.#kind(row)) return false;
    const isImport = run.kind[row] === KIND.import;
    if (!(isImport ? this.#importIdentity(row) : this.#liveIdentity(row)) || !this.#payload(row)) return false;
    run.session[row] = this.#sessionIndex(isImport ? IMPORT_SESSION : this.#sessionName);
    if (isImport) run.importId.set(row, this.#importId);
    run.count++;
    return true;
  }

  #fail(at: number, expected: string): false {
    this.#at = at;
    this.#expected = expected;
    return false;
  }

  #received(row: number): boolean {
    const file = this.#file;
    const start = this.#at;
    let same = this.#minuteAt < 0 ? 0 : MINUTE_BYTES;
    for (let i = 0; i < same; i++) if (file[start + i] !== file[this.#minuteAt + i]) same = 0;
    if (same === 0 && !this.#minute(start)) return false;
    const at = start + MINUTE_BYTES;
    const second = number2(file, at);
    const ms = number2(file, at + 3) * 10 + digit(file[at + 5]);
    if (!(second <= 59 && file[at + 2] === 46 && ms >= 0 && file[at + 6] === 90 && file[at + 7] === BLANK)) {
      return this.#fail(start, 'a reception time YYYY-MM-DDTHH:MM:SS.mmmZ and a blank');
    }
    this.run.received[row] = this.#minuteMs + second * 1000 + ms;
    this.#at = at + 8;
    return true;
  }

  #minute(at: number): boolean {
    const file = this.#file;
    const year = number2(file, at) * 100 + number2(file, at + 2);
    const [month, day] = [number2(file, at + 5), number2(file, at + 8)];
    const [hour, minute] = [number2(file, at + 11), number2(file, at + 14)];
    const separators = latin1.decode(file.subarray(at, at + MINUTE_BYTES)).replace(/\d/g, '');
    // A byte that is no digit makes its number NaN, which fails every comparison.
    if (!(separators === '--T::' && isCivilDate(year, month, day) && hour <= 23 && minute <= 59)) {
      return this.#fail(at, 'a reception time YYYY-MM-DDTHH:MM:SS.mmmZ and a blank');
    }
    this.#minuteMs = utcMs(year, month, day, hour, minute, 0);
    this.#minuteAt = at;
    return true;
  }

  #kind(row: number): boolean {
    const file = this.#file;
    const at = this.#at;
    const second = file[at + 1];
    let kind: number = KIND.line;
    // Enough to tell the five apart; the comparison below is what decides.
    if (second === 105) kind = file[at] === 112 ? KIND.piece : KIND.line;
    else if (second === 97) kind = KIND.partial;
    else if (second === 118) kind = KIND.event;
    else if (second === 109) kind = KIND.import;
    const text = KIND_TEXTS[kind];
    for (let i = 0; i < text.length; i++) {
      if (file[at + i] !== text[i]) return this.#fail(at, 'a kind (line, piece, partial, event, import) and a blank');
    }
    this.run.kind[row] = kind;
    this.#at = at + text.length;
    return true;
  }

  #liveIdentity(row: number): boolean {
    const file = this.#file;
    const start = this.#at;
    let length = this.#sessionLength;
    for (let i = 0; i < length; i++) if (file[start + i] !== file[this.#sessionAt + i]) length = 0;
    if (length === 0 || file[start + length] !== SLASH) {
      length = 0;
      while (file[start + length] > BLANK && file[start + length] < 0x7f && file[start + length] !== SLASH) length++;
      if (length === 0 || file[start + length] !== SLASH) return this.#fail(start, 'an identity <session>/<seq>');
      const name = latin1.decode(file.subarray(start, start + length));
      if (name === IMPORT_SESSION)
        return this.#fail(start, `a session other than '${IMPORT_SESSION}', which is for imports`);
      this.#sessionName = name;
      this.#sessionAt = start;
      this.#sessionLength = length;
    }
    const seqAt = start + length + 1;
    let at = seqAt;
    let seq = 0;
    for (let d = digit(file[at]); d >= 0; d = digit(file[++at])) seq = seq * 10 + d;
    if (file[at] !== BLANK || file[seqAt] === 48 || !(seq >= 1 && seq <= Number.MAX_SAFE_INTEGER)) {
      return this.#fail(seqAt, 'a sequence number of 1 or more and a blank');
    }
    this.run.seq[row] = seq;
    this.#at = at + 1;
    return true;
  }

  #importIdentity(row: number): boolean {
    const file = this.#file;
    let end = this.#at;
    while (file[end] > BLANK && file[end] < 0x7f) end++;
    const id = latin1.decode(file.subarray(this.#at, end));
    if (file[end] !== BLANK || !/^dat\/./.test(id)) {
      return this.#fail(this.#at, 'an import identity dat/<second>/<hash>/<n> and a blank');
    }
    this.run.seq[row] = 0;
    this.#importId = id;
    this.#at = end + 1;
    return true;
  }

  /** Sessions enter the run with their first good row, so that a damaged name leaves nothing behind. */
  #sessionIndex(name: string): number {
    if (name === this.#lastSession) return this.#lastIndex;
    let index = this.#sessionIndexes.get(name);
    if (index === undefined) {
      index = this.run.sessions.push(name) - 1;
      this.#sessionIndexes.set(name, index);
    }
    this.#lastSession = name;
    this.#lastIndex = index;
    return index;
  }

  #payload(row: number): boolean {
    const file = this.#file;
    const start = this.#at;
    let at = start;
    while (NOT_PLAIN[file[at]] === PLAIN) at++;
    let to = at;
    while (file[at] !== LF) {
      if (file[at] === BACKSLASH) {
        const [byte, length] = file[at + 1] === BACKSLASH ? [BACKSLASH, 2] : [hexByte(file, at + 1), 4];
        // Behind the end of the file there is no byte, and no number either.
        if (!(byte >= 0)) return this.#fail(at, String.raw`\\ or \xHH with lower-case digits`);
        this.run.bytes[to++] = byte;
        at += length;
      } else if (NOT_PLAIN[file[at]] === PLAIN) this.run.bytes[to++] = file[at++];
      else return this.#fail(at, 'a byte 20–7e, any other one escaped');
    }
    this.run.start[row] = start;
    this.run.end[row] = to;
    this.#at = at;
    return true;
  }
}

function digit(byte: number): number {
  return byte >= 48 && byte <= 57 ? byte - 48 : Number.NaN;
}

function number2(bytes: Uint8Array, at: number): number {
  return digit(bytes[at]) * 10 + digit(bytes[at + 1]);
}

/** The byte of `xHH` at `at`, negative when it is not that. */
function hexByte(bytes: Uint8Array, at: number): number {
  return bytes[at] === 120 ? HEX_VALUE[bytes[at + 1]] * 16 + HEX_VALUE[bytes[at + 2]] : -1;
}
