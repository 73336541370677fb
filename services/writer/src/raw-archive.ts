/**
 * The archive of record: `.raw` files, appended and fsynced, never rewritten (PROMISE 11). Every record once, recognised by
 * membership in the id ranges of its session. What is on disk is the only truth; memory is an index of it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  createRawRun,
  dayOf,
  type PlacedSensor,
  parseCompactDay,
  type RawRecord,
  type RawRun,
  type RecordRange,
  SeqSet,
} from '@emso/core';
import { mergeRuns } from '@emso/pipeline';
import {
  formatImportRows,
  formatRawRows,
  type ImportRow,
  parseRawFile,
  productPaths,
  rawPathOfUnknown,
} from '@emso/products';
import { AppendFile, makeDirectory, pause } from '@emso/runtime';

/** Records of one sensor as a RAW message brought them. */
export interface ArrivedRecords {
  readonly platform: string;
  readonly sensor: string;
  readonly records: readonly RawRecord[];
}

export interface ArchiveOutcome {
  /** Records that were not in the archive before, with the message they came in. */
  readonly added: readonly RawRecord[];
  /** Records whose id was there with other bytes: both are kept, and somebody must look. */
  readonly conflicts: readonly RawRecord[];
}

/** Files that nobody wrote to for this long are closed. */
const IDLE_CLOSE_MS = 60_000;

export class RawArchive {
  readonly #root: string;
  readonly #sensors: ReadonlyMap<string, PlacedSensor>;
  readonly #files = new Map<string, { file: AppendFile; usedMs: number }>();
  /** Per sensor and session, the sequence numbers on disk. */
  readonly #ranges = new Map<string, Promise<SeqSet>>();
  /** Last write of a sensor's raw day, for grace times: `<sensor>/<day>` → epoch ms. */
  readonly #written = new Map<string, number>();
  /** Length to cut a file back to before it is appended to again. */
  readonly #cutBack = new Map<string, number>();
  #appended = Promise.withResolvers<void>();

  constructor(root: string, sensors: readonly PlacedSensor[]) {
    this.#root = root;
    this.#sensors = new Map(sensors.map((placed) => [`${placed.platform.id}/${placed.sensor.id}`, placed]));
  }

