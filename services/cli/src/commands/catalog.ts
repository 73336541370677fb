import type { Command } from 'commander';
import { registerRender } from '../catalog/render-command.ts';
import { registerValidate } from '../catalog/validate-command.ts';

/** Adds `emso catalog` and its subcommands. */
export function register(program: Command): void {
  const catalog = program
    .command('catalog')
    .summary('records of the data in catalogues: render, validate')
    .description(
      'What catalogues show of the data follows from the site file and the daily files; see docs/catalogue-records.md.',
    );
  registerRender(catalog);
  registerValidate(catalog);
}
