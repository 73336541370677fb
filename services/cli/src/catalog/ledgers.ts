/** What the manifests of a data root say of each sensor, with progress for people. Read-only. */
import { join } from 'node:path';
import type { Observatory } from '@emso/core';
import { type Ledgers, readLedgers } from '@emso/pipeline';
import { readIfThere } from '@emso/runtime/files';
import { manifestDays } from '../chain/days-on-disk.ts';
import { startProgress } from '../progress.ts';

export async function ledgersIn(dataDir: string, observatory: Observatory): Promise<Ledgers> {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return await readLedgers(observatory, {
      days: (sensor) => manifestDays(dataDir, sensor),
      read: (path) => readIfThere(join(dataDir, path)),
      onCount: (manifests) => {
        progress = startProgress('manifests', manifests);
      },
      onRead: () => progress?.step(),
    });
  } finally {
    progress?.stop();
  }
}
