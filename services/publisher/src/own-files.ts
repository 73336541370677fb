/**
 * Which files of the NAS the publisher created, in a list on the NAS itself: it outlives the machine, so that a publisher that
 * lost its receipts still knows its own files from those of others.
 */
import type { Nas } from './nas.ts';

export const OWN_FILES = '.emso-published';

export class OwnFiles {
  readonly #nas: Nas;
  #paths: Set<string> | undefined;

  constructor(nas: Nas) {
    this.#nas = nas;
  }

  async has(path: string): Promise<boolean> {
    return (await this.#read()).has(path);
  }

  /** Puts a file onto the list, before the first of its bytes is written. Twice is as good. */
  async add(path: string): Promise<void> {
    // A line feed first: the list may end in a torn line.
    await this.#nas.append(OWN_FILES, Buffer.from(`\n${path}\n`));
    this.#paths?.add(path);
  }

  async #read(): Promise<Set<string>> {
    if (this.#paths === undefined) {
      const there = await this.#nas.look(OWN_FILES);
      const text = there === undefined ? '' : await this.#nas.readText(OWN_FILES);
      // Without its last line feed the last name may be half of one.
      this.#paths = new Set(text.slice(0, text.lastIndexOf('\n') + 1).split('\n'));
      this.#paths.delete('');
    }
    return this.#paths;
  }
}
