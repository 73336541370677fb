/** What is on disk before and after an import, read by an observer of its own. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseRawFile } from '@emso/products';
import { filesBelow } from '../support/trees.ts';

/** Paths of the raw files of a prefix below a data root. */
export function rawFilesIn(dataDir: string, prefix: string): string[] {
  const root = path.join(dataDir, 'raw');
  return filesBelow(root)
    .filter((name) => path.basename(name).startsWith(`${prefix}_`) && name.endsWith('.raw'))
    .map((name) => path.join(root, name));
}

/** What the archive of a prefix holds: rows, different identities, and lines that are no rows. */
export function archiveOf(dataDir: string, prefix: string): { rows: number; ids: number; damaged: number } {
  let [rows, ids, damaged] = [0, 0, 0];
  for (const file of rawFilesIn(dataDir, prefix)) {
    const bytes = readFileSync(file);
    const read = parseRawFile(bytes);
    rows += read.run.count;
    // The identity names the second, so that none can stand in two files.
    ids += new Set(read.run.importId.values()).size;
    damaged += read.damaged.length + (read.terminated === bytes.length ? 0 : 1);
  }
  return { rows, ids, damaged };
}

/** SHA-256 by path of the files at or below `names`. */
export function digestsOf(root: string, names: readonly string[]): Map<string, string> {
  const digests = new Map<string, string>();
  for (const name of names) {
    const at = path.join(root, name);
    if (!existsSync(at)) continue;
    const files = statSync(at).isDirectory() ? filesBelow(at).map((below) => path.join(at, below)) : [at];
    for (const file of files) digests.set(file, createHash('sha256').update(readFileSync(file)).digest('hex'));
  }
  return digests;
}

/** A path whose digest is not the same in both; undefined when all are. */
export function firstDifference(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string | undefined {
  for (const name of new Set([...a.keys(), ...b.keys()])) if (a.get(name) !== b.get(name)) return name;
  return undefined;
}
