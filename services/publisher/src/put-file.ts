/**
 * Puts one file onto the NAS in one step: readers see the whole old or the whole new content, and only content that was read
 * back and found right.
 */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Digest, Identity, Nas } from './nas.ts';
import type { NotedSet } from './noted-set.ts';
import { PublishFault } from './publish-fault.ts';
import type { Sentinel } from './sentinel.ts';

export interface Target {
  readonly nas: Nas;
  readonly sentinel: Sentinel;
  /** Temporary names that may stand on the NAS. */
  readonly leftovers: NotedSet;
}

/** Replaces or creates `path`. Throws a fault and leaves the old content, or the whole new one. */
export async function putFile(target: Target, path: string, bytes: Uint8Array, sha256: string): Promise<void> {
  const { nas, sentinel, leftovers } = target;
  const directory = posix.dirname(path);
  // Never a name that was used before: a call of an earlier process may still be on its way to the server.
  const temporary = posix.join(directory, `.${posix.basename(path)}.${randomBytes(6).toString('hex')}.emso-tmp`);
  await sentinel.recheck();
  await nas.makeDirectory(directory);
  leftovers.add(temporary);
  try {
    const written = await nas.create(temporary, bytes);
    // Before the rename: what was stored wrongly is never seen under the name of a product.
    const found = await nas.digest(temporary);
    if (found.bytes !== bytes.length || found.sha256 !== sha256) throw readBackFault(target, temporary, found, sha256);
    await sentinel.recheck();
    await renameTo(target, temporary, path, written, sha256);
  } catch (error) {
    await removeLeftover(target, temporary);
    throw error;
  }
  leftovers.delete(temporary);
  await nas.syncDirectory(directory);
}

async function renameTo(target: Target, from: string, path: string, written: Identity, sha256: string): Promise<void> {
  const { nas } = target;
  try {
    await nas.rename(from, path);
  } catch (error) {
    // The server may have done it, and its answer was lost: then the second request finds no file to rename.
    if (await isInPlace(nas, path, written, sha256)) return;
    throw error;
  }
  if (await isInPlace(nas, path, written, sha256)) return;
  throw readBackFault(target, path, await nas.look(path), sha256);
}

/** True when the file that was written and read back stands under `path`, or another one with its content. */
async function isInPlace(nas: Nas, path: string, written: Identity, sha256: string): Promise<boolean> {
  const found = await nas.look(path);
  if (found === undefined || !found.isFile || found.bytes !== written.bytes) return false;
  if (found.dev === written.dev && found.ino === written.ino) return true;
  return (await nas.digest(path)).sha256 === sha256;
}

/** Removes the temporary files that earlier attempts could not remove. Throws a fault at the first that resists. */
export async function removeLeftovers(target: Target): Promise<void> {
  for (const temporary of target.leftovers.names()) {
    await target.sentinel.recheck();
    await target.nas.remove(temporary);
    target.leftovers.delete(temporary);
  }
}

/** What cannot be removed now stays noted, and the next round removes it. */
async function removeLeftover({ nas, sentinel, leftovers }: Target, temporary: string): Promise<void> {
  try {
    // Where the mount is gone there is no such file, and that says nothing about the NAS.
    await sentinel.recheck();
    await nas.remove(temporary);
    leftovers.delete(temporary);
  } catch (error) {
    if (!(error instanceof PublishFault)) throw error;
  }
}

function readBackFault({ nas }: Target, path: string, found: Partial<Digest> | undefined, sha256: string) {
  return new PublishFault(
    'read-back',
    `${nas.absolute(path)}: expected to read back SHA-256 ${sha256}, found ${JSON.stringify(found) ?? 'nothing'}: it is written again; when it stays, look at the NAS`,
  );
}
