/** One call of `emso compare`: both trees, sensor by sensor. */
import { readFileSync } from 'node:fs';
import type { Observatory } from '@emso/core';
import { parse } from 'yaml';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { loadSiteFile } from '../site-file.ts';
import { columnKey } from './column-match.ts';
import { compareSensor, isSame, type SensorResult, sensorsOfBoth } from './compare.ts';
import { type FoundFiles, findDayFiles } from './day-files.ts';
import { sensorJson, sensorText } from './report.ts';

export interface CompareSettings {
  readonly observatory: string;
  /** Seconds. */
  readonly tolerance: number;
  /** `OLD=NEW`, each. */
  readonly map: readonly string[];
  /** YAML: `OLD: NEW` at the top, or below the prefix of a sensor. */
  readonly mapFile?: string;
  /** Prefixes of the sensors to compare; all when empty. */
  readonly sensor: readonly string[];
  readonly json?: boolean;
}

/** Writes the results and returns the exit code. Throws CommandFailure. */
export async function runCompare(
  [oldFolder, newFolder]: readonly [string, string],
  settings: CompareSettings,
  write: (text: string) => void,
): Promise<number> {
  const observatory = loadSiteFile(settings.observatory);
  const options = { toleranceMs: settings.tolerance * 1000, renamed: renamedColumns(settings) };
  const [old, fresh] = await Promise.all([oldFolder, newFolder].map((folder) => found(folder, observatory)));
  const sensors = sensorsOfBoth(old, fresh).filter(
    (name) => settings.sensor.length === 0 || settings.sensor.includes(name),
  );
  if (sensors.length === 0) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected files such as MICROCAT_20190601.csv below ${oldFolder} and ${newFolder}, found none` +
        `${settings.sensor.length === 0 ? '' : ` of ${settings.sensor.join(', ')}`}`,
    );
  }
  const none = new Map<number, string[]>();
  const daysOf = (name: string) => [old.bySensor.get(name) ?? none, fresh.bySensor.get(name) ?? none] as const;
  const total = sensors.reduce(
    (sum, name) => sum + [...daysOf(name)[0].keys()].filter((day) => daysOf(name)[1].has(day)).length,
    0,
  );
  const progress = startProgress('days', total);
  const results: SensorResult[] = [];
  for (const name of sensors) {
    const result = await compareSensor(name, daysOf(name), observatory, options, progress.step);
    results.push(result);
    if (!settings.json) write(`${sensorText(result)}\n`);
  }
  progress.stop();
  const same = results.every(isSame) && results.some(({ rowsInBoth }) => rowsInBoth > 0);
  if (settings.json)
    write(`${JSON.stringify({ same, sensors: results.map(sensorJson), unnamed: old.unnamed }, undefined, 2)}\n`);
  else write(summary(results, old, same));
  return same ? EXIT.ok : EXIT.problem;
}

function summary(results: readonly SensorResult[], old: FoundFiles, same: boolean): string {
  const unnamed =
    old.unnamed.length === 0
      ? ''
      : `${old.unnamed.length} files of OLD say no day in their name, first ${old.unnamed[0]}\n`;
  const rows = results.reduce((sum, { rowsInBoth }) => sum + rowsInBoth, 0);
  const values = results.flatMap(({ columns }) => [...columns.values()]);
  const equal = values.reduce((sum, column) => sum + column.equal, 0);
  const different = values.reduce((sum, column) => sum + column.different, 0);
  const verdict = same ? 'NEW has all that OLD has' : 'OLD and NEW differ';
  return `${unnamed}${verdict}: ${results.length} sensors, ${rows} rows in both, ${equal} values equal, ${different} different\n`;
}

async function found(folder: string, observatory: Observatory): Promise<FoundFiles> {
  try {
    return await findDayFiles(folder, observatory);
  } catch (error) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected a folder of CSV files, found ${(error as Error).message}`,
      error,
    );
  }
}

/** Columns that the user calls renamed: of all sensors under '', of one under its prefix. */
function renamedColumns({ map, mapFile }: CompareSettings): Map<string, Map<string, string>> {
  const renamed = new Map<string, Map<string, string>>();
  const add = (sensor: string, old: string, fresh: string): void => {
    const own = renamed.get(sensor) ?? new Map<string, string>();
    renamed.set(sensor, own.set(columnKey(old), fresh));
  };
  for (const [first, second] of mapFile === undefined ? [] : Object.entries(mapping(mapFile))) {
    if (typeof second === 'string') add('', first, second);
    else for (const [old, fresh] of Object.entries(second)) add(first, old, fresh);
  }
  for (const text of map) {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1)
      throw new CommandFailure(EXIT.usage, `--map: expected OLD=NEW, found '${text}'`);
    add('', text.slice(0, at), text.slice(at + 1));
  }
  return renamed;
}

function mapping(file: string): Readonly<Record<string, string | Readonly<Record<string, string>>>> {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandFailure(EXIT.unreachable, `${file}: expected YAML, found ${(error as Error).message}`, error);
  }
  const isTexts = (each: unknown): boolean =>
    typeof each === 'object' && each !== null && Object.values(each).every((text) => typeof text === 'string');
  const isMapping =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string' || isTexts(each));
  if (!isMapping)
    throw new CommandFailure(EXIT.usage, `${file}: expected 'OLD: NEW' on each line, or below a sensor's prefix`);
  return value as Record<string, string | Record<string, string>>;
}
