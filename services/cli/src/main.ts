/** The `emso` command. Each command registers its words here and loads its implementation only when it runs. */
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { CommandFailure, EXIT } from './command-failure.ts';
import { register as catalog } from './commands/catalog.ts';
import { register as cite } from './commands/cite.ts';
import { register as compare } from './commands/compare.ts';
import { register as decode } from './commands/decode.ts';
import { register as deliver } from './commands/deliver.ts';
import { register as demo } from './commands/demo.ts';
import { register as erddap } from './commands/erddap.ts';
import { register as explain } from './commands/explain.ts';
import { register as exportDays } from './commands/export.ts';
import { register as flag } from './commands/flag.ts';
import { register as importFiles } from './commands/import.ts';
import { register as ledger } from './commands/ledger.ts';
import { register as pull } from './commands/pull.ts';
import { register as release } from './commands/release.ts';
import { register as reprocess } from './commands/reprocess.ts';
import { register as seal } from './commands/seal.ts';
import { register as simulate } from './commands/simulate.ts';
import { register as snapshot } from './commands/snapshot.ts';
import { register as status } from './commands/status.ts';
import { register as table } from './commands/table.ts';
import { register as up } from './commands/up.ts';
import { register as validate } from './commands/validate.ts';

const EXAMPLES = `Examples:
  emso demo
  emso decode wetlabs-cstar CSTAR_20190601.dat
  emso decode sbe37-microcat --set fields=TEMP,CNDC,PRES --set conductivityUnit=S/m line.txt
  emso simulate --speed 60 --faults some
  emso reprocess --raw data/raw --out again

`;

const EXIT_CODES = `
Exit codes: 0 done, 1 a problem was found, 2 the command was not understood, 3 a file or service cannot be reached.`;

const program = new Command('emso')
  .description('The data flow of the deep-sea observatory EMSO Ligure-Ouest, from the shell.')
  .version(manifest.version, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print help')
  .addHelpText('before', EXAMPLES)
  .addHelpText('after', EXIT_CODES)
  .showHelpAfterError('(add --help for examples)')
  .exitOverride();

for (const register of [
  demo,
  up,
  status,
  decode,
  simulate,
  reprocess,
  importFiles,
  seal,
  flag,
  release,
  ledger,
  snapshot,
  cite,
  pull,
  deliver,
  table,
  exportDays,
  explain,
  erddap,
  catalog,
  validate,
  compare,
])
  register(program);

// `emso decode … | head`: the reader has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says on stderr what went wrong and gives the exit code for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has already printed its text; asked-for help and version are not errors.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof CommandFailure) {
    process.stderr.write(`emso: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(
    `emso: unexpected error, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.problem;
}
