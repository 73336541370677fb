import type { Command } from 'commander';
import { register as diff } from '../catalog/diff-command.ts';
import { register as push } from '../catalog/push-command.ts';
import { register as status } from '../catalog/status-command.ts';

/** Adds `emso catalog` and what it can do, one line each. */
export function register(program: Command): void {
  const catalog = program
    .command('catalog')
    .summary('the records of the catalogue: bring them there, compare, see where they stand')
    .description(
      'The ISO 19139 records of the observatory and the catalogue that the site file names under `catalogue`.',
    );
  push(catalog);
  diff(catalog);
  status(catalog);
}
