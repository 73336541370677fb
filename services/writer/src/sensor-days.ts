/**
 * The days of one sensor. The fast path appends rows that come in order with our own build; everything else makes a day
 * dirty, and dirty days are rebuilt from `.raw`. Whenever a day's NetCDF is due, the same rebuild checks the fast path row by
 * row: the comparison is the proof in production.
 */
import { dirname, join } from 'node:path';
import {
  DAY_MS,
  dayOf,
  iso,
  isoDay,
  KIND,
  type RawRecord,
  runOfRecords,
  SeqSet,
  type VerdictMessage,
} from '@emso/core';
import {
  batchOfVerdicts,
  type DayProducts,
  datView,
  layoutOf,
  rawDaysOf,
  rebuildDay,
  type SensorPlan,
  touchedDays,
} from '@emso/pipeline';
import { csvRows, decodeManifest, encodeManifest, type Manifest, productPaths } from '@emso/products';
import { AppendFile, type Log, type Metrics, makeDirectory, writeAtomic } from '@emso/runtime';
import { daysIn, type RawArchive, readIfThere } from './raw-archive.ts';
import { sealedManifest } from './sealing.ts';

export interface DayTimings {
  /** An open day's NetCDF and manifest are rewritten at most this often. */
  readonly netcdfIntervalMs: number;
  /** Archived records whose verdicts did not come within this time are taken from the raw archive instead. */
  readonly verdictTimeoutMs: number;
}

interface OpenDay {
  readonly day: number;
  csv: AppendFile;
  /** Time of the last row in the CSV; rows must come after it. */
  lastMs: number;
  rows: number;
  /** Something the fast path could not take: rebuild. */
  dirty: boolean;
  /** Rows were appended since the last NetCDF. */
  changed: boolean;
  /** New raw rows since the historical view was written. */
  datDue: boolean;
  writtenMs: number;
}

interface AwaitedRange {
  readonly session: string;
  readonly first: number;
  readonly last: number;
  readonly days: ReadonlySet<number>;
  readonly sinceMs: number;
}

export class SensorDays {
  readonly plan: SensorPlan;
  readonly #root: string;
  readonly #archive: RawArchive;
  readonly #timings: DayTimings;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #open = new Map<number, OpenDay>();
  /** Sealed days, as their manifests say. */
  readonly #sealed = new Map<number, Manifest>();
  /** Records whose outcome is in the files, or needs none, by session. */
  readonly #accounted = new Map<string, SeqSet>();
  #awaited: AwaitedRange[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(plan: SensorPlan, root: string, archive: RawArchive, timings: DayTimings, log: Log, metrics: Metrics) {
    this.plan = plan;
    this.#root = root;
    this.#archive = archive;
    this.#timings = timings;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Rebuilds every open day from `.raw` and learns the sealed ones; raw days without a manifest are opened (PROMISE 22). */
  start(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const { folder, prefix } = this.plan.sensor;
      for (const day of await daysIn(join(this.#root, 'manifest', folder), prefix, '.json')) {
        const manifest = await this.#readManifest(day);
        if (manifest.history.state === 'open') await this.#rebuild(day, nowMs);
        else this.#sealed.set(day, manifest);
      }
      for (const day of await this.#archive.days(this.plan)) {
        if (!this.#open.has(day) && !this.#sealed.has(day)) await this.#rebuild(day, nowMs);
      }
    });
  }

  /**
   * Makes sure that every day the records touch is known on disk as open or pending, so that a crash after the raw
   * acknowledgement forgets nothing. To be called after the records are fsynced and before they are acknowledged.
   */
  archived(records: readonly RawRecord[], nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const run = runOfRecords(records);
      const order = Int32Array.from(records, (_, i) => i);
      const days = touchedDays(this.plan, run, order);
      for (const day of days) {
        const sealed = this.#sealed.get(day);
        if (sealed !== undefined) await this.#markPending(day, sealed);
        else if (!this.#open.has(day)) await this.#rebuild(day, nowMs);
      }
      for (const record of records) {
        const open = this.#open.get(dayOf(record.receivedMs));
        if (open !== undefined) open.datDue = true;
      }
      const { session } = records[0];
      const [first, last] = [records[0].seq, records[records.length - 1].seq];
      this.#awaited.push({ session, first, last, days, sinceMs: nowMs });
    });
  }

