/** The files of one sensor's days in a data root: replaced whole, checked against their manifests, earlier versions kept. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DayLayers, SensorPlan } from '@emso/pipeline';
import { decodeManifest, encodeManifest, type Manifest, type ManifestContent, productPaths } from '@emso/products';
import { daysIn, listIfThere, readIfThere } from '@emso/runtime';
import { replaceFile } from './data-root.ts';

export type FileKind = keyof ManifestContent['files'];

export class DayFiles {
  readonly #plan: SensorPlan;
  readonly #root: string;

  constructor(plan: SensorPlan, root: string) {
    this.#plan = plan;
    this.#root = root;
  }

  /** The days that have a manifest, in order. */
  days(): Promise<number[]> {
    const { folder, prefix } = this.#plan.sensor;
    return daysIn(join(this.#root, 'manifest', folder), prefix, '.json');
  }

  /** Where the CSV of a day stands. */
  csvPath(day: number): string {
    return join(this.#root, productPaths(this.#plan.sensor, day).csv);
  }

  async readCsv(day: number): Promise<Buffer> {
    return Buffer.from((await readIfThere(this.csvPath(day))) ?? []);
  }

  /** The files of a day as they are now, the manifest first: what it names was there before it. */
  async layers(day: number): Promise<DayLayers> {
    const paths = productPaths(this.#plan.sensor, day);
    const read = (path: string): Promise<Uint8Array | undefined> => readIfThere(join(this.#root, path));
    const manifest = await read(paths.manifest);
    return { manifest, csv: await read(paths.csv), netcdf: await read(paths.netcdf), raw: await read(paths.raw) };
  }

  /** Throws with the finding when the manifest is none. */
  async readManifest(day: number): Promise<Manifest> {
    const path = productPaths(this.#plan.sensor, day).manifest;
    return decodeManifest(Buffer.from((await readIfThere(join(this.#root, path))) ?? []).toString('utf8'));
  }

  /** Products first, each as a whole; the manifest is written after them, by `writeManifest`. Equal files are left alone. */
  async writeProducts(day: number, products: { csv: Uint8Array; netcdf: Uint8Array; dat?: Uint8Array }): Promise<void> {
    const paths = productPaths(this.#plan.sensor, day);
    await this.#replace(paths.csv, products.csv);
    await this.#replace(paths.netcdf, products.netcdf);
    if (products.dat !== undefined) await this.#replace(paths.dat, products.dat);
  }

  async writeManifest(day: number, manifest: Manifest): Promise<void> {
    await this.#replace(productPaths(this.#plan.sensor, day).manifest, Buffer.from(encodeManifest(manifest)));
  }

  /** Puts back one file of a day. */
  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    await this.#replace(path, bytes);
  }

  /** The kinds of files whose bytes are not what the manifest says; a missing file is one. */
  async mismatches({ files }: ManifestContent): Promise<FileKind[]> {
    const bad: FileKind[] = [];
    for (const kind of ['csv', 'netcdf'] as const) {
      if ((await this.#sha256Of(files[kind].path)) !== files[kind].sha256) bad.push(kind);
    }
    return bad;
  }

  /**
   * Copies a sealed version to `versions/v<n>/` before it is replaced. What is there already stays: after a crash in the middle
   * of a replacement the files in place may be the next version's.
   */
  async keepVersion(day: number, manifest: Manifest): Promise<void> {
    const { content, history } = manifest;
    const folder = join('versions', `v${history.version}`);
    for (const { path, sha256 } of [content.files.csv, content.files.netcdf]) {
      const target = join(folder, path);
      if ((await this.#sha256Of(path)) !== sha256 || (await this.#sha256Of(target)) === sha256) continue;
      await this.#replace(target, (await readIfThere(join(this.#root, path))) ?? new Uint8Array(0));
    }
    const kept: Manifest = { content, history: { ...history, pending: false } };
    const target = join(folder, productPaths(this.#plan.sensor, day).manifest);
    await this.#replace(target, Buffer.from(encodeManifest(kept)));
  }

  /** True when a day has both files but no manifest, and they are not those of a rebuild. */
  async isStray(day: number, rebuilt: { csv: Uint8Array; netcdf: Uint8Array }): Promise<boolean> {
    const { csv, netcdf, manifest } = productPaths(this.#plan.sensor, day);
    if ((await readIfThere(join(this.#root, manifest))) !== undefined) return false;
    const [foundCsv, foundNetcdf] = [
      await readIfThere(join(this.#root, csv)),
      await readIfThere(join(this.#root, netcdf)),
    ];
    if (foundCsv === undefined || foundNetcdf === undefined) return false;
    return Buffer.compare(foundCsv, rebuilt.csv) !== 0 || Buffer.compare(foundNetcdf, rebuilt.netcdf) !== 0;
  }

  /** Copies whatever there is of a day to `versions/<name>/`. */
  async keepAsFound(day: number, name: string): Promise<void> {
    const { csv, netcdf, manifest } = productPaths(this.#plan.sensor, day);
    for (const path of [csv, netcdf, manifest]) {
      const bytes = await readIfThere(join(this.#root, path));
      if (bytes !== undefined) await this.#replace(join('versions', name, path), bytes);
    }
  }

  /** The highest version number of a day that may have been given; 0 for none. What was found without a manifest may have had the next one. */
  async lastGiven(day: number): Promise<number> {
    const { manifest, csv } = productPaths(this.#plan.sensor, day);
    let last = 0;
    let found = 0;
    for (const name of await listIfThere(join(this.#root, 'versions'))) {
      const version = Number(/^v([1-9]\d*)$/.exec(name)?.[1] ?? 0);
      const isThere = async (path: string): Promise<boolean> =>
        (await readIfThere(join(this.#root, 'versions', name, path))) !== undefined;
      if (version > last && (await isThere(manifest))) last = version;
      if (name.startsWith('found-') && (await isThere(csv))) found = 1;
    }
    return last + found;
  }

  /**
   * When something last changed what a day is made of, epoch ms; 0 for never. Where packets come late their rows stand in raw files
   * of other days: there the manifest tells, which is rewritten only when it changes.
   */
  async lastChangeMs(day: number): Promise<number> {
    const { raw, manifest } = productPaths(this.#plan.sensor, day);
    try {
      return (await stat(join(this.#root, this.#plan.byReception ? raw : manifest))).mtimeMs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }

  async #sha256Of(path: string): Promise<string | undefined> {
    const bytes = await readIfThere(join(this.#root, path));
    return bytes && createHash('sha256').update(bytes).digest('hex');
  }

  async #replace(path: string, bytes: Uint8Array): Promise<void> {
    await replaceFile(this.#root, path, bytes);
  }
}
