/**
 * The days of one sensor, open and sealed, one change after the other. Raw rows say which days they touch; verdicts go the fast
 * path; everything else is rebuilt from `.raw`.
 */
import { dayOf, iso, isoDay, type RawRecord, runOfRecords, type VerdictMessage } from '@emso/core';
import {
  type DayForm,
  daysInReach,
  daysSeeing,
  dependentDays,
  isOwnAnswer,
  type SensorPlan,
  seeingDays,
  touchedDays,
} from '@emso/pipeline';
import type { LedgerDay } from '@emso/products';
import type { Log, Metrics } from '@emso/runtime';
import { readIfThere } from '@emso/runtime';
import { Accounts } from './accounts.ts';
import { DayFiles } from './day-files.ts';
import { ledgerOf } from './ledger.ts';
import { LedgerCheck } from './ledger-check.ts';
import { OpenDays } from './open-days.ts';
import { QuietTimes } from './quiet-times.ts';
import type { RawArchive } from './raw-archive.ts';
import { type RebuiltDay, RebuiltDays } from './rebuilt-days.ts';
import { type SealedDay, SealedDays } from './sealed-days.ts';
import { inTurns } from './turns.ts';

export interface DayTimings {
  /** An open day's NetCDF and manifest are rewritten at most this often. */
  readonly netcdfIntervalMs: number;
  /** Archived records whose verdicts did not come within this time are taken from the raw archive instead. */
  readonly verdictTimeoutMs: number;
}

export interface SensorDaysOptions {
  readonly plan: SensorPlan;
  /** The days of the sensors that this one's sealed days take values from. */
  readonly donors?: readonly SensorDays[];
  readonly root: string;
  readonly archive: RawArchive;
  readonly timings: DayTimings;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Tells an operator that rows of the fast path were wrong. */
  readonly onDivergence: (day: number, rows: number) => void;
}

export class SensorDays {
  readonly plan: SensorPlan;
  readonly #archive: RawArchive;
  readonly #timings: DayTimings;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #files: DayFiles;
  readonly #rebuilt: RebuiltDays;
  readonly #open: OpenDays;
  readonly #sealed: SealedDays;
  readonly #check: LedgerCheck;
  readonly #quiet: QuietTimes;
  readonly #accounts = new Accounts();
  readonly #donors: readonly SensorDays[];
  readonly #dependents: SensorDays[] = [];
  /** Every change to a sensor's days waits for the one before it. */
  readonly #inTurn = inTurns();

