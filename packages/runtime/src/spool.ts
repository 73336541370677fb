/**
 * The acquirer's outbox: every record is on local disk before anything looks at it (PROMISE 1, 5, 6). One directory per
 * sensor, append only, one session per start. Appends are grouped: one write and one fdatasync for all that queued
 * meanwhile. After a failed write nothing is retried on that descriptor; the records stay in memory and go to a new segment.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS, dayOf, isoMs, sessionId } from '@emso/core';
import { AppendFile, makeDirectory } from './files.ts';
import { type DataRootLock, lockDataRoot } from './lock.ts';
import type { Log } from './log.ts';
import { backoffMs, isWorthLogging, pause } from './retry.ts';
import { emptySegment, type Mark, openSegments, readMark, type Segment, writeMark } from './spool-disk.ts';
import type { SpoolEntry, SpoolFile, SpoolOptions } from './spool-options.ts';
import { BEGINNING, comparePositions, older, type Position, sessionAfter } from './spool-position.ts';
import { type SpoolRead, SpoolReader } from './spool-reader.ts';
import { encodeFrame } from './spool-segment.ts';

const MAX_MEMORY_BYTES = 64 * 1024 * 1024;
const SEGMENT_BYTES = 16 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;
const KEPT_MS = 30 * DAY_MS;
const REOPEN_BACKOFF = { firstMs: 100, capMs: 5000 };

interface Waiting {
  readonly bytes: Uint8Array;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly durable: () => void;
}

/** Opens the spool of a sensor: repairs what is there, starts a session, and returns when its first segment is durable. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const dir = join(options.dir, options.platform, options.sensor);
  await makeDirectory(dir);
  // Repairing cuts what looks torn: in the spool of a running acquirer, that may be the line it is about to finish.
  const lock = lockDataRoot(dir);
  try {
    const segments = await openSegments(dir, options.log);
    const mark = await readMark(dir, options.log);
    const spool = new Spool(options, dir, segments, mark, lock);
    await spool.begin();
    return spool;
  } catch (error) {
    lock.release();
    throw error;
  }
}

export class Spool {
  /** Identity of this start of the acquirer. */
  readonly session: string;
  readonly #dir: string;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #createFile: (path: string) => Promise<SpoolFile>;
  readonly #maxMemoryBytes: number;
  readonly #lock: DataRootLock;
  readonly #segments: Segment[];
  readonly #reader: SpoolReader;
  #mark: Mark | undefined;

  #open: { readonly file: SpoolFile; readonly segment: Segment; readonly day: number } | undefined;
  #lastN = 0;
  #lastSeq = 0;
  readonly #queue: Waiting[] = [];
  #memoryBytes = 0;
  #flushing: Promise<void> | undefined;
  #closed = false;
  /** Raised by every durable write; `waitForMore` compares it with what the last read saw. */
  #version = 0;
  #readVersion = 0;
  readonly #awaiting = new Set<() => void>();

  /** Use `openSpool`. */
  constructor(options: SpoolOptions, dir: string, segments: Segment[], mark: Mark | undefined, lock: DataRootLock) {
    this.#dir = dir;
    this.#lock = lock;
    this.#log = options.log;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#createFile = options.createFile ?? AppendFile.open;
    this.#maxMemoryBytes = options.maxMemoryBytes ?? MAX_MEMORY_BYTES;
    this.#segments = segments;
    this.#reader = new SpoolReader(segments, options.log);
    this.#mark = mark;
    const latest = [mark?.position.session ?? '', segments.at(-1)?.session ?? ''].sort().at(-1)!;
    const nowMs = this.#nowMs();
    this.session = sessionAfter(latest, nowMs, options.random?.() ?? randomBytes(4).toString('hex'));
    if (!this.session.startsWith(sessionId(nowMs, ''))) {
      this.#log.warn(
        { reason: 'clock-behind', latest, session: this.session },
        `spool ${dir}: expected a clock later than the last session ${latest}, found ${isoMs(nowMs)}: check the clock`,
      );
    }
  }

  /** Makes the first segment durable. Called by `openSpool`, once. */
  async begin(): Promise<void> {
    await this.#openSegment();
  }

  /** Sequence number of the last record that was accepted; 0 when none was. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Bytes accepted and not yet on disk. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** True when memory holds all it may: stop reading from the source until it is false again. */
  get full(): boolean {
    return this.#memoryBytes > this.#maxMemoryBytes;
  }

  /** Durable bytes on disk, all sessions. */
  get diskBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Numbers the records and resolves when they are on disk, however long that takes. The bytes are copied before it returns.
   * Throws RangeError, having accepted nothing, for a record longer than MAX_RECORD_BYTES.
   */
  append(entries: readonly SpoolEntry[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('spool: expected no append after close'));
    if (entries.length === 0) return Promise.resolve();
    const { session } = this;
    const firstSeq = this.#lastSeq + 1;
    let frames: Uint8Array[];
    try {
      frames = entries.map((entry, i) => encodeFrame({ session, seq: firstSeq + i, ...entry }));
    } catch (error) {
      return Promise.reject(error);
    }
    this.#lastSeq += entries.length;
    const bytes = Buffer.concat(frames);
    this.#memoryBytes += bytes.length;
    return new Promise((durable) => {
      this.#queue.push({ bytes, firstSeq, lastSeq: firstSeq + entries.length - 1, durable });
      this.#flushing ??= this.#flush();
    });
  }

  /**
   * The next durable records behind `position`, consecutive and of one session, as many as fit a RAW payload of `maxBytes`
   * (at least one); undefined when there are none. Throws the system's error.
   */
  read(position: Position, maxBytes: number): Promise<SpoolRead | undefined> {
    this.#readVersion = this.#version;
    return this.#reader.read(position, maxBytes);
  }

  /** Resolves when something became durable since the last `read` began, or when the signal aborts. */
  waitForMore(signal: AbortSignal): Promise<void> {
    if (this.#version !== this.#readVersion || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#awaiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#awaiting.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /**
   * Remembers the last published position, durably. Never throws: a mark that cannot be written costs a repeated
   * publication, which the ids make harmless.
   */
  async mark(position: Position): Promise<void> {
    const published: Record<string, number> = {};
    for (const segment of this.#segments) {
      const { session, lastSeq: seq } = segment;
      if (segment === this.#open?.segment || comparePositions({ session, seq }, position) > 0) continue;
      published[segment.name] = this.#mark?.published[segment.name] ?? this.#nowMs();
    }
    this.#mark = { position, published };
    try {
      await writeMark(this.#dir, this.#mark);
    } catch (error) {
      this.#log.warn(
        { reason: 'spool-mark', err: error },
        'spool: the mark cannot be written: records may be published again',
      );
    }
  }

  /**
   * Where publishing goes on after a (re)connect: the older of the own mark and the last record the broker has for this
   * sensor, because either may have forgotten. Without one of them: the beginning of the spool.
   */
  resume(brokerLast?: Position): Position {
    if (brokerLast === undefined || this.#mark === undefined) return BEGINNING;
    return older(this.#mark.position, brokerLast);
  }

  /** Deletes the segments that have been wholly published for more than 30 days; returns how many. */
  async prune(): Promise<number> {
    const published = this.#mark?.published ?? {};
    const nowMs = this.#nowMs();
    const old = this.#segments.filter(({ name }) => published[name] !== undefined && nowMs - published[name] > KEPT_MS);
    for (const segment of old) {
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      await rm(segment.path, { force: true });
    }
    return old.length;
  }

  /** Waits until everything accepted is durable, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
    await this.#open?.file.close();
    this.#open = undefined;
    this.#lock.release();
  }

  async #flush(): Promise<void> {
    for (let failures = 0; this.#queue.length > 0; ) {
      let count = 0;
      let size = 0;
      while (count < this.#queue.length && (count === 0 || size + this.#queue[count].bytes.length <= WRITE_BYTES)) {
        size += this.#queue[count++].bytes.length;
      }
      const group = this.#queue.slice(0, count);
      try {
        const { file, segment } = await this.#segmentForNow();
        await file.append(Buffer.concat(group.map((waiting) => waiting.bytes)));
        segment.bytes += size;
        if (segment.firstSeq === 0) segment.firstSeq = group[0].firstSeq;
        segment.lastSeq = group[count - 1].lastSeq;
        if (failures > 0) this.#log.info({ failures }, 'spool: the disk takes records again');
        failures = 0;
      } catch (error) {
        if (isWorthLogging(failures)) {
          this.#log.error(
            { reason: 'spool-write', err: error, memoryBytes: this.#memoryBytes },
            `spool ${this.#dir}: write failed, records stay in memory and go to a new segment: is the disk full or failing?`,
          );
        }
        await this.#abandonSegment();
        await pause(backoffMs(failures++, REOPEN_BACKOFF));
        continue;
      }
      this.#queue.splice(0, count);
      this.#memoryBytes -= size;
      this.#version++;
      for (const waiting of group) waiting.durable();
      for (const end of [...this.#awaiting]) end();
    }
    this.#flushing = undefined;
  }

  async #segmentForNow(): Promise<{ file: SpoolFile; segment: Segment }> {
    if (
      this.#open !== undefined &&
      this.#open.segment.bytes < SEGMENT_BYTES &&
      this.#open.day === dayOf(this.#nowMs())
    ) {
      return this.#open;
    }
    const previous = this.#open;
    const opened = await this.#openSegment();
    // All of it is on disk already; a failure to close it loses nothing but is worth knowing.
    await previous?.file
      .close()
      .catch((error: unknown) => this.#log.warn({ reason: 'spool-close', err: error }, 'spool: close failed'));
    return opened;
  }

  async #openSegment(): Promise<{ file: SpoolFile; segment: Segment }> {
    const segment = emptySegment(this.#dir, this.session, ++this.#lastN);
    const file = await this.#createFile(segment.path);
    this.#segments.push(segment);
    this.#open = { file, segment, day: dayOf(this.#nowMs()) };
    return this.#open;
  }

  /** Gives up the open segment after a failure; one without any record is removed, or a full disk would collect them. */
  async #abandonSegment(): Promise<void> {
    const abandoned = this.#open;
    this.#open = undefined;
    if (abandoned === undefined) return;
    try {
      await abandoned.file.close();
      if (abandoned.segment.lastSeq > 0) return;
      this.#segments.splice(this.#segments.indexOf(abandoned.segment), 1);
      await rm(abandoned.segment.path, { force: true });
    } catch (error) {
      this.#log.warn(
        { reason: 'spool-close', err: error },
        `spool ${abandoned.segment.name}: could not be given up cleanly`,
      );
    }
  }
}