  /** Appends what is not there yet, one write and one fsync a file; resolves when all of it is on disk. Outcomes stand in the order of `arrived`. */
  async append(arrived: readonly ArrivedRecords[], nowMs: number): Promise<ArchiveOutcome[]> {
    const outcomes: ArchiveOutcome[] = [];
    const rowsByPath = new Map<string, Uint8Array[]>();
    const addedRanges: (() => void)[] = [];
    const inThisCall = new Map<string, SeqSet>();
    for (const { platform, sensor, records } of arrived) {
      const key = `${platform}/${sensor}`;
      const added: RawRecord[] = [];
      const known: RawRecord[] = [];
      for (const record of records) {
        const sessionKey = `${key}/${record.session}`;
        const ranges = await this.#rangesOf(platform, sensor, record.session);
        const here = inThisCall.get(sessionKey) ?? new SeqSet();
        inThisCall.set(sessionKey, here);
        if (ranges.has(record.seq) || here.has(record.seq)) known.push(record);
        else {
          added.push(record);
          here.add(record.seq, record.seq);
          addedRanges.push(() => ranges.add(record.seq, record.seq));
        }
      }
      const conflicts = known.length === 0 ? [] : await this.#conflictsAmong(platform, sensor, known);
      for (const record of [...added, ...conflicts]) {
        const day = dayOf(record.receivedMs);
        const path = this.#pathOf(platform, sensor, day);
        const rows = rowsByPath.get(path) ?? [];
        rows.push(formatRawRows([record]));
        rowsByPath.set(path, rows);
        this.#written.set(`${key}/${day}`, nowMs);
      }
      outcomes.push({ added, conflicts });
    }
    await Promise.all([...rowsByPath].map(([path, rows]) => this.#appendTo(path, Buffer.concat(rows), nowMs)));
    for (const add of addedRanges) add();
    this.#appended.resolve();
    this.#appended = Promise.withResolvers();
    await this.#closeIdle(nowMs);
    return outcomes;
  }

  /** Waits until every record of the range is on disk; false when that did not happen within `timeoutMs`. */
  async waitFor(platform: string, sensor: string, range: RecordRange, timeoutMs: number): Promise<boolean> {
    const ranges = await this.#rangesOf(platform, sensor, range.session);
    const deadlineMs = Date.now() + timeoutMs;
    while (!ranges.hasAll(range.first, range.last)) {
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) return false;
      await Promise.race([this.#appended.promise, pause(leftMs)]);
    }
    return true;
  }

  /** Appends rows of historical daily files that are not there yet, fsynced; returns the reception days that grew. */
  async appendImports(
    placed: PlacedSensor,
    rows: readonly ImportRow[],
    nowMs: number,
  ): Promise<{ days: Set<number>; added: number }> {
    const days = new Set<number>();
    let added = 0;
    for (const [day, dayRows] of Map.groupBy(rows, (row) => dayOf(row.receivedMs))) {
      const known = new Set((await this.read(placed, day, day)).importId.values());
      const missing = dayRows.filter((row) => !known.has(row.importId));
      if (missing.length === 0) continue;
      await this.#appendTo(this.#pathOf(placed.platform.id, placed.sensor.id, day), formatImportRows(missing), nowMs);
      this.#written.set(`${placed.platform.id}/${placed.sensor.id}/${day}`, nowMs);
      days.add(day);
      added += missing.length;
    }
    return { days, added };
  }

  /** True when the session is on disk from its first record up to `last` without a hole. */
  async isContiguous(platform: string, sensor: string, session: string, last: number): Promise<boolean> {
    return (await this.#rangesOf(platform, sensor, session)).hasAll(1, last);
  }

  /** The records of a configured sensor received on the days `first` to `last`, both included, as they lie on disk. */
  async read(placed: PlacedSensor, first: number, last: number): Promise<RawRun> {
    const days = first === last ? [first] : (await this.days(placed)).filter((day) => day >= first && day <= last);
    const runs: RawRun[] = [];
    for (const day of days) {
      const bytes = await readIfThere(join(this.#root, productPaths(placed.sensor, day).raw));
      if (bytes !== undefined) runs.push(parseRawFile(bytes).run);
    }
    return runs.length === 0 ? createRawRun(new Uint8Array(0), 0) : mergeRuns(runs);
  }

  /** The reception days a configured sensor has a raw file for, in order. */
  async days(placed: PlacedSensor): Promise<number[]> {
    const { folder, prefix } = placed.sensor;
    return daysIn(join(this.#root, 'raw', folder), prefix, '.raw');
  }

  /** When this process last wrote to a raw day; undefined when it did not. */
  writtenMs(platform: string, sensor: string, day: number): number | undefined {
    return this.#written.get(`${platform}/${sensor}/${day}`);
  }

  async close(): Promise<void> {
    for (const { file } of this.#files.values()) await file.close();
    this.#files.clear();
  }

  #pathOf(platform: string, sensor: string, day: number): string {
    const placed = this.#sensors.get(`${platform}/${sensor}`);
    return join(this.#root, placed ? productPaths(placed.sensor, day).raw : rawPathOfUnknown(platform, sensor, day));
  }

  /** Appends and fsyncs. After a failure (a full disk) the file is cut back to what was known to be there before. */
  async #appendTo(path: string, bytes: Uint8Array, nowMs: number): Promise<void> {
    const file = await this.#fileAt(path, nowMs);
    const { length } = file;
    try {
      await file.append(bytes);
    } catch (error) {
      this.#files.delete(path);
      this.#cutBack.set(path, length);
      await file.close();
      throw error;
    }
  }

  async #fileAt(path: string, nowMs: number): Promise<AppendFile> {
    const open = this.#files.get(path);
    if (open !== undefined) {
      open.usedMs = nowMs;
      return open.file;
    }
    await makeDirectory(dirname(path));
    const file = await AppendFile.open(path);
    // A torn last row of a killed writer was never acknowledged: it comes again, whole.
    const whole = this.#cutBack.get(path) ?? parseRawFile(await readFile(path)).terminated;
    if (whole < file.length) await file.cutTo(whole);
    this.#cutBack.delete(path);
    this.#files.set(path, { file, usedMs: nowMs });
    return file;
  }

  async #closeIdle(nowMs: number): Promise<void> {
    for (const [path, { file, usedMs }] of this.#files) {
      if (nowMs - usedMs < IDLE_CLOSE_MS) continue;
      this.#files.delete(path);
      await file.close();
    }
  }

  #rangesOf(platform: string, sensor: string, session: string): Promise<SeqSet> {
    const key = `${platform}/${sensor}/${session}`;
    // The promise is kept, not its result: two who ask at once must get one and the same set.
    const known = this.#ranges.get(key) ?? this.#loadRanges(platform, sensor, session);
    this.#ranges.set(key, known);
    return known;
  }

  async #loadRanges(platform: string, sensor: string, session: string): Promise<SeqSet> {
    const ranges = new SeqSet();
    // A session's name tells when it began: nothing of it can have been received before that day, but for a clock step.
    const firstDay = (parseCompactDay(session.slice(0, 8)) ?? 0) - 1;
    for (const path of await this.#filesOf(platform, sensor, firstDay)) {
      const { run } = parseRawFile(await readFile(path));
      const index = run.sessions.indexOf(session);
      if (index < 0) continue;
      for (let i = 0; i < run.count; i++) if (run.session[i] === index) ranges.add(run.seq[i], run.seq[i]);
    }
    return ranges;
  }

  async #filesOf(platform: string, sensor: string, firstDay: number): Promise<string[]> {
    const placed = this.#sensors.get(`${platform}/${sensor}`);
    const folder = placed ? join('raw', placed.sensor.folder) : join('raw', '_unconfigured', platform, sensor);
    const days = await daysIn(join(this.#root, folder), placed?.sensor.prefix ?? '', '.raw');
    return days.filter((day) => day >= firstDay).map((day) => this.#pathOf(platform, sensor, day));
  }

  /** Those of `records` (ids already on disk) whose bytes differ from every row with that id. */
  async #conflictsAmong(platform: string, sensor: string, records: readonly RawRecord[]): Promise<RawRecord[]> {
    const rows = new Map<string, Buffer[]>();
    for (const day of new Set(records.map((record) => dayOf(record.receivedMs)))) {
      const bytes = await readIfThere(this.#pathOf(platform, sensor, day));
      if (bytes === undefined) continue;
      const { run } = parseRawFile(bytes);
      for (let i = 0; i < run.count; i++) {
        const id = `${run.sessions[run.session[i]]}/${run.seq[i]}`;
        const same = rows.get(id) ?? [];
        same.push(Buffer.from(run.bytes.subarray(run.start[i], run.end[i])));
        rows.set(id, same);
      }
    }
    return records.filter(
      (record) => !rows.get(`${record.session}/${record.seq}`)?.some((row) => row.equals(record.bytes)),
    );
  }
}

/** The days for which `<root>/YYYY-MM/<prefix>_YYYYMMDD<suffix>` exists, in order. An empty prefix takes any. */
export async function daysIn(root: string, prefix: string, suffix: string): Promise<number[]> {
  const days: number[] = [];
  for (const month of await listIfThere(root)) {
    if (!/^\d{4}-\d{2}$/.test(month)) continue;
    for (const name of await listIfThere(join(root, month))) {
      if (!name.endsWith(suffix)) continue;
      const stem = name.slice(0, -suffix.length);
      const day = parseCompactDay(stem.slice(-8));
      if (day !== undefined && (prefix === '' || stem === `${prefix}_${stem.slice(-8)}`)) days.push(day);
    }
  }
  return days.sort((a, b) => a - b);
}

/** A file's bytes; undefined when there is no such file. Other faults are thrown. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function listIfThere(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
