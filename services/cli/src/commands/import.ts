import type { Command } from 'commander';

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
    .option('--fill-gaps', 'take only rows at times that no live record covers')
    .addHelpText(
      'before',
      'Examples:\n  emso import /archive/MICROCAT --data /srv/emso/data\n  emso import /old --data /srv/emso/data --fill-gaps\n',
    )
    .action(async (dir, options) => {
      const { importTree } = await import('../chain/import-tree.ts');
      await importTree(dir, options.data, options.fillGaps === true);
    });
}
