import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

const EXAMPLES = `Examples:
  emso catalog validate
  emso catalog validate records --schemas /srv/schemas/iso19139
  emso catalog validate one-record.xml

`;

const NOTES = `
Facts that the site file calls unknown are shown and are no faults. Exit code 1 when a record has faults.`;

/** Adds `emso catalog validate`. */
export function registerValidate(catalog: Command): void {
  catalog
    .command('validate')
    .argument('[paths...]', 'records, or directories of them; those of the site file when none is given')
    .summary('check records against the rules of INSPIRE, GeoNetwork and DataCite')
    .description('Says for each record which rules it breaks, and which facts it says to be unknown.')
    .option(
      '--schemas <dir>',
      'directory of the ISO schemas (it holds apiso/apiso.xsd): they are checked too, by xmllint',
    )
    .option('--data <dir>', 'data root, for the records of the site file')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (paths: string[], options) => {
      const { validate } = await import('./validate.ts');
      await validate(paths, options);
    });
}
