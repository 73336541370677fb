/**
 * The archive of record: `.raw` files, appended and fsynced, never rewritten (PROMISE 11). Every record once, recognised by
 * membership in the id ranges of its session. What is on disk is the only truth; memory is an index of it.
 */
import { join } from 'node:path';
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
import { daysIn, pause } from '@emso/runtime';
import { ArchivedRows } from './archived-rows.ts';
import { type OpenRawFile, RawFiles } from './raw-files.ts';
import { inTurns } from './turns.ts';

export type { RawAppendFile } from './raw-files.ts';

/** Records of one sensor and one session, at least one, as a RAW message brought them. */
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

/** Records for one file, and beside each the set that remembers it once it is on disk. */
interface Write {
  readonly records: RawRecord[];
  readonly ranges: SeqSet[];
}

/** A session that began under a clock that was ahead is named later than its records were received: look back as far as a spool does. */
const CLOCK_BACK_DAYS = 31;
/** Up to so many days are looked for one by one: listing an archive of years takes longer. */
const FEW_DAYS = 31;

export class RawArchive {
  readonly #root: string;
  readonly #sensors: ReadonlyMap<string, PlacedSensor>;
  readonly #files: RawFiles;
  /** Per sensor and session, the sequence numbers on disk. */
  readonly #ranges = new Map<string, Promise<SeqSet>>();
  #appended = Promise.withResolvers<void>();
  /** One writing call after the other: a file must not be appended to twice at once. */
  readonly #inTurn = inTurns();

  constructor(root: string, sensors: readonly PlacedSensor[], openFile?: OpenRawFile) {
    this.#root = root;
    this.#sensors = new Map(sensors.map((placed) => [`${placed.platform.id}/${placed.sensor.id}`, placed]));
    this.#files = new RawFiles(openFile);
  }

