/** What is wrong with `metadata` in view of the rest of the site file, and texts that no document could hold. */
import type { Observatory, PlacedFault } from './observatory.ts';

/** Descriptions of what is not there, lists that are not declared, an access that nobody explains. */
export function metadataFaults({ observatory, platforms, metadata }: Observatory): PlacedFault[] {
  if (metadata === undefined) return [];
  const faults: PlacedFault[] = [];
  const fault = (path: PlacedFault['path'], message: string): void => {
    faults.push({ path: ['metadata', ...path], message });
  };
  const series = [observatory.id, ...platforms.map(({ id }) => id)];
  const datasets = [...new Set(platforms.flatMap(({ sensors }) => sensors.map(({ dataset }) => dataset)))];
  for (const id of Object.keys(metadata.series)) {
    if (!series.includes(id)) fault(['series', id], `expected one of ${series.join(', ')}, found '${id}'`);
  }
  for (const id of Object.keys(metadata.datasets)) {
    if (!datasets.includes(id)) {
      fault(['datasets', id], `expected a data set that a sensor has (${datasets.join(', ')}), found '${id}'`);
    }
  }
  const lists = Object.keys(metadata.keywordLists);
  for (const group of ['series', 'datasets'] as const) {
    for (const [id, { keywords }] of Object.entries(metadata[group])) {
      for (const list of Object.keys(keywords)) {
        if (lists.includes(list)) continue;
        fault([group, id, 'keywords', list], `expected a list of keywordLists (${lists.join(', ')}), found '${list}'`);
      }
    }
  }
  if (observatory.access !== 'public' && metadata.accessLimitation === undefined) {
    fault([], 'expected accessLimitation, because access is not public, found nothing: say why (INSPIRE code list)');
  }
  return faults;
}

/**
 * The characters that XML 1.0 cannot hold: control characters but for tab and line ends, and two that are none. And U+FFFD,
 * which an editor writes for bytes it could not read: the letter that stood there is lost.
 */
function isUnprintable(character: string): boolean {
  const unit = character.charCodeAt(0);
  return (unit < 0x20 && !'\t\n\r'.includes(character)) || (unit >= 0xfffd && unit <= 0xffff);
}

/** Texts with characters that neither XML nor a person can read, wherever they stand in the file as written. */
export function unprintableTexts(written: unknown, path: PlacedFault['path'] = []): PlacedFault[] {
  if (typeof written === 'string') {
    const found = [...written].find(isUnprintable);
    if (found === undefined && written.isWellFormed()) return [];
    const what =
      found === undefined
        ? 'half a surrogate pair'
        : `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    return [
      {
        path,
        message: `expected text without control characters, found ${what}: remove it, or write again what stood there`,
      },
    ];
  }
  if (Array.isArray(written)) return written.flatMap((each, i) => unprintableTexts(each, [...path, i]));
  if (typeof written !== 'object' || written === null) return [];
  return Object.entries(written).flatMap(([key, each]) => unprintableTexts(each, [...path, key]));
}
