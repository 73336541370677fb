import type { Command } from 'commander';

const EXAMPLES = `Examples:
  emso pull --once --data /srv/emso/data --dir /srv/emso/pull
  emso pull --data /srv/emso/data --dir /srv/emso/pull
  emso pull --follow --data /srv/emso/data --dir /srv/emso/pull

`;

const NOTES = `
Sources, time and time zone stand in the site file under the key 'pull'; see docs/transfer.md. It can be ended and started at any time.
Exit codes with --once: 0 all is in the archive, 1 some file has to wait, 3 a source or the writer cannot be reached.`;

/** Adds `emso pull`. */
export function register(program: Command): void {
  program
    .command('pull')
    .summary('fetch daily files from the shore server, every night or as they grow, into the archive')
    .description(
      'Fetches the daily files of the sources of the site file with rsync, compares them, gives them to the running writer, and puts them away.',
    )
    .requiredOption('--data <dir>', 'data root of the running writer')
    .requiredOption('--dir <dir>', 'where files are received and put away, and what was treated is written down')
    .option('--once', 'one pass over what is due, then end')
    .option('--follow', 'also the files of today, every few minutes, as far as their lines are whole')
    .option('--json', 'one JSON object a pass')
    .option('--observatory <file>', 'site file; the one of the writer of the data root where it is not given')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (options) => {
      const { pull } = await import('../transfer/pull.ts');
      await pull(options);
    });
}
