/**
 * The records as they should be now: rendered from the site file and the manifests of the data root, or read from a directory where
 * somebody has put them.
 */
import { join } from 'node:path';
import type { CatalogueRecord, Observatory } from '@emso/core';
import { catalogueInput, readLedgers } from '@emso/pipeline';
import { catalogueModel, isoRecords, type RecordStamp, recordOfXml } from '@emso/products';
import { daysIn, readIfThere, writeAtomic } from '@emso/runtime';
import { readRecordFiles } from '@emso/runtime/catalogue';

export interface RenderedFrom {
  readonly observatory: Observatory;
  readonly dataDir: string;
  /** Where the dates of records are kept: one that says the same keeps its date. */
  readonly stateDir: string;
  /** Told of each manifest that is none: its day is not counted. */
  readonly onDamaged: (what: string) => void;
}

const STAMPS = 'stamps.json';

/** The records in `dir`. Throws an Error that names every file that is no record. */
export function recordsIn(dir: string): Promise<CatalogueRecord[]> {
  return readRecordFiles(dir, recordOfXml);
}

/** Every record of the observatory, as its files are now; none while the site file has no `metadata`. Throws on I/O faults. */
export async function renderedRecords({
  observatory,
  dataDir,
  stateDir,
  onDamaged,
}: RenderedFrom): Promise<CatalogueRecord[]> {
  const { bySensor, damaged } = await readLedgers(observatory, {
    days: ({ folder, prefix }) => daysIn(join(dataDir, 'manifest', folder), prefix, '.json'),
    read: (path) => readIfThere(join(dataDir, path)),
  });
  for (const each of damaged) onDamaged(each);
  const input = catalogueInput(observatory, bySensor);
  if (input === undefined) return [];
  const file = join(stateDir, STAMPS);
  const before = await readIfThere(file);
  const records = isoRecords(catalogueModel(input), stampsIn(before));
  const text = `${JSON.stringify(Object.fromEntries(records.map(stampOf)))}\n`;
  if (before === undefined || Buffer.from(before).toString('utf8') !== text) {
    await writeAtomic(file, text, { fsync: true });
  }
  return records;
}

function stampOf(record: { readonly uuid: string } & RecordStamp): [uuid: string, stamp: RecordStamp] {
  const { uuid, contentHash, dateStamp } = record;
  return [uuid, { contentHash, dateStamp }];
}

/** Dates that are lost, or torn, are made again from what the records say. */
function stampsIn(bytes: Uint8Array | undefined): Map<string, RecordStamp> {
  if (bytes === undefined) return new Map();
  try {
    return new Map(Object.entries(JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, RecordStamp>));
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}
