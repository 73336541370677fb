import type { Command } from 'commander';

const EXAMPLES = `Examples:
  emso import /archive/MICROCAT --data /srv/emso/data
  emso import /old --data /srv/emso/data --fill-gaps --report import.json

`;

const NOTES = `
Interrupted (Ctrl-C, a restarted writer, a closed lid)? Give the same command again: what is archived is recognised.
Rows without a valid stamp are refused and kept below raw/_refused/ of the data root; see docs/import.md.`;

/** Adds `emso import`. */
export function register(program: Command): void {
  program
    .command('import')
    .summary('take historical daily files into the raw archive')
    .description(
      'Gives every <prefix>_YYYYMMDD.dat below a directory to the running writer. Importing twice changes nothing; originals are only read.',
    )
    .argument('<dir>', 'tree of historical daily files')
    .requiredOption('--data <dir>', 'data root of the running writer')
    .option('--sensor <id>', 'the sensor of files whose prefix is none of the site file')
    .option('--fill-gaps', 'take only rows at times that no live record covers')
    .option('--json', 'the summary as JSON on stdout')
    .option('--report <file>', 'the summary as JSON into a file too')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (dir, options) => {
      const { importTree } = await import('../chain/import-tree.ts');
      await importTree(dir, options.data, {
        fillGaps: options.fillGaps === true,
        sensor: options.sensor,
        json: options.json === true,
        report: options.report,
      });
    });
}
