/** Records that were rendered into a directory, one a file `*.xml`; those below `withdrawn/` are to be unpublished. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueRecord } from '@emso/core';

const WITHDRAWN = 'withdrawn';

/** The records in `dir`, each made of its text by `recordOf`. Throws an Error that names every file that is no record. */
export async function readRecordFiles(
  dir: string,
  recordOf: (xml: string) => CatalogueRecord,
): Promise<CatalogueRecord[]> {
  const records: CatalogueRecord[] = [];
  const faults: string[] = [];
  for (const withdrawn of [false, true]) {
    const folder = withdrawn ? join(dir, WITHDRAWN) : dir;
    for (const name of await xmlFilesIn(folder, withdrawn)) {
      const path = join(folder, name);
      try {
        const record = recordOf(await readFile(path, 'utf8'));
        records.push(withdrawn ? { ...record, withdrawn } : record);
      } catch (error) {
        faults.push(`${path}: ${(error as Error).message}`);
      }
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return records;
}

async function xmlFilesIn(folder: string, mayBeMissing: boolean): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.xml') && !name.startsWith('.')).sort();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayBeMissing) return [];
    throw new Error(
      `expected the directory of rendered records, found '${message}': run emso catalog render --out ${folder}`,
      { cause: error },
    );
  }
}
