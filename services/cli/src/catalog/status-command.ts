import { type Command, Option } from 'commander';

const EXAMPLES = `Examples:
  emso catalog status --state /srv/emso/catalogue
  emso catalog status --state /srv/emso/catalogue --json | jq .farEnd

`;

/** Adds `emso catalog status`. */
export function register(catalog: Command): void {
  catalog
    .command('status')
    .summary('say where each record stands in the catalogue, and why')
    .description(
      'Reads the notes of the sync, also while it runs or when it is dead; it asks nobody. What each state means: docs/catalogue.md.',
    )
    .addOption(
      new Option('--state <dir>', 'directory of the notes of the sync').env('EMSO_CATALOGUE_DIR').makeOptionMandatory(),
    )
    .option('--json', 'print JSON')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nExit codes: 0 all well or waiting for a reviewer, 1 something needs a look, 3 no notes there.',
    )
    .action(async (options) => {
      const { status } = await import('./status.ts');
      status(options.state, options.json === true);
    });
}
