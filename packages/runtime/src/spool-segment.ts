/**
 * The bytes of a spool segment: `crc32 | record` one after the other, the record as in a RAW payload. A frame is believed
 * only when its checksum holds, so a torn tail or a rotten byte costs the frames it touches and never the ones behind.
 */
import { crc32 } from 'node:zlib';
import {
  MAX_RAW_PAYLOAD_BYTES,
  type RawRecord,
  RECORD_HEADER_BYTES,
  RECORD_KINDS,
  readRecord,
  writeRecord,
} from '@emso/core';

const CRC_BYTES = 4;

/** Bytes of one frame beside its payload. */
export const FRAME_OVERHEAD_BYTES = CRC_BYTES + RECORD_HEADER_BYTES;

/** Longest record that still fits a RAW payload of its own, whatever the session's name. */
export const MAX_RECORD_BYTES = MAX_RAW_PAYLOAD_BYTES - RECORD_HEADER_BYTES - 64;

/** Longest frame that can exist. */
export const MAX_FRAME_BYTES = FRAME_OVERHEAD_BYTES + MAX_RECORD_BYTES;

/** The bytes of one record in a segment. Throws RangeError when it is too long to be published. */
export function encodeFrame(record: RawRecord): Uint8Array {
  if (record.bytes.length > MAX_RECORD_BYTES) {
    throw new RangeError(
      `spool: expected a record of at most ${MAX_RECORD_BYTES} bytes, found ${record.bytes.length}: cut it into pieces before`,
    );
  }
  const out = new Uint8Array(FRAME_OVERHEAD_BYTES + record.bytes.length);
  writeRecord(out, CRC_BYTES, record);
  new DataView(out.buffer).setUint32(0, crc32(out.subarray(CRC_BYTES)));
  return out;
}

export interface Frame {
  readonly record: RawRecord;
  readonly start: number;
  readonly end: number;
}

/** The first intact frame that starts at or after `at`, its bytes as a view; undefined when there is none. */
export function nextFrame(bytes: Uint8Array, at: number, session: string): Frame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = at; start + FRAME_OVERHEAD_BYTES <= bytes.length; start++) {
    // Cheap doubts first: on damaged bytes this loop looks at every offset.
    const length = view.getUint32(start + CRC_BYTES);
    const end = start + FRAME_OVERHEAD_BYTES + length;
    if (length > MAX_RECORD_BYTES || end > bytes.length) continue;
    if (bytes[start + CRC_BYTES + RECORD_HEADER_BYTES - 1] >= RECORD_KINDS.length) continue;
    if (view.getUint32(start) !== crc32(bytes.subarray(start + CRC_BYTES, end))) continue;
    return { record: readRecord(bytes, start + CRC_BYTES, session), start, end };
  }
  return undefined;
}

export interface SegmentScan {
  readonly records: number;
  /** Sequence numbers of the first and last intact record; 0 when there is none. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Reception of the last intact record, epoch ms; 0 when there is none. */
  readonly lastReceivedMs: number;
  /** Bytes up to the end of the last intact frame: what follows is a torn tail. */
  readonly goodBytes: number;
  /** Damaged bytes before that. */
  readonly damagedBytes: number;
}

/** Reads a whole segment once. */
export function scanSegment(bytes: Uint8Array, session: string): SegmentScan {
  let [records, firstSeq, lastSeq, lastReceivedMs, at, damagedBytes] = [0, 0, 0, 0, 0, 0];
  for (let frame = nextFrame(bytes, 0, session); frame !== undefined; frame = nextFrame(bytes, at, session)) {
    damagedBytes += frame.start - at;
    if (records === 0) firstSeq = frame.record.seq;
    records++;
    lastSeq = frame.record.seq;
    lastReceivedMs = frame.record.receivedMs;
    at = frame.end;
  }
  return { records, firstSeq, lastSeq, lastReceivedMs, goodBytes: at, damagedBytes };
}
