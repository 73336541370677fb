/** `emso compare`: the tables of an earlier chain with ours, sensor by sensor, day by day, row by row. */
import { readFile } from 'node:fs/promises';
import { dayOf, type Observatory, sensorsOf } from '@emso/core';
import { type ColumnMatch, matchColumns, type NamedColumns } from './column-match.ts';
import type { DayFiles, FoundFiles } from './day-files.ts';
import { matchRows, shiftOf } from './row-match.ts';
import { readTolerantTable, type TolerantTable } from './tolerant-table.ts';
import { addValues, agree, type ColumnResult, columnResult } from './value-match.ts';

export interface CompareOptions {
  readonly toleranceMs: number;
  /** Column key of the old table → name in the new one; by sensor prefix, or '' for all. */
  readonly renamed: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface RowCount {
  rows: number;
  /** Epoch ms of the first one. */
  firstMs?: number;
}

export interface SensorResult {
  readonly sensor: string;
  readonly days: number;
  readonly daysOnlyOld: readonly number[];
  readonly daysOnlyNew: readonly number[];
  rowsInBoth: number;
  readonly rowsOnlyOld: RowCount;
  readonly rowsOnlyNew: RowCount;
  /** Rows that find their partner some hours away, by hours. */
  readonly shifted: Map<number, number>;
  readonly columns: Map<string, ColumnResult>;
  readonly columnsOnlyOld: Set<string>;
  readonly columnsOnlyNew: Set<string>;
  /** What was recognised, and in how many old files. */
  readonly recognised: Map<string, number>;
  /** Files that could not be read, and lines without a time. */
  readonly faults: string[];
}

/** A row with the table that explains its cells. */
interface Row {
  readonly timeMs: number;
  readonly cells: readonly string[];
  readonly table: NamedColumns;
}

interface Bucket {
  readonly old: Row[];
  readonly fresh: Row[];
}

/** Compares the days of one sensor that both trees have; `step` is called after each. */
export async function compareSensor(
  sensor: string,
  [old, fresh]: readonly [DayFiles, DayFiles],
  observatory: Observatory,
  options: CompareOptions,
  step: () => void,
): Promise<SensorResult> {
  const columns = sensorsOf(observatory).find((each) => each.sensor.prefix === sensor)?.sensor.csvColumns ?? {};
  const days = [...old.keys()].filter((day) => fresh.has(day)).sort((a, b) => a - b);
  const result = emptyResult(sensor, days.length, old, fresh);
  const renamed = new Map([...(options.renamed.get('') ?? []), ...(options.renamed.get(sensor) ?? [])]);
  const compareRows = dayComparison(result, columns, renamed, options.toleranceMs);
  // The old file of a day may end with a row of the next one: a day is compared when the file of the day after is read.
  const buckets = new Map<number, Bucket>();
  const settle = (before: number): void => {
    for (const day of [...buckets.keys()].filter((each) => each < before).sort((a, b) => a - b)) {
      compareRows(buckets.get(day)!);
      buckets.delete(day);
    }
  };
  for (const day of days) {
    for (const side of ['old', 'fresh'] as const) {
      for (const file of (side === 'old' ? old : fresh).get(day)!) {
        const table = await tableOf(file, side, columns, result);
        for (const row of table?.rows ?? []) {
          const own = dayOf(row.timeMs);
          const bucket = buckets.get(own) ?? { old: [], fresh: [] };
          buckets.set(own, bucket);
          bucket[side].push({ ...row, table: table! });
        }
      }
    }
    settle(day);
    step();
  }
  settle(Number.POSITIVE_INFINITY);
  return result;
}

function emptyResult(sensor: string, days: number, old: DayFiles, fresh: DayFiles): SensorResult {
  const only = (own: DayFiles, other: DayFiles): number[] =>
    [...own.keys()].filter((day) => !other.has(day)).sort((a, b) => a - b);
  return {
    sensor,
    days,
    daysOnlyOld: only(old, fresh),
    daysOnlyNew: only(fresh, old),
    rowsInBoth: 0,
    rowsOnlyOld: { rows: 0 },
    rowsOnlyNew: { rows: 0 },
    shifted: new Map(),
    columns: new Map(),
    columnsOnlyOld: new Set(),
    columnsOnlyNew: new Set(),
    recognised: new Map(),
    faults: [],
  };
}

/** A file as a table; what is wrong with it is written into the result. */
async function tableOf(
  file: string,
  side: 'old' | 'fresh',
  historical: Readonly<Record<string, string>>,
  result: SensorResult,
): Promise<TolerantTable | undefined> {
  let table: TolerantTable;
  try {
    table = readTolerantTable(await readFile(file));
  } catch (error) {
    result.faults.push(`${file}: ${(error as Error).message}`);
    return undefined;
  }
  if (side === 'old') result.recognised.set(table.recognised, (result.recognised.get(table.recognised) ?? 0) + 1);
  if (table.unreadableLines.length > 0) {
    const { length } = table.unreadableLines;
    result.faults.push(
      `${file}: line ${table.unreadableLines[0]}: expected a time${length === 1 ? '' : `; ${length} such lines`}`,
    );
  }
  // Without a header the columns are the historical ones, in their order, if their number fits.
  const names = Object.keys(historical);
  if (table.hasHeader || table.columns.length !== names.length + table.timeColumns.length) return table;
  let next = 0;
  return {
    ...table,
    columns: table.columns.map((name, place) => (table.timeColumns.includes(place) ? name : names[next++])),
  };
}

/** A function that compares the rows of one day and adds what it finds to the result. */
function dayComparison(
  result: SensorResult,
  historical: Readonly<Record<string, string>>,
  renamed: ReadonlyMap<string, string>,
  toleranceMs: number,
): (bucket: Bucket) => void {
  return ({ old, fresh }) => {
    const columnsOf = columnMatcher(renamed, historical);
    const agreement = (a: Row, b: Row) => {
      const columns = columnsOf(a, b).pairs;
      const own = columns.filter(({ oldPlace, newPlace }) => agree(a.cells[oldPlace] ?? '', b.cells[newPlace] ?? ''));
      return { agreeing: own.length, all: columns.length };
    };
    const { pairs, onlyOld, onlyNew } = matchRows(old, fresh, toleranceMs, agreement);
    result.rowsInBoth += pairs.length;
    addRows(result.rowsOnlyOld, onlyOld);
    addRows(result.rowsOnlyNew, onlyNew);
    for (const group of byTables(pairs)) {
      const match = columnsOf(group[0][0], group[0][1]);
      for (const name of match.onlyOld) result.columnsOnlyOld.add(name);
      for (const name of match.onlyNew) result.columnsOnlyNew.add(name);
      for (const { name, oldPlace, newPlace } of match.pairs) {
        const column = result.columns.get(name) ?? columnResult(name);
        result.columns.set(name, column);
        addValues(
          column,
          group.map(([a, b]) => ({ old: a.cells[oldPlace] ?? '', fresh: b.cells[newPlace] ?? '', timeMs: a.timeMs })),
        );
      }
    }
    const doubtful = pairs
      .map(([row, partner]) => ({ row, ...agreement(row, partner) }))
      .filter(({ agreeing, all }) => agreeing < all);
    const shift = shiftOf([...onlyOld.map((row) => ({ row, agreeing: -1 })), ...doubtful], fresh, agreement);
    if (shift !== undefined) result.shifted.set(shift.hours, (result.shifted.get(shift.hours) ?? 0) + shift.rows);
  };
}

/** The match of columns of two rows' tables, worked out once for each pair of tables. */
function columnMatcher(
  renamed: ReadonlyMap<string, string>,
  historical: Readonly<Record<string, string>>,
): (old: Row, fresh: Row) => ColumnMatch {
  const known = new Map<NamedColumns, Map<NamedColumns, ColumnMatch>>();
  return (old, fresh) => {
    const byNew = known.get(old.table) ?? new Map<NamedColumns, ColumnMatch>();
    known.set(old.table, byNew);
    const match = byNew.get(fresh.table) ?? matchColumns(old.table, fresh.table, renamed, historical);
    byNew.set(fresh.table, match);
    return match;
  };
}

/** Pairs of rows of the same two tables, together. */
function byTables(pairs: readonly (readonly [Row, Row])[]): (readonly [Row, Row])[][] {
  const groups = new Map<NamedColumns, Map<NamedColumns, (readonly [Row, Row])[]>>();
  for (const pair of pairs) {
    const byNew = groups.get(pair[0].table) ?? new Map<NamedColumns, (readonly [Row, Row])[]>();
    groups.set(pair[0].table, byNew);
    const list = byNew.get(pair[1].table);
    if (list === undefined) byNew.set(pair[1].table, [pair]);
    else list.push(pair);
  }
  return [...groups.values()].flatMap((byNew) => [...byNew.values()]);
}

function addRows(count: RowCount, rows: readonly Row[]): void {
  count.rows += rows.length;
  for (const { timeMs } of rows) if (timeMs < (count.firstMs ?? Number.POSITIVE_INFINITY)) count.firstMs = timeMs;
}

/** True when nothing of the old tables is lost or different: rows, columns and values that only the new ones have are a gain. */
export function isSame(result: SensorResult): boolean {
  return (
    result.daysOnlyOld.length === 0 &&
    result.rowsOnlyOld.rows === 0 &&
    result.columnsOnlyOld.size === 0 &&
    result.faults.length === 0 &&
    [...result.columns.values()].every(({ different, onlyOld }) => different === 0 && onlyOld === 0)
  );
}

/** Sensors of either tree, those of both first as the old tree has them. */
export function sensorsOfBoth(old: FoundFiles, fresh: FoundFiles): string[] {
  return [...new Set([...old.bySensor.keys(), ...fresh.bySensor.keys()])].sort();
}
