import { type Command, Option } from 'commander';

const EXAMPLES = `Examples:
  emso import /archive/MICROCAT --data /srv/emso/data
  emso import /old --data /srv/emso/data --fill-gaps --report import.json
  emso import SBE37SM.hex --data /srv/emso/data --sensor albatross-microcat-0500 --received 2026-03-01T14:30:00Z

`;

const NOTES = `
Interrupted (Ctrl-C, a restarted writer, a closed lid)? Give the same command again: what is archived is recognised.
An upload has no stamps: --received says when it was downloaded. Its records are decoded by the settings in force then, and
belong to the days that the instrument's clock says (timePolicy relayed or instrument).
Rows without a valid stamp are refused and kept below raw/_refused/ of the data root; see docs/import.md.`;

/** Adds `emso import`. */
export function register(program: Command): void {
  program
    .command('import')
    .summary('take historical daily files, or an upload, into the raw archive')
    .description(
      'Gives every <prefix>_YYYYMMDD.dat below a directory, or one upload, to the running writer. Importing twice changes nothing; originals are only read.',
    )
    .argument('<path>', 'tree of historical daily files; with --received, one file from the memory of an instrument')
    .requiredOption('--data <dir>', 'data root of the running writer')
    .option('--sensor <id>', 'the sensor of an upload, or of files whose prefix is none of the site file')
    .addOption(new Option('--received <time>', 'when the upload was downloaded, UTC').conflicts('fillGaps'))
    .option('--fill-gaps', 'take only rows at times that no live record covers')
    .option('--json', 'the summary as JSON on stdout')
    .option('--report <file>', 'the summary as JSON into a file too')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (path, options) => {
      if (options.received !== undefined) {
        const { importUpload } = await import('../chain/import-upload.ts');
        const { sensor, received, report } = options;
        await importUpload(path, options.data, { sensor, received, report, json: options.json === true });
        return;
      }
      const { importTree } = await import('../chain/import-tree.ts');
      await importTree(path, options.data, {
        fillGaps: options.fillGaps === true,
        sensor: options.sensor,
        json: options.json === true,
        report: options.report,
      });
    });
}
