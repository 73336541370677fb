import type { Command } from 'commander';
import { day } from './arguments.ts';

const EXAMPLES = `Examples:
  emso ledger --data /srv/emso/data
  emso ledger --data /srv/emso/data --sensor cstar --from 2026-11-01 --to 2026-11-30
  emso ledger --data /srv/emso/data --json | jq 'select(.mismatches != [])'

`;

const NOTES = `
What stands in the columns, and what is compared with what: docs/ledger.md. Nothing is changed.
Exit codes: 0 all layers agree, 1 two layers of a day disagree, 2 no such sensor, 3 no data root.`;

/** Adds `emso ledger`. */
export function register(program: Command): void {
  program
    .command('ledger')
    .summary('every sensor and day in a line: expected, received, rejected, rows, hashes, gaps')
    .description(
      'Reads manifests, CSV, NetCDF and raw files of a data root, and compares them with each other. Needs no running service.',
    )
    .requiredOption('--data <dir>', 'data root')
    .option('--sensor <id>', 'only this sensor')
    .option('--from <day>', 'first UTC day', day)
    .option('--to <day>', 'last UTC day', day)
    .option('--json', 'one JSON object a line, hashes whole')
    .option('--observatory <file>', 'site file; the one of the writer of the data root where it is not given')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (options) => {
      const { ledger } = await import('../ledger/ledger.ts');
      await ledger(options);
    });
}
