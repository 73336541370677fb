import type { Command } from 'commander';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { positiveInteger, wholeNumber } from './arguments.ts';

const EXAMPLES = `Examples:
  emso flag cstar 2026-03-01T06:00:00Z 2026-03-01T09:30:00Z --param ATTN --flag 4 --why "window covered by mud"
  emso flag --list
  emso flag --list cstar --json
  emso flag --withdraw 3 --why "it was the other sensor"

`;

const NOTES = `
Flags (OceanSITES): 0 unknown, 1 good, 2 probably good, 3 potentially correctable bad, 4 bad, 7 nominal, 8 interpolated, 9 missing.
Later lines win over earlier ones. No value is changed, and a missing value stays missing. See docs/validation.md.`;

/** Adds `emso flag`. */
export function register(program: Command): void {
  program
    .command('flag')
    .summary('say what an expert thinks of values: a flag over those of the tests')
    .description(
      'Appends one dated, signed line to flags.jsonl beside the site file. Nothing is ever taken out of it: --withdraw appends too.',
    )
    .argument('[sensor]', 'id of the sensor')
    .argument('[from]', 'first time, UTC: 2026-03-01 or 2026-03-01T06:00:00Z')
    .argument('[to]', 'end, UTC, not included')
    .option('--param <codes>', 'parameters, joined by commas, e.g. TEMP,PSAL')
    .option('--flag <n>', 'the flag', wholeNumber)
    .option('--why <text>', 'the reason')
    .option('--by <name>', 'who decides; your name in git, or on this machine, where it is not given')
    .option('--list', 'show what was decided, about one sensor or all')
    .option('--withdraw <line>', 'the flag of this line holds no more', positiveInteger)
    .option('--json', 'with --list: one JSON object a line')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (sensor, from, to, { observatory, param, flag, why, by, list, withdraw, json }) => {
      const { addFlag, listFlags, withdrawFlag } = await import('../expert-facts/flag.ts');
      if (list) return listFlags(observatory, sensor, json === true);
      const { authorOf } = await import('../expert-facts/author.ts');
      const signed = { by: authorOf(by), why: given(why, '--why, a reason in words') };
      if (withdraw !== undefined) return withdrawFlag(observatory, withdraw, signed);
      const codes = given<string>(param, '--param, parameters such as TEMP,PSAL').split(',');
      const times = { from: given<string>(from, 'FROM, a UTC time'), to: given<string>(to, 'TO, a UTC time') };
      const request = {
        sensor: given<string>(sensor, 'SENSOR, its id'),
        ...times,
        codes,
        flag: given<number>(flag, '--flag, one of 0 1 2 3 4 7 8 9'),
      };
      addFlag(observatory, request, signed);
    });
}

function given<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new CommandFailure(EXIT.usage, `expected ${what}, found nothing (emso flag --help has examples)`);
}
