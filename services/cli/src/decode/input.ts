/** Files of instrument lines or streams in any of the three shapes they come in, as runs. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { RawRun } from '@emso/core';
import { type DamagedRow, type Framing, readDatRows, readLines, readRecords } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';

/** `lines`: what an instrument says and nothing else. `rows`: historical daily file. `raw`: file of the archive. */
export type FileShape = 'lines' | 'rows' | 'raw';

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1 << 20;

/** The bytes of a file (`-` is standard input). Rejects with a failure "cannot reach" when it cannot be read. */
export async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    const name = file === '-' ? 'standard input' : file;
    throw new CommandFailure(
      EXIT.unreachable,
      `expected a readable file, found ${(error as Error).message} (${name})`,
      error,
    );
  }
}

/** The same bytes in blocks that end with a line feed, all but the last one. */
export async function* blocksOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield Buffer.concat([...rest, chunk.subarray(0, end)]);
      rest = [];
    }
    if (end < chunk.length) rest.push(chunk.subarray(end));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/** All the bytes as one block; none when there are no bytes. */
export async function* wholeOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  if (parts.length > 0) yield Buffer.concat(parts);
}

const ROW_STAMP = /^\d{8} \d{2}:\d{2}:\d{2}/;
const ARCHIVE_ROW = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z (?:line|piece|partial|event|import) /;

/** The shape of a file by its name and its first bytes. A stamp alone is not enough: an instrument could send one. */
export function shapeOf(file: string, first: Buffer): FileShape {
  const text = first.toString('latin1', 0, 64);
  if (ARCHIVE_ROW.test(text)) return 'raw';
  return basename(file).toLowerCase().endsWith('.dat') && ROW_STAMP.test(text) ? 'rows' : 'lines';
}

/** A block as a run, and the rows of it whose frame (stamp, kind, identity) is damaged, counted from 0 in the block. */
export interface ReadBlock {
  readonly run: RawRun;
  readonly damaged: readonly DamagedRow[];
}
export type BlockReader = (block: Buffer) => ReadBlock;

/**
 * The reader of a shape; the archive's is loaded only when it is needed. Where the stream is one of structures, only the archive
 * can be read block by block: its records were cut when they were received.
 */
export async function readerOf(shape: FileShape, framing: Framing): Promise<BlockReader> {
  if (shape === 'rows') return 'scan' in framing ? (block) => framedRows(block, framing) : readDatRows;
  if (shape === 'lines') {
    return (block) => ({ run: 'scan' in framing ? readRecords(block, framing) : readLines(block), damaged: [] });
  }
  const { parseRawFile } = await import('@emso/products');
  return (block) => {
    const { run, damaged, terminated } = parseRawFile(block);
    const rows = damaged.map(({ line, offset }) => ({ line: line - 1, offset, length: 0 }));
    // A last row without its line feed was torn by a crash: the archive's reader leaves it out, a person should see it.
    const torn = { line: run.count + rows.length, offset: terminated, length: block.length - terminated };
    return { run, damaged: torn.length > 0 ? [...rows, torn] : rows };
  };
}

/** Rows that were cut by structures are counted as records: those without a stamp come behind them. */
function framedRows(block: Buffer, framing: Framing): ReadBlock {
  const { run, damaged } = readDatRows(block, framing);
  return { run, damaged: damaged.map((row, i) => ({ ...row, line: run.count + i })) };
}
