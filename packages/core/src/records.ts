/**
 * Raw records and how they travel: a RAW message carries consecutive records of one sensor and one session,
 * each as (length, reception ms, seq, kind, bytes). Reception times are in the payload because headers are limited.
 */

/**
 * What a row of the raw archive is.
 * `line`: bytes up to a line feed (the feed itself is implied). `piece`: part of an over-long line. `partial`: a line
 * cut by a time-out or a lost connection, at either end. `event`: what happened to the link (text). `import`: a row of a
 * historical daily file. Pieces and partials keep every byte, a line feed included, and never become observations.
 */
export const RECORD_KINDS = ['line', 'piece', 'partial', 'event', 'import'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export interface RawRecord {
  readonly session: string;
  readonly seq: number;
  /** Reception at the acquirer, epoch ms UTC, of the chunk that completed the record. */
  readonly receivedMs: number;
  readonly kind: RecordKind;
  readonly bytes: Uint8Array;
}

/** Largest RAW payload that is ever published. */
export const MAX_RAW_PAYLOAD_BYTES = 256 * 1024;

/** Bytes of one record beside its payload: u32 length, f64 reception ms, f64 seq, u8 kind. */
export const RECORD_HEADER_BYTES = 4 + 8 + 8 + 1;

const VERSION = 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

/** A RAW payload of records of one session (version, session, then the records). Throws on an empty run, mixed sessions, or too much. */
export function encodeRawPayload(records: readonly RawRecord[]): Uint8Array {
  const session = records[0]?.session;
  if (session === undefined) throw new Error('a RAW payload needs at least one record, found none');
  const name = encoder.encode(session);
  let size = 2 + name.length;
  for (const record of records) size += RECORD_HEADER_BYTES + record.bytes.length;
  if (size > MAX_RAW_PAYLOAD_BYTES) {
    throw new Error(`a RAW payload holds at most ${MAX_RAW_PAYLOAD_BYTES} bytes, found ${size}: take fewer records`);
  }
  const out = new Uint8Array(size);
  out[0] = VERSION;
  out[1] = name.length;
  out.set(name, 2);
  let at = 2 + name.length;
  for (const record of records) {
    if (record.session !== session) {
      throw new Error(`a RAW payload holds one session, found ${session} and ${record.session}`);
    }
    at = writeRecord(out, at, record);
  }
  return out;
}

/** Writes one record at `at`; returns the offset behind it. */
export function writeRecord(out: Uint8Array, at: number, record: RawRecord): number {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setUint32(at, record.bytes.length);
  view.setFloat64(at + 4, record.receivedMs);
  view.setFloat64(at + 12, record.seq);
  view.setUint8(at + 20, RECORD_KINDS.indexOf(record.kind));
  out.set(record.bytes, at + RECORD_HEADER_BYTES);
  return at + RECORD_HEADER_BYTES + record.bytes.length;
}

/** The records of a RAW payload, their bytes as views into it. Throws with offset and finding on damage. */
export function decodeRawPayload(payload: Uint8Array): RawRecord[] {
  if (payload.length < 2 || payload[0] !== VERSION) {
    throw new Error(`RAW payload: expected version ${VERSION} at offset 0, found ${payload[0] ?? 'nothing'}`);
  }
  const session = decoder.decode(payload.subarray(2, 2 + payload[1]));
  const records: RawRecord[] = [];
  let at = 2 + payload[1];
  while (at < payload.length) {
    const record = readRecord(payload, at, session);
    records.push(record);
    at += RECORD_HEADER_BYTES + record.bytes.length;
  }
  if (records.length === 0) throw new Error('RAW payload: expected at least one record, found none');
  return records;
}

/** The record that starts at `at`. Throws when the bytes there are not one. */
export function readRecord(bytes: Uint8Array, at: number, session: string): RawRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = at + RECORD_HEADER_BYTES <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
  const kind = RECORD_KINDS[bytes[at + 20]];
  if (at + RECORD_HEADER_BYTES + length > bytes.length || kind === undefined) {
    throw new Error(
      `raw record at offset ${at}: expected length, times, kind and payload, found ${bytes.length - at} bytes`,
    );
  }
  const start = at + RECORD_HEADER_BYTES;
  return {
    session,
    seq: view.getFloat64(at + 12),
    receivedMs: view.getFloat64(at + 4),
    kind,
    bytes: bytes.subarray(start, start + length),
  };
}
