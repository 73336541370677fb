/**
 * What the promise hangs on, read from the disk: the records that an acquirer has spooled and the raw archive does not hold yet.
 * No process is asked, so that it holds whoever is dead. Read-only.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf, type RawRecord, SeqSet } from '@emso/core';
import { parseRawFile, productPaths, rawPathOfUnknown } from '@emso/products';
import { publishedIn, type SpoolPlace, spooledBytes, spooledSegments, spoolsIn } from '@emso/runtime';
import type { TableSensor } from './sensor-table.ts';

/** The clock is looked at each time so many records were compared. */
const CHECKED_EACH = 4096;

export interface Backlog {
  readonly records: number;
  readonly bytes: number;
  /** Reception of the oldest, epoch ms; absent when there is none. */
  readonly oldestMs?: number;
}

export interface SpoolFacts {
  readonly platform: string;
  readonly sensor: string;
  /** Spooled, and not in the raw archive. */
  readonly unarchived: Backlog;
  /** Those of them that are not known to be published either. */
  readonly unpublished: Backlog;
  /** Reception of the last record that came from the sensor, epoch ms. */
  readonly lastLineMs?: number;
  /** What the acquirer noted about the link since then, oldest first. */
  readonly events: readonly string[];
  /** False when there was no time to compare all of the spool: there may be more, and older. */
  readonly complete: boolean;
}

/** Compares every spool under `spoolDir` with the archive under `dataDir`, the latest records first, for at most about `limitMs`. */
export async function readBacklog(
  spoolDir: string,
  dataDir: string,
  table: readonly TableSensor[],
  limitMs: number,
): Promise<SpoolFacts[]> {
  // Not a timer's signal: in the middle of this work no timer would run.
  const endMs = performance.now() + limitMs;
  const facts: SpoolFacts[] = [];
  for (const place of await spoolsIn(spoolDir)) {
    const known = table.find(({ platform, sensor }) => platform === place.platform && sensor === place.sensor);
    facts.push(await lookAt(place, new Archive(dataDir, place, known), endMs));
  }
  return facts;
}

async function lookAt({ platform, sensor, dir }: SpoolPlace, archive: Archive, endMs: number): Promise<SpoolFacts> {
  const published = await publishedIn(dir);
  const unarchived = new Count();
  const unpublished = new Count();
  let lastLineMs: number | undefined;
  let events: string[] = [];
  let complete = true;
  for await (const records of spooledSegments(dir)) {
    if (lastLineMs === undefined) {
      const last = records.findLastIndex(({ kind }) => kind !== 'event');
      lastLineMs = records[last]?.receivedMs;
      events = [...records.slice(last + 1).map(({ bytes }) => Buffer.from(bytes).toString('latin1')), ...events];
    }
    complete = await archive.forEachMissing(records, endMs, (record) => {
      unarchived.add(record);
      const { session, seq } = record;
      if (session > published.session || (session === published.session && seq > published.seq))
        unpublished.add(record);
    });
    if (!complete) break;
    // One segment is a moment's work: whoever else waits in this process gets its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    platform,
    sensor,
    unarchived: unarchived.backlog(),
    unpublished: unpublished.backlog(),
    ...(lastLineMs !== undefined && { lastLineMs }),
    events: events.slice(-20),
    complete,
  };
}

/** Counts records, each id once: after a failed write a record can stand in two segments. */
class Count {
  readonly #counted = new Map<string, SeqSet>();
  #records = 0;
  #bytes = 0;
  #oldestMs: number | undefined;

  add(record: RawRecord): void {
    const { session, seq, receivedMs } = record;
    const counted = this.#counted.get(session) ?? new SeqSet();
    this.#counted.set(session, counted);
    if (counted.has(seq)) return;
    counted.add(seq, seq);
    this.#records++;
    this.#bytes += spooledBytes(record);
    this.#oldestMs = Math.min(this.#oldestMs ?? receivedMs, receivedMs);
  }

  backlog(): Backlog {
    const oldestMs = this.#oldestMs;
    return { records: this.#records, bytes: this.#bytes, ...(oldestMs !== undefined && { oldestMs }) };
  }
}

/** The raw rows of one sensor. A day is read when the first record of it is asked for: after that record was spooled. */
class Archive {
  readonly #pathsOf: (day: number) => string[];
  readonly #days = new Map<number, Promise<ReadonlyMap<string, SeqSet>>>();

  constructor(dataDir: string, { platform, sensor }: SpoolPlace, known: TableSensor | undefined) {
    this.#pathsOf = (day) => {
      // Rows from before the site file knew the sensor stand apart.
      const paths = [rawPathOfUnknown(platform, sensor, day)];
      if (known !== undefined) paths.push(productPaths(known, day).raw);
      return paths.map((path) => join(dataDir, path));
    };
  }

  /** Calls `found` for the records that are not there; false when the time was over before the last one. */
  async forEachMissing(
    records: readonly RawRecord[],
    endMs: number,
    found: (record: RawRecord) => void,
  ): Promise<boolean> {
    for (let i = records.length - 1, day = Number.NaN, rows: ReadonlyMap<string, SeqSet> = new Map(); i >= 0; i--) {
      const record = records[i];
      if (i > 0 && i % CHECKED_EACH === 0 && performance.now() > endMs) return false;
      if (dayOf(record.receivedMs) !== day) {
        day = dayOf(record.receivedMs);
        const known = this.#days.get(day) ?? this.#read(day);
        this.#days.set(day, known);
        rows = await known;
      }
      if (!(rows.get(record.session)?.has(record.seq) ?? false)) found(record);
    }
    return true;
  }

  async #read(day: number): Promise<ReadonlyMap<string, SeqSet>> {
    const rows = new Map<string, SeqSet>();
    for (const path of this.#pathsOf(day)) {
      const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return new Uint8Array(0);
        throw error;
      });
      const { run } = parseRawFile(bytes);
      const sets = run.sessions.map((session) => rows.get(session) ?? new SeqSet());
      run.sessions.forEach((session, i) => {
        rows.set(session, sets[i]);
      });
      for (let i = 0; i < run.count; i++) sets[run.session[i]].add(run.seq[i], run.seq[i]);
    }
    return rows;
  }
}
