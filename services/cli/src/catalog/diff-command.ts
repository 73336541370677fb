import type { Command } from 'commander';
import { ACCOUNT_NOTES, withSources } from './options.ts';

const EXAMPLES = `Examples:
  emso catalog diff --data /srv/emso/data
  emso catalog diff --data /srv/emso/data --json | jq -r 'select(.content != "same") | .title'

`;

const NOTES = `
-  stands in the catalogue, +  in the record. What a GeoNetwork rewrites by itself (time stamp, ids of locales, addresses of code
lists …) is no difference. Exit code 1 when anything differs.${ACCOUNT_NOTES}`;

/** Adds `emso catalog diff`. */
export function register(catalog: Command): void {
  withSources(
    catalog
      .command('diff')
      .summary('say what differs between the records and the catalogue')
      .description('Reads every record in the catalogue and compares what it says, line by line. It changes nothing.')
      .option('--json', 'one JSON object a line'),
  )
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (options) => {
      const { diff } = await import('./diff.ts');
      await diff(options, options.json === true);
    });
}
