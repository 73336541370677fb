/**
 * What a spool directory holds: segments `<session>.<n>.spool` and the mark. Opening repairs what a crash left: every
 * segment is fsynced, because its last bytes may be in memory only, and a torn tail is cut.
 */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSessionId } from '@emso/core';
import { syncDirectory, writeAtomic } from './files.ts';
import type { Log } from './log.ts';
import type { Position } from './spool-position.ts';
import { scanSegment } from './spool-segment.ts';

export interface Segment {
  readonly session: string;
  /** Counts the segments of a session from 1. */
  readonly n: number;
  readonly name: string;
  readonly path: string;
  /** Durable bytes: what a reader may look at. */
  bytes: number;
  /** Sequence numbers of the first and last durable record; 0 when there is none. */
  firstSeq: number;
  lastSeq: number;
}

/** A segment that has no record yet. */
export function emptySegment(dir: string, session: string, n: number): Segment {
  const name = `${session}.${n}.spool`;
  return { session, n, name, path: join(dir, name), bytes: 0, firstSeq: 0, lastSeq: 0 };
}

/** Repairs and lists the segments of `dir`, oldest session first. Throws the system's error. */
export async function openSegments(dir: string, log: Log): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of await readdir(dir)) {
    const [session, n, extension, ...rest] = name.split('.');
    if (extension !== 'spool' || rest.length > 0 || !isSessionId(session) || !/^[1-9]\d*$/.test(n)) continue;
    segments.push(emptySegment(dir, session, Number(n)));
  }
  segments.sort((a, b) => (a.session === b.session ? a.n - b.n : a.session < b.session ? -1 : 1));
  for (const segment of segments) await repair(segment, log);
  // Names of segments that were just created when the machine died.
  await syncDirectory(dir);
  return segments;
}

async function repair(segment: Segment, log: Log): Promise<void> {
  const handle = await open(segment.path, 'r+');
  try {
    const bytes = await handle.readFile();
    const scan = scanSegment(bytes, segment.session);
    const torn = bytes.length - scan.goodBytes;
    if (scan.damagedBytes > 0) {
      log.error(
        { reason: 'spool-damaged', path: segment.path, bytes: scan.damagedBytes },
        `spool ${segment.name}: ${scan.damagedBytes} damaged bytes between intact records: their records are lost, check the disk`,
      );
    }
    if (torn > 0) {
      log.warn(
        { reason: 'spool-torn-tail', path: segment.path, bytes: torn },
        `spool ${segment.name}: cut a torn tail of ${torn} bytes`,
      );
      await handle.truncate(scan.goodBytes);
    }
    await handle.sync();
    Object.assign(segment, { bytes: scan.goodBytes, firstSeq: scan.firstSeq, lastSeq: scan.lastSeq });
  } finally {
    await handle.close();
  }
}

/** The last published position, and since when each segment is wholly published (epoch ms by name). */
export interface Mark {
  readonly position: Position;
  readonly published: Readonly<Record<string, number>>;
}

const MARK = 'mark.json';

/** The mark of `dir`; undefined when there is none or it cannot be understood: then everything is published again. */
export async function readMark(dir: string, log: Log): Promise<Mark | undefined> {
  let text: string;
  try {
    text = await readFile(join(dir, MARK), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { position, published } = JSON.parse(text) as Partial<Mark>;
    if (position && published && isSessionId(position.session) && Number.isInteger(position.seq))
      return { position, published };
  } catch (error) {
    log.debug({ err: error }, 'mark is not JSON');
  }
  log.warn(
    { reason: 'spool-mark', path: join(dir, MARK) },
    `${join(dir, MARK)}: expected a position, found '${text.slice(0, 80)}': publishing the whole spool again`,
  );
  return undefined;
}

export async function writeMark(dir: string, mark: Mark): Promise<void> {
  await writeAtomic(join(dir, MARK), JSON.stringify(mark), { fsync: true });
}
