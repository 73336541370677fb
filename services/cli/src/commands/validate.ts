import { type Command, Option } from 'commander';
import { EXIT } from '../command-failure.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

const EXAMPLES = `Examples:
  emso validate /srv/emso/data/netcdf/Emso_Microcat/2026-11/MICROCAT_20261121.nc
  emso validate --profile emso --vocab vocabularies /srv/emso/data
  emso validate GL_TS_MO_MII_20261121.nc --rules cf acdd data
  emso validate --json /srv/emso/data | jq -r 'select(.findings != []) | .file'
`;

/** Adds `emso validate`. */
export function register(program: Command): void {
  program
    .command('validate')
    .argument('<file...>', 'NetCDF or CSV files, or folders with such files')
    .summary('what a data centre would say about NetCDF and CSV files')
    .description(
      'Checks files against CF-1.6, ACDD-1.3, EMSO 1.0.7, OceanSITES 1.4 and our own description of files (docs/validate.md ' +
        'lists the rules). NetCDF may be netCDF-3 or netCDF-4. Exit code 1 when there are errors, 3 when a file cannot be read.',
    )
    .addOption(
      new Option(
        '--profile <profile>',
        'whose units, where CF and EMSO disagree; otherwise observatory.netcdf.profile of the site file',
      ).choices(['cf', 'emso']),
    )
    .option('--rules <ids...>', 'only these rules, by id or its first part: cf acdd emso data file csv')
    .option('--vocab <dir>', 'vocabularies as CSV (L05.csv, L06.csv, …): labels and codes are looked up in them')
    .option('--observatory <file>', 'site file: prefixes and historical columns', DEFAULT_SITE_FILE)
    .option('--json', 'one JSON object a file and line')
    .addHelpText('before', EXAMPLES)
    .action(async (places: string[], options) => {
      const { runValidate } = await import('../validate/run.ts');
      process.exitCode = await runValidate(places, options, (text) => process.stdout.write(text));
      if (process.exitCode !== EXIT.ok && !options.json) process.stderr.write('The rules: docs/validate.md\n');
    });
}
