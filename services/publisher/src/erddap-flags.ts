/**
 * Tells ERDDAP which datasets changed: an empty file named after the dataset in its flag folder, which ERDDAP takes away when it
 * reloads the dataset, or a request to the address that ERDDAP gives for it, where its folder is on another machine.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { erddapIds, type Observatory, sensorsOf } from '@emso/core';
import { placeOf } from './source-tree.ts';

/** The dataset ids of a published file by its path; none for trees that ERDDAP does not read. */
export function datasetsByFile(observatory: Observatory): (path: string) => string[] {
  const byFolder = new Map(sensorsOf(observatory).map(({ sensor }) => [sensor.folder, sensor]));
  return (path) => {
    const place = placeOf(path);
    if (place === undefined || place.version !== '') return [];
    if (place.tree !== 'csv' && place.tree !== 'netcdf') return [];
    const sensor = byFolder.get(place.folder);
    if (sensor === undefined || sensor.dataset === 'unknown') return [];
    const ids = erddapIds(sensor.dataset, sensor);
    return place.tree === 'csv' ? [ids.csv] : [ids.netcdf, ids.codes];
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

const PATIENCE_MS = 10_000;

/**
 * The addresses that set flags, by dataset: one a line, as ERDDAP's daily report lists them. They hold keys: nothing here may be
 * printed. Throws on a line that is none, by its number.
 */
export function flagAddresses(text: string): Map<string, URL> {
  const addresses = new Map<string, URL>();
  text.split('\n').forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const address = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
    const dataset = address?.searchParams.get('datasetID');
    if (address === undefined || !dataset || !address.searchParams.get('flagKey')) {
      throw new Error(
        `line ${i + 1}: expected an address such as https://host/erddap/setDatasetFlag.txt?datasetID=…&flagKey=…, found something else (not shown: it may be a key)`,
      );
    }
    addresses.set(dataset, address);
  });
  return addresses;
}

/** Asks ERDDAP to reload a dataset; one without an address has none to be told. Throws saying what to do, without the key. */
export async function askForReload(addresses: ReadonlyMap<string, URL>, dataset: string): Promise<void> {
  const address = addresses.get(dataset);
  if (address === undefined) return;
  const shown = `${address.origin}${address.pathname}?datasetID=${dataset}&flagKey=…`;
  let found: string;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.arrayBuffer();
    if (response.ok) return;
    found = `status ${response.status}`;
  } catch (error) {
    // fetch's own message may hold the address, and so the key.
    found = (error as Error).name === 'TimeoutError' ? `no answer within ${PATIENCE_MS / 1000} s` : 'no connection';
  }
  throw new Error(
    `ERDDAP: expected an answer from ${shown}, found ${found}: is ERDDAP up, and is the key still its own? It is tried again`,
  );
}
