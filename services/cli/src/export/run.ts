/** What the words of `emso export` ask for. */
import type { Period, Selection } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { exportDeposit } from './deposit.ts';
import { type ExportRequest, exportSensor, type Written } from './export.ts';
import type { Format } from './files.ts';
import { exportPlatform } from './platform.ts';

export interface ExportWords {
  readonly data: string;
  readonly observatory: string;
  readonly from?: number;
  readonly to?: number;
  readonly format: Format;
  /** A year for a deposit, else all days, where not given. */
  readonly by?: Period;
  readonly qc: Selection;
  readonly released?: boolean;
  readonly open?: boolean;
  readonly platform?: string;
  readonly cumulative?: boolean;
  readonly out: string;
}

/** Does what was asked; `say` hears what was left out. Throws CommandFailure 2 for words that contradict each other. */
export async function runExport(
  sensor: string | undefined,
  words: ExportWords,
  say: ExportRequest['say'],
): Promise<Written[]> {
  const refuse = (message: string): never => {
    throw new CommandFailure(EXIT.usage, message);
  };
  if (words.released && words.open) refuse('expected --released or --open, found both');
  if ((words.from ?? 0) > (words.to ?? Number.POSITIVE_INFINITY)) refuse('expected --to not before --from');
  const request: ExportRequest = {
    ...words,
    say,
    by: words.by ?? (words.format === 'seanoe' ? 'year' : 'all'),
    source: words.released ? 'released' : words.open ? 'open' : 'sealed',
  };
  if (words.platform !== undefined) {
    if (sensor !== undefined) refuse(`expected a sensor or --platform, found both ${sensor} and ${words.platform}`);
    if (!words.cumulative) refuse('--platform: expected --cumulative beside it; without it name a sensor');
    if (words.format !== 'nc') refuse(`--cumulative: expected the format nc, found '${words.format}'`);
    return exportPlatform(words.platform, request);
  }
  if (words.cumulative) refuse('--cumulative: expected --platform beside it');
  if (sensor === undefined) return refuse('expected the id of a sensor, found none');
  return words.format === 'seanoe' ? exportDeposit(sensor, request) : exportSensor(sensor, request);
}
