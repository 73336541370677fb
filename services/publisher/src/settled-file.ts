/** Reading a file of the data root while its writer may append to it or replace it. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PublishFault } from './publish-fault.ts';

/** What was read, and what it was read from. */
export interface SettledFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** The state of the file that the bytes belong to. */
  readonly fingerprint: string;
}

/** Files that grow row by row. */
const GROWING = /\.(?:raw|dat|csv|jsonl)$/;

const LF = 0x0a;

/** Node ends the process at a read of 2 GiB. */
const PIECE_BYTES = 1 << 26;

/** Tells states of a file apart: another length, another time, or another file under the name. */
export function fingerprintOf({ size, mtimeMs, ino }: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>): string {
  return `${size}/${mtimeMs}/${ino}`;
}

/**
 * The bytes of a file as they were at one moment: those up to its length at the start, whole rows only where it grows by rows.
 * Throws a fault when it changes otherwise meanwhile, or cannot be read.
 */
export async function readSettled(path: string): Promise<SettledFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const before = await handle.stat();
    const bytes = await readStart(handle, before.size);
    if (bytes.length < before.size) throw changedMeanwhile(path);
    const after = await handle.stat();
    // Something was written meanwhile. An append leaves what we have; a cut and an append after it need not.
    const changed = after.mtimeMs !== before.mtimeMs || after.size !== before.size;
    if (changed && Buffer.compare(bytes, await readStart(handle, before.size)) !== 0) throw changedMeanwhile(path);
    const whole = GROWING.test(path) ? bytes.subarray(0, bytes.lastIndexOf(LF) + 1) : bytes;
    return {
      bytes: whole,
      sha256: createHash('sha256').update(whole).digest('hex'),
      fingerprint: fingerprintOf(before),
    };
  } catch (error) {
    if (error instanceof PublishFault) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw changedMeanwhile(path);
    throw new PublishFault(
      'source-unreadable',
      `${path}: expected to read it, found '${(error as Error).message}': check the disk under EMSO_DATA_DIR`,
      error,
    );
  } finally {
    await handle?.close();
  }
}

/** The first `length` bytes; fewer when the file has become shorter. */
async function readStart(handle: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(PIECE_BYTES, length - at), at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

function changedMeanwhile(path: string): PublishFault {
  return new PublishFault('source-changed', `${path}: changed while it was read: it is read again in the next round`);
}
