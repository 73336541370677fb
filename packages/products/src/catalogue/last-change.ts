import type { CatalogueModel } from './entries.ts';

/** ISO day of the latest data or of the latest change of the texts: the date of what describes the whole observatory. */
export function lastChange({ input, entries }: CatalogueModel): string {
  const days = [input.metadata.revised, ...entries.map(({ revised }) => revised)].sort();
  return days[days.length - 1];
}
