/**
 * The open days of one sensor. The fast path appends rows that come in order; a rebuild replaces the files and, where nothing made
 * the day dirty, compares row by row first: that comparison is the proof in production. Calls must not overlap.
 */
import { iso, isoDay, type VerdictMessage } from '@emso/core';
import { batchOfVerdicts, followsInTime, layoutOf, type SensorPlan } from '@emso/pipeline';
import { csvRows } from '@emso/products';
import { AppendFile, type Log, type Metrics } from '@emso/runtime';
import type { Accounts } from './accounts.ts';
import type { DayFiles } from './day-files.ts';
import { divergenceOf } from './divergence.ts';
import type { RebuiltDay } from './rebuilt-days.ts';

export interface OpenDay {
  readonly day: number;
  /** Open while rows are appended: an import makes thousands of days, and none of them grows. */
  csv: AppendFile | undefined;
  /** Time of the last row in the CSV; rows must come after it. */
  lastMs: number;
  rows: number;
  /** Something the fast path could not take: rebuild. */
  dirty: boolean;
  /** Rows are in the CSV that the NetCDF has not. */
  changed: boolean;
  /** Raw rows came since the historical view was written. */
  datDue: boolean;
  writtenMs: number;
}

export interface OpenDaysOptions {
  readonly plan: SensorPlan;
  readonly files: DayFiles;
  readonly accounts: Accounts;
  /** An open day's NetCDF and manifest are rewritten at most this often. */
  readonly netcdfIntervalMs: number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Tells an operator that rows of the fast path were wrong. */
  readonly onDivergence: (day: number, rows: number) => void;
}

export class OpenDays {
  readonly #options: OpenDaysOptions;
  /** Open days that are not rebuilt yet. */
  readonly #expected = new Set<number>();
  readonly #open = new Map<number, OpenDay>();

  constructor(options: OpenDaysOptions) {
    this.#options = options;
  }

  /** The days that are rebuilt before anything is appended to them. */
  get expected(): ReadonlySet<number> {
    return this.#expected;
  }

  get days(): ReadonlyMap<number, OpenDay> {
    return this.#open;
  }

  has(day: number): boolean {
    return this.#open.has(day);
  }

  /** The day is to be rebuilt by the next tick. */
  expect(day: number): void {
    const open = this.#open.get(day);
    if (open === undefined) this.#expected.add(day);
    else open.dirty = true;
  }

  /** Raw rows were received on the day. */
  received(day: number): void {
    const open = this.#open.get(day);
    if (open !== undefined) open.datDue = true;
  }

  /** Appends rows of one day, or makes it dirty; `own` tells whether they were computed with our build. */
  async take(day: number, rows: VerdictMessage['rows'], own: boolean): Promise<void> {
    const open = this.#open.get(day);
    // Sealed and pending, or not rebuilt yet: the raw rows already said so.
    if (open === undefined) return;
    if (!own || open.dirty || !followsInTime(rows, open.lastMs)) open.dirty = true;
    else await this.#append(open, rows);
  }

