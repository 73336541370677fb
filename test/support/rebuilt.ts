/** live == rebuilt: the products of a data root against what `reprocess` makes of its raw archive. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { decodeManifest } from '@emso/products';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { temporaryDirectory, waitFor } from './servers.ts';
import { filesBelow, productDifferences } from './trees.ts';

export interface Rebuilt {
  /** Root of the rebuilt products. */
  readonly root: string;
  readonly files: number;
}

/**
 * Rebuilds until the live files are equal, and returns the rebuilt tree. Throws after `timeoutMs` with what still differs, first
 * differing byte included.
 */
export async function untilRebuiltEqual(
  dataDir: string,
  observatory: string,
  form: 'open' | 'sealed',
  timeoutMs = 30_000,
): Promise<Rebuilt> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const root = temporaryDirectory(`rebuilt-${form}`);
    await reprocess({ raw: path.join(dataDir, 'raw'), out: root, observatory, workers: 1, form });
    const differences = productDifferences(dataDir, root);
    if (differences.length === 0) return { root, files: filesBelow(root).length };
    rmSync(root, { recursive: true, force: true });
    if (performance.now() > deadlineMs) {
      throw new Error(`live and rebuilt (${form}) differ:\n${differences.join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Resolves when every day of a data root is sealed; rejects after `timeoutMs` with those that are not. */
export async function untilSealed(dataDir: string, timeoutMs: number): Promise<void> {
  const root = path.join(dataDir, 'manifest');
  await waitFor(
    () => {
      const manifests = filesBelow(root).map((name) => ({
        name,
        ...decodeManifest(readFileSync(path.join(root, name), 'utf8')),
      }));
      const others = manifests.filter(({ history }) => history.state !== 'sealed');
      if (others.length > 0) {
        throw new Error(
          others
            .map(({ name, history, content }) => `${name}: ${JSON.stringify({ history, raw: content.raw })}`)
            .join('\n'),
        );
      }
      return manifests.length > 0;
    },
    { what: 'every day to be sealed', timeoutMs },
  );
}
