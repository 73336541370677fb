import { once } from 'node:events';
import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { day } from './arguments.ts';

/** Adds `emso table`. */
export function register(program: Command): void {
  program
    .command('table')
    .argument('<dataset>', 'dataset of the site file, such as Emso_Ligure_Ouest_Albatross_Microcat')
    .summary('the daily CSV files of all sensors of a dataset as one table')
    .description('Prints one CSV table over all sensors of a dataset, in the order of time: all levels of a mooring.')
    .requiredOption('--data <dir>', 'data root')
    .option('--from <day>', 'first UTC day', day)
    .option('--to <day>', 'last UTC day', day)
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText(
      'before',
      'Examples:\n  emso table Emso_Ligure_Ouest_Albatross_Microcat --data /srv/emso/data --from 2026-11-01 > november.csv\n',
    )
    .action(async (dataset: string, options) => {
      const { tableLines } = await import('../table/table.ts');
      const { loadSiteFile } = await import('../site-file.ts');
      for await (const line of tableLines(loadSiteFile(options.observatory), { ...options, dataset })) {
        if (!process.stdout.write(line)) await once(process.stdout, 'drain');
      }
    });
}
