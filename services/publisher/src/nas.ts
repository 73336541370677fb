/**
 * The calls on the NAS: one at a time, watched, every system error made a fault that says what was tried. Paths are relative
 * to the root. Nothing here decides anything.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { nasFault } from './publish-fault.ts';
import type { StallWatch } from './stall-watch.ts';

/** Node has it; the types of Node do not say so. */
declare const WebAssembly: { Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } };

/** What is asked of the system; a test puts faults here. */
export type NasCalls = Pick<typeof fs, 'open' | 'rename' | 'lstat' | 'mkdir' | 'rm'>;

/** Which file stands under a name: a rename keeps all three. */
export interface Identity {
  readonly dev: number;
  readonly ino: number;
  readonly bytes: number;
}

export interface Found extends Identity {
  readonly mtimeMs: number;
  readonly isFile: boolean;
}

export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

const PIECE_BYTES = 1 << 20;

export class Nas {
  readonly root: string;
  readonly #watch: StallWatch;
  readonly #calls: NasCalls;
  /** Page-aligned, as reading around the page cache demands. */
  readonly #piece = new Uint8Array(new WebAssembly.Memory({ initial: PIECE_BYTES >> 16 }).buffer);
  #readFlags = fs.constants.O_RDONLY | fs.constants.O_DIRECT;

  constructor(root: string, watch: StallWatch, calls: NasCalls = fs) {
    this.root = root;
    this.#watch = watch;
    this.#calls = calls;
  }

  absolute(path: string): string {
    return join(this.root, path);
  }

  /** What stands under the name itself, links not followed; undefined for nothing. */
  async look(path: string): Promise<Found | undefined> {
    const found = await this.#call('look at', path, async () => {
      try {
        return await this.#calls.lstat(this.absolute(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    });
    if (found === undefined) return undefined;
    const { dev, ino, size, mtimeMs } = found;
    return { dev, ino, bytes: size, mtimeMs, isFile: found.isFile() };
  }

  /** Creates a directory and its missing parents. */
  async makeDirectory(path: string): Promise<void> {
    await this.#call('make the directory', path, () => this.#calls.mkdir(this.absolute(path), { recursive: true }));
  }

  /** Makes the names in a directory durable. */
  async syncDirectory(path: string): Promise<void> {
    await this.#withFile(path, 'r', (handle) => this.#call('fsync the directory', path, () => handle.sync()));
  }

  /** A file that was not there, its bytes with the server. An error of fsync or close is an error of the whole. */
  async create(path: string, bytes: Uint8Array): Promise<Identity> {
    return this.#withFile(path, 'wx', async (handle) => {
      await this.#writeAll(handle, path, bytes);
      const { dev, ino, size } = await this.#call('look at', path, () => handle.stat());
      return { dev, ino, bytes: size };
    });
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    await this.#withFile(path, 'a', (handle) => this.#writeAll(handle, path, bytes));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call('rename to', to, () => this.#calls.rename(this.absolute(from), this.absolute(to)));
  }

  /** Removes a file; none is as good. */
  async remove(path: string): Promise<void> {
    await this.#call('remove', path, () => this.#calls.rm(this.absolute(path), { force: true }));
  }

  /** Size and SHA-256 of what the server has, not of what this machine remembers having sent. */
  async digest(path: string): Promise<Digest> {
    const hash = createHash('sha256');
    const bytes = await this.#readAll(path, (piece) => hash.update(piece));
    if (bytes === undefined) return this.digest(path);
    return { bytes, sha256: hash.digest('hex') };
  }

  async readText(path: string): Promise<string> {
    const pieces: Buffer[] = [];
    const bytes = await this.#readAll(path, (piece) => pieces.push(Buffer.from(piece)));
    return bytes === undefined ? this.readText(path) : Buffer.concat(pieces).toString('utf8');
  }

  /** Bytes read; undefined when this file system refuses to be read around the page cache: then again, through it. */
  async #readAll(path: string, take: (piece: Uint8Array) => unknown): Promise<number | undefined> {
    const isDirect = this.#readFlags !== fs.constants.O_RDONLY;
    try {
      return await this.#withFile(path, this.#readFlags, async (handle) => {
        const { size } = await this.#call('look at', path, () => handle.stat());
        let at = 0;
        while (at < size) {
          const { bytesRead } = await this.#call('read', path, () => handle.read(this.#piece, 0, PIECE_BYTES, at));
          if (bytesRead === 0) return at;
          take(this.#piece.subarray(0, bytesRead));
          at += bytesRead;
        }
        return at;
      });
    } catch (error) {
      const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
      if (!isDirect || cause?.code !== 'EINVAL') throw error;
      this.#readFlags = fs.constants.O_RDONLY;
      return undefined;
    }
  }

  async #writeAll(handle: fs.FileHandle, path: string, bytes: Uint8Array): Promise<void> {
    // In pieces: each is watched, so that a slow line is not taken for a stalled one.
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(PIECE_BYTES, bytes.length - at);
      const { bytesWritten } = await this.#call('write', path, () => handle.write(bytes, at, length));
      at += bytesWritten;
    }
    await this.#call('fsync', path, () => handle.sync());
  }

  async #withFile<T>(path: string, flags: string | number, use: (handle: fs.FileHandle) => Promise<T>): Promise<T> {
    const handle = await this.#call('open', path, () => this.#calls.open(this.absolute(path), flags));
    let result: T;
    try {
      result = await use(handle);
    } catch (error) {
      // The first error is the one to tell: NFS gives it a second time at close.
      await this.#call('close', path, () => handle.close()).catch(() => undefined);
      throw error;
    }
    await this.#call('close', path, () => handle.close());
    return result;
  }

  async #call<T>(verb: string, path: string, action: () => Promise<T>): Promise<T> {
    const what = `${verb} ${this.absolute(path)}`;
    try {
      return await this.#watch.run(what, action);
    } catch (error) {
      throw nasFault(error, what);
    }
  }
}
