/** A plain directory of XML as far end: for harvesters that read files, and for catalogues that somebody else fills. */
import { constants } from 'node:fs';
import { access, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CatalogueRecord } from '@emso/core';
import { makeDirectory, writeAtomic } from '../files.ts';
import { CatalogueFault } from './catalogue-fault.ts';
import type { Contact, FarEnd, FarEndConfig, RemoteRecord } from './far-end.ts';

/** Records that are withdrawn stand here: nobody should read it. */
const WITHDRAWN = 'withdrawn';

export class RecordDirectory implements FarEnd {
  readonly identity: string;
  readonly #dir: string;

  constructor(config: FarEndConfig<'directory'>) {
    this.#dir = resolve(config.directory);
    this.identity = `file://${this.#dir}`;
  }

  async open(): Promise<Contact> {
    // It is not made here: a mount that is missing is no empty catalogue.
    await this.#try('a directory that we may write', () => access(this.#dir, constants.R_OK | constants.W_OK));
    return { name: `directory ${this.#dir}`, mayPublish: true };
  }

  async read(uuid: string): Promise<RemoteRecord | undefined> {
    for (const [path, isPublic] of [
      [this.#path(uuid), true],
      [this.#withdrawnPath(uuid), false],
    ] as const) {
      const xml = await this.#try('a readable file', () => readFile(path, 'utf8').catch(ifMissing));
      if (xml !== undefined) return { xml, isPublic };
    }
    return undefined;
  }

  async put(record: CatalogueRecord): Promise<void> {
    await this.#try('to write a file', () => writeAtomic(this.#path(record.uuid), record.xml, { fsync: true }));
    // One that came back.
    await this.#try('to remove a file', () => rm(this.#withdrawnPath(record.uuid), { force: true }));
  }

  publish(uuid: string): Promise<void> {
    return this.#try('to rename a file', () => rename(this.#withdrawnPath(uuid), this.#path(uuid)));
  }

  unpublish(uuid: string): Promise<void> {
    return this.#try('to rename a file', async () => {
      await makeDirectory(join(this.#dir, WITHDRAWN));
      await rename(this.#path(uuid), this.#withdrawnPath(uuid));
    });
  }

  async remove(uuid: string): Promise<void> {
    for (const path of [this.#path(uuid), this.#withdrawnPath(uuid)]) {
      await this.#try('to remove a file', () => rm(path, { force: true }));
    }
  }

  #path(uuid: string): string {
    return join(this.#dir, `${uuid}.xml`);
  }

  #withdrawnPath(uuid: string): string {
    return join(this.#dir, WITHDRAWN, `${uuid}.xml`);
  }

  async #try<T>(expected: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw new CatalogueFault(
        'unreachable',
        `catalogue.directory: expected ${expected}, found '${(error as Error).message}': it is tried again; is the disk mounted, and may this process write there?`,
        { cause: error },
      );
    }
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
