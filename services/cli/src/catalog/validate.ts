/** `emso catalog validate`: records of the site file, or files, against our rules and, where they are, the ISO schemas. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoRecords, type RecordFinding, validateRecord } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { loadModel, type ModelOptions } from './model.ts';
import { schemaFaults, schemaFile } from './schema.ts';

export interface ValidateOptions extends ModelOptions {
  readonly schemas?: string;
}

interface Checked {
  readonly name: string;
  readonly findings: readonly RecordFinding[];
}

/** Prints what is wrong, record by record. Throws CommandFailure 1 when a record has faults; unknown facts are shown only. */
export async function validate(paths: readonly string[], options: ValidateOptions): Promise<void> {
  const schema = options.schemas === undefined ? undefined : schemaFile(options.schemas);
  const checked =
    paths.length > 0 ? xmlFiles(paths).map((file) => check(file, file, schema)) : await checkSite(options, schema);
  let faulty = 0;
  for (const { name, findings } of checked) {
    if (findings.some(({ kind }) => kind === 'fault')) faulty++;
    const found = findings.length === 0 ? 'good' : summary(findings);
    process.stdout.write(`${name}: ${found}\n`);
    for (const { rule, source, message } of findings) process.stdout.write(`  ${source} ${rule}: ${message}\n`);
  }
  const by =
    schema === undefined ? 'our rules (give --schemas for the ISO schemas too)' : 'our rules and the ISO schemas';
  process.stderr.write(`${checked.length} record${checked.length === 1 ? '' : 's'}, ${faulty} with faults, by ${by}\n`);
  if (faulty > 0) throw new CommandFailure(EXIT.problem, `${faulty} of ${checked.length} records have faults`);
}

function summary(findings: readonly RecordFinding[]): string {
  const faults = findings.filter(({ kind }) => kind === 'fault').length;
  const unknown = findings.length - faults;
  const parts = [
    ...(faults > 0 ? [`${faults} fault${faults > 1 ? 's' : ''}`] : []),
    ...(unknown > 0 ? [`${unknown} fact${unknown > 1 ? 's' : ''} unknown`] : []),
  ];
  return parts.join(', ');
}

/** The files meant: those named, and the records of directories (`iso19139/` of what render wrote). */
function xmlFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    try {
      if (!statSync(path).isDirectory()) return [path];
      const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));
      const records = names.filter((name) => /(^|\/)iso19139\//.test(name));
      return (records.length > 0 ? records : names).sort().map((name) => join(path, name));
    } catch (error) {
      throw new CommandFailure(
        EXIT.unreachable,
        `expected records in ${path}, found ${(error as Error).message}`,
        error,
      );
    }
  });
  if (files.length > 0) return files;
  throw new CommandFailure(EXIT.unreachable, `expected XML files in ${paths.join(', ')}, found none`);
}

function check(name: string, file: string, schema: string | undefined): Checked {
  const structure = schema === undefined ? [] : schemaFaults(schema, file);
  return {
    name,
    findings: [
      ...structure.map(
        (message): RecordFinding => ({ rule: 'C.1', source: 'INSPIRE', kind: 'fault', message: `line ${message}` }),
      ),
      ...validateRecord(readText(file)),
    ],
  };
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected a file in UTF-8, found ${(error as Error).message}: ${file}`,
      error,
    );
  }
}

/** Renders the records of the site file into a temporary directory, because schemas are checked on files. */
async function checkSite(options: ValidateOptions, schema: string | undefined): Promise<Checked[]> {
  const records = isoRecords(await loadModel(options));
  const dir = mkdtempSync(join(tmpdir(), 'emso-catalog-'));
  try {
    return records.map(({ id, xml }) => {
      const file = join(dir, `${id}.xml`);
      writeFileSync(file, xml);
      return check(id, file, schema);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
