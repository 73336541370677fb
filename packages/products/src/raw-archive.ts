/**
 * The archive of record, `.raw` files: written by appending rows, read back as columns. Every byte of every record comes
 * back; a last row without its line feed was torn by a crash and is left out.
 */
import { createRawRun, KIND, type RawRecord, type RawRun } from '@emso/core';
import { type DamagedRow, RowReader } from './raw-reader.ts';
import { RowBuffer } from './raw-row.ts';

/** A row of a historical daily file, as the importer names it. */
export interface ImportRow {
  readonly receivedMs: number;
  /** `dat/<second>/<hash>/<n>`. */
  readonly importId: string;
  readonly bytes: Uint8Array;
}

export interface RawFile {
  readonly run: RawRun;
  /** Length of the file up to and including its last line feed: a writer that restarts cuts it there. */
  readonly terminated: number;
  readonly damaged: readonly DamagedRow[];
}

/** Rows of live records in the given order, each with its line feed. Throws on a record that could not be read back. */
export function formatRawRows(records: readonly RawRecord[]): Uint8Array {
  const rows = new RowBuffer(records.reduce((sum, record) => sum + 80 + record.bytes.length, 0));
  for (const { receivedMs, kind, session, seq, bytes } of records) {
    rows.addLive(receivedMs, KIND[kind], session, seq, bytes, 0, bytes.length);
  }
  return rows.take();
}

/** Rows of imported records in the given order, each with its line feed. */
export function formatImportRows(imports: readonly ImportRow[]): Uint8Array {
  const rows = new RowBuffer(imports.reduce((sum, row) => sum + 100 + row.bytes.length, 0));
  for (const { receivedMs, importId, bytes } of imports) rows.addImport(receivedMs, importId, bytes, 0, bytes.length);
  return rows.take();
}

const LF = 10;
const BACKSLASH = 92;
/** Offsets of a run are 32-bit. */
const MAX_FILE_BYTES = 0x7fff_ffff;

/**
 * The records of a `.raw` file, in file order, duplicates included. Payloads are views into the file when it holds no
 * escape, and into one copy of it otherwise: leave `file` unchanged while the run is in use. A row that is not one is
 * reported and left out, whatever its bytes. Throws only on a file of 2 GiB or more.
 */
export function parseRawFile(file: Uint8Array): RawFile {
  if (file.length > MAX_FILE_BYTES) {
    throw new Error(`raw file: expected less than 2 GiB (one sensor, one day), found ${file.length} bytes`);
  }
  const terminated = file.lastIndexOf(LF) + 1;
  let lines = 0;
  for (let i = 0; i < terminated; i++) if (file[i] === LF) lines++;
  // An escape is longer than its byte, so payloads are unescaped in place, in a copy (the slice of a Buffer is none).
  const arena = file.includes(BACKSLASH) ? new Uint8Array(file.subarray(0, terminated)) : file;
  const rows = new RowReader(file.subarray(0, terminated), createRawRun(arena, lines));
  return { run: rows.run, terminated, damaged: rows.readAll() };
}
