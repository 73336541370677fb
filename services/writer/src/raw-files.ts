/**
 * The raw files on disk: opened once for appending, cut back before that to what is known to be whole, closed when idle. What a
 * failed write left is not there for anybody: it is cut off before the next one.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppendFile, makeDirectory, readIfThere } from '@emso/runtime';

/** What is needed of a raw file; tests give one that fails. */
export type RawAppendFile = Pick<AppendFile, 'append' | 'cutTo' | 'close' | 'length'>;
export type OpenRawFile = (path: string) => Promise<RawAppendFile>;

/** Files that nobody wrote to for this long are closed. */
const IDLE_CLOSE_MS = 60_000;
const LF = 10;

export class RawFiles {
  readonly #openFile: OpenRawFile;
  readonly #open = new Map<string, { file: RawAppendFile; usedMs: number }>();
  /** Length to cut a file back to before it is appended to again. */
  readonly #cutBack = new Map<string, number>();

  constructor(openFile: OpenRawFile = AppendFile.open) {
    this.#openFile = openFile;
  }

  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  /** What a raw file holds; undefined when there is none. */
  async read(path: string): Promise<Uint8Array | undefined> {
    const cutBack = this.#cutBack.get(path);
    const bytes = await readIfThere(path);
    // A write may have failed meanwhile.
    return bytes?.subarray(0, cutBack ?? this.#cutBack.get(path));
  }

  /** Appends and fsyncs. After a failure (a full disk) the file is cut back to what was known to be there before. */
  async append(path: string, bytes: Uint8Array, nowMs: number): Promise<void> {
    const file = await this.#fileAt(path, nowMs);
    const { length } = file;
    try {
      await file.append(bytes);
    } catch (error) {
      this.#open.delete(path);
      this.#cutBack.set(path, length);
      await file.close();
      throw error;
    }
  }

  async close(path: string): Promise<void> {
    const open = this.#open.get(path);
    this.#open.delete(path);
    await open?.file.close();
  }

  async closeIdle(nowMs: number): Promise<void> {
    for (const [path, { usedMs }] of this.#open) if (nowMs - usedMs >= IDLE_CLOSE_MS) await this.close(path);
  }

  async closeAll(): Promise<void> {
    for (const path of this.#open.keys()) await this.close(path);
  }

  async #fileAt(path: string, nowMs: number): Promise<RawAppendFile> {
    const open = this.#open.get(path);
    if (open !== undefined) {
      open.usedMs = nowMs;
      return open.file;
    }
    await makeDirectory(dirname(path));
    const file = await this.#openFile(path);
    try {
      // A torn last row of a killed writer was never acknowledged: it comes again, whole.
      const whole = this.#cutBack.get(path) ?? (await readFile(path)).lastIndexOf(LF) + 1;
      if (whole < file.length) await file.cutTo(whole);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#cutBack.delete(path);
    this.#open.set(path, { file, usedMs: nowMs });
    return file;
  }
}
