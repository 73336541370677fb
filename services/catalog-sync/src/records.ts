/**
 * Where the records come from: the one place that knows. They are made of the site file and the manifests of the data root, or read
 * from a directory in which `emso catalog render --out` put them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Observatory, sensorsOf } from '@emso/core';
import { catalogueInput } from '@emso/pipeline';
import {
  type CatalogueRecord,
  catalogueModel,
  decodeManifest,
  isoRecords,
  type LedgerSummary,
  type RecordStamp,
  recordOfXml,
  summarizeLedger,
} from '@emso/products';
import { readDayFiles, readRecordFiles } from '@emso/runtime/catalogue';
import { writeAtomic } from '@emso/runtime/files';

/** The records in `dir`. Throws an Error that names every file that is no record. */
export function recordsIn(dir: string): Promise<CatalogueRecord[]> {
  return readRecordFiles(dir, recordOfXml);
}

export interface RenderSource {
  readonly observatory: Observatory;
  readonly dataDir: string;
  /** A directory of our own, in which the dates of records are kept. */
  readonly stateDir: string;
  /** A manifest that cannot be read: its day is not counted. */
  readonly onDamaged: (what: string) => void;
}

const STAMPS = 'record-dates.json';

/** The records as they follow from the data root now. Throws an Error when the site file has nothing to say to a catalogue. */
export async function renderedRecords({
  observatory,
  dataDir,
  stateDir,
  onDamaged,
}: RenderSource): Promise<CatalogueRecord[]> {
  const ledgers = new Map<string, LedgerSummary>();
  for (const { sensor } of sensorsOf(observatory)) {
    const { days, damaged } = await readDayFiles(dataDir, sensor, decodeManifest);
    for (const what of damaged) onDamaged(what);
    ledgers.set(sensor.id, summarizeLedger(days));
  }
  const input = catalogueInput(observatory, ledgers);
  if (input === undefined) {
    throw new Error(
      "expected the key 'metadata' in the site file, which says what records say, found none: see docs/catalogue-records.md",
    );
  }
  const file = join(stateDir, STAMPS);
  const before = await readStamps(file);
  const records = isoRecords(catalogueModel(input), before);
  const stamps = Object.fromEntries(
    records.map(({ uuid, contentHash, dateStamp }) => [uuid, { contentHash, dateStamp }]),
  );
  const text = `${JSON.stringify({ ...Object.fromEntries(before), ...stamps }, undefined, 2)}\n`;
  await writeAtomic(file, text, { fsync: false });
  return records.map(({ id: _id, dateStamp: _dateStamp, ...record }) => record);
}

/** Dates of an earlier round; none where they are lost: records are then dated as if they were new, and say the same. */
async function readStamps(file: string): Promise<Map<string, RecordStamp>> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, RecordStamp>));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}
