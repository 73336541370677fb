/**
 * The historical daily files of the observatory: `YYYYMMDD HH:MM:SS`, seventeen characters of UTC reception time, with the
 * stripped instrument line glued to it. The payload may begin with a digit, so rows are cut by width, never by pattern.
 */
import { hash } from 'node:crypto';
import {
  compactDay,
  createRawRun,
  DAY_MS,
  dayOf,
  dayOfCivil,
  growRawRun,
  isCivilDate,
  KIND,
  type RawRun,
} from '@emso/core';
import { BLANK, COLON, isSpace, LF, trimmedEnd, ZERO } from './bytes.ts';
import { type Framing, LINES } from './framing.ts';
import { twoDigits } from './numbers.ts';
import { reframeRows } from './reframe-rows.ts';

export * from './rows-file-name.ts';
export type * from './rows-import-report.ts';

/** Characters of the reception time in front of every row. */
export const STAMP_BYTES = 17;

/** A row without a valid stamp: where it stands in the file, its LF not counted. */
export interface DamagedRow {
  /** 0-based number of the row in the file. */
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * The rows of a daily file as a run over the file's own bytes (nothing is copied), reception times in epoch ms, kind
 * `import`, seq 0. Rows that do not begin with a valid stamp are listed beside it. A last row without LF is a row.
 *
 * With a `framing` of structures the rows, which were cut wherever an 0A stood, are put together and cut again: the run has
 * its own bytes then, and a record is received when the row it ends in was (FORMATS §4.8).
 */
export function readDatRows(file: Uint8Array, framing: Framing = LINES): { run: RawRun; damaged: DamagedRow[] } {
  const { run, damaged } = readRows(file);
  return { run: 'scan' in framing ? reframeRows(run, framing.scan) : run, damaged };
}

function readRows(file: Uint8Array): { run: RawRun; damaged: DamagedRow[] } {
  const run = createRawRun(file, likelyRows(file));
  run.sessions.push('dat');
  const damaged: DamagedRow[] = [];
  let dateAt = -1;
  let dateMs = 0;
  let row = 0;
  for (let at = 0, line = 0; at < file.length; line++) {
    let stop = file.indexOf(LF, at);
    if (stop < 0) stop = file.length;
    if (stop - at >= STAMP_BYTES) {
      // Nearly every row repeats the date of the row before it.
      if (dateAt < 0 || !sameDate(file, dateAt, at)) {
        dateMs = dateOf(file, at);
        dateAt = Number.isNaN(dateMs) ? -1 : at;
      }
      const clockMs = clockOf(file, at + 8);
      if (dateAt >= 0 && clockMs >= 0) {
        if (row === run.start.length) growRawRun(run);
        run.start[row] = at + STAMP_BYTES;
        run.end[row] = stop;
        run.received[row] = dateMs + clockMs;
        row++;
        at = stop + 1;
        continue;
      }
    }
    damaged.push({ line, offset: at, length: stop - at });
    at = stop + 1;
  }
  run.count = row;
  run.kind.fill(KIND.import, 0, row);
  return { run, damaged };
}

/** Offsets of `bytes[start, end)` without the bytes 09–0D and 20 at both its ends; equal offsets when nothing is left. */
export function stripBounds(bytes: Uint8Array, start: number, end: number): [start: number, end: number] {
  end = trimmedEnd(bytes, start, end);
  while (start < end && isSpace(bytes[start])) start++;
  return [start, end];
}

/**
 * The identities of the imported rows of one file, by record index: `dat/<second>/<hash>/<n>`, where hash is the first 16
 * hex digits of the SHA-256 of the stripped payload and n counts the file's rows with equal second and hash from 1.
 */
export function importIds(run: RawRun): string[] {
  const ids: string[] = [];
  const seen = new Map<string, number>();
  let day = Number.NaN;
  let date = '';
  for (let i = 0; i < run.count; i++) {
    const [start, end] = stripBounds(run.bytes, run.start[i], run.end[i]);
    const digest = hash('sha256', run.bytes.subarray(start, end), 'hex').slice(0, 16);
    // Nearly every row repeats the date of the row before it.
    if (dayOf(run.received[i]) !== day) {
      day = dayOf(run.received[i]);
      date = compactDay(day);
    }
    const key = `dat/${date}T${clockText(run.received[i] - day * DAY_MS, '')}Z/${digest}`;
    const n = (seen.get(key) ?? 0) + 1;
    seen.set(key, n);
    ids.push(`${key}/${n}`);
  }
  return ids;
}

/**
 * What the historical acquisition would have written of a record: stamp of its reception (epoch ms, cut to the second),
 * stripped payload, LF; as many rows as the record was cut into at the LFs inside it.
 */
export function datRow(receivedMs: number, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const feed = bytes.subarray(start, end).indexOf(LF);
  if (feed < 0 || start + feed === end - 1) return pieceRow(receivedMs, bytes, start, end);
  const rows: Uint8Array[] = [];
  for (let at = start; at < end; ) {
    const next = bytes.indexOf(LF, at);
    const stop = next < 0 || next > end ? end : next;
    rows.push(pieceRow(receivedMs, bytes, at, stop));
    at = stop + 1;
  }
  return Buffer.concat(rows);
}

function pieceRow(receivedMs: number, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const [from, to] = stripBounds(bytes, start, end);
  const row = new Uint8Array(STAMP_BYTES + to - from + 1);
  const stamp = stampText(receivedMs);
  for (let i = 0; i < STAMP_BYTES; i++) row[i] = stamp.charCodeAt(i);
  row.set(bytes.subarray(from, to), STAMP_BYTES);
  row[row.length - 1] = LF;
  return row;
}

/** `YYYYMMDD HH:MM:SS` of an instant. */
function stampText(timeMs: number): string {
  const day = dayOf(timeMs);
  return `${compactDay(day)} ${clockText(timeMs - day * DAY_MS, ':')}`;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

/** `HH:MM:SS` of a time since midnight, with this between the numbers. */
function clockText(sinceMidnightMs: number, separator: string): string {
  const second = Math.floor(sinceMidnightMs / 1000);
  const minute = Math.floor(second / 60);
  const hour = TWO_DIGITS[Math.floor(minute / 60)];
  return `${hour}${separator}${TWO_DIGITS[minute % 60]}${separator}${TWO_DIGITS[second % 60]}`;
}

/** About as many rows as a file has whose lines are as long as its first one; the run grows when they are shorter. */
function likelyRows(file: Uint8Array): number {
  const first = file.indexOf(LF) + 1;
  return Math.ceil(file.length / Math.max(first, STAMP_BYTES + 1)) + 16;
}

function sameDate(file: Uint8Array, a: number, b: number): boolean {
  // The day changes most often: look there first.
  for (let i = 7; i >= 0; i--) if (file[a + i] !== file[b + i]) return false;
  return true;
}

/** Epoch ms of midnight of the `YYYYMMDD` at `at`; NaN when it is no date. */
function dateOf(file: Uint8Array, at: number): number {
  const century = twoDigits(file, at, at + 8);
  const year = twoDigits(file, at + 2, at + 8);
  const month = twoDigits(file, at + 4, at + 8);
  const day = twoDigits(file, at + 6, at + 8);
  const valid = century >= 0 && year >= 0 && isCivilDate(century * 100 + year, month, day);
  return valid ? dayOfCivil(century * 100 + year, month, day) * DAY_MS : Number.NaN;
}

/** Milliseconds since midnight of the ` HH:MM:SS` at `at`; −1 when it is no time of day. `:60` is the next `:00`. */
function clockOf(file: Uint8Array, at: number): number {
  if (file[at] !== BLANK || file[at + 3] !== COLON || file[at + 6] !== COLON) return -1;
  const hour = clockDigits(file, at + 1, 23);
  const minute = clockDigits(file, at + 4, 59);
  const second = clockDigits(file, at + 7, 60);
  return hour < 0 || minute < 0 || second < 0 ? -1 : hour * 3_600_000 + minute * 60_000 + second * 1000;
}

function clockDigits(file: Uint8Array, at: number, max: number): number {
  const tens = file[at] - ZERO;
  const units = file[at + 1] - ZERO;
  const value = tens * 10 + units;
  return tens >= 0 && units >= 0 && units <= 9 && value <= max ? value : -1;
}
