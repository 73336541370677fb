/** The catalogue as commands open it: what is missing is said in words, with the exit code for it. */
import type { CatalogueConfig, Observatory } from '@emso/core';
import { type CatalogueRecord, isoRecords, recordOfXml } from '@emso/products';
import {
  CatalogueFault,
  type Contact,
  type FarEnd,
  farEndOf,
  missingFact,
  readCredentials,
  readRecordFiles,
} from '@emso/runtime/catalogue';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { loadModel } from './model.ts';
import type { CatalogOptions } from './options.ts';

const TIMEOUT_MS = 60_000;

/** The far end of the site file, not opened. Throws CommandFailure 2 when something is missing for that. */
export function catalogueOf({ catalogue }: Observatory): { config: CatalogueConfig; farEnd: FarEnd } {
  const missing = missingFact(catalogue);
  if (missing !== undefined || catalogue === undefined) throw new CommandFailure(EXIT.usage, `${missing}`);
  try {
    const farEnd = farEndOf(catalogue, { credentials: readCredentials(process.env), timeoutMs: TIMEOUT_MS });
    return { config: catalogue, farEnd };
  } catch (error) {
    throw new CommandFailure(EXIT.usage, (error as Error).message, error);
  }
}

/** Opens it. Throws CommandFailure in its words. */
export async function openFarEnd(farEnd: FarEnd): Promise<Contact> {
  try {
    return await farEnd.open();
  } catch (error) {
    throw commandFailure(error);
  }
}

/** A fault of the far end as the failure of a command; any other error as it is. */
export function commandFailure(error: unknown): unknown {
  if (!(error instanceof CatalogueFault)) return error;
  const isAway = error.state === 'unreachable' || error.state === 'not-geonetwork';
  return new CommandFailure(isAway ? EXIT.unreachable : EXIT.problem, `${error.state}: ${error.message}`, error);
}

/**
 * The records: those of a directory, or rendered from a data root. Throws CommandFailure 2 when neither is named, 3 naming what cannot
 * be read.
 */
export async function recordsFor({ records, data, observatory }: CatalogOptions): Promise<CatalogueRecord[]> {
  if (records === undefined && data === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      'expected --data, the data root, or --records, a directory of records; found neither',
    );
  }
  if (records === undefined) return isoRecords(await loadModel({ observatory, ...(data !== undefined && { data }) }));
  try {
    return await readRecordFiles(records, recordOfXml);
  } catch (error) {
    throw new CommandFailure(EXIT.unreachable, (error as Error).message, error);
  }
}
