/** The catalogue's view of a site file and a data root, as every subcommand starts from it. */

import { catalogueInput } from '@emso/pipeline';
import { type CatalogueModel, catalogueModel, type MissingEntry } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { loadSiteFile } from '../site-file.ts';
import { ledgersIn } from './ledgers.ts';

export interface ModelOptions {
  readonly observatory: string;
  /** Data root; without one, records say what the site file says. */
  readonly data?: string;
}

/** Throws CommandFailure 2 when the site file has faults, or nothing to say to a catalogue. */
export async function loadModel({ observatory: file, data }: ModelOptions): Promise<CatalogueModel> {
  const observatory = loadSiteFile(file);
  const ledgers = data === undefined ? undefined : await ledgersIn(data, observatory);
  for (const line of ledgers?.damaged ?? []) process.stderr.write(`emso: not counted: ${line}\n`);
  const input = catalogueInput(observatory, ledgers?.bySensor ?? new Map());
  if (input === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      `${file}: expected the key 'metadata' with what records say, found none: see docs/catalogue-records.md`,
    );
  }
  return catalogueModel(input);
}

/** What has no record, and what to do about it. */
export function missingText(missing: readonly MissingEntry[]): string {
  const unknown = missing.filter(({ reason }) => reason === 'dataset-unknown').map(({ id }) => id);
  const undescribed = missing.filter(({ reason }) => reason === 'not-described').map(({ id }) => id);
  return [
    ...(unknown.length === 0
      ? []
      : [`No record yet, because 'dataset' is unknown in the site file: ${unknown.join(', ')}\n`]),
    ...(undescribed.length === 0
      ? []
      : [`No record, because 'metadata' does not describe it: ${undescribed.join(', ')}\n`]),
  ].join('');
}
