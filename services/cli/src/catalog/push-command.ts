import type { Command } from 'commander';
import { ACCOUNT_NOTES, withSources } from './options.ts';

const EXAMPLES = `Examples:
  emso catalog push --data /srv/emso/data --dry-run
  emso catalog push --data /srv/emso/data
  emso catalog push --data /srv/emso/data --state /srv/emso/catalogue
  emso catalog push --data /srv/emso/data --delete-withdrawn

`;

/** Adds `emso catalog push`. */
export function register(catalog: Command): void {
  withSources(
    catalog
      .command('push')
      .summary('bring the records to the catalogue, parents first')
      .description(
        'Compares every record with what the catalogue has, writes what differs, and publishes where the account may. Doing it twice writes once. What was refused before is sent again.',
      )
      .option('--dry-run', 'say what would be done, and change nothing')
      .option('--delete-withdrawn', 'delete withdrawn records, with a backup there, instead of unpublishing them'),
  )
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', ACCOUNT_NOTES)
    .action(async (options) => {
      const { push } = await import('./push.ts');
      await push(options);
    });
}
