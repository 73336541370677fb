import { type Command, Option } from 'commander';

const EXAMPLES = `Examples:
  emso cite cstar-2025 --data /srv/emso/data
  emso cite cstar-2025 --data /srv/emso/data --format bibtex >> references.bib

`;

/** Adds `emso cite`. */
export function register(program: Command): void {
  program
    .command('cite')
    .summary('how to cite a snapshot: BibTeX and text, with its hash and the command that replays it')
    .description('Prints what a snapshot says of itself; two calls print the same, in any year.')
    .argument('<name>', 'of the snapshot')
    .requiredOption('--data <dir>', 'data root')
    .addOption(new Option('--format <kind>', 'only this one').choices(['bibtex', 'text']))
    .addOption(new Option('--lang <language>', 'of the text').choices(['fr', 'en']).default('en'))
    .addHelpText('before', EXAMPLES)
    .action(async (name, options) => {
      const { citeSnapshot } = await import('../snapshot/replay.ts');
      await citeSnapshot(name, options.data, options);
    });
}
