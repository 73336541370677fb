import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

/** Adds `emso up`. */
export function register(program: Command): void {
  program
    .command('up')
    .summary('run the whole chain on this machine')
    .description(
      'nats-server, redis-server where it is installed, and every service as a supervised process; catalog-sync where the site file says where catalogue records go. Stops on Ctrl-C.',
    )
    .requiredOption('--dir <dir>', 'where data, spool, store, logs and addresses are kept; local disk')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .option('--nas <dir>', 'a directory on the NAS, with the file .emso-nas in it: copies of the data go there')
    .addHelpText(
      'before',
      'Examples:\n  emso up --dir /srv/emso --observatory site.yaml\n  emso status --dir /srv/emso\n',
    )
    .action(async (options) => {
      const { up } = await import('../chain/up.ts');
      await up(options.dir, options.observatory, options.nas);
    });
}
