/**
 * What has been published, on the local disk: a round over ten years must not read ten years of files. One JSON row a file and
 * change, the last one counts. It may be lost: the files are then compared with those on the NAS.
 */

import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { writeAtomic } from '@emso/runtime';

export interface Published {
  readonly path: string;
  /** The state of the source that was published; empty when the copy must be made anew. */
  readonly fingerprint: string;
  readonly bytes: number;
  /** Of the copy; empty when the copy is known to be damaged. */
  readonly sha256: string;
  /** When the copy was last read back and found well, epoch ms. */
  readonly verifiedMs: number;
}

/** Superseded rows are cleared away when there are more of them than this and than entries. */
const SUPERSEDED_ROWS = 10_000;

export class Receipts {
  readonly #file: string;
  readonly #entries = new Map<string, Published>();
  #rows = 0;

  /** Reads what there is; a row that cannot be read is one file compared again. */
  constructor(file: string) {
    this.#file = file;
    const lines = linesOf(file);
    // What a crash left unterminated must not run into the next row.
    if (lines.pop() !== '') this.#rows = Number.POSITIVE_INFINITY;
    for (const line of lines) {
      this.#rows++;
      const entry = parse(line);
      if (entry === undefined) this.#rows = Number.POSITIVE_INFINITY;
      else this.#entries.set(entry.path, entry);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  get(path: string): Published | undefined {
    return this.#entries.get(path);
  }

  entries(): IterableIterator<Published> {
    return this.#entries.values();
  }

  paths(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Notes a file. Not fsynced: what a power loss takes is compared again. Throws the system's error of the local disk. */
  async set(entry: Published): Promise<void> {
    this.#entries.set(entry.path, entry);
    this.#rows++;
    if (this.#rows > 2 * this.#entries.size + SUPERSEDED_ROWS) await this.#rewrite();
    else await appendFile(this.#file, rowOf(entry));
  }

  async #rewrite(): Promise<void> {
    await writeAtomic(this.#file, [...this.#entries.values()].map(rowOf).join(''), { fsync: false });
    this.#rows = this.#entries.size;
  }
}

function rowOf({ path, fingerprint, bytes, sha256, verifiedMs }: Published): string {
  return `${JSON.stringify([path, fingerprint, bytes, sha256, verifiedMs])}\n`;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [''];
    throw error;
  }
}

function parse(line: string): Published | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(row) || row.length !== 5) return undefined;
  const [path, fingerprint, bytes, sha256, verifiedMs] = row as unknown[];
  const isWell =
    typeof path === 'string' &&
    typeof fingerprint === 'string' &&
    typeof bytes === 'number' &&
    typeof sha256 === 'string' &&
    typeof verifiedMs === 'number';
  return isWell ? { path, fingerprint, bytes, sha256, verifiedMs } : undefined;
}
