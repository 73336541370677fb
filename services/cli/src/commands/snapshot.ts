import { type Command, InvalidArgumentError } from 'commander';
import { day } from './arguments.ts';

const EXAMPLES = `Examples:
  emso snapshot create cstar-2025 --data /srv/emso/data --sensor cstar --from 2025-01-01 --to 2025-12-31
  emso snapshot create mii-2025 --data /srv/emso/data --dataset Emso_Ligure_Ouest_MII_Microcat --from 2025-01-01 --to 2025-12-31 --doi 10.17882/75839
  emso snapshot verify cstar-2025 --data /srv/emso/data
  emso snapshot export cstar-2025 --data /srv/emso/data --out /tmp/cstar-2025

`;

const NOTES = `
A snapshot never changes, and gives the same bytes back after any reprocessing and sealing. See docs/snapshots.md.`;

function doi(text: string): string {
  if (!/^10\.\d+\/\S+$/.test(text)) throw new InvalidArgumentError(`expected a DOI such as 10.17882/75839`);
  return text;
}

/** Adds `emso snapshot`. */
export function register(program: Command): void {
  const snapshot = program
    .command('snapshot')
    .summary('freeze what stands behind a DOI or a year; find the same bytes again')
    .description('Freezes path, version and SHA-256 of sealed files, checks that they can be had, and gives them back.')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES);
  snapshot
    .command('create')
    .description('Writes snapshots/<name>.json into the data root. Days that are open are refused and listed.')
    .argument('<name>', 'letters, digits, ".", "_" and "-"')
    .requiredOption('--data <dir>', 'data root')
    .requiredOption('--from <day>', 'first UTC day', day)
    .requiredOption('--to <day>', 'last UTC day', day)
    .option('--sensor <id>', 'only this sensor; all where neither is given')
    .option('--dataset <id>', 'only the sensors of this dataset')
    .option('--doi <doi>', 'of the snapshot; that of the platform where it is not given', doi)
    .option('--released', 'validated files too, where there are any')
    .option('--observatory <file>', 'site file; the one of the writer of the data root where it is not given')
    .addHelpText('before', EXAMPLES)
    .action(async (name, options) => {
      const { createSnapshot } = await import('../snapshot/create.ts');
      await createSnapshot(name, options);
    });
  snapshot
    .command('verify')
    .description('Looks for every file of a snapshot. Exit code 1 when any can no longer be had.')
    .argument('<name>', 'of the snapshot')
    .requiredOption('--data <dir>', 'data root')
    .addHelpText('before', EXAMPLES)
    .action(async (name, options) => {
      const { verifySnapshot } = await import('../snapshot/replay.ts');
      await verifySnapshot(name, options.data);
    });
  snapshot
    .command('export')
    .description('Writes the files of a snapshot, byte for byte, with SHA256SUMS and the snapshot itself.')
    .argument('<name>', 'of the snapshot')
    .requiredOption('--data <dir>', 'data root')
    .requiredOption('--out <dir>', 'where the files go')
    .addHelpText('before', EXAMPLES)
    .action(async (name, options) => {
      const { exportSnapshot } = await import('../snapshot/replay.ts');
      await exportSnapshot(name, options.data, options.out);
    });
}
