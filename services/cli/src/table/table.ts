/**
 * The daily CSV files of every sensor of a dataset as one table, day by day: all levels of a mooring in the order of time, as the
 * published tables have them. Reads files only; what is written is a function of them.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Observatory, parseCompactDay, type Sensor, sensorsOf } from '@emso/core';
import { CommandFailure, EXIT } from '../command-failure.ts';

export interface TableOptions {
  readonly dataset: string;
  /** Data root: its `csv/` is read. */
  readonly data: string;
  /** Days since 1970-01-01, both included; all when absent. */
  readonly from?: number;
  readonly to?: number;
}

interface Row {
  /** ISO 8601: sorts as it stands. */
  readonly time: string;
  readonly cells: ReadonlyMap<string, string>;
}

/**
 * The lines of the table, header first, LF at the end of each. Columns are those of all files of these days, in the order in
 * which the first file that has one shows it. Throws CommandFailure when the site file has no such dataset, or there are no files.
 */
export async function* tableLines(observatory: Observatory, options: TableOptions): AsyncGenerator<string> {
  const sensors = sensorsOf(observatory)
    .map(({ sensor }) => sensor)
    .filter(({ dataset }) => dataset === options.dataset);
  if (sensors.length === 0) {
    const known = new Set(sensorsOf(observatory).map(({ sensor }) => sensor.dataset));
    throw new CommandFailure(
      EXIT.usage,
      `expected a dataset of the site file, found '${options.dataset}'; the datasets are:\n  ${[...known].sort().join('\n  ')}`,
    );
  }
  const filesByDay = await filesOf(sensors, options);
  if (filesByDay.size === 0) {
    throw new CommandFailure(
      EXIT.problem,
      `expected daily files of ${options.dataset} below ${path.join(options.data, 'csv')} in these days, found none`,
    );
  }
  const columns = await columnsOf([...filesByDay.values()].flat());
  yield `${columns.join(',')}\n`;
  for (const day of [...filesByDay.keys()].sort((a, b) => a - b)) {
    const rows = (await Promise.all(filesByDay.get(day)!.map(rowsOf))).flat();
    // Stable: rows of one instant keep the order of the sensors in the site file.
    rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    for (const { cells } of rows) yield `${columns.map((column) => cells.get(column) ?? '').join(',')}\n`;
  }
}

/** Files by day, those of one day in the order of the sensors. */
async function filesOf(sensors: readonly Sensor[], { data, from, to }: TableOptions): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  for (const { folder, prefix } of sensors) {
    const root = path.join(data, 'csv', folder);
    const names = await readdir(root, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // A level that has not been heard yet has no folder.
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const match = /^(.+)_(\d{8})\.csv$/.exec(path.basename(name));
      const day = match?.[1] === prefix ? parseCompactDay(match[2]) : undefined;
      if (day === undefined || day < (from ?? day) || day > (to ?? day)) continue;
      found.set(day, [...(found.get(day) ?? []), path.join(root, name)]);
    }
  }
  return found;
}

async function columnsOf(files: readonly string[]): Promise<string[]> {
  const columns = new Set<string>();
  for (const file of files) {
    for await (const line of linesOf(file)) {
      for (const column of cellsOf(line)) columns.add(column);
      break;
    }
  }
  return [...columns];
}

async function rowsOf(file: string): Promise<Row[]> {
  let header: string[] | undefined;
  const rows: Row[] = [];
  for await (const line of linesOf(file)) {
    const cells = cellsOf(line);
    if (header === undefined) header = cells;
    // An open file may end in the middle of a row.
    else if (cells.length === header.length) {
      rows.push({ time: sortable(cells[0]), cells: new Map(header.map((column, i) => [column, cells[i]])) });
    }
  }
  return rows;
}

/** Times with and without milliseconds in one order. */
function sortable(time: string): string {
  return time.length === '2019-05-01T00:00:00Z'.length ? `${time.slice(0, -1)}.000Z` : time;
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

/** The cells of a line, quotes kept: they go out as they came. The first one, the time, is never empty. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g), ([, cell]) => cell);
}
