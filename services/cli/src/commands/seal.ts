import { isoDay } from '@emso/core';
import type { Command } from 'commander';

/** Adds `emso seal`. */
export function register(program: Command): void {
  program
    .command('seal')
    .summary('seal the days that have been quiet for their grace time')
    .description('Asks the running writer to seal now what is due; it also does so by itself.')
    .requiredOption('--data <dir>', 'data root of the running writer')
    .option(
      '--stale',
      'seal again, as a next version, days that another build made, or that have other expert flags now',
    )
    .addHelpText('before', 'Examples:\n  emso seal --data /srv/emso/data\n  emso seal --data /srv/emso/data --stale\n')
    .action(async (options) => {
      const { askWriter } = await import('../chain/writer-client.ts');
      const sealed = await askWriter<Record<string, number[]>>(options.data, '/seal', {
        stale: options.stale === true,
      });
      for (const [sensor, days] of Object.entries(sealed)) {
        if (days.length > 0) process.stdout.write(`${sensor}: ${days.map(isoDay).join(' ')}\n`);
      }
      const count = Object.values(sealed).reduce((sum, days) => sum + days.length, 0);
      process.stderr.write(`${count} days sealed\n`);
    });
}
