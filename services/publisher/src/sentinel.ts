/**
 * The file that proves the mount. Where an NFS mount is missing there is an empty directory of the local disk: everything
 * could be written to it, and would be hidden by the next mount.
 */
import type { Nas } from './nas.ts';
import { PublishFault } from './publish-fault.ts';

export const SENTINEL = '.emso-nas';

export class Sentinel {
  readonly #nas: Nas;
  readonly #observatory: string;
  #proven: { readonly dev: number; readonly ino: number } | undefined;

  /** The sentinel of the observatory with this id: a test system must not write onto the NAS of the real one. */
  constructor(nas: Nas, observatory: string) {
    this.#nas = nas;
    this.#observatory = observatory;
  }

  /**
   * Reads it and remembers which file it is. Resolves to a name for this NAS, equal after a remount: another sentinel file is
   * another NAS, or one that was restored. Throws a fault that says how to create the file.
   */
  async prove(): Promise<string> {
    this.#proven = undefined;
    const found = await this.#nas.look(SENTINEL);
    if (found === undefined) throw this.#absent('nothing');
    if (!found.isFile) throw this.#absent('something that is not a file');
    const text = (await this.#nas.readText(SENTINEL)).trim();
    if (text !== this.#observatory) throw this.#absent(`'${text.slice(0, 60)}'`);
    this.#proven = found;
    return `${found.ino}-${Math.floor(found.mtimeMs)}`;
  }

  /** One look: is it still the file that was read? Another device or inode is another mount. */
  async recheck(): Promise<void> {
    const found = await this.#nas.look(SENTINEL);
    if (found === undefined) throw this.#absent('nothing');
    if (found.dev !== this.#proven?.dev || found.ino !== this.#proven.ino) {
      throw this.#absent('another file than when this round began');
    }
  }

  #absent(found: string): PublishFault {
    const path = this.#nas.absolute(SENTINEL);
    return new PublishFault(
      'no-sentinel',
      `${path}: expected a file with the line '${this.#observatory}', found ${found}: nothing is written. Is the NAS mounted at ${this.#nas.root}? When it is, create the file once: echo ${this.#observatory} > ${path}`,
    );
  }
}
