/** What there is to publish: the files of the data root, by day. */
import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPARISON, RELEASED } from '@emso/products';
import { PublishFault } from './publish-fault.ts';
import { fingerprintOf } from './settled-file.ts';

export interface SourceFile {
  /** Relative to the data root, and to the root of the NAS. */
  readonly path: string;
  readonly fingerprint: string;
}

/** In the order in which they are published: the manifest names what stands before it. */
const TREES = ['raw', 'dat', 'csv', 'netcdf', 'manifest'] as const;
export type Tree = (typeof TREES)[number];

/**
 * The published trees; `versions` holds the last three once more for each version, `released` validated data, `comparison` what
 * sensors say of each other, `snapshots` what was cited. Nothing else of a data root is published.
 */
const PUBLISHED = [...TREES, 'versions', RELEASED, COMPARISON, 'snapshots'];

/** The files of one sensor and day, or of one version of it; a file that belongs to no day is alone. */
export interface DayGroup {
  readonly files: readonly SourceFile[];
  /** Where the manifest stands if there is one; undefined for a file that belongs to no day. */
  readonly manifest: string | undefined;
}

/** `versions/v2/csv/Emso_Cstar/2026-11/CSTAR_20261121.csv` in its parts. */
interface PlacedFile {
  /** `versions/v2/` or nothing. */
  readonly version: string;
  readonly tree: Tree;
  readonly folder: string;
  /** `2026-11/CSTAR_20261121` */
  readonly stem: string;
  /** `20261121` */
  readonly day: string;
}

/** The day in the name of a file that no manifest names: `released/…/CSTAR_20261121_D.nc`. */
const NAMED_DAY = /\/\d{4}-\d\d\/[^/]+?_(\d{8})(?:_D)?\.[a-z]+$/;

const PLACED = /^(versions\/[^/]+\/)?(raw|dat|csv|netcdf|manifest)\/(.+)\/(\d{4}-\d\d\/[^/]+_(\d{8}))\.[a-z]+$/;

/** Where a file stands; undefined for one that belongs to no day. */
export function placeOf(path: string): PlacedFile | undefined {
  const found = PLACED.exec(path);
  if (found === null) return undefined;
  const [, version = '', tree, folder, stem, day] = found;
  return { version, tree: tree as Tree, folder, stem, day };
}

/**
 * Every file to be published, a directory at a time. Dot files (locks, temporary names) are none. Throws a fault when the data
 * root itself is missing: that is another thing than an empty one.
 */
export async function* sourceFiles(root: string): AsyncGenerator<SourceFile[]> {
  const top = await namesIn(root, '.');
  if (top === undefined) {
    throw new PublishFault(
      'source-unreadable',
      `${root}: expected the data root, found nothing: set EMSO_DATA_DIR to the directory of the writer`,
    );
  }
  const waiting: string[] = PUBLISHED.filter((tree) => top.some(({ name }) => name === tree));
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const files: SourceFile[] = [];
    for (const entry of (await namesIn(root, directory)) ?? []) {
      const path = `${directory}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) files.push(...sourceFile(root, path));
    }
    yield files;
  }
}

function sourceFile(root: string, path: string): SourceFile[] {
  try {
    // Not asynchronous: these are local, and a promise for each costs more than the call.
    return [{ path, fingerprint: fingerprintOf(lstatSync(join(root, path))) }];
  } catch (error) {
    return ifGone(error, join(root, path)) ?? [];
  }
}

async function namesIn(root: string, directory: string) {
  try {
    return await readdir(join(root, directory), { withFileTypes: true });
  } catch (error) {
    return ifGone(error, join(root, directory));
  }
}

/** Gone since its directory was read: undefined. Other faults are thrown. */
function ifGone(error: unknown, path: string): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw new PublishFault(
    'source-unreadable',
    `${path}: expected to list it, found '${(error as Error).message}': check the disk under EMSO_DATA_DIR`,
    error,
  );
}

/** Files by day: the latest first, since readers wait for them and a first round over ten years takes hours. */
export function groupsOf(files: readonly SourceFile[]): DayGroup[] {
  const groups = new Map<string, { order: string; manifest: string | undefined; files: SourceFile[] }>();
  for (const file of files) {
    const place = placeOf(file.path);
    const key = place === undefined ? file.path : `${place.version}${place.folder}/${place.stem}`;
    let group = groups.get(key);
    if (group === undefined) {
      // An earlier version goes before its successor, so that the NAS is never without it.
      const day = place?.day ?? NAMED_DAY.exec(file.path)?.[1] ?? '99999999';
      const order = `${day}${place?.version === '' ? '0' : '1'}`;
      const manifest = place && `${place.version}manifest/${place.folder}/${place.stem}.json`;
      group = { order, manifest, files: [] };
      groups.set(key, group);
    }
    group.files.push(file);
  }
  const rank = ({ path }: SourceFile): number => TREES.indexOf(placeOf(path)?.tree ?? 'raw');
  for (const { files: members } of groups.values()) members.sort((a, b) => rank(a) - rank(b));
  return [...groups.values()].sort((a, b) => (a.order < b.order ? 1 : a.order > b.order ? -1 : 0));
}
