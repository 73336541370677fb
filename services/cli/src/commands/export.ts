import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { day } from './arguments.ts';

const EXAMPLES = `Examples:
  emso export microcat --data /srv/emso/data --from 2026-03-01 --to 2026-03-31 --format csv
  emso export microcat --data /srv/emso/data --format odv --by month --out odv
  emso export aquadopp --data /srv/emso/data --format copernicus --by month --qc good
  emso export cstar --data /srv/emso/data --released --format parquet
  emso export microcat --data /srv/emso/data --format seanoe --by year --out deposit
  emso export --platform mii --cumulative --data /srv/emso/data --out published

`;

const NOTES = `
A file never spans two deployments, since it has one serial number and depth. The values are those that were sealed: they
are computed from the raw archive again and compared with the published files. No writer is needed, and none is in the way. Which
format is for whom, and what becomes of the flags: docs/export.md.`;

const FORMATS = ['csv', 'nc', 'odv', 'oceansites', 'copernicus', 'parquet', 'seanoe'];

/** Adds `emso export`. */
export function register(program: Command): void {
  program
    .command('export')
    .argument('[sensor]', 'id of the sensor; none with --platform')
    .summary('days of a sensor as files for a data centre, a spreadsheet or an analysis')
    .description(
      'Writes days of a sensor as CSV, NetCDF, SeaDataNet ODV, OceanSITES, Copernicus, Parquet or a SEANOE deposit.',
    )
    .requiredOption('--data <dir>', 'data root')
    .addOption(new Option('--format <format>', 'what to write').choices(FORMATS).default('nc'))
    .option('--from <day>', 'first UTC day', day)
    .option('--to <day>', 'last UTC day', day)
    .addOption(
      new Option(
        '--by <period>',
        'one file for each; all is the whole of a deployment (default: all, a deposit: year)',
      ).choices(['all', 'month', 'year', 'deployment']),
    )
    .option('--qc <selection>', 'good: only values flagged 1 or 2, others are missing', selection, 'all')
    .option('--released', 'validated data (emso release) instead of real-time data')
    .option('--open', 'days that are not sealed, or stale, too: as the raw archive gives them today')
    .option('--platform <id>', 'all sensors of a platform')
    .option('--cumulative', 'with --platform: one NetCDF file of all its sensors and days')
    .option('--out <dir>', 'where files go', '.')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (sensor: string | undefined, options) => {
      const { runExport } = await import('../export/run.ts');
      const { writtenTable } = await import('../export/export.ts');
      const written = await runExport(sensor, options, (text) => process.stderr.write(`${text}\n`));
      process.stdout.write(writtenTable(written));
    });
}

function selection(text: string): string {
  if (text === 'good' || text === 'all') return text;
  throw new InvalidArgumentError(`expected good or all, found '${text}'`);
}