  /** Days that an import added raw rows to: rebuilt, or pending when they are sealed. */
  imported(days: ReadonlySet<number>, nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const day of days) {
        const sealed = this.#sealed.get(day);
        const open = this.#open.get(day);
        if (sealed !== undefined) await this.#markPending(day, sealed);
        else if (open !== undefined) open.dirty = true;
        else await this.#rebuild(day, nowMs);
      }
    });
  }

  /** The fast path: appends the rows of a verdict message, or marks their days dirty. The records must be archived. */
  verdicts(message: VerdictMessage): Promise<void> {
    return this.#inTurn(async () => {
      const { session, first, last } = message.range;
      const accounted = this.#accountedOf(session);
      const rows = message.rows.filter((row) => !accounted.has(row.seq));
      const foreign = message.build !== this.plan.build || message.revision > 0;
      const byDay = Map.groupBy(rows, (row) => dayOf(row.timeMs));
      for (const [day, dayRows] of byDay) {
        const open = this.#open.get(day);
        if (open === undefined) continue; // sealed and pending, or unknown: the raw rows already said so
        let lastMs = open.lastMs;
        const inOrder = dayRows.every((row) => {
          const after = row.timeMs > lastMs;
          lastMs = row.timeMs;
          return after;
        });
        if (foreign || open.dirty || !inOrder) {
          open.dirty = true;
          continue;
        }
        const batch = batchOfVerdicts(this.plan, day, dayRows);
        try {
          await open.csv.append(csvRows(layoutOf(this.plan, day), batch, 0, batch.count));
        } catch (err) {
          // A full disk, say. The rows are safe in the raw archive: the rebuild writes them when the disk takes them again.
          open.dirty = true;
          this.#log.error(
            { reason: 'csv-append', err },
            'a CSV could not be appended to: its day will be rebuilt; check the disk under EMSO_DATA_DIR',
          );
          continue;
        }
        open.lastMs = lastMs;
        open.rows += batch.count;
        open.changed = true;
        const writtenMs = Date.now();
        for (const row of dayRows) {
          this.#metrics.ingestLatency.observe({ sensor: this.plan.sensor.id }, (writtenMs - row.receivedMs) / 1000);
        }
      }
      if (!foreign) accounted.add(first, last);
    });
  }

  /** Rebuilds what is dirty or overdue, writes the NetCDF files that are due. To be called about once a second. */
  tick(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#awaited = this.#awaited.filter(({ session, first, last, days, sinceMs }) => {
        if (this.#accountedOf(session).hasAll(first, last)) return false;
        if (nowMs - sinceMs < this.#timings.verdictTimeoutMs) return true;
        for (const day of days) {
          const open = this.#open.get(day);
          if (open !== undefined) open.dirty = true;
        }
        return false;
      });
      for (const open of this.#open.values()) {
        const due = nowMs - open.writtenMs >= this.#timings.netcdfIntervalMs;
        if (open.dirty || ((open.changed || open.datDue) && due)) await this.#rebuild(open.day, nowMs);
      }
    });
  }

  /** Seals every day that has been quiet for the grace time; `stale` also those that another build made. Returns the days sealed. */
  seal(nowMs: number, graceMs: number, stale: boolean): Promise<number[]> {
    return this.#inTurn(async () => {
      const sealed: number[] = [];
      const due = [...this.#open.keys()];
      for (const [day, manifest] of this.#sealed) {
        if (manifest.history.pending || (stale && manifest.content.build !== this.plan.build)) due.push(day);
      }
      for (const day of due) {
        const quietSinceMs = Math.max(
          (day + 1) * DAY_MS,
          this.#archive.writtenMs(this.plan.platform.id, this.plan.sensor.id, day) ?? 0,
        );
        if (nowMs - quietSinceMs < graceMs) continue;
        await this.#sealDay(day, nowMs);
        sealed.push(day);
      }
      return sealed;
    });
  }

  /** What the ledger says about each day, newest last. */
  ledger(): { day: string; state: string; rows: number; dirty: boolean; stale: boolean }[] {
    const open = [...this.#open.values()].map(({ day, rows, dirty }) => ({
      day,
      state: 'open',
      rows,
      dirty,
      stale: false,
    }));
    const sealed = [...this.#sealed].map(([day, { content, history }]) => ({
      day,
      state: history.state as string,
      rows: content.rows,
      dirty: history.pending === true,
      stale: content.build !== this.plan.build,
    }));
    return [...open, ...sealed].sort((a, b) => a.day - b.day).map((row) => ({ ...row, day: isoDay(row.day) }));
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { csv } of this.#open.values()) await csv.close();
      this.#open.clear();
    });
  }

  /** One thing at a time: every change to a sensor's days waits for the one before it, and a failed one does not block the next. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  #accountedOf(session: string): SeqSet {
    const known = this.#accounted.get(session);
    if (known !== undefined) return known;
    const accounted = new SeqSet();
    this.#accounted.set(session, accounted);
    return accounted;
  }

  async #computed(day: number, form: 'open' | 'sealed'): Promise<DayProducts & { dat: Uint8Array | undefined }> {
    const { first, last } = rawDaysOf(this.plan, day);
    const run = await this.#archive.read(this.plan, first, last);
    const ownRun = this.plan.byReception ? run : await this.#archive.read(this.plan, day, day);
    for (let i = 0; i < run.count; i++) {
      if (run.kind[i] !== KIND.import) this.#accountedOf(run.sessions[run.session[i]]).add(run.seq[i], run.seq[i]);
    }
    return { ...rebuildDay(this.plan, day, run, form), dat: ownRun.count > 0 ? datView(ownRun) : undefined };
  }

  async #rebuild(day: number, nowMs: number): Promise<void> {
    const open = this.#open.get(day);
    const products = await this.#computed(day, 'open');
    const paths = productPaths(this.plan.sensor, day);
    if (open !== undefined && !open.dirty) await this.#compare(open, products.csv);
    if (open !== undefined) {
      // From here on the CSV is being replaced: should that fail, the next tick does it again.
      open.dirty = true;
      await open.csv.close();
    }
    const csvPath = join(this.#root, paths.csv);
    const onDisk = await readIfThere(csvPath);
    if (onDisk === undefined || !Buffer.from(onDisk).equals(products.csv)) await this.#write(paths.csv, products.csv);
    await this.#write(paths.netcdf, products.netcdf);
    if (products.dat !== undefined) await this.#write(paths.dat, products.dat);
    const manifest: Manifest = { content: products.content, history: { state: 'open', version: 0, notes: [] } };
    await this.#write(paths.manifest, encodeManifest(manifest));
    const rows = products.batch.count;
    this.#open.set(day, {
      day,
      csv: await AppendFile.open(csvPath),
      lastMs: rows === 0 ? Number.NEGATIVE_INFINITY : products.batch.time[rows - 1],
      rows,
      dirty: false,
      changed: false,
      datDue: false,
      writtenMs: nowMs,
    });
    for (const format of ['csv', 'netcdf']) {
      this.#metrics.productLastWrite.set({ dataset: this.plan.sensor.dataset, format }, nowMs / 1000);
    }
  }

  /** Counts the rows in which the fast path differs from the rebuild; being behind it is no difference. */
  async #compare(open: OpenDay, rebuilt: Uint8Array): Promise<void> {
    const fast = Buffer.from((await readIfThere(join(this.#root, productPaths(this.plan.sensor, open.day).csv))) ?? []);
    if (Buffer.from(rebuilt).subarray(0, fast.length).equals(fast)) return;
    const a = fast.toString('utf8').split('\n');
    const b = Buffer.from(rebuilt).toString('utf8').split('\n');
    const differing = a.filter((row, i) => row !== '' && row !== b[i]);
    this.#metrics.fastPathDivergenceRows.inc({ sensor: this.plan.sensor.id }, differing.length);
    this.#log.error(
      { reason: 'divergence', day: isoDay(open.day), rows: differing.length, first: differing[0]?.slice(0, 200) },
      'the fast path differs from the rebuild: the rebuild was taken; look at the clocks and the builds of the services',
    );
  }

  async #sealDay(day: number, nowMs: number): Promise<void> {
    const products = await this.#computed(day, 'sealed');
    const paths = productPaths(this.plan.sensor, day);
    const before = this.#sealed.get(day);
    let contiguous = true;
    for (const { session, last } of products.content.raw.sessions) {
      contiguous &&= await this.#archive.isContiguous(this.plan.platform.id, this.plan.sensor.id, session, last);
    }
    const manifest = sealedManifest(before, products.content, contiguous, iso(nowMs));
    if (before !== undefined && manifest.history.version > before.history.version) {
      for (const path of [paths.csv, paths.netcdf, paths.manifest]) {
        const bytes = await readIfThere(join(this.#root, path));
        if (bytes !== undefined) await this.#write(join('versions', `v${before.history.version}`, path), bytes);
      }
    }
    await this.#open.get(day)?.csv.close();
    this.#open.delete(day);
    await this.#write(paths.csv, products.csv);
    await this.#write(paths.netcdf, products.netcdf);
    if (products.dat !== undefined) await this.#write(paths.dat, products.dat);
    await this.#write(paths.manifest, encodeManifest(manifest));
    this.#sealed.set(day, manifest);
    this.#log.info({ day: isoDay(day), state: manifest.history.state }, 'day sealed');
  }

  async #markPending(day: number, manifest: Manifest): Promise<void> {
    if (manifest.history.pending) return;
    const marked: Manifest = { ...manifest, history: { ...manifest.history, pending: true } };
    await this.#write(productPaths(this.plan.sensor, day).manifest, encodeManifest(marked));
    this.#sealed.set(day, marked);
  }

  async #write(path: string, bytes: Uint8Array | string): Promise<void> {
    const target = join(this.#root, path);
    await makeDirectory(dirname(target));
    await writeAtomic(target, bytes, { fsync: true });
  }

  async #readManifest(day: number): Promise<Manifest> {
    const path = join(this.#root, productPaths(this.plan.sensor, day).manifest);
    const bytes = await readIfThere(path);
    return decodeManifest(Buffer.from(bytes ?? []).toString('utf8'));
  }
}
