/** What a target shall have, and what it has: the files of a data root that its entry in the site file asks for, and its receipts. */
import { join } from 'node:path';
import { type DeliveryConfig, dayOf, type Observatory, parseIso, type Sensor, sensorsOf } from '@emso/core';
import { DELIVERIES, decodeManifest, productPaths, releasedPaths } from '@emso/products';
import { readIfThere } from '@emso/runtime/files';
import { daysOfRoot } from '../ledger/root-days.ts';
import { sha256Of } from '../snapshot/frozen-files.ts';
import { appendJsonLines, readJsonLines } from './json-lines.ts';

export interface WantedFile {
  /** Relative to the data root, and to the target. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The sealed version; 0 for open days and validated files. */
  readonly version: number;
}

/** One line of `deliveries/<target>.jsonl`: a file that arrived, or how an attempt ended. */
export type Receipt = WantedFile & { readonly at: string; readonly to: string };
export interface AttemptNote {
  readonly at: string;
  readonly attempt: { readonly sent: number; readonly waiting: number; readonly error?: string };
}

/** Where the receipts of a target stand. */
export function receiptsPath(dataDir: string, target: string): string {
  return join(dataDir, DELIVERIES, `${target}.jsonl`);
}

export class Receipts {
  readonly #path: string;
  readonly #delivered = new Map<string, string>();
  #last: AttemptNote | undefined;

  constructor(path: string) {
    this.#path = path;
    for (const line of readJsonLines<Receipt | AttemptNote>(path)) {
      if ('attempt' in line) this.#last = line;
      else this.#delivered.set(line.path, line.sha256);
    }
  }

  /** Files that the target has, in their last delivered state. */
  get size(): number {
    return this.#delivered.size;
  }

  get lastAttempt(): AttemptNote | undefined {
    return this.#last;
  }

  has({ path, sha256 }: WantedFile): boolean {
    return this.#delivered.get(path) === sha256;
  }

  async add(receipts: readonly Receipt[]): Promise<void> {
    await appendJsonLines(this.#path, receipts);
    for (const { path, sha256 } of receipts) this.#delivered.set(path, sha256);
  }

  /** Notes how an attempt ended; one that found nothing to do and follows another such is not worth a line. */
  async noteAttempt(note: AttemptNote): Promise<void> {
    const before = this.#last?.attempt;
    const { sent, waiting, error } = note.attempt;
    if (before !== undefined && sent === 0 && before.waiting === waiting && before.error === error) return;
    await appendJsonLines(this.#path, [note]);
    this.#last = note;
  }
}

/** The files that a target shall have, in order of sensor and day. Days whose manifest cannot be read are left out: the ledger tells them. */
export async function* wantedFiles(
  dataDir: string,
  observatory: Observatory,
  delivery: DeliveryConfig,
): AsyncGenerator<WantedFile> {
  const from = delivery.since === undefined ? undefined : dayOf(parseIso(delivery.since) ?? 0);
  for (const { sensor } of sensorsOf(observatory)) {
    if (delivery.sensors?.includes(sensor.id) === false || delivery.datasets?.includes(sensor.dataset) === false)
      continue;
    for (const day of await daysOfRoot(dataDir, sensor, { from })) yield* filesOfDay(dataDir, sensor, day, delivery);
  }
}

async function* filesOfDay(
  dataDir: string,
  sensor: Sensor,
  day: number,
  { files, openDays }: DeliveryConfig,
): AsyncGenerator<WantedFile> {
  const { manifest: manifestPath } = productPaths(sensor, day);
  const bytes = await readIfThere(join(dataDir, manifestPath));
  let manifest: ReturnType<typeof decodeManifest> | undefined;
  try {
    if (bytes !== undefined) manifest = decodeManifest(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Told by the ledger and the writer; a day of unknown state is no delivery.
  }
  const isOpen = manifest?.history.state === 'open';
  const version = isOpen ? 0 : (manifest?.history.version ?? 0);
  if (manifest !== undefined && bytes !== undefined && (!isOpen || openDays)) {
    if (files.includes('csv')) yield { ...manifest.content.files.csv, version };
    if (files.includes('netcdf')) yield { ...manifest.content.files.netcdf, version };
    // A pending manifest is about to be another one.
    if (files.includes('manifest') && manifest.history.pending !== true)
      yield { path: manifestPath, sha256: sha256Of(bytes), bytes: bytes.length, version };
  }
  if (!files.includes('released')) return;
  for (const path of Object.values(releasedPaths(sensor, day))) {
    const there = await readIfThere(join(dataDir, path));
    if (there !== undefined) yield { path, sha256: sha256Of(there), bytes: there.length, version: 0 };
  }
}
