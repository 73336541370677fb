/**
 * Tells ERDDAP which datasets changed: an empty file named after the dataset in its flag folder. ERDDAP takes it away when it
 * reloads the dataset.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Observatory, sensorsOf } from '@emso/core';
import { placeOf } from './source-tree.ts';

/** How ERDDAP's datasets of a sensor end: the published ones are spelt both ways. A flag without a dataset does nothing. */
const ENDINGS = { csv: ['_CSV', '_csv'], netcdf: ['_NetCDF'] } as const;

/** The dataset ids of a published file by its path; none for trees that ERDDAP does not read. */
export function datasetsByFile(observatory: Observatory): (path: string) => string[] {
  const byFolder = new Map(sensorsOf(observatory).map(({ sensor }) => [sensor.folder, sensor.dataset]));
  return (path) => {
    const place = placeOf(path);
    if (place === undefined || place.version !== '') return [];
    if (place.tree !== 'csv' && place.tree !== 'netcdf') return [];
    const dataset = byFolder.get(place.folder);
    if (dataset === undefined || dataset === 'unknown') return [];
    return ENDINGS[place.tree].map((ending) => `${dataset}${ending}`);
  };
}

/** Sets a flag. The folder is ERDDAP's: where it is missing, making it would tell nobody. Throws saying what to do. */
export async function setFlag(folder: string, dataset: string): Promise<void> {
  const path = join(folder, dataset);
  try {
    const handle = await open(path, 'a');
    await handle.close();
  } catch (error) {
    throw new Error(
      `ERDDAP: expected to create ${path}, found '${(error as Error).message}': is EMSO_ERDDAP_FLAG_DIR the folder <bigParentDirectory>/flag, and may the publisher write there? It is tried again`,
      { cause: error },
    );
  }
}
