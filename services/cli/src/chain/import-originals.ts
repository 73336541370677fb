/** Which files of a tree are historical daily files to import, and why each of the others is none. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseDatName } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';

export interface RefusedFile {
  readonly file: string;
  readonly reason: string;
}

export interface Originals {
  /** In order of path, so that days follow each other; absolute. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly refused: readonly RefusedFile[];
}

const COMPRESSED = /\.(gz|bz2|xz|zst|zip|7z|tgz)$/i;

/** Looks through `dir`. Throws CommandFailure when it cannot be read, or is a part of the data root itself. */
export async function findOriginals(dir: string, dataDir: string): Promise<Originals> {
  const root = await realpath(dir).catch((error: Error) => {
    throw new CommandFailure(EXIT.unreachable, `expected a readable directory, found ${error.message}`, error);
  });
  const data = await realpath(dataDir).catch(() => dataDir);
  if (isBelow(root, data)) {
    const text = `expected a tree of originals outside the data root, found ${dir}: what stands there is archived already`;
    throw new CommandFailure(EXIT.usage, text);
  }
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') {
        const text = `expected a directory of daily files, found the file ${dir}: give --sensor and --received (when it was downloaded) with the upload of an instrument`;
        throw new CommandFailure(EXIT.usage, text, error);
      }
      throw new CommandFailure(EXIT.unreachable, `expected a readable directory, found ${error.message}`, error);
    },
  );
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isBelow(path, data))
    .sort();
  // A tree that has raw files is another data root: its .dat files are views of the same records.
  const archived = new Set(paths.flatMap((path) => prefixOf(path, '.raw') ?? []));
  const files: { path: string; bytes: number }[] = [];
  const refused: RefusedFile[] = [];
  for (const path of paths) {
    const reason = reasonAgainst(path, archived);
    const found = reason === undefined ? await stat(path).catch((error: Error) => error.message) : undefined;
    if (reason !== undefined) refused.push({ file: path, reason });
    else if (typeof found === 'string')
      refused.push({ file: path, reason: `expected a readable file, found ${found}` });
    else if (found?.isFile()) files.push({ path, bytes: found.size });
  }
  return { files, refused };
}

function reasonAgainst(path: string, archived: ReadonlySet<string>): string | undefined {
  if (COMPRESSED.test(path)) return 'expected a plain file, found a compressed one: uncompress it first';
  if (path.endsWith('.raw'))
    return 'expected a historical daily file, found one of a raw archive: copy it below raw/ of the data root while its writer is stopped';
  const prefix = prefixOf(path, '.dat');
  if (prefix === undefined) return 'expected a name <prefix>_YYYYMMDD.dat';
  if (archived.has(prefix)) return `expected an original, found the view of ${prefix}_*.raw in the same tree`;
  return undefined;
}

/** The prefix of a daily file with this ending; undefined for other names. */
function prefixOf(path: string, ending: string): string | undefined {
  if (!path.endsWith(ending)) return undefined;
  const name = path.slice(path.lastIndexOf(sep) + 1, -ending.length);
  return parseDatName(`${name}.dat`)?.prefix;
}

function isBelow(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith(sep) ? dir : `${dir}${sep}`);
}
