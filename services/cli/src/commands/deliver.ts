import type { Command } from 'commander';
import { positiveInteger } from './arguments.ts';

const EXAMPLES = `Examples:
  emso deliver --data /srv/emso/data
  emso deliver coriolis --data /srv/emso/data --dry-run
  emso deliver coriolis seanoe --data /srv/emso/data --every 3600

`;

const NOTES = `
Targets stand in the site file under the key 'deliveries'; see docs/transfer.md. Receipts with hashes: deliveries/<target>.jsonl.
Exit codes: 0 every target has everything, 1 some file has to wait, 2 no such target, 3 a target is away.`;

/** Adds `emso deliver`. */
export function register(program: Command): void {
  program
    .command('deliver')
    .summary('send sealed files to data centres: directory, rsync or sftp, with receipts')
    .description(
      'Sends to each target what it does not have yet, compares it there, and keeps a receipt for every file.',
    )
    .argument('[targets...]', 'ids of the site file; all where none is given')
    .requiredOption('--data <dir>', 'data root')
    .option('--dry-run', 'list what would be sent')
    .option('--every <seconds>', 'again and again, with so long between', positiveInteger)
    .option('--observatory <file>', 'site file; the one of the writer of the data root where it is not given')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (targets, options) => {
      const { deliver } = await import('../transfer/deliver.ts');
      await deliver(targets, options);
    });
}
