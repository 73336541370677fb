/**
 * The days of one sensor. The fast path appends rows that come in order with our own build; everything else makes a day
 * dirty, and dirty days are rebuilt from `.raw`. Whenever a day's NetCDF is due, the same rebuild checks the fast path row by
 * row: the comparison is the proof in production.
 */
import { DAY_MS, dayOf, iso, isoDay, type RawRecord, type RawRun, runOfRecords, type VerdictMessage } from '@emso/core';
import {
  batchOfVerdicts,
  type DayProducts,
  datView,
  followsInTime,
  isOwnAnswer,
  layoutOf,
  rawDaysOf,
  rebuildDay,
  type SensorPlan,
  touchedDays,
} from '@emso/pipeline';
import { csvRows } from '@emso/products';
import { AppendFile, type Log, type Metrics } from '@emso/runtime';
import { Accounts } from './accounts.ts';
import { DayFiles } from './day-files.ts';
import { divergenceOf } from './divergence.ts';
import { type LedgerDay, ledgerOf } from './ledger.ts';
import type { RawArchive } from './raw-archive.ts';
import { type SealedDay, SealedDays, type SealedProducts } from './sealed-days.ts';

export interface DayTimings {
  /** An open day's NetCDF and manifest are rewritten at most this often. */
  readonly netcdfIntervalMs: number;
  /** Archived records whose verdicts did not come within this time are taken from the raw archive instead. */
  readonly verdictTimeoutMs: number;
}

export interface SensorDaysOptions {
  readonly plan: SensorPlan;
  readonly root: string;
  readonly archive: RawArchive;
  readonly timings: DayTimings;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Tells an operator that rows of the fast path were wrong. */
  readonly onDivergence: (day: number, rows: number) => void;
}

