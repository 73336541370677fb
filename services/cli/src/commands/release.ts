import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

const EXAMPLES = `Examples:
  emso release cstar 2026-03-01 2026-04-01 --data /srv/emso/data --why "compared with the bottle samples of MOOSE 2026"
  emso release cstar 2026-03-01 2026-04-01 --data /srv/emso/data --out /srv/validated --by "A. Person" --why "…"

`;

const NOTES = `
Days that are open, incomplete or stale are refused and listed. No writer is needed, and none is in the way. Flags decided later
wait for the next release of these days; emso reprocess makes the same files again. See docs/validation.md.`;

/** Adds `emso release`. */
export function register(program: Command): void {
  program
    .command('release')
    .summary('make validated data of sealed days: delayed mode, level L2')
    .description(
      'Writes CSV and NetCDF of whole days below released/, a dataset of its own, and one dated, signed line into releases.jsonl beside the site file.',
    )
    .argument('<sensor>', 'id of the sensor')
    .argument('<from>', 'first day, UTC: 2026-03-01')
    .argument('<to>', 'the day after the last one')
    .requiredOption('--data <dir>', 'data root')
    .requiredOption('--why <text>', 'how the data were validated')
    .option('--by <name>', 'who releases; your name in git, or on this machine, where it is not given')
    .option('--out <dir>', 'where released/ goes; the data root where it is not given')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (sensor, from, to, options) => {
      const { authorOf } = await import('../expert-facts/author.ts');
      const { release } = await import('../expert-facts/release.ts');
      await release({ ...options, sensor, from, to, by: authorOf(options.by) });
    });
}
