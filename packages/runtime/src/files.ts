/**
 * Files that survive a crash: replaced whole or not at all, or appended and known to be on disk.
 * A failed write or fsync is never retried on the same descriptor: the kernel may have dropped the pages and forgotten.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.emso-tmp$/;

/** Makes the names in a directory durable. Throws the system's error. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file's bytes; undefined when there is no such file. Other faults are thrown. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates a directory and its missing parents, durably. */
export async function makeDirectory(dir: string): Promise<void> {
  const target = resolve(dir);
  const first = await mkdir(target, { recursive: true });
  if (first === undefined) return;
  for (let at = target; ; at = dirname(at)) {
    await syncDirectory(dirname(at));
    if (at === resolve(first)) return;
  }
}

/**
 * Replaces `path` by `bytes` in one step: a reader sees the whole old or the whole new content, also after a crash.
 * `fsync: false` gives up the durability, never the atomicity. The directory must exist. Throws the system's error and
 * leaves the old content.
 */
export async function writeAtomic(
  path: string,
  bytes: Uint8Array | string,
  options: { fsync: boolean },
): Promise<void> {
  const dir = dirname(path);
  const temporary = join(dir, `.${basename(path)}.${randomBytes(6).toString('hex')}.emso-tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      if (options.fsync) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch((second: unknown) => {
      throw new AggregateError([error, second], `write of ${path} failed and ${temporary} could not be removed`);
    });
    throw error;
  }
  if (options.fsync) await syncDirectory(dir);
}

/**
 * Removes what interrupted `writeAtomic` calls left under `dir`, at any depth but below `others`; returns the removed paths. Only
 * for a tree that no other process writes (the holder of its lock): `others` are the parts that somebody else may be writing.
 */
export async function removeOrphans(dir: string, others: readonly string[] = []): Promise<string[]> {
  const removed: string[] = [];
  const foreign = others.map((name) => resolve(dir, name));
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEMPORARY.test(entry.name)) continue;
    const parent = resolve(entry.parentPath);
    if (foreign.some((tree) => parent === tree || parent.startsWith(`${tree}/`))) continue;
    const path = join(entry.parentPath, entry.name);
    await rm(path, { force: true });
    removed.push(path);
  }
  return removed;
}

/** A file that only grows. Calls must not overlap. */
export class AppendFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #length: number;
  #failure: unknown;

  private constructor(path: string, handle: FileHandle, length: number) {
    this.path = path;
    this.#handle = handle;
    this.#length = length;
  }

  /** Opens `path`, creating it durably when missing; its directory must exist. */
  static async open(path: string): Promise<AppendFile> {
    const handle = await open(path, 'a');
    try {
      const { size } = await handle.stat();
      // An empty file may be one that a crash left without a durable name.
      if (size === 0) {
        await handle.sync();
        await syncDirectory(dirname(path));
      }
      return new AppendFile(path, handle, size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes known to be in the file. */
  get length(): number {
    return this.#length;
  }

  /** Appends and returns once the bytes are on disk. After a failure the file must be closed, opened again and cut back. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#guard(async () => {
      await this.#handle.writeFile(bytes);
      await this.#handle.datasync();
      this.#length += bytes.length;
    });
  }

  /** Cuts the file back to `length` bytes, durably. Throws when it is shorter than that. */
  async cutTo(length: number): Promise<void> {
    if (length > this.#length) {
      throw new RangeError(`${this.path}: expected at least ${length} bytes to cut back to, found ${this.#length}`);
    }
    await this.#guard(async () => {
      await this.#handle.truncate(length);
      await this.#handle.sync();
      this.#length = length;
    });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #guard(action: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) {
      throw new Error(`${this.path}: an earlier write failed: close it, open it again and cut it back`, {
        cause: this.#failure,
      });
    }
    try {
      await action();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
