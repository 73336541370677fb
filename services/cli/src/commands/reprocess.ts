import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { positiveInteger } from './arguments.ts';

export function register(program: Command): void {
  program
    .command('reprocess')
    .summary('compute all products again from raw files, without a broker')
    .description(
      'Reads .raw or historical .dat files and writes CSV, NetCDF, .dat views, manifests and comparisons of sensors: the same functions as the live chain.',
    )
    .requiredOption('--raw <dir>', 'tree of raw files, searched by the file prefixes of the site file')
    .requiredOption('--out <dir>', 'where products go; must not be the data root of a running writer')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .option('--workers <n>', 'threads', positiveInteger, availableParallelism())
    .option('--open', 'the form of days that may still grow: no gap is counted up to midnight')
    .option(
      '--compare-flags <dir>',
      'root of earlier products: count the flags that are other now, by sensor, parameter and test',
    )
    .addHelpText(
      'before',
      'Examples:\n  emso reprocess --raw data/raw --out /tmp/again\n  emso reprocess --raw /archive/MICROCAT --out out --observatory site.yaml\n  emso reprocess --raw data/raw --out new --observatory thresholds.yaml --compare-flags data\n',
    )
    .action(async (options) => {
      const { openPool } = await import('../reprocess/pool.ts');
      const pool = openPool(options.workers);
      const { printSummary, reprocess } = await import('../reprocess/reprocess.ts');
      const summary = await reprocess({ ...options, form: options.open ? 'open' : 'sealed' }, pool);
      printSummary(summary);
    });
}
