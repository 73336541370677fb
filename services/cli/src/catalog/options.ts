/** Options that several commands of the catalogue have, and what they say about the account. */
import { type Command, Option } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

export interface CatalogOptions {
  readonly observatory: string;
  readonly records?: string;
  readonly data?: string;
  readonly state?: string;
}

/** Adds where records and notes are. */
export function withSources(command: Command): Command {
  return command
    .addOption(
      new Option('--records <dir>', 'take the records in this directory as they are').env('EMSO_CATALOGUE_RECORDS_DIR'),
    )
    .option('--data <dir>', 'data root: render the records from its manifests and the site file')
    .option('--state <dir>', 'directory of the notes of the sync; without it everything is compared with the catalogue')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE);
}

export const ACCOUNT_NOTES = `
The account comes from the files that EMSO_GEONETWORK_USER_FILE and EMSO_GEONETWORK_PASSWORD_FILE name, or from EMSO_GEONETWORK_USER
and EMSO_GEONETWORK_PASSWORD. It is never shown. What each state means: docs/catalogue.md.`;
