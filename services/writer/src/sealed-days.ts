/**
 * The sealed days of one sensor. Their files change only when raw records came late, holes were filled, or somebody asked for
 * the current build; then as a next version, the one before kept. Calls must not overlap.
 */
import { iso, isoDay } from '@emso/core';
import { donorPlans, expertDigest, type SensorPlan } from '@emso/pipeline';
import type { Manifest, ManifestContent } from '@emso/products';
import type { Log, Metrics } from '@emso/runtime';
import type { DayFiles } from './day-files.ts';
import type { RawArchive } from './raw-archive.ts';
import type { RebuiltDay } from './rebuilt-days.ts';
import { sealedManifest } from './sealing.ts';

/** A day that was sealed now; `SealedDays.announced` is due once everybody has been told. */
export interface SealedDay {
  readonly day: number;
  readonly manifest: Manifest;
}

export class SealedDays {
  readonly #plan: SensorPlan;
  readonly #files: DayFiles;
  readonly #archive: RawArchive;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #manifests = new Map<number, Manifest>();
  /** Facts are read at start only: what a day has to be sealed with is looked up once. */
  readonly #expertDigests = new Map<number, string | undefined>();
  /** Days that are pending only because nobody has been told yet, with the version to tell. */
  readonly #unannounced = new Map<number, number>();

  constructor(plan: SensorPlan, files: DayFiles, archive: RawArchive, log: Log, metrics: Metrics) {
    this.#plan = plan;
    this.#files = files;
    this.#archive = archive;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** A day whose manifest says that it is sealed. */
  learn(day: number, manifest: Manifest): void {
    this.#manifests.set(day, manifest);
  }

  has(day: number): boolean {
    return this.#manifests.has(day);
  }

  get manifests(): ReadonlyMap<number, Manifest> {
    return this.#manifests;
  }

  /** True when the day's files are about to change: it waits for more than its announcement. */
  isDirty(day: number): boolean {
    return this.#manifests.get(day)?.history.pending === true && !this.#unannounced.has(day);
  }

  /** Remembers on disk that new raw rows concern the day. */
  async markPending(day: number): Promise<void> {
    this.#unannounced.delete(day);
    const manifest = this.#manifests.get(day);
    if (manifest === undefined || manifest.history.pending) return;
    const marked: Manifest = { ...manifest, history: { ...manifest.history, pending: true } };
    await this.#files.writeManifest(day, marked);
    this.#manifests.set(day, marked);
  }

  /** True when a day was made by another build than ours, or with other expert flags than those in force. */
  isStale(day: number, { build, expertFlags }: Pick<ManifestContent, 'build' | 'expertFlags'>): boolean {
    return build !== this.#plan.build || expertFlags !== this.#expertDigest(day);
  }

  /** True when a day is to be sealed again, grace time apart; `stale` also when it is of another build or other expert flags. */
  async isDue(day: number, stale: boolean): Promise<boolean> {
    const manifest = this.#manifests.get(day);
    if (manifest === undefined) return false;
    if (this.isDirty(day)) return true;
    if (this.isStale(day, manifest.content)) return stale;
    return manifest.history.state === 'incomplete' && (await this.#isContiguous(manifest));
  }

  /** Writes a day's files as a sealed version, or finds that they are it already. */
  async seal(products: RebuiltDay, nowMs: number, stale: boolean): Promise<SealedDay> {
    const { day, content } = products;
    const before = this.#manifests.get(day);
    let manifest: Manifest;
    if (before !== undefined && !stale && (await this.#isOnlyOlder(before, products))) {
      manifest = before;
    } else {
      const contiguous = await this.#isContiguous({ content });
      const lastGiven = await this.#files.lastGiven(day);
      const donors = donorPlans(this.#plan).map(({ sensor }) => sensor.id);
      manifest = sealedManifest({ before, content, contiguous, lastGiven, nowIso: iso(nowMs), donors });
      if (before !== undefined && manifest.history.version > before.history.version) {
        // Pending on disk first: a crash half-way is then repaired by sealing again, and not taken for damage.
        await this.markPending(day);
        await this.#files.keepVersion(day, before);
      }
      await this.#files.writeProducts(day, products);
      await this.#files.writeManifest(day, manifest);
    }
    this.#manifests.set(day, manifest);
    this.#unannounced.set(day, manifest.history.version);
    const { state, version } = manifest.history;
    this.#log.info({ day: isoDay(day), state, version }, 'day sealed');
    return { day, manifest };
  }

  /** A sealing has been announced: nothing is pending any more, unless something new came meanwhile. */
  async announced({ day, manifest }: SealedDay): Promise<void> {
    const current = this.#manifests.get(day);
    if (current === undefined || this.#unannounced.get(day) !== manifest.history.version) return;
    const settled: Manifest = { ...current, history: { ...current.history, pending: false } };
    await this.#files.writeManifest(day, settled);
    this.#manifests.set(day, settled);
    this.#unannounced.delete(day);
  }

  /**
   * Compares a day's files with its manifest. A damaged one is made again when the rebuild gives exactly the bytes that were
   * sealed; otherwise it is left as it is and an ERROR says so: other content would be another version.
   */
  async verify(day: number, rebuild: () => Promise<RebuiltDay>): Promise<void> {
    const manifest = this.#manifests.get(day);
    if (manifest === undefined || manifest.history.pending) return;
    const { content } = manifest;
    const bad = await this.#files.mismatches(content);
    if (bad.length === 0) return;
    this.#metrics.archiveChecksumFailures.inc(bad.length);
    const products = await rebuild();
    for (const kind of bad) {
      const { path, sha256 } = content.files[kind];
      const fields = { reason: 'checksum', day: isoDay(day), path, expected: sha256 };
      if (products.content.files[kind].sha256 === sha256) {
        await this.#files.writeFile(path, products[kind]);
        this.#log.warn(fields, 'a sealed file was not what its manifest says: made again from raw; check the disk');
      } else {
        this.#log.error(
          { ...fields, build: content.build },
          'a sealed file is not what its manifest says, and a rebuild gives another one: left as it is; restore it from a copy, or make a next version with emso seal --stale',
        );
      }
    }
  }

  /** True when nothing but the build and expert flags would change a day whose files are in place: that is done on demand only (PROMISE 19). */
  async #isOnlyOlder({ content }: Manifest, products: RebuiltDay): Promise<boolean> {
    const sameRaw = content.raw.digest === products.content.raw.digest;
    return sameRaw && this.isStale(products.day, content) && (await this.#files.mismatches(content)).length === 0;
  }

  #expertDigest(day: number): string | undefined {
    if (!this.#expertDigests.has(day)) this.#expertDigests.set(day, expertDigest(this.#plan, day, 'sealed'));
    return this.#expertDigests.get(day);
  }

  /** True when every session that contributed to a day is on disk from its first record to the day's last. */
  async #isContiguous({ content }: Pick<Manifest, 'content'>): Promise<boolean> {
    const { platform, sensor } = this.#plan;
    for (const { session, last } of content.raw.sessions) {
      if (!(await this.#archive.isContiguous(platform.id, sensor.id, session, last))) return false;
    }
    return true;
  }
}
