/** What the words of `emso export` ask for. */
import type { Period, Selection } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { type ExportRequest, exportSensor } from './export.ts';
import type { Format } from './files.ts';

export interface ExportWords {
  readonly data: string;
  readonly observatory: string;
  readonly from?: number;
  readonly to?: number;
  readonly format: Format;
  readonly by: Period;
  readonly qc: Selection;
  readonly released?: boolean;
  readonly open?: boolean;
  readonly platform?: string;
  readonly cumulative?: boolean;
  readonly out: string;
}

/** Does what was asked. Throws CommandFailure 2 for words that contradict each other. */
export async function runExport(sensor: string | undefined, words: ExportWords): Promise<void> {
  const refuse = (message: string): never => {
    throw new CommandFailure(EXIT.usage, message);
  };
  if (words.released && words.open) refuse('expected --released or --open, found both');
  if ((words.from ?? 0) > (words.to ?? Number.POSITIVE_INFINITY)) refuse('expected --to not before --from');
  const request: ExportRequest = {
    ...words,
    source: words.released ? 'released' : words.open ? 'open' : 'sealed',
  };
  if (sensor === undefined) refuse('expected the id of a sensor, found none');
  else await exportSensor(sensor, request);
}
