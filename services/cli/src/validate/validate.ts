/** `emso validate`: files against the rules of @emso/products. Reads files only. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Observatory, parseCompactDay, type Sensor, sensorsOf } from '@emso/core';
import {
  CSV_FILE_RULES,
  csvSubject,
  decodeManifest,
  decodeNetcdf3,
  type EmsoScore,
  emsoScore,
  type Finding,
  findingsOf,
  isNetcdf3,
  NETCDF_RULES,
  productPaths,
  type Rule,
  type StoredFile,
  type Terms,
  type UnitProfile,
} from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { isHdf5, readNetcdf4 } from './netcdf4-reader.ts';

export interface ValidateOptions {
  readonly profile: UnitProfile;
  readonly observatory: Observatory;
  readonly terms?: Terms;
  /** Rules to ask, by id or its first part (`cf`, `acdd.keywords`); all when absent. */
  readonly rules?: readonly string[];
}

export interface Verdict {
  readonly file: string;
  readonly findings: readonly Finding[];
  /** EMSO's score; only of NetCDF files. */
  readonly emso?: EmsoScore;
  /** Why the file could not be read; then nothing was found in it. */
  readonly unreadable?: string;
}

/** The files named, and those below folders that are named: `*.nc` and `*.csv`, in order. Throws CommandFailure 3. */
export async function filesBelow(places: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    try {
      if (!(await stat(place)).isDirectory()) {
        found.push(place);
        continue;
      }
      const below = (await readdir(place, { recursive: true })).filter((name) => /\.(nc|csv)$/.test(name)).sort();
      found.push(...below.map((name) => path.join(place, name)));
    } catch (error) {
      throw new CommandFailure(EXIT.unreachable, `expected a file or folder, found ${(error as Error).message}`, error);
    }
  }
  return found;
}

/** The verdict on one file. A file that cannot be read has one too: nothing is thrown. */
export async function validateFile(file: string, options: ValidateOptions): Promise<Verdict> {
  try {
    return await judge(file, options);
  } catch (error) {
    return { file, findings: [], unreadable: error instanceof Error ? error.message : String(error) };
  }
}

async function judge(file: string, { profile, observatory, terms, rules }: ValidateOptions): Promise<Verdict> {
  const bytes = await readFile(file);
  const name = path.basename(file);
  const sensors = sensorsOf(observatory).map(({ sensor }) => sensor);
  const prefixes = sensors.map(({ prefix }) => prefix);
  const { sensor, day } = ownerOf(name, sensors);
  const stored = storedFile(file, bytes, sensor, day);
  if (isNetcdf3(bytes) || isHdf5(bytes)) {
    const content = isHdf5(bytes) ? await readNetcdf4(file) : { file: decodeNetcdf3(bytes), foreign: [] };
    const subject = { ...content, name, profile, prefixes, stored, terms };
    return { file, findings: findingsOf(asked(NETCDF_RULES, rules), subject), emso: emsoScore(subject) };
  }
  if (!name.toLowerCase().endsWith('.csv')) {
    const begin = JSON.stringify(bytes.subarray(0, 8).toString('latin1'));
    throw new Error(`expected NetCDF, or CSV by its name, found a file that begins with ${begin}`);
  }
  const facts = { columns: sensor?.csvColumns, prefixes, stored };
  return { file, findings: findingsOf(asked(CSV_FILE_RULES, rules), csvSubject(name, bytes, facts)) };
}

/** The rules whose id is named, or begins with a name. */
function asked<Subject>(all: readonly Rule<Subject>[], names: readonly string[] | undefined): readonly Rule<Subject>[] {
  return names === undefined ? all : all.filter(({ id }) => names.some((name) => isNamed(id, name)));
}

function isNamed(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}.`);
}

/** Those of these names that no rule has. */
export function unknownRules(names: readonly string[]): string[] {
  const ids = [...NETCDF_RULES, ...CSV_FILE_RULES].map(({ id }) => id);
  return names.filter((name) => !ids.some((id) => isNamed(id, name)));
}

/** The sensor and day that a file's name says. */
function ownerOf(name: string, sensors: readonly Sensor[]): { sensor?: Sensor; day?: number } {
  const [, prefix, date] = /^(.+)_(\d{8})(?:_D)?\.(?:nc|csv)$/.exec(name) ?? [];
  return { sensor: sensors.find((sensor) => sensor.prefix === prefix), day: parseCompactDay(date ?? '') };
}

/** Digest and size, and what the manifest says when the file stands at its place in a data root. */
function storedFile(file: string, bytes: Uint8Array, sensor: Sensor | undefined, day: number | undefined): StoredFile {
  const stored = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  if (sensor === undefined || day === undefined) return stored;
  const paths = productPaths(sensor, day);
  const absolute = path.resolve(file);
  const kind = (['csv', 'netcdf'] as const).find((each) =>
    absolute.endsWith(`${path.sep}${path.normalize(paths[each])}`),
  );
  if (kind === undefined) return stored;
  const root = absolute.slice(0, -path.normalize(paths[kind]).length);
  const manifestFile = path.join(root, paths.manifest);
  if (!existsSync(manifestFile)) return stored;
  try {
    return { ...stored, manifest: decodeManifest(readFileSync(manifestFile, 'utf8')).content.files[kind] };
  } catch (error) {
    return { ...stored, manifestFault: (error as Error).message };
  }
}
