/** The file of a snapshot in a data root. */
import { join } from 'node:path';
import { decodeSnapshot, SNAPSHOTS, type Snapshot } from '@emso/products';
import { readIfThere } from '@emso/runtime/files';
import { CommandFailure, EXIT } from '../command-failure.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Where a snapshot stands. Throws CommandFailure 2 for a name that could not be one of a file. */
export function snapshotPath(dataDir: string, name: string): string {
  if (!NAME.test(name) || name.endsWith('.json')) {
    throw new CommandFailure(EXIT.usage, `expected a name of letters, digits, '.', '_' and '-', found '${name}'`);
  }
  return join(dataDir, SNAPSHOTS, `${name}.json`);
}

/** The snapshot as text and value; undefined when there is none of that name. Throws CommandFailure 1 for one that was changed. */
export async function readSnapshot(
  dataDir: string,
  name: string,
): Promise<{ readonly text: string; readonly snapshot: Snapshot } | undefined> {
  const path = snapshotPath(dataDir, name);
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return { text, snapshot: decodeSnapshot(text) };
  } catch (error) {
    throw new CommandFailure(EXIT.problem, `${path}: ${(error as Error).message}`, error);
  }
}

/** The same. Throws CommandFailure 3 when there is none of that name. */
export async function demandSnapshot(
  dataDir: string,
  name: string,
): Promise<{ readonly text: string; readonly snapshot: Snapshot }> {
  const found = await readSnapshot(dataDir, name);
  if (found !== undefined) return found;
  throw new CommandFailure(
    EXIT.unreachable,
    `expected a snapshot ${snapshotPath(dataDir, name)}, found none: make it with emso snapshot create ${name}`,
  );
}
