import type { Command } from 'commander';

/** Adds `emso status`. */
export function register(program: Command): void {
  program
    .command('status')
    .summary('say what runs, what comes in and which days are open')
    .description('Asks the services of a directory that `emso up` keeps, and the ledger of its writer.')
    .requiredOption('--dir <dir>', 'directory of `emso up` or `emso demo`')
    .option('--json', 'print JSON')
    .addHelpText(
      'before',
      'Examples:\n  emso status --dir /srv/emso\n  emso status --dir /srv/emso --json | jq .sensors\n',
    )
    .addHelpText('after', '\nExit codes: 0 all well, 1 something needs a look, 3 nothing runs there.')
    .action(async (options) => {
      const { status } = await import('../chain/status.ts');
      await status(options.dir, options.json === true);
    });
}
