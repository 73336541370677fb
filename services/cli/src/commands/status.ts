import type { Command } from 'commander';

/** Adds `emso status`. */
export function register(program: Command): void {
  program
    .command('status')
    .summary('say what runs, what comes in, what is archived and what needs a look')
    .description(
      'Asks the services of a directory that `emso up` keeps, and reads its spool, archive and manifests, so that it tells the truth also when they are dead or hang. It answers within 5 s; what it could not learn it shows as ? (null in JSON). It changes nothing.',
    )
    .requiredOption('--dir <dir>', 'directory of `emso up` or `emso demo`')
    .option('--json', 'print JSON')
    .addHelpText(
      'before',
      'Examples:\n  emso status --dir /srv/emso\n  emso status --dir /srv/emso --json | jq .problems\n  watch -n 10 emso status --dir /srv/emso\n',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 all well, 1 something needs a look, 3 nothing is there: no service, no spool, no data.',
    )
    .action(async (options) => {
      const { status } = await import('../chain/status.ts');
      await status(options.dir, options.json === true);
    });
}
