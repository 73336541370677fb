/** A few names that a restart must know of, in a small file of the local disk. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export class NotedSet {
  readonly #file: string;
  readonly #names: Set<string>;

  /** Throws when the file is there and is no list. */
  constructor(file: string) {
    this.#file = file;
    this.#names = new Set(read(file));
  }

  names(): string[] {
    return [...this.#names];
  }

  /** On return it is noted. A killed process leaves the note; so may a power loss, or not. */
  add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#write();
  }

  delete(name: string): void {
    if (this.#names.delete(name)) this.#write();
  }

  // Not asynchronous: a few bytes to the page cache of the local disk.
  #write(): void {
    writeFileSync(`${this.#file}.tmp`, JSON.stringify(this.names()));
    renameSync(`${this.#file}.tmp`, this.#file);
  }
}

function read(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  } catch (cause) {
    throw new Error(`${file}: expected a JSON list of names, found '${text.slice(0, 40)}': remove the file`, { cause });
  }
  throw new Error(`${file}: expected a JSON list of names, found '${text.slice(0, 40)}': remove the file`);
}
