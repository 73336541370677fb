/** Reads a spool in order, from disk and through a window, so that memory stays flat however far behind the reader is. */
import { type FileHandle, open } from 'node:fs/promises';
import { MAX_RAW_PAYLOAD_BYTES, type RawRecord, RECORD_HEADER_BYTES } from '@emso/core';
import type { Log } from './log.ts';
import type { Segment } from './spool-disk.ts';
import { after, type Position } from './spool-position.ts';
import { MAX_FRAME_BYTES, nextFrame } from './spool-segment.ts';

export interface SpoolRead {
  /** Consecutive records of one session, at least one. */
  readonly records: RawRecord[];
  /** Where to read on. */
  readonly next: Position;
}

/** Large enough that a frame which does not fit cannot exist. */
const WINDOW_BYTES = 4 * MAX_FRAME_BYTES;

export class SpoolReader {
  readonly #segments: readonly Segment[];
  readonly #log: Log;
  /** Where the last read ended, to go on there without searching. */
  #cursor = { path: '', seq: 0, offset: 0 };

  constructor(segments: readonly Segment[], log: Log) {
    this.#segments = segments;
    this.#log = log;
  }

  /** The next durable records behind `position` that fit a payload of `maxBytes`; undefined when there are none. */
  async read(position: Position, maxBytes: number): Promise<SpoolRead | undefined> {
    const limit = Math.min(maxBytes, MAX_RAW_PAYLOAD_BYTES);
    // A copy: the list and its lengths grow while we read.
    const segments = this.#segments.map((segment) => ({ ...segment }));
    for (let i = 0; i < segments.length; i++) {
      const segment = segments[i];
      const afterSeq = segment.session === position.session ? position.seq : 0;
      if (segment.session < position.session || segment.lastSeq <= afterSeq) continue;
      // A segment that failed may hold records on disk that were then written, and acknowledged, in the next one.
      const rewritten = segments.slice(i + 1).find((later) => later.session === segment.session && later.firstSeq > 0);
      const beforeSeq = rewritten?.firstSeq ?? Number.POSITIVE_INFINITY;
      const records = await this.#readSegment(segment, afterSeq, beforeSeq, limit);
      if (records.length > 0) return { records, next: after(segment.session, records[records.length - 1].seq) };
    }
    return undefined;
  }

  async #readSegment(segment: Segment, afterSeq: number, beforeSeq: number, limit: number): Promise<RawRecord[]> {
    const { path, session } = segment;
    const records: RawRecord[] = [];
    let room = limit - 2 - session.length;
    let start = this.#cursor.path === path && this.#cursor.seq === afterSeq ? this.#cursor.offset : 0;
    const handle = await open(path, 'r');
    try {
      while (start < segment.bytes) {
        const window = await readWindow(handle, start, Math.min(WINDOW_BYTES, segment.bytes - start));
        let at = 0;
        for (let frame = nextFrame(window, 0, session); frame !== undefined; frame = nextFrame(window, at, session)) {
          if (frame.start > at) this.#reportDamage(segment, start + at, frame.start - at);
          const { record } = frame;
          if (record.seq >= beforeSeq) return records;
          if (record.seq > afterSeq) {
            const size = RECORD_HEADER_BYTES + record.bytes.length;
            const last = records.at(-1);
            if (last !== undefined && (size > room || record.seq !== last.seq + 1)) return records;
            room -= size;
            records.push(record);
            this.#cursor = { path, seq: record.seq, offset: start + frame.end };
          }
          at = frame.end;
        }
        if (records.length > 0) return records;
        // A frame that began before the last possible one would have been whole.
        start += at > 0 ? at : Math.max(1, window.length - MAX_FRAME_BYTES);
      }
    } finally {
      await handle.close();
    }
    return records;
  }

  #reportDamage(segment: Segment, offset: number, bytes: number): void {
    this.#log.error(
      { reason: 'spool-damaged', path: segment.path, offset, bytes },
      `spool ${segment.name}: ${bytes} damaged bytes at ${offset}: their records are lost, check the disk`,
    );
  }
}

async function readWindow(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
