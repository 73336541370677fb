/**
 * Rounds over the data root: what changed goes to the NAS, a share of what is there is read back, ERDDAP is told. One file after
 * the other, one operation on the NAS at a time.
 */
import { join } from 'node:path';
import { decodeManifest, type Manifest } from '@emso/products';
import type { Log } from '@emso/runtime';
import { Alarms } from './alarms.ts';
import { type Copying, copyFile, type Outcome } from './copy-file.ts';
import { isBacked, verdictOf } from './manifest-verdict.ts';
import type { PublisherMetrics } from './metrics.ts';
import type { Nas } from './nas.ts';
import { NotedSet } from './noted-set.ts';
import { OwnFiles } from './own-files.ts';
import { PublishFault } from './publish-fault.ts';
import { removeLeftovers } from './put-file.ts';
import { Receipts } from './receipts.ts';
import { Sentinel } from './sentinel.ts';
import { readSettled, type SettledFile } from './settled-file.ts';
import { type DayGroup, groupsOf, type SourceFile, sourceFiles } from './source-tree.ts';
import { Verification } from './verification.ts';

export interface ErddapFlags {
  readonly datasetsOf: (path: string) => string[];
  readonly set: (dataset: string) => Promise<void>;
}

export interface PublisherOptions {
  readonly root: string;
  readonly nas: Nas;
  /** Id in the sentinel. */
  readonly observatory: string;
  /** Directory of receipts and notes, on a local disk. */
  readonly stateDir: string;
  readonly flags?: ErddapFlags | undefined;
  /** A round ends after so long even with files waiting, and the next begins with the latest day again. */
  readonly roundLimitMs: number;
  /** Every copy is read back once in so long. */
  readonly verifyPeriodMs: number;
  readonly log: Log;
  readonly metrics: PublisherMetrics;
}

export interface RoundReport {
  /** What ended the round: it should not come again at once. */
  readonly fault: PublishFault | undefined;
  /** There is more to do at once. */
  readonly more: boolean;
}

