/** Whether a file of the data root must be copied, may be, and the copying. */
import { createHash } from 'node:crypto';
import type { Digest } from './nas.ts';
import type { OwnFiles } from './own-files.ts';
import { PublishFault } from './publish-fault.ts';
import { putFile, type Target } from './put-file.ts';
import type { Receipts } from './receipts.ts';
import type { SettledFile } from './settled-file.ts';

export interface Copying extends Target {
  readonly receipts: Receipts;
  readonly own: OwnFiles;
  /** A file is about to change on the NAS. */
  readonly onChange: (path: string) => void;
}

/** `same`: the NAS has it already. `repaired`: its copy was damaged. */
export type Outcome = 'copied' | 'same' | 'repaired';

/** Brings one file to the NAS and notes it in the receipts. Throws a fault; what the NAS has then is what it had. */
export async function copyFile(copying: Copying, path: string, source: SettledFile, nowMs: number): Promise<Outcome> {
  const { receipts } = copying;
  const known = receipts.get(path);
  const published = { path, fingerprint: source.fingerprint, bytes: source.bytes.length, sha256: source.sha256 };
  const before = known === undefined ? await digestIfThere(copying, path) : known.sha256 === '' ? undefined : known;
  // The receipts were lost, or the file was only touched, or has grown by less than a row.
  if (before?.sha256 === source.sha256) {
    await receipts.set({ ...published, verifiedMs: known?.verifiedMs ?? nowMs });
    return 'same';
  }
  if (known === undefined && before !== undefined && !(await copying.own.has(path))) {
    const at = copying.nas.absolute(path);
    throw new PublishFault(
      'foreign',
      `${at}: expected no file or one of our own, found one that the publisher did not write: it is left alone; move it away, or give the publisher another EMSO_NAS_DIR`,
    );
  }
  if (path.startsWith('raw/') && before !== undefined && !startsWith(source.bytes, before)) {
    // The archive of record only grows: when it does not, the copy may be the better one.
    if ((await copying.nas.look(path)) !== undefined) {
      throw new PublishFault(
        'raw-changed',
        `${path}: expected the raw file to begin with the ${before.bytes} bytes that were published, found other or fewer ones: the copy is left as it is; compare the two, then restore the one or move the other away`,
      );
    }
  }
  if (known === undefined) await copying.own.add(path);
  copying.onChange(path);
  await putFile(copying, path, source.bytes, source.sha256);
  await receipts.set({ ...published, verifiedMs: nowMs });
  return known?.sha256 === '' ? 'repaired' : 'copied';
}

async function digestIfThere({ nas }: Copying, path: string): Promise<Digest | undefined> {
  const there = await nas.look(path);
  if (there === undefined) return undefined;
  if (there.isFile) return nas.digest(path);
  throw new PublishFault(
    'foreign',
    `${nas.absolute(path)}: expected no file or one of our own, found something that is not a file: it is left alone; move it away, or give the publisher another EMSO_NAS_DIR`,
  );
}

function startsWith(bytes: Uint8Array, before: Digest): boolean {
  if (bytes.length < before.bytes) return false;
  return createHash('sha256').update(bytes.subarray(0, before.bytes)).digest('hex') === before.sha256;
}
