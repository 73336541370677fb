/**
 * A spool seen from outside, read-only: what can be said of it while its acquirer runs, hangs or is dead. Nothing is repaired
 * here, and what no checksum holds for is left out, as the acquirer's next start would.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSessionId, type RawRecord } from '@emso/core';
import { createLog } from './log.ts';
import { readMark } from './spool-disk.ts';
import { BEGINNING, type Position } from './spool-position.ts';
import { FRAME_OVERHEAD_BYTES, nextFrame } from './spool-segment.ts';

export interface SpoolPlace {
  readonly platform: string;
  readonly sensor: string;
  readonly dir: string;
}

/** The spools under a root, by name; none when there is no such directory. */
export async function spoolsIn(root: string): Promise<SpoolPlace[]> {
  const places: SpoolPlace[] = [];
  for (const platform of await namesIn(root)) {
    for (const sensor of await namesIn(join(root, platform))) {
      places.push({ platform, sensor, dir: join(root, platform, sensor) });
    }
  }
  return places;
}

/** The last position of a spool that its acquirer knows to be published; the beginning when it has not noted one. */
export async function publishedIn(dir: string): Promise<Position> {
  return (await readMark(dir, SILENT))?.position ?? BEGINNING;
}

/** The records of each segment, the latest segment first; within it in order, their bytes as views. */
export async function* spooledSegments(dir: string): AsyncGenerator<RawRecord[]> {
  for (const { session, path } of (await segmentsIn(dir)).reverse()) {
    const bytes = await readIfThere(path);
    if (bytes === undefined) continue;
    const records: RawRecord[] = [];
    for (let frame = nextFrame(bytes, 0, session); frame !== undefined; frame = nextFrame(bytes, frame.end, session)) {
      records.push(frame.record);
    }
    yield records;
  }
}

/** Bytes a record takes in a spool. */
export function spooledBytes(record: RawRecord): number {
  return FRAME_OVERHEAD_BYTES + record.bytes.length;
}

export interface SpoolDepth {
  readonly records: number;
  readonly bytes: number;
  /** Reception of the first of them, epoch ms; undefined when there is none. */
  readonly oldestMs: number | undefined;
}

interface CountedSegment extends SpoolDepth {
  readonly firstSeq: number;
  /** What it was counted of: the same again gives the same. */
  readonly key: string;
}

/** What waits for the broker in one spool. Asked again and again, it reads only segments that have changed. */
export class SpoolDepthGauge {
  readonly #dir: string;
  #counted = new Map<string, CountedSegment>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Everything behind the position that is known to be published. Calls must not overlap. */
  async read(): Promise<SpoolDepth> {
    const mark = await readMark(this.#dir, SILENT);
    const { session: markSession, seq: markSeq } = mark?.position ?? BEGINNING;
    const segments = (await segmentsIn(this.#dir)).filter(
      ({ session, name }) => session >= markSession && mark?.published[name] === undefined,
    );
    const counted = new Map<string, CountedSegment>();
    let depth: SpoolDepth = { records: 0, bytes: 0, oldestMs: undefined };
    let later = { session: '', firstSeq: 0 };
    for (const { session, name, path } of segments.reverse()) {
      const size = await sizeIfThere(path);
      if (size === undefined || size === 0) continue;
      const afterSeq = session === markSession ? markSeq : 0;
      // A segment that failed may hold records that stand again in the next one.
      const beforeSeq = later.session === session ? later.firstSeq : Number.POSITIVE_INFINITY;
      const key = `${size}/${afterSeq}/${beforeSeq}`;
      const before = this.#counted.get(name);
      const own = before?.key === key ? before : await count(path, session, afterSeq, beforeSeq, key);
      if (own === undefined) continue;
      counted.set(name, own);
      depth = {
        records: depth.records + own.records,
        bytes: depth.bytes + own.bytes,
        oldestMs: own.oldestMs ?? depth.oldestMs,
      };
      later = { session, firstSeq: own.firstSeq };
    }
    this.#counted = counted;
    return depth;
  }
}

async function count(
  path: string,
  session: string,
  afterSeq: number,
  beforeSeq: number,
  key: string,
): Promise<CountedSegment | undefined> {
  const segment = await readIfThere(path);
  if (segment === undefined) return undefined;
  let [records, bytes, firstSeq] = [0, 0, 0];
  let oldestMs: number | undefined;
  for (
    let frame = nextFrame(segment, 0, session);
    frame !== undefined;
    frame = nextFrame(segment, frame.end, session)
  ) {
    const { record } = frame;
    if (firstSeq === 0) firstSeq = record.seq;
    if (record.seq <= afterSeq || record.seq >= beforeSeq) continue;
    records++;
    bytes += frame.end - frame.start;
    oldestMs ??= record.receivedMs;
  }
  return { records, bytes, oldestMs, firstSeq, key };
}

const SILENT = createLog({ service: 'spool-look', level: 'silent' });

/** The segments of a spool, oldest first. */
async function segmentsIn(dir: string): Promise<{ session: string; n: number; name: string; path: string }[]> {
  return (await namesIn(dir))
    .map((name) => {
      const [, session, n] = /^([^.]+)\.([1-9]\d*)\.spool$/.exec(name) ?? ['', '', ''];
      return { session, n: Number(n), name, path: join(dir, name) };
    })
    .filter(({ session }) => isSessionId(session))
    .sort((a, b) => (a.session === b.session ? a.n - b.n : a.session < b.session ? -1 : 1));
}

/** Names in a directory; none when there is no such directory. */
function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).then((names) => names.sort(), absent([]));
}

/** A segment can be removed by its acquirer at any time: it was published long ago. */
function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(absent(undefined));
}

function sizeIfThere(path: string): Promise<number | undefined> {
  return stat(path).then(({ size }) => size, absent(undefined));
}

function absent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead;
    throw error;
  };
}
