/** Brings files to a target: a directory, rsync, sftp. Each file is seen there at its name only when it is whole, and is compared then. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeliveryConfig } from '@emso/core';
import { makeDirectory, readIfThere, writeAtomic } from '@emso/runtime/files';
import { sha256Of } from '../snapshot/frozen-files.ts';
import { lastWordsOf, runCommand } from './command.ts';
import type { WantedFile } from './delivery-files.ts';
import { addressOf, sshOptions } from './far-end.ts';
import { differingFiles, sendFiles } from './rsync.ts';

/** Sends files that stand below `from`, and gives those that arrived with their bytes. Throws with what was said when the target is away. */
export type Send = (from: string, files: readonly WantedFile[], signal: AbortSignal) => Promise<WantedFile[]>;

export function senderOf(delivery: DeliveryConfig): Send {
  if (delivery.kind === 'directory') return toDirectory(delivery.path);
  return delivery.kind === 'rsync' ? byRsync(delivery) : bySftp(delivery);
}

/** Where a target is, for receipts. */
export function destinationOf(delivery: DeliveryConfig): string {
  if (delivery.kind === 'directory') return delivery.path;
  const address = addressOf(delivery);
  return address === undefined ? delivery.path : `${delivery.kind}://${address}${delivery.path}`;
}

function toDirectory(root: string): Send {
  return async (from, files, signal) => {
    const arrived: WantedFile[] = [];
    for (const file of files) {
      if (signal.aborted) break;
      const target = join(root, file.path);
      await makeDirectory(dirname(target));
      await writeAtomic(target, await readFile(join(from, file.path)), { fsync: true });
      if (isFile(await readIfThere(target), file)) arrived.push(file);
    }
    return arrived;
  };
}

function byRsync(delivery: Extract<DeliveryConfig, { kind: 'rsync' }>): Send {
  return async (from, files, signal) => {
    const paths = files.map(({ path }) => path);
    await sendFiles(delivery, from, paths, delivery.path, signal);
    const differing = await differingFiles(delivery, delivery.path, paths, from, 'sent', signal);
    return files.filter(({ path }) => !differing.has(path));
  };
}

/** Through the batch commands of OpenSSH's sftp: put under a temporary name, rename, and read back where that is allowed. */
function bySftp(delivery: Extract<DeliveryConfig, { kind: 'sftp' }>): Send {
  return async (from, files, signal) => {
    const scratch = await mkdtemp(join(tmpdir(), 'emso-sftp-'));
    try {
      const mark = randomBytes(6).toString('hex');
      const lines = directoriesOf(files, delivery.path).map((dir) => `-mkdir ${quoted(dir)}`);
      files.forEach(({ path }, i) => {
        const target = `${delivery.path}/${path}`;
        const temporary = `${dirname(target)}/.${mark}-${i}.part`;
        lines.push(
          `put ${quoted(join(from, path))} ${quoted(temporary)}`,
          `rename ${quoted(temporary)} ${quoted(target)}`,
        );
        if (delivery.readBack) lines.push(`get ${quoted(target)} ${quoted(join(scratch, String(i)))}`);
      });
      const port = delivery.port === undefined ? [] : ['-P', String(delivery.port)];
      const args = ['-q', ...port, ...sshOptions(delivery), '-b', '-', addressOf(delivery) ?? ''];
      const outcome = await runCommand('sftp', args, lines.map((line) => `${line}\n`).join(''), signal);
      if (outcome.code !== 0)
        throw new Error(`${destinationOf(delivery)}: expected sftp to take files, found ${lastWordsOf(outcome)}`);
      if (!delivery.readBack) return [...files];
      const arrived: WantedFile[] = [];
      for (const [i, file] of files.entries()) {
        if (isFile(await readIfThere(join(scratch, String(i))), file)) arrived.push(file);
      }
      return arrived;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
}

/** Every directory of the files with those above it, from the root of the target down. */
function directoriesOf(files: readonly WantedFile[], root: string): string[] {
  const found = new Set<string>();
  for (const { path } of files) {
    const parts = dirname(path).split('/');
    parts.forEach((_, i) => {
      found.add(`${root}/${parts.slice(0, i + 1).join('/')}`);
    });
  }
  return [root, ...found];
}

function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
}

function isFile(bytes: Uint8Array | undefined, { sha256 }: WantedFile): boolean {
  return bytes !== undefined && sha256Of(bytes) === sha256;
}