/** Faults in a row after which the NAS, and not a file, is taken to be the cause. */
const FAULTS_IN_A_ROW = 3;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #sentinel: Sentinel;
  readonly #leftovers: NotedSet;
  readonly #flagsDue: NotedSet;
  readonly #alarms: Alarms;
  readonly #verification: Verification;
  #copying: (Copying & { readonly identity: string }) | undefined;
  #orphans = 0;
  #faultsInARow = 0;
  #lastFault: PublishFault | undefined;

  constructor(options: PublisherOptions) {
    const { nas, stateDir, log } = options;
    this.#options = options;
    this.#sentinel = new Sentinel(nas, options.observatory);
    this.#leftovers = new NotedSet(join(stateDir, 'temporary.json'));
    this.#flagsDue = new NotedSet(join(stateDir, 'flags-due.json'));
    this.#alarms = new Alarms(log);
    this.#verification = new Verification(options.verifyPeriodMs);
  }

  /** True when the last round ended well and no file is refused; else why not. */
  state(): true | string {
    if (this.#lastFault !== undefined) return this.#lastFault.message;
    const [first, ...others] = this.#alarms.standing();
    if (first === undefined) return true;
    return others.length === 0 ? first : `${first}, and ${others.length} more`;
  }

  /** Has every copy read back in the coming rounds. Gives their number. */
  verifyAll(nowMs: number): number {
    this.#verification.demandAll(nowMs);
    return this.#copying?.receipts.size ?? 0;
  }

  /** Brings the NAS up to date as far as it can. Faults are counted and reported, not thrown. */
  async round(signal: AbortSignal): Promise<RoundReport> {
    const beganMs = Date.now();
    const { metrics, roundLimitMs } = this.#options;
    const isOver = (): boolean => signal.aborted || Date.now() - beganMs > roundLimitMs;
    this.#lastFault = undefined;
    this.#faultsInARow = 0;
    this.#alarms.begin();
    let more = true;
    let isComplete = false;
    try {
      const copying = await this.#prove();
      await removeLeftovers(copying);
      const changed = await this.#changed(copying.receipts, beganMs);
      let waiting = changed.length;
      metrics.waiting.set(waiting);
      metrics.delivered.set(copying.receipts.size);
      more = false;
      for (const group of groupsOf(changed)) {
        if (isOver()) {
          more = true;
          break;
        }
        waiting -= await this.#publishGroup(copying, group);
        metrics.waiting.set(waiting);
        metrics.delivered.set(copying.receipts.size);
      }
      if (!more) {
        const damaged = await this.#verify(copying, isOver);
        more = damaged > 0;
        isComplete = true;
        if (waiting === 0 && !more) metrics.lastSuccess.set({ target: 'nas' }, beganMs / 1000);
      }
    } catch (error) {
      if (!(error instanceof PublishFault)) throw error;
      // What ended the round was met with a file, or comes before any.
      if (this.#faultsInARow < FAULTS_IN_A_ROW) this.#meet(error, '');
      this.#lastFault = error;
    }
    await this.#setFlags();
    if (isComplete) this.#alarms.settle();
    return { fault: this.#lastFault, more };
  }

  async #prove(): Promise<Copying> {
    const { nas, stateDir } = this.#options;
    const identity = await this.#sentinel.prove();
    if (this.#copying?.identity !== identity) {
      const receipts = new Receipts(join(stateDir, `published-${identity}.jsonl`));
      const own = new OwnFiles(nas);
      // Noted before the copy: a crash between copy and flag must not leave ERDDAP with what it had.
      const onChange = (path: string): void => {
        for (const dataset of this.#options.flags?.datasetsOf(path) ?? []) this.#flagsDue.add(dataset);
      };
      this.#copying = { identity, nas, sentinel: this.#sentinel, leftovers: this.#leftovers, receipts, own, onChange };
    }
    return this.#copying;
  }

  /** The files whose state is not the published one. Counts the published ones that are no longer there. */
  async #changed(receipts: Receipts, nowMs: number): Promise<SourceFile[]> {
    const changed: SourceFile[] = [];
    const gone = new Set(receipts.paths());
    for await (const files of sourceFiles(this.#options.root)) {
      for (const file of files) {
        gone.delete(file.path);
        if (receipts.get(file.path)?.fingerprint !== file.fingerprint) changed.push(file);
      }
    }
    this.#verification.exclude(gone);
    this.#options.metrics.orphans.set(gone.size);
    if (gone.size > this.#orphans) {
      const [example] = gone;
      this.#options.log.warn(
        { reason: 'orphan', files: gone.size, example, at: nowMs },
        'published files are no longer in the data root: the copies are left as they are; if nobody removed them on purpose, restore them from the NAS',
      );
    }
    this.#orphans = gone.size;
    return changed;
  }

  /** Publishes the files of a day, the manifest last. Gives how many are done. Throws when the NAS is at fault. */
  async #publishGroup(copying: Copying, group: DayGroup): Promise<number> {
    let done = 0;
    let manifest: { readonly file: SettledFile; readonly value: Manifest } | undefined;
    if (group.manifest !== undefined) {
      const path = group.manifest;
      // Read before the products: it then names nothing later than they are.
      await this.#attempt(path, async () => {
        manifest = await this.#readManifest(path);
      });
    }
    for (const { path } of group.files) {
      const isManifest = path === group.manifest;
      // It waits for every product before it, and the next round finds it again.
      if (isManifest && (manifest === undefined || done < group.files.length - 1)) continue;
      await this.#attempt(path, async () => {
        const source = isManifest ? manifest!.file : await readSettled(join(this.#options.root, path));
        if (isManifest) this.#demandBacked(manifest!.value, path, copying.receipts);
        else if (manifest !== undefined) await this.#demandVouched(manifest, group.manifest!, path, source);
        this.#count(await copyFile(copying, path, source, Date.now()), source.bytes.length);
        done++;
      });
    }
    return done;
  }

  #count(outcome: Outcome, bytes: number): void {
    const { metrics } = this.#options;
    metrics.files.inc({ outcome });
    if (outcome !== 'same') metrics.bytes.inc(bytes);
    this.#faultsInARow = 0;
  }

  /** Runs `action` for a file; a fault is counted, and thrown only when it looks like one of the NAS as a whole. */
  async #attempt(path: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof PublishFault)) throw error;
      if (error.isOfTheNas) this.#faultsInARow++;
      // Where the mount is gone, or the disk of the data root, there is nothing to be tried.
      if (error.reason === 'no-sentinel') throw error;
      this.#meet(error, path);
      if (this.#faultsInARow >= FAULTS_IN_A_ROW) throw error;
    }
  }

  #meet(fault: PublishFault, path: string): void {
    this.#options.metrics.failures.inc({ reason: fault.reason });
    this.#alarms.meet(fault, path);
  }

  /** The manifest of a day; undefined when it has none. */
  async #readManifest(path: string): Promise<{ file: SettledFile; value: Manifest } | undefined> {
    let file: SettledFile;
    try {
      file = await readSettled(join(this.#options.root, path));
    } catch (error) {
      if (error instanceof PublishFault && error.reason === 'source-changed') return undefined;
      throw error;
    }
    try {
      return { file, value: decodeManifest(Buffer.from(file.bytes).toString('utf8')) };
    } catch (error) {
      throw new PublishFault('source-damaged', `${path}: ${(error as Error).message}`, error);
    }
  }

  /** Throws unless the bytes are those that the manifest names. */
  async #demandVouched(
    manifest: { readonly file: SettledFile; readonly value: Manifest },
    manifestPath: string,
    path: string,
    source: SettledFile,
  ): Promise<void> {
    const verdict = verdictOf(manifest.value, path, source.sha256);
    if (verdict === 'publish') return;
    const now = await this.#readManifest(manifestPath);
    if (verdict === 'settling' || now?.file.sha256 !== manifest.file.sha256) {
      throw new PublishFault('source-changed', `${path}: its day is being written: it is read again in the next round`);
    }
    throw new PublishFault(
      'source-damaged',
      `${path}: expected the bytes that ${manifestPath} names, found SHA-256 ${source.sha256}: not published, the copy on the NAS is left as it is; restart the writer, which checks its sealed days and repairs them from raw`,
    );
  }

  #demandBacked(manifest: Manifest, path: string, receipts: Receipts): void {
    if (isBacked(manifest, path, (product) => receipts.get(product)?.sha256)) return;
    throw new PublishFault('source-changed', `${path}: names products that are not published yet: it waits for them`);
  }

  /** Reads back the copies that are due. A damaged one is to be copied anew. Gives how many there are. */
  async #verify({ nas, receipts, sentinel }: Copying, isOver: () => boolean): Promise<number> {
    const { metrics, log } = this.#options;
    let damaged = 0;
    for (const entry of this.#verification.due(receipts, Date.now())) {
      if (isOver()) break;
      await this.#attempt(entry.path, async () => {
        await sentinel.recheck();
        const there = await nas.look(entry.path);
        const found = there?.isFile ? await nas.digest(entry.path) : undefined;
        const isWell = found?.sha256 === entry.sha256;
        metrics.verified.inc({ outcome: isWell ? 'well' : found === undefined ? 'missing' : 'damaged' });
        if (isWell) return receipts.set({ ...entry, verifiedMs: Date.now() });
        damaged++;
        log.warn(
          { reason: 'copy-damaged', path: entry.path, expected: entry.sha256, found: found?.sha256 ?? 'nothing' },
          'a copy on the NAS is not what was written: copied anew; look at the NAS when it is not alone',
        );
        await receipts.set({ ...entry, fingerprint: '', sha256: '' });
      });
    }
    return damaged;
  }

  /** Also after a round that ended early: what it copied has changed. What fails stays due. */
  async #setFlags(): Promise<void> {
    const { flags } = this.#options;
    if (flags === undefined) return;
    for (const dataset of this.#flagsDue.names()) {
      try {
        await flags.set(dataset);
        this.#flagsDue.delete(dataset);
      } catch (error) {
        this.#meet(new PublishFault('erddap-flag', (error as Error).message, error), '');
        return;
      }
    }
  }
}
