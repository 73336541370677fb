/** The directories of `emso pull`, and the state file that says which files are in the archive already. */
import { join } from 'node:path';
import { appendJsonLines, readJsonLines } from './json-lines.ts';
import type { FarFile } from './rsync.ts';

/** A file that is in the archive and needs not be fetched again. */
export interface TreatedFile {
  readonly source: string;
  readonly root: string;
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
  readonly sha256: string;
  readonly sensor: string | undefined;
  readonly rows: number;
  readonly added: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface PullPlaces {
  /** Files are received here, and stay until they are in the archive. */
  readonly incoming: string;
  /** Where they go then. */
  readonly treated: string;
  /** Copies of files that still grow. */
  readonly growing: string;
  /** The whole lines of files whose last one is not whole. */
  readonly whole: string;
  readonly state: string;
}

export function pullPlaces(
  dir: string,
  config: { incoming?: string | undefined; treated?: string | undefined },
): PullPlaces {
  return {
    incoming: config.incoming ?? join(dir, 'incoming'),
    treated: config.treated ?? join(dir, 'treated'),
    growing: join(dir, 'growing'),
    whole: join(dir, 'whole-lines'),
    state: join(dir, 'treated.jsonl'),
  };
}

/** Where the files of a root go below one of the places: sources and roots keep apart what is named alike. */
export function below(place: string, source: string, root: string): string {
  return join(place, source, root.replace(/^\/+|\/+$/g, ''));
}

export class TreatedFiles {
  readonly #path: string;
  readonly #known = new Map<string, TreatedFile>();

  constructor(path: string) {
    this.#path = path;
    for (const each of readJsonLines<TreatedFile>(path))
      this.#known.set(keyOf(each.source, each.root, each.path), each);
  }

  get size(): number {
    return this.#known.size;
  }

  /** True when the file was treated as it is now: a longer one, or one that was written anew, was not. */
  has(source: string, root: string, { path, bytes, changedMs }: FarFile): boolean {
    const known = this.#known.get(keyOf(source, root, path));
    return known?.bytes === bytes && known.changedMs === changedMs;
  }

  async note(file: TreatedFile): Promise<void> {
    await appendJsonLines(this.#path, [file]);
    this.#known.set(keyOf(file.source, file.root, file.path), file);
  }
}

function keyOf(source: string, root: string, path: string): string {
  return [source, root, path].join('\n');
}
