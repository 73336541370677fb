/** live == rebuilt: the products of a data root against what `reprocess` makes of its raw archive. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { temporaryDirectory } from './servers.ts';
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