  /**
   * Appends what is not there yet, one write and one fsync a file; resolves when all of it is on disk. Outcomes stand in the
   * order of `arrived`. When a file fails, the others are written and remembered all the same, and then it throws.
   */
  append(arrived: readonly ArrivedRecords[], nowMs: number): Promise<ArchiveOutcome[]> {
    return this.#inTurn(async () => {
      const rowsBySensor = await this.#rowsOfRepeated(arrived);
      const writes = new Map<string, Write>();
      const outcomes: ArchiveOutcome[] = [];
      for (const { platform, sensor, records } of arrived) {
        const ranges = await this.#rangesOf(platform, sensor, records[0].session);
        const rows = rowsBySensor.get(`${platform}/${sensor}`) as ArchivedRows;
        const added: RawRecord[] = [];
        const conflicts: RawRecord[] = [];
        // A message is of one day, or of two: its path is not made for every record.
        let [day, path] = [Number.NaN, ''];
        for (const record of records) {
          if (rows.has(record)) continue;
          (ranges.has(record.seq) || rows.hasId(record) ? conflicts : added).push(record);
          rows.add(record);
          if (day !== dayOf(record.receivedMs)) {
            day = dayOf(record.receivedMs);
            path = this.#pathOf(platform, sensor, day);
          }
          const write = writes.get(path) ?? { records: [], ranges: [] };
          writes.set(path, write);
          write.records.push(record);
          write.ranges.push(ranges);
        }
        outcomes.push({ added, conflicts });
      }
      await this.#writeAll(writes, nowMs);
      await this.#files.closeIdle(nowMs);
      return outcomes;
    });
  }

  /** Waits until every record of the range is on disk; false when that did not happen within `timeoutMs`. */
  async waitFor(platform: string, sensor: string, range: RecordRange, timeoutMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const appended = this.#appended.promise;
      const ranges = await this.#rangesOf(platform, sensor, range.session);
      if (ranges.hasAll(range.first, range.last)) return true;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      await Promise.race([appended, pause(leftMs)]);
    }
  }

  /** Appends rows of a historical daily file, all received on `day` and none of them there yet, fsynced. */
  appendImports(placed: PlacedSensor, day: number, rows: readonly ImportRow[], nowMs: number): Promise<void> {
    const path = this.#pathOf(placed.platform.id, placed.sensor.id, day);
    return this.#inTurn(async () => {
      const isLive = this.#files.isOpen(path);
      await this.#files.append(path, formatImportRows(rows), nowMs);
      // An import goes through thousands of days and comes back to none of them.
      if (!isLive) await this.#files.close(path);
    });
  }

  /** True when the session is on disk from its first record up to `last` without a hole. */
  async isContiguous(platform: string, sensor: string, session: string, last: number): Promise<boolean> {
    return (await this.#rangesOf(platform, sensor, session)).hasAll(1, last);
  }

  /** The records of a configured sensor received on the days `first` to `last`, both included, as they lie on disk. */
  async read(placed: PlacedSensor, first: number, last: number): Promise<RawRun> {
    const days = await this.#daysBetween(placed, first, last);
    const runs: RawRun[] = [];
    for (const day of days) {
      const bytes = await this.#files.read(join(this.#root, productPaths(placed.sensor, day).raw));
      if (bytes !== undefined) runs.push(parseRawFile(bytes).run);
    }
    return runs.length === 0 ? createRawRun(new Uint8Array(0), 0) : mergeRuns(runs);
  }

  /** The sensors of the site file, whether their model is installed or not. */
  get sensors(): Iterable<PlacedSensor> {
    return this.#sensors.values();
  }

  /** The reception days a configured sensor has a raw file for, in order. */
  async days(placed: PlacedSensor): Promise<number[]> {
    const { folder, prefix } = placed.sensor;
    return daysIn(join(this.#root, 'raw', folder), prefix, '.raw');
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#files.closeAll());
  }

  #pathOf(platform: string, sensor: string, day: number): string {
    const placed = this.#sensors.get(`${platform}/${sensor}`);
    return join(this.#root, placed ? productPaths(placed.sensor, day).raw : rawPathOfUnknown(platform, sensor, day));
  }

  async #writeAll(writes: ReadonlyMap<string, Write>, nowMs: number): Promise<void> {
    const done = await Promise.allSettled(
      [...writes].map(async ([path, { records, ranges }]) => {
        await this.#files.append(path, formatRawRows(records), nowMs);
        records.forEach(({ seq }, i) => {
          ranges[i].add(seq, seq);
        });
      }),
    );
    this.#appended.resolve();
    this.#appended = Promise.withResolvers();
    const failed = done.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #daysBetween(placed: PlacedSensor, first: number, last: number): Promise<number[]> {
    if (last - first < FEW_DAYS) return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return (await this.days(placed)).filter((day) => day >= first && day <= last);
  }

  #rangesOf(platform: string, sensor: string, session: string): Promise<SeqSet> {
    const key = `${platform}/${sensor}/${session}`;
    const known = this.#ranges.get(key);
    if (known !== undefined) return known;
    // The promise is kept, not its result: two who ask at once must get one and the same set.
    const loading = this.#loadRanges(platform, sensor, session);
    this.#ranges.set(key, loading);
    // A disk that could not be read is asked again.
    loading.catch(() => this.#ranges.delete(key));
    return loading;
  }

  async #loadRanges(platform: string, sensor: string, session: string): Promise<SeqSet> {
    const ranges = new SeqSet();
    for (const path of await this.#filesOf(platform, sensor, session)) {
      const bytes = await this.#files.read(path);
      if (bytes === undefined || !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(session)) continue;
      const { run } = parseRawFile(bytes);
      const index = run.sessions.indexOf(session);
      for (let i = 0; i < run.count; i++) if (run.session[i] === index) ranges.add(run.seq[i], run.seq[i]);
    }
    return ranges;
  }

  /** The files that can hold records of a session: its name tells when it began. */
  async #filesOf(platform: string, sensor: string, session: string): Promise<string[]> {
    const firstDay = (parseCompactDay(session.slice(0, 8)) ?? 0) - CLOCK_BACK_DAYS;
    const placed = this.#sensors.get(`${platform}/${sensor}`);
    const folder = placed ? join('raw', placed.sensor.folder) : join('raw', '_unconfigured', platform, sensor);
    const days = await daysIn(join(this.#root, folder), placed?.sensor.prefix ?? sensor, '.raw');
    return days.filter((day) => day >= firstDay).map((day) => this.#pathOf(platform, sensor, day));
  }

  /** By sensor, what is on disk under the ids of `arrived`, as far as there are any. */
  async #rowsOfRepeated(arrived: readonly ArrivedRecords[]): Promise<Map<string, ArchivedRows>> {
    const found = new Map<string, ArchivedRows>();
    for (const [key, messages] of Map.groupBy(arrived, ({ platform, sensor }) => `${platform}/${sensor}`)) {
      const { platform, sensor } = messages[0];
      const repeated: RawRecord[] = [];
      for (const { records } of messages) {
        const ranges = await this.#rangesOf(platform, sensor, records[0].session);
        for (const record of records) if (ranges.has(record.seq)) repeated.push(record);
      }
      found.set(key, await this.#rowsOf(platform, sensor, repeated));
    }
    return found;
  }

  /** Rows are looked for on the day they should be received on; those that are not there, everywhere: a time can differ too. */
  async #rowsOf(platform: string, sensor: string, records: readonly RawRecord[]): Promise<ArchivedRows> {
    const rows = new ArchivedRows(records);
    const days = new Set(records.map(({ receivedMs }) => dayOf(receivedMs)));
    const usual = new Set([...days].map((day) => this.#pathOf(platform, sensor, day)));
    for (const path of usual) rows.collect(await this.#files.read(path));
    const missing = new Set(records.filter((record) => !rows.has(record)).map(({ session }) => session));
    const elsewhere = new Set<string>();
    for (const session of missing)
      for (const path of await this.#filesOf(platform, sensor, session)) elsewhere.add(path);
    for (const path of elsewhere) if (!usual.has(path)) rows.collect(await this.#files.read(path));
    return rows;
  }
}
