import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { positiveInteger, wholeNumber } from './arguments.ts';

/** Adds `emso demo`. */
export function register(program: Command): void {
  program
    .command('demo')
    .summary('watch simulated instruments flow into daily files')
    .description(
      'Starts simulated instruments and the whole chain in a directory of its own. Recorded lines first, then generated ones.',
    )
    .option('--once', 'send some lines, compare what was sent with what is in the files, and end')
    .option('--lines <n>', 'lines of each sensor with --once', positiveInteger, 200)
    .option('--seed <n>', 'of the generated lines and of the faults', wholeNumber, 1)
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .option('--dir <dir>', 'where everything is kept (default: a new temporary directory)')
    .addHelpText('before', 'Examples:\n  emso demo\n  emso demo --once --lines 500\n')
    .action(async (options) => {
      const { demo } = await import('../demo/demo.ts');
      await demo(options);
    });
}
