import type { Command } from 'commander';
import { register as diff } from '../catalog/diff-command.ts';
import { register as push } from '../catalog/push-command.ts';
import { registerRender } from '../catalog/render-command.ts';
import { register as status } from '../catalog/status-command.ts';
import { registerValidate } from '../catalog/validate-command.ts';

/** Adds `emso catalog` and what it can do, one line each. */
export function register(program: Command): void {
  const catalog = program
    .command('catalog')
    .summary('records of the data in catalogues: render, validate, push, diff, status')
    .description(
      'What catalogues show of the data follows from the site file and the daily files (docs/catalogue-records.md), and goes to the catalogue that the site file names under `catalogue` (docs/catalogue.md).',
    );
  registerRender(catalog);
  registerValidate(catalog);
  push(catalog);
  diff(catalog);
  status(catalog);
}