export interface OpenDay {
  readonly day: number;
  readonly csv: AppendFile;
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

export class SensorDays {
  readonly plan: SensorPlan;
  readonly #archive: RawArchive;
  readonly #timings: DayTimings;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #onDivergence: (day: number, rows: number) => void;
  readonly #files: DayFiles;
  /** Open days that are not rebuilt yet. */
  readonly #toOpen = new Set<number>();
  readonly #open = new Map<number, OpenDay>();
  readonly #sealed: SealedDays;
  /** When this process last saw something new for a day, for grace times, epoch ms. */
  readonly #touchedMs = new Map<number, number>();
  readonly #accounts = new Accounts();
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ plan, root, archive, timings, log, metrics, onDivergence }: SensorDaysOptions) {
    this.plan = plan;
    this.#archive = archive;
    this.#timings = timings;
    this.#log = log;
    this.#metrics = metrics;
    this.#onDivergence = onDivergence;
    this.#files = new DayFiles(plan, root);
    this.#sealed = new SealedDays(plan, this.#files, archive, log, metrics);
  }

  /**
   * Learns which days there are. Open ones, and raw days without a manifest, are rebuilt by the next `tick`s (PROMISE 22): until
   * then nothing is appended to them, so that starting does not wait for it.
   */
  start(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const day of await this.#files.days()) {
        const manifest = await this.#files.readManifest(day).catch(async (err: unknown) => {
          this.#metrics.archiveChecksumFailures.inc();
          const kept = `found-${iso(nowMs).replaceAll(':', '')}`;
          this.#log.error(
            { reason: 'manifest-damaged', day: isoDay(day), err },
            `a manifest cannot be read: what there is of the day was copied to versions/${kept}, and the day is rebuilt as an open one; check the disk`,
          );
          await this.#files.keepAsFound(day, kept);
        });
        if (manifest === undefined || manifest.history.state === 'open') this.#toOpen.add(day);
        else this.#sealed.learn(day, manifest);
      }
      for (const day of await this.#archive.days(this.plan)) if (!this.#sealed.has(day)) this.#toOpen.add(day);
    });
  }

  /**
   * Makes sure that every day the records touch is known on disk as open or pending, so that a crash after the raw
   * acknowledgement forgets nothing. To be called after the records are fsynced and before they are acknowledged.
   */
  archived(records: readonly RawRecord[], nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const days = touchedDays(
        this.plan,
        runOfRecords(records),
        records.map((_, i) => i),
      );
      for (const day of days) {
        this.#touchedMs.set(day, nowMs);
        if (this.#sealed.has(day)) await this.#sealed.markPending(day);
        else if (!this.#open.has(day)) await this.#rebuild(day, nowMs);
      }
      for (const record of records) {
        const open = this.#open.get(dayOf(record.receivedMs));
        if (open !== undefined) open.datDue = true;
      }
      const [{ session, seq: first }] = records;
      this.#accounts.expect({ session, first, last: records[records.length - 1].seq }, days, nowMs);
    });
  }

  /** Days that an import is about to add raw rows to: sealed ones are pending on disk before the first row is. */
  expect(days: ReadonlySet<number>): Promise<void> {
    return this.#inTurn(async () => {
      for (const day of days) if (this.#sealed.has(day)) await this.#sealed.markPending(day);
    });
  }

  /** Days that an import added raw rows to: the next `tick` rebuilds them, but for the sealed ones, which are pending. */
  imported(days: ReadonlySet<number>, nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const day of days) {
        this.#touchedMs.set(day, nowMs);
        const open = this.#open.get(day);
        if (open !== undefined) open.dirty = true;
        else if (!this.#sealed.has(day)) this.#toOpen.add(day);
      }
    });
  }

  /** The fast path: appends the rows of a verdict message, or marks their days dirty. The records must be archived. */
  verdicts(message: VerdictMessage): Promise<void> {
    return this.#inTurn(async () => {
      const { session } = message.range;
      const rows = message.rows.filter((row) => !this.#accounts.has(session, row.seq));
      const own = isOwnAnswer(this.plan, message);
      for (const [day, dayRows] of Map.groupBy(rows, (row) => dayOf(row.timeMs))) {
        const open = this.#open.get(day);
        if (open === undefined) continue; // sealed and pending, or not rebuilt yet: the raw rows already said so
        if (!own || open.dirty || !followsInTime(dayRows, open.lastMs)) open.dirty = true;
        else await this.#append(open, dayRows);
      }
      if (own) this.#accounts.settle(message.range);
    });
  }

  /** Rebuilds what is dirty or overdue, writes the NetCDF files that are due. To be called about once a second. */
  tick(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const day of this.#toOpen) await this.#rebuild(day, nowMs);
      for (const day of this.#accounts.overdue(nowMs, this.#timings.verdictTimeoutMs)) {
        const open = this.#open.get(day);
        if (open !== undefined) open.dirty = true;
      }
      for (const open of this.#open.values()) {
        const due = nowMs - open.writtenMs >= this.#timings.netcdfIntervalMs;
        if (open.dirty || ((open.changed || open.datDue) && due)) await this.#rebuild(open.day, nowMs);
      }
    });
  }

  /** Seals every day that has been quiet for the grace time; `stale` also those that another build made. */
  seal(nowMs: number, graceMs: number, stale: boolean): Promise<SealedDay[]> {
    return this.#inTurn(async () => {
      const due = [...this.#open.keys(), ...(await this.#sealed.due(stale))];
      const sealed: SealedDay[] = [];
      for (const day of due) {
        // A clock that was ahead for a while must not hold up sealing until it would have been right.
        const rawMs = await this.#files.rawWrittenMs(day);
        const writtenMs = Math.max(rawMs > nowMs ? 0 : rawMs, this.#touchedMs.get(day) ?? 0);
        if (nowMs - Math.max((day + 1) * DAY_MS, writtenMs) >= graceMs)
          sealed.push(await this.#seal(day, nowMs, stale));
      }
      return sealed;
    });
  }

  /** A sealing has been announced: nothing is pending any more, unless something new came meanwhile. */
  announced(sealed: SealedDay): Promise<void> {
    return this.#inTurn(() => this.#sealed.announced(sealed));
  }

  /** Compares every sealed file with its manifest, day by day between other work; repairs those that can be made again. */
  async verify(signal: AbortSignal): Promise<void> {
    for (const day of [...this.#sealed.manifests.keys()]) {
      if (signal.aborted) return;
      await this.#inTurn(() => this.#sealed.verify(day, () => this.#computed(day, 'sealed')));
    }
  }

  /** What the ledger says about each day, newest last. */
  ledger(): LedgerDay[] {
    return ledgerOf(this.plan.build, this.#toOpen, this.#open, this.#sealed);
  }

  /** Brings NetCDF, view and manifest of every grown day up to its CSV, so that what a stopped writer leaves is of one piece. */
  close(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const { day, dirty, changed, datDue } of [...this.#open.values()]) {
        if (!dirty && !changed && !datDue) continue;
        await this.#rebuild(day, nowMs).catch((err) =>
          this.#log.warn(
            { reason: 'products', day: isoDay(day), err },
            'a day could not be brought up to date at the stop: the next start does it',
          ),
        );
      }
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

  async #append(open: OpenDay, rows: VerdictMessage['rows']): Promise<void> {
    const batch = batchOfVerdicts(this.plan, open.day, rows);
    try {
      await open.csv.append(csvRows(layoutOf(this.plan, open.day), batch, 0, batch.count));
    } catch (err) {
      // A full disk, say. The rows are safe in the raw archive: the rebuild writes them when the disk takes them again.
      open.dirty = true;
      this.#log.error(
        { reason: 'csv-append', err },
        'a CSV could not be appended to: its day will be rebuilt; check the disk under EMSO_DATA_DIR',
      );
      return;
    }
    open.lastMs = rows[rows.length - 1].timeMs;
    open.rows += batch.count;
    open.changed = true;
    const writtenMs = Date.now();
    for (const { receivedMs } of rows) {
      this.#metrics.ingestLatency.observe({ sensor: this.plan.sensor.id }, (writtenMs - receivedMs) / 1000);
    }
  }

  async #computed(day: number, form: 'open' | 'sealed'): Promise<SealedProducts & { readonly run: RawRun }> {
    const { first, last } = rawDaysOf(this.plan, day);
    const run = await this.#archive.read(this.plan, first, last);
    const ownRun = this.plan.byReception ? run : await this.#archive.read(this.plan, day, day);
    const products = rebuildDay(this.plan, day, run, form);
    return { ...products, run, ...(ownRun.count > 0 && { dat: datView(ownRun) }) };
  }

  /** What these files hold needs no verdict any more. Where time is not reception, the other records belong to other days. */
  #settle(run: RawRun, { batch }: DayProducts): void {
    const { byReception } = this.plan;
    const records = byReception
      ? Array.from({ length: run.count }, (_, i) => i)
      : batch.record.subarray(0, batch.count);
    this.#accounts.settleRecords(run, records);
  }

  async #rebuild(day: number, nowMs: number): Promise<void> {
    const open = this.#open.get(day);
    const products = await this.#computed(day, 'open');
    if (open !== undefined) {
      if (!open.dirty) await this.#compare(day, products.run, products);
      // From here on the CSV is being replaced: should that fail, the next tick does it again.
      open.dirty = true;
      await open.csv.close();
    }
    await this.#files.writeProducts(day, products);
    await this.#files.writeManifest(day, {
      content: products.content,
      history: { state: 'open', version: 0, notes: [] },
    });
    const rows = products.batch.count;
    this.#open.set(day, {
      day,
      csv: await AppendFile.open(this.#files.csvPath(day)),
      lastMs: rows === 0 ? Number.NEGATIVE_INFINITY : products.batch.time[rows - 1],
      rows,
      dirty: false,
      changed: false,
      datDue: false,
      writtenMs: nowMs,
    });
    this.#settle(products.run, products);
    this.#toOpen.delete(day);
    this.#noteWritten(nowMs);
  }

  async #compare(day: number, run: RawRun, { csv, batch }: DayProducts): Promise<void> {
    const wasGiven = (row: number): boolean => this.#accounts.isSettled(run, batch.record[row]);
    const found = divergenceOf(await this.#files.readCsv(day), csv, wasGiven);
    if (found === undefined) return;
    this.#metrics.fastPathDivergenceRows.inc({ sensor: this.plan.sensor.id }, found.rows);
    this.#log.error(
      { reason: 'divergence', day: isoDay(day), ...found },
      'the fast path differs from the rebuild: the rebuild was taken; look at the clocks and the builds of the services',
    );
    this.#onDivergence(day, found.rows);
  }

  async #seal(day: number, nowMs: number, stale: boolean): Promise<SealedDay> {
    const products = await this.#computed(day, 'sealed');
    const open = this.#open.get(day);
    if (open !== undefined) {
      // Should sealing fail, the next tick rebuilds it as an open day.
      open.dirty = true;
      await open.csv.close();
    }
    const sealed = await this.#sealed.seal(products, nowMs, stale);
    this.#open.delete(day);
    this.#noteWritten(nowMs);
    return sealed;
  }

  #noteWritten(nowMs: number): void {
    for (const format of ['csv', 'netcdf']) {
      this.#metrics.productLastWrite.set({ dataset: this.plan.sensor.dataset, format }, nowMs / 1000);
    }
  }
}
