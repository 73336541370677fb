/**
 * What the archive remembers of historical daily files beside their rows: one line of `raw/imports.jsonl` for every original by its
 * SHA-256, and the rows that have no valid stamp, byte for byte, under `raw/_refused/`. Both depend on the original alone, so that
 * importing again changes nothing.
 */
import { basename, join } from 'node:path';
import type { DamagedRow, RefusedRow } from '@emso/instruments';
import { AppendFile, makeDirectory, readIfThere, writeAtomic } from '@emso/runtime';
import type { RawArchive } from './raw-archive.ts';

export interface Original {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

export interface OriginalNote {
  readonly file: string;
  readonly sha256: string;
  readonly sensor: string;
  readonly rows: number;
  readonly damaged: number;
  /** Of an upload: when it was received. */
  readonly receivedAt?: string;
  readonly importedAt: string;
}

/** What is read of `imports.jsonl`. */
interface Notes {
  /** The digests of the originals, each with when it was received if it is an upload. */
  readonly digests: Map<string, string | undefined>;
  /** Length of the file up to its last line feed. */
  whole: number;
}

const LF = 10;
const EXPECTED = 'a stamp YYYYMMDD HH:MM:SS';

export class Originals {
  readonly #root: string;
  #noted: Notes | undefined;

  readonly #path: string;

  constructor(root: string) {
    this.#root = root;
    this.#path = join(root, 'raw', 'imports.jsonl');
  }

  /** Adds a line about an original that was read, once. */
  async note(note: OriginalNote): Promise<void> {
    const path = this.#path;
    const noted = await this.#notes();
    if (noted.digests.has(note.sha256)) return;
    await makeDirectory(join(this.#root, 'raw'));
    const file = await AppendFile.open(path);
    try {
      // A torn last line: its import was never answered, and is made again.
      if (noted.whole < file.length) await file.cutTo(noted.whole);
      await file.append(Buffer.from(`${JSON.stringify(note)}\n`));
      noted.digests.set(note.sha256, note.receivedAt);
      noted.whole = file.length;
    } finally {
      await file.close();
    }
  }

  /** When an upload that was imported before was received; undefined for every other original. */
  async receivedOf(sha256: string): Promise<string | undefined> {
    return (await this.#notes()).digests.get(sha256);
  }

  /** Keeps the rows of an original that have no valid stamp, and gives them with the path of their file below the data root. */
  async keepRefused(
    { path, sha256, bytes }: Original,
    damaged: readonly DamagedRow[],
  ): Promise<{ rows: readonly RefusedRow[]; path?: string }> {
    if (damaged.length === 0) return { rows: [] };
    const rows = damaged.map(({ line, offset, length }): RefusedRow => {
      const found = Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1');
      return { line: line + 1, expected: EXPECTED, found };
    });
    const text = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
    const kept = join('raw', '_refused', `${basename(path)}.${sha256.slice(0, 12)}.jsonl`);
    const target = join(this.#root, kept);
    const there = await readIfThere(target);
    if (there === undefined || Buffer.from(there).toString('utf8') !== text) {
      await makeDirectory(join(this.#root, 'raw', '_refused'));
      await writeAtomic(target, text, { fsync: true });
    }
    return { rows, path: kept };
  }

  async #notes(): Promise<Notes> {
    this.#noted ??= notesIn(Buffer.from((await readIfThere(this.#path)) ?? []));
    return this.#noted;
  }
}

const ofArchives = new WeakMap<RawArchive, Originals>();

/** The originals of an archive, `root` being its data root: what was read of `imports.jsonl` once is not read again. */
export function originalsOf(archive: RawArchive, root: string): Originals {
  const known = ofArchives.get(archive);
  if (known !== undefined) return known;
  const originals = new Originals(root);
  ofArchives.set(archive, originals);
  return originals;
}

function notesIn(bytes: Buffer): Notes {
  const whole = bytes.lastIndexOf(LF) + 1;
  const digests = new Map<string, string | undefined>();
  for (const line of bytes.toString('utf8', 0, whole).split('\n')) {
    const [, digest] = /"sha256":"([0-9a-f]{64})"/.exec(line) ?? [];
    if (digest !== undefined) digests.set(digest, /"receivedAt":"([^"]+)"/.exec(line)?.[1]);
  }
  return { digests, whole };
}
