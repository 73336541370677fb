import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { positiveNumber } from './arguments.ts';

const EXAMPLES = `Examples:
  emso compare /old/EMSO_OutCSV /srv/emso/data/csv
  emso compare /old/csv /srv/emso/data/csv --sensor MICROCAT --map "Sea Water Electrical Conductivity=Conductivity"
  emso compare /old/csv /srv/emso/data/csv --json > comparison.json
`;

/** Adds `emso compare`. */
export function register(program: Command): void {
  program
    .command('compare')
    .argument('<old>', 'folder with the CSV files of the earlier programs')
    .argument('<new>', 'folder with ours: csv/ of a data root')
    .summary('the CSV files of an earlier chain against ours: what is lost, what differs')
    .description(
      'Pairs daily CSV files by sensor and day, rows by time, columns by name, and compares values within the digits that the old ' +
        'files print (docs/compare.md). Exit code 0 when NEW has all that OLD has, 1 when something is lost or different.',
    )
    .option('--tolerance <seconds>', 'rows that far apart may be the same one', positiveNumber, 1)
    .option('--map <old=new>', 'a column that was renamed; may be repeated', collect, [])
    .option('--map-file <file>', "the same in YAML, for all sensors or below a sensor's prefix")
    .option('--sensor <prefix>', 'only this sensor, by the prefix of its files; may be repeated', collect, [])
    .option('--observatory <file>', 'site file: prefixes and historical columns', DEFAULT_SITE_FILE)
    .option('--json', 'one JSON document')
    .addHelpText('before', EXAMPLES)
    .action(async (old: string, fresh: string, options) => {
      const { runCompare } = await import('../compare/run.ts');
      process.exitCode = await runCompare([old, fresh], options, (text) => process.stdout.write(text));
    });
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
