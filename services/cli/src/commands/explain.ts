import { parseIso } from '@emso/core';
import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_SITE_FILE } from '../default-site.ts';

function instant(text: string): number {
  const timeMs = parseIso(text);
  if (timeMs === undefined)
    throw new InvalidArgumentError(`expected a UTC time such as 2019-05-01T00:00:00Z, found '${text}'`);
  return timeMs;
}

/** Adds `emso explain`. */
export function register(program: Command): void {
  program
    .command('explain')
    .argument('<sensor>', 'sensor id')
    .argument('<time>', 'UTC time; the nearest sample is taken', instant)
    .summary('why the values of one sample have their flags')
    .description(
      'Shows, for one sample, every test with its thresholds, inputs and answer, computed from the raw archive.',
    )
    .requiredOption('--data <dir>', 'data root')
    .option('--observatory <file>', 'site file', DEFAULT_SITE_FILE)
    .addHelpText('before', 'Examples:\n  emso explain microcat 2026-11-22T00:04:00Z --data /srv/emso/data\n')
    .action(async (sensor: string, timeMs: number, options) => {
      const { explain } = await import('../explain/explain.ts');
      process.stdout.write(await explain({ ...options, sensor, timeMs }));
    });
}