  constructor({ plan, donors = [], root, archive, timings, log, metrics, onDivergence }: SensorDaysOptions) {
    this.plan = plan;
    this.#donors = donors;
    for (const donor of donors) donor.#dependents.push(this);
    this.#archive = archive;
    this.#timings = timings;
    this.#log = log;
    this.#metrics = metrics;
    const files = new DayFiles(plan, root);
    const { netcdfIntervalMs } = timings;
    this.#files = files;
    this.#quiet = new QuietTimes(files);
    this.#rebuilt = new RebuiltDays(plan, archive, log);
    this.#open = new OpenDays({
      plan,
      files,
      accounts: this.#accounts,
      netcdfIntervalMs,
      log,
      metrics,
      onDivergence,
    });
    this.#sealed = new SealedDays(plan, files, archive, log, metrics);
    this.#check = new LedgerCheck(plan, files, log, metrics);
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
        if (manifest === undefined || manifest.history.state === 'open') this.#open.expect(day);
        else this.#sealed.learn(day, manifest);
      }
      for (const day of await this.#archive.days(this.plan)) if (!this.#sealed.has(day)) this.#open.expect(day);
    });
  }

  /**
   * Makes sure that every day the records touch is known on disk as open or pending, so that a crash after the raw
   * acknowledgement forgets nothing. To be called after the records are fsynced and before they are acknowledged.
   */
  async archived(records: readonly RawRecord[], nowMs: number): Promise<void> {
    const run = runOfRecords(records);
    const days = touchedDays(this.plan, run, [...records.keys()]);
    const seeing = seeingDays(this.plan, run, [...records.keys()]);
    await this.#inTurn(async () => {
      for (const day of days) {
        this.#quiet.touch(day, nowMs);
        if (this.#sealed.has(day)) await this.#sealed.markPending(day);
      }
      await this.#tellSeeing(days, seeing);
      const unknown = [...days].filter((day) => !this.#sealed.has(day) && !this.#open.has(day));
      await this.#rebuild(unknown, nowMs);
      for (const { receivedMs } of records) this.#open.received(dayOf(receivedMs));
      const [{ session, seq: first }] = records;
      this.#accounts.expect({ session, first, last: records[records.length - 1].seq }, days, nowMs);
    });
    await this.#tellDependents(days);
  }

  /** Days that an import is about to add raw rows to: sealed ones are pending on disk before the first row is. */
  async expect(days: ReadonlySet<number>): Promise<void> {
    await this.#markPending(days);
    await this.#inTurn(() => this.#tellSeeing(days, allSeeing(this.plan, days)));
    await this.#tellDependents(days);
  }

  /** Days that an import added raw rows to: the next `tick` rebuilds them, but for the sealed ones, which are pending. */
  async imported(days: ReadonlySet<number>, nowMs: number): Promise<void> {
    await this.#inTurn(async () => {
      for (const day of days) {
        this.#quiet.touch(day, nowMs);
        if (!this.#sealed.has(day)) this.#open.expect(day);
        // Once more: it may have been sealed, and announced, between the promise of rows and their arrival.
        else await this.#sealed.markPending(day);
      }
      await this.#tellSeeing(days, allSeeing(this.plan, days));
    });
    await this.#tellDependents(days);
  }

  /** Rows are looked at from the days around theirs, where there are such days: their flags may change. */
  async #tellSeeing(own: ReadonlySet<number>, seeing: Iterable<number>): Promise<void> {
    for (const day of seeing) {
      if (own.has(day)) continue;
      if (this.#sealed.has(day)) await this.#sealed.markPending(day);
      else if (this.#open.has(day)) this.#open.expect(day);
    }
  }

  /** The fast path: appends the rows of a verdict message, or marks their days dirty. The records must be archived. */
  verdicts(message: VerdictMessage): Promise<void> {
    return this.#inTurn(async () => {
      if (message.revision > 0) {
        // What came later changed flags of rows that are written: the rebuild knows all of them.
        for (const { timeMs } of message.rows) if (this.#open.has(dayOf(timeMs))) this.#open.expect(dayOf(timeMs));
        return;
      }
      const { session } = message.range;
      const rows = message.rows.filter((row) => !this.#accounts.has(session, row.seq));
      const own = isOwnAnswer(this.plan, message);
      for (const [day, ofDay] of Map.groupBy(rows, (row) => dayOf(row.timeMs))) await this.#open.take(day, ofDay, own);
      if (own) this.#accounts.settle(message.range);
    });
  }

  /**
   * Rebuilds what is dirty or overdue, writes the NetCDF files that are due. To be called about once a second. A day that cannot be
   * written keeps no other one waiting: the first fault is thrown when all the others are done.
   */
  async tick(nowMs: number): Promise<void> {
    await this.#inTurn(async () => {
      for (const day of this.#accounts.overdue(nowMs, this.#timings.verdictTimeoutMs)) {
        if (this.#open.has(day)) this.#open.expect(day);
      }
    });
    await this.#inBundles(this.#open.due(nowMs), async (days) => {
      // Records that came meanwhile may have opened one of them.
      const due = days.filter((day) => this.#open.isDue(day, nowMs));
      await this.#rebuild(due, nowMs);
    });
  }

  /**
   * Seals every day that has been quiet for the grace time; `stale` also those of another build or other expert flags. Each is handed to `onSealed`
   * as soon as it is on disk, also when another one fails: the first fault is thrown when all the others are done.
   */
  async seal(
    nowMs: number,
    graceMs: number,
    stale: boolean,
    onSealed: (sealed: SealedDay) => void = () => {},
  ): Promise<SealedDay[]> {
    const sealed: SealedDay[] = [];
    const candidates = [...this.#open.days.keys(), ...this.#sealed.manifests.keys()];
    await this.#inBundles(candidates, async (days) => {
      const due: number[] = [];
      for (const day of days) {
        if (!this.#open.has(day) && !(await this.#sealed.isDue(day, stale))) continue;
        if (await this.#isQuiet(day, nowMs, graceMs)) due.push(day);
      }
      await this.#eachRebuilt(due, 'sealed', async (products) => {
        await this.#open.leave(products.day);
        const each = await this.#sealed.seal(products, nowMs, stale);
        this.#open.delete(products.day);
        this.#quiet.forget(products.day);
        this.#noteWritten(nowMs);
        sealed.push(each);
        onSealed(each);
      });
    });
    return sealed;
  }

  /** A sealing has been announced: nothing is pending any more, unless something new came meanwhile. */
  announced(sealed: SealedDay): Promise<void> {
    return this.#inTurn(() => this.#sealed.announced(sealed));
  }

  /** Compares every sealed file with its manifest, day by day between other work; repairs those that can be made again. */
  async verify(signal: AbortSignal): Promise<void> {
    for (const day of [...this.#sealed.manifests.keys()]) {
      if (signal.aborted) return;
      await this.#inTurn(() => this.#sealed.verify(day, () => this.#rebuilt.sealed(day)));
    }
  }

  /** The days that are sealed, complete or not. */
  sealedDays(): number[] {
    return [...this.#sealed.manifests.keys()];
  }

  /** The CSV of a sealed day, between two changes of it; undefined where the day is not sealed or its file is missing. */
  sealedCsv(day: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(async () => (this.#sealed.has(day) ? readIfThere(this.#files.csvPath(day)) : undefined));
  }

  /** What the ledger says about each day, newest last. */
  ledger(): LedgerDay[] {
    return ledgerOf(this.#open.expected, this.#open.days, this.#sealed);
  }

  /** Compares the layers of the latest days, and of a share of the others, with each other; counts those that disagree. */
  checkLedger(nowMs: number, signal: AbortSignal): Promise<void> {
    const isDirty = (day: number): boolean => this.ledger().some((each) => each.dirty && each.day === isoDay(day));
    return this.#check.look(nowMs, signal, isDirty);
  }

  /** Brings NetCDF, view and manifest of every grown day up to its CSV, so that what a stopped writer leaves is of one piece. */
  async close(nowMs: number): Promise<void> {
    await this.#inBundles(this.#open.unfinished(), (days) => this.#rebuild(days, nowMs, true)).catch((err) =>
      this.#log.warn(
        { reason: 'products', err },
        'a day could not be brought up to date at the stop: the next start does it',
      ),
    );
    await this.#inTurn(() => this.#open.close());
  }

  /** Long work in turns of a few days each, so that live lines get theirs in between; throws the first fault at the end. */
  async #inBundles(days: readonly number[], work: (days: readonly number[]) => Promise<void>): Promise<void> {
    const faults: unknown[] = [];
    const { bundle } = this.#rebuilt;
    for (let at = 0; at < days.length; at += bundle) {
      await this.#inTurn(() => work(days.slice(at, at + bundle))).catch((fault: unknown) => faults.push(fault));
    }
    if (faults.length > 0) throw faults[0];
  }

  #rebuild(days: readonly number[], nowMs: number, whole = false): Promise<void> {
    return this.#eachRebuilt(days, 'open', async (products) => {
      await this.#open.write(products, nowMs, whole);
      this.#noteWritten(nowMs);
    });
  }

  /** Hands on one rebuilt day after the other; one that could not be written keeps no other one waiting. */
  async #eachRebuilt(
    days: readonly number[],
    form: DayForm,
    write: (products: RebuiltDay) => Promise<void>,
  ): Promise<void> {
    const faults: unknown[] = [];
    for await (const products of this.#rebuilt.of(days, form)) {
      await write(products).catch((fault: unknown) => faults.push(fault));
    }
    if (faults.length > 0) throw faults[0];
  }

  /** True when nothing has come for the day, nor for those of its donors, whose packets are as late as their own platform says. */
  async #isQuiet(day: number, nowMs: number, graceMs: number): Promise<boolean> {
    if (!(await this.#quiet.isQuiet(day, nowMs, graceMs))) return false;
    for (const donor of this.#donors) {
      for (const each of daysInReach(donor.plan, day)) if (!(await donor.#isSettled(each, nowMs))) return false;
    }
    return true;
  }

  /** True when others may take values from the day. That it was sealed is a change of its manifest, and none of its values. */
  async #isSettled(day: number, nowMs: number): Promise<boolean> {
    if (this.#sealed.has(day) && !this.#sealed.isDirty(day)) return true;
    return this.#quiet.isQuiet(day, nowMs, this.plan.platform.graceMs);
  }

  /** What sealed days took from this sensor has changed. They are pending on disk before anybody is told that the records are safe. */
  async #tellDependents(days: ReadonlySet<number>): Promise<void> {
    for (const dependent of this.#dependents) await dependent.#markPending(dependentDays(this.plan, days));
  }

  #markPending(days: ReadonlySet<number>): Promise<void> {
    return this.#inTurn(async () => {
      for (const day of days) if (this.#sealed.has(day)) await this.#sealed.markPending(day);
    });
  }

  #noteWritten(nowMs: number): void {
    for (const format of ['csv', 'netcdf']) {
      this.#metrics.productLastWrite.set({ dataset: this.plan.sensor.dataset, format }, nowMs / 1000);
    }
  }
}

/** The days that may look at any row of these. */
function allSeeing(plan: SensorPlan, days: Iterable<number>): Set<number> {
  return new Set([...days].flatMap((day) => daysSeeing(plan, day)));
}