  /** True when a day is to be rebuilt now: dirty, not rebuilt yet, or grown and its NetCDF due. */
  isDue(day: number, nowMs: number): boolean {
    const open = this.#open.get(day);
    if (open === undefined) return this.#expected.has(day);
    return open.dirty || ((open.changed || open.datDue) && this.#isNetcdfDue(open, nowMs));
  }

  /** The days that are to be rebuilt now, oldest first. */
  due(nowMs: number): number[] {
    return [...new Set([...this.#expected, ...this.#open.keys()])]
      .filter((day) => this.isDue(day, nowMs))
      .sort((a, b) => a - b);
  }

  /** The days whose files are not of one piece. */
  unfinished(): number[] {
    return [...this.#open.values()]
      .filter(({ dirty, changed, datDue }) => dirty || changed || datDue)
      .map(({ day }) => day);
  }

  /**
   * Puts a rebuilt day in place. A dirty day's CSV at once; NetCDF, view and manifest when they are due or `whole` asks for them
   * (PROMISE 20).
   */
  async write(products: RebuiltDay, nowMs: number, whole = false): Promise<void> {
    const { files } = this.#options;
    const { day, batch } = products;
    const open = this.#open.get(day);
    if (open === undefined) await this.#keepStrays(products, nowMs);
    else {
      if (!open.dirty) await this.#compare(products);
      await this.#stopAppending(open);
    }
    const due = whole || open === undefined || this.#isNetcdfDue(open, nowMs);
    if (due) {
      await files.writeProducts(day, products);
      await files.writeManifest(day, {
        content: products.content,
        history: { state: 'open', version: 0, notes: [] },
      });
    } else await files.writeFile(products.content.files.csv.path, products.csv);
    this.#open.set(day, {
      day,
      csv: undefined,
      lastMs: batch.count === 0 ? Number.NEGATIVE_INFINITY : batch.time[batch.count - 1],
      rows: batch.count,
      dirty: false,
      changed: !due,
      datDue: !due && open.datDue,
      writtenMs: due ? nowMs : open.writtenMs,
    });
    this.#expected.delete(day);
    this.#settle(products);
  }

  /** Nothing is appended to a day any more: it is about to be sealed. Should that fail, the next tick rebuilds it as an open one. */
  async leave(day: number): Promise<void> {
    const open = this.#open.get(day);
    if (open !== undefined) await this.#stopAppending(open);
  }

  /** The day is sealed. */
  delete(day: number): void {
    this.#open.delete(day);
    this.#expected.delete(day);
  }

  async close(): Promise<void> {
    for (const { csv } of this.#open.values()) await csv?.close();
    this.#open.clear();
  }

  #isNetcdfDue({ writtenMs }: OpenDay, nowMs: number): boolean {
    return nowMs - writtenMs >= this.#options.netcdfIntervalMs;
  }

  async #append(open: OpenDay, rows: VerdictMessage['rows']): Promise<void> {
    const { plan, files, log, metrics } = this.#options;
    const batch = batchOfVerdicts(plan, open.day, rows);
    try {
      open.csv ??= await AppendFile.open(files.csvPath(open.day));
      await open.csv.append(csvRows(layoutOf(plan, open.day), batch, 0, batch.count));
    } catch (err) {
      // A full disk, say. The rows are safe in the raw archive: the rebuild writes them when the disk takes them again.
      open.dirty = true;
      log.error(
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
      metrics.ingestLatency.observe({ sensor: plan.sensor.id }, (writtenMs - receivedMs) / 1000);
    }
  }

  /** From here on the CSV is being replaced: should that fail, the next tick does it again. */
  async #stopAppending(open: OpenDay): Promise<void> {
    open.dirty = true;
    const { csv } = open;
    open.csv = undefined;
    await csv?.close();
  }

  async #compare({ day, run, csv, batch }: RebuiltDay): Promise<void> {
    const { plan, files, accounts, log, metrics, onDivergence } = this.#options;
    const wasGiven = (row: number): boolean => accounts.isSettled(run, batch.record[row]);
    const { lateRows } = plan.tests;
    // What comes after the last rows of a day is not among its rows: nobody here knows whether its verdict has come.
    const mayChange = (row: number): boolean => {
      for (let next = row + 1; next <= row + lateRows; next++) if (next >= batch.count || !wasGiven(next)) return true;
      return false;
    };
    const flagColumns = batch.codes.length + 1;
    const found = divergenceOf(await files.readCsv(day), csv, { wasGiven, mayChange, flagColumns });
    if (found === undefined) return;
    metrics.fastPathDivergenceRows.inc({ sensor: plan.sensor.id }, found.rows);
    log.error(
      { reason: 'divergence', day: isoDay(day), ...found },
      'the fast path differs from the rebuild: the rebuild was taken; look at the clocks and the builds of the services',
    );
    onDivergence(day, found.rows);
  }

  /** Files without a manifest may be a sealed day's, which only its next version may replace (PROMISE 20): others are kept beside it. */
  async #keepStrays(products: RebuiltDay, nowMs: number): Promise<void> {
    const { files, log } = this.#options;
    const { day } = products;
    if (!(await files.isStray(day, products))) return;
    const kept = `found-${iso(nowMs).replaceAll(':', '')}`;
    log.warn(
      { reason: 'manifest-missing', day: isoDay(day) },
      `files of a day without a manifest are not what a rebuild gives: copied to versions/${kept}, and the day is rebuilt as an open one`,
    );
    await files.keepAsFound(day, kept);
  }

  /** What these files hold needs no verdict any more. Where time is not reception, the other records belong to other days. */
  #settle({ run, batch }: RebuiltDay): void {
    const records = this.#options.plan.byReception
      ? Array.from({ length: run.count }, (_, i) => i)
      : batch.record.subarray(0, batch.count);
    this.#options.accounts.settleRecords(run, records);
  }
}
