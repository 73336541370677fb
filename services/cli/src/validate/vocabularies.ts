/** Vocabularies as EMSO's specification keeps them: a CSV file a collection, `uri,prefLabel,definition,altLabel,id`. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { cellsOfLine, type Terms } from '@emso/products';

/** The terms of all `L05.csv`, `P06.csv`, … of a folder, and of OSO (`class,uri,label_en`). Throws when none is there. */
export async function readTerms(folder: string): Promise<Terms> {
  const collections = new Set<string>();
  const labels = new Map<string, { label: string; alternative: string }>();
  for (const name of (await readdir(folder)).sort()) {
    const collection = /^([A-Z]\d\d|OSO)(?:_extract)?\.csv$/.exec(name)?.[1];
    if (collection === undefined) continue;
    const [head = [], ...rows] = recordsOf(await readFile(path.join(folder, name), 'utf8'));
    const place = (...names: string[]): number => head.findIndex((column) => names.includes(column));
    const [id, label, alternative] = [
      place(collection === 'OSO' ? 'uri' : 'id'),
      place('prefLabel', 'label_en'),
      place('altLabel'),
    ];
    if (id < 0 || label < 0) continue;
    collections.add(collection);
    for (const row of rows) labels.set(row[id].trim(), { label: row[label], alternative: row[alternative] ?? '' });
  }
  if (collections.size === 0) {
    throw new Error(`${folder}: expected vocabularies such as L05.csv with the columns id and prefLabel, found none`);
  }
  return { collections, labels };
}

/** Definitions run over lines inside their quotes. */
function recordsOf(text: string): string[][] {
  const flat = text.replace(/"(?:[^"]|"")*"/g, (cell) => cell.replace(/\r?\n/g, ' '));
  return flat
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => cellsOfLine(line, ','));
}
