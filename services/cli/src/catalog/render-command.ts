import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

const EXAMPLES = `Examples:
  emso catalog render --data /srv/emso/data
  emso catalog render --data /srv/emso/data --out records
  emso catalog render Emso_Ligure_Ouest_MII_Microcat --data /srv/emso/data | less

`;

const NOTES = `
With --out: iso19139/ (what GeoNetwork takes), datacite/, schema-org/, dcat/, sensorml/, cdi/, plan/ (data management plan as JSON and
page) and records.json. A record that says the same as in the run before keeps its date. Nothing is sent anywhere.`;

/** Adds `emso catalog render`. */
export function registerRender(catalog: Command): void {
  catalog
    .command('render')
    .argument('[record]', 'print this one: id of a data set, platform or the observatory, or its uuid')
    .summary('make all records from the site file and the daily files')
    .description('Lists the records, prints one, or writes all of them and what stands beside them into a directory.')
    .option('--out <dir>', 'write files here')
    .option('--data <dir>', 'data root: periods, sizes and versions come from its manifests')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (record: string | undefined, options) => {
      const { render } = await import('./render.ts');
      await render(record, options);
    });
}
