/** `emso catalog render`: every record and what stands beside it, as files. No network. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type CatalogueModel,
  cdiOf,
  dataciteOfEntry,
  dcatOf,
  isoRecords,
  jsonLdOf,
  maDmpOf,
  planPageOf,
  type RecordStamp,
  type StampedRecord,
  schemaOrgOf,
  sensorMlOf,
  turtleOf,
} from '@emso/products';
import { makeDirectory, writeAtomic } from '@emso/runtime/files';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { formatTable } from '../table.ts';
import { loadModel, type ModelOptions, missingText } from './model.ts';

export interface RenderOptions extends ModelOptions {
  readonly out?: string;
}

/** A file of the output, relative to its directory. */
export interface RenderedFile {
  readonly path: string;
  readonly text: string;
}

/** A record of the run before. */
interface FormerRecord extends RecordStamp {
  readonly id: string;
  readonly withdrawn?: boolean;
}

const INDEX = 'records.json';

/** Prints one record when an id is given, writes all files with `out`, else lists what there would be. */
export async function render(id: string | undefined, options: RenderOptions): Promise<void> {
  const model = await loadModel(options);
  const before = options.out === undefined ? new Map<string, FormerRecord>() : readIndex(join(options.out, INDEX));
  const records = isoRecords(model, before);
  if (id !== undefined) {
    process.stdout.write(recordNamed(records, id).xml);
    return;
  }
  if (options.out === undefined) process.stdout.write(listOf(model, records));
  else {
    await writeFiles(options.out, renderedFiles(model, records));
    await removeFormer(options.out, before, records);
  }
  process.stderr.write(missingText(model.missing));
}

/** Everything that `--out` writes. */
export function renderedFiles(model: CatalogueModel, records: readonly StampedRecord[]): RenderedFile[] {
  const graph = dcatOf(model);
  const [plan, page] = [maDmpOf(model), planPageOf(model)];
  return [
    ...records.map((record) => ({ path: recordPath(record), text: record.xml })),
    ...model.entries.map((entry) => ({ path: `datacite/${entry.id}.json`, text: json(dataciteOfEntry(model, entry)) })),
    ...model.entries.map((entry) => ({ path: `schema-org/${entry.id}.jsonld`, text: json(schemaOrgOf(model, entry)) })),
    { path: 'dcat/catalog.jsonld', text: json(jsonLdOf(graph)) },
    { path: 'dcat/catalog.ttl', text: turtleOf(graph) },
    ...sensorMlOf(model).map(({ id, xml }) => ({ path: `sensorml/${id}.xml`, text: xml })),
    ...cdiOf(model).documents.map(({ id, xml }) => ({ path: `cdi/${id}.xml`, text: xml })),
    ...(plan === undefined ? [] : [{ path: 'plan/madmp.json', text: json(plan) }]),
    ...(page === undefined ? [] : [{ path: 'plan/plan.html', text: page }]),
    { path: INDEX, text: indexOf(records) },
  ];
}

/** Where what brings records to a catalogue looks for them. */
function recordPath({ id, withdrawn }: Pick<StampedRecord, 'id' | 'withdrawn'>): string {
  return withdrawn === true ? `iso19139/withdrawn/${id}.xml` : `iso19139/${id}.xml`;
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** A record that is no longer made, or was withdrawn, must not be taken for one that is offered. */
async function removeFormer(
  out: string,
  before: ReadonlyMap<string, FormerRecord>,
  records: readonly StampedRecord[],
): Promise<void> {
  const now = new Set(records.map(recordPath));
  for (const record of before.values()) {
    const path = recordPath(record);
    if (!now.has(path)) await rm(join(out, path), { force: true });
  }
}

async function writeFiles(out: string, files: readonly RenderedFile[]): Promise<void> {
  for (const { path, text } of files) {
    const target = join(out, path);
    await makeDirectory(dirname(target));
    await writeAtomic(target, text, { fsync: false });
  }
  process.stderr.write(`${files.length} files in ${out}\n`);
}

function recordNamed(records: readonly StampedRecord[], id: string): StampedRecord {
  const found = records.find((record) => record.id === id || record.uuid === id);
  if (found !== undefined) return found;
  const ids = records.map((record) => record.id).join(', ');
  throw new CommandFailure(EXIT.usage, `expected a record (${ids}), found '${id}'`);
}

function listOf({ entries }: CatalogueModel, records: readonly StampedRecord[]): string {
  return formatTable([
    ['record', 'level', 'from', 'to', 'MB', 'dateStamp', 'uuid'],
    ...records.map(({ id, level, dateStamp, uuid }, i) => {
      const { extent, csvBytes, netcdfBytes } = entries[i];
      const size = ((csvBytes + netcdfBytes) / 1_000_000).toFixed(1);
      return [id, level, extent.begin, extent.end ?? 'now', size, dateStamp, uuid];
    }),
  ]);
}

/** What there was before, so that a record that says the same keeps its date. */
function indexOf(records: readonly StampedRecord[]): string {
  const rows = records.map(({ id, uuid, parentUuid, level, title, contentHash, dateStamp, withdrawn }) => ({
    id,
    uuid,
    parentUuid,
    level,
    title,
    contentHash,
    dateStamp,
    withdrawn,
  }));
  return `${JSON.stringify({ records: rows }, undefined, 2)}\n`;
}

/** The records of an earlier run; none where there was none. Throws CommandFailure 3 on a file that is something else. */
function readIndex(file: string): Map<string, FormerRecord> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new CommandFailure(
      EXIT.unreachable,
      `expected ${file} to be readable, found ${(error as Error).message}`,
      error,
    );
  }
  try {
    const { records } = JSON.parse(text) as { records: ({ uuid: string } & FormerRecord)[] };
    return new Map(records.map(({ uuid, ...record }) => [uuid, record]));
  } catch (error) {
    const message = `expected ${file} to be the index of an earlier run, found something else: move it away`;
    throw new CommandFailure(EXIT.unreachable, message, error);
  }
}
