import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

const EXAMPLES = `Examples:
  emso erddap datasets --files /srv/emso/data > datasets.xml
  emso erddap datasets --files /nas/emso --out /usr/local/tomcat/content/erddap/datasets.xml
  emso erddap datasets --federation > for-emso-eric.xml
`;

/** Adds `emso erddap`. */
export function register(program: Command): void {
  program
    .command('erddap')
    .summary('datasets.xml of ERDDAP')
    .description('What ERDDAP needs to serve the files.')
    .command('datasets')
    .summary('write the blocks of datasets.xml')
    .description(
      'Writes a block for each dataset of the site file: the historical ids and names over CSV and NetCDF, and the codes under ids of their own (…_CF). ERDDAP keeps everything else.',
    )
    .option('--files <dir>', 'the data root as ERDDAP sees it; otherwise erddap.filesDir of the site file')
    .option('--federation', 'blocks for another ERDDAP that asks ours, such as that of EMSO ERIC')
    .option('--out <file>', 'write there instead of to stdout')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', EXAMPLES)
    .action(async (options) => {
      const { datasetsOf } = await import('../erddap/datasets.ts');
      const { xml, ids, remarks } = datasetsOf({ ...options, nowMs: Date.now() });
      if (options.out === undefined) process.stdout.write(xml);
      else writeFileSync(options.out, xml);
      for (const remark of remarks) process.stderr.write(`${remark}\n`);
      process.stderr.write(`${ids.length} datasets: ${ids.join(' ')}\n`);
    });
}
