/** What `emso compare` prints for a person, and the same for a machine. */
import { iso, isoDay } from '@emso/core';
import { formatTable } from '../table.ts';
import { isSame, type RowCount, type SensorResult } from './compare.ts';
import { type ColumnResult, commonCause } from './value-match.ts';

/** The result of a sensor: what was read, a line about rows, a table of columns. */
export function sensorText(result: SensorResult): string {
  const { sensor, days, daysOnlyOld, daysOnlyNew, rowsInBoth, rowsOnlyOld, rowsOnlyNew } = result;
  const verdict = !isSame(result) ? 'differs' : days === 0 ? 'nothing to compare' : 'NEW has all that OLD has';
  const lines = [`${sensor}: ${verdict}`];
  lines.push(`  days   ${days} in both, ${daysText(daysOnlyOld)} only in OLD, ${daysText(daysOnlyNew)} only in NEW`);
  for (const [recognised, files] of result.recognised)
    lines.push(`  read   ${files} ${files === 1 ? 'file' : 'files'} of OLD: ${recognised}`);
  if (days > 0) {
    lines.push(
      `  rows   ${rowsInBoth} in both, ${rowsText(rowsOnlyOld)} only in OLD, ${rowsText(rowsOnlyNew)} only in NEW`,
    );
  }
  for (const [hours, rows] of result.shifted) {
    lines.push(
      `         ${rows} rows of OLD stand ${Math.abs(hours)} h ${hours > 0 ? 'later' : 'earlier'} in NEW: a time zone, or a clock?`,
    );
  }
  if (result.columnsOnlyOld.size > 0) {
    lines.push(
      `  lost   columns only in OLD, not compared: ${[...result.columnsOnlyOld].join(', ')} (renamed? --map OLD=NEW)`,
    );
  }
  const flags = [...result.columnsOnlyNew].filter((name) => name.endsWith('_QC'));
  const values = [...result.columnsOnlyNew].filter((name) => !name.endsWith('_QC'));
  const gained = [...values, ...(flags.length === 0 ? [] : [`${flags.length} columns of flags`])];
  if (gained.length > 0) lines.push(`  new    columns only in NEW: ${gained.join(', ')}`);
  for (const fault of result.faults) lines.push(`  fault  ${fault}`);
  const table = result.columns.size === 0 ? '' : indented(columnTable([...result.columns.values()]));
  return `${lines.join('\n')}\n${table}`;
}

function columnTable(columns: readonly ColumnResult[]): string {
  const head = ['column', 'digits', 'equal', 'different', 'only in OLD', 'only in NEW', 'largest', 'OLD', 'NEW', 'at'];
  const rows = columns.map((column) => {
    const { largest, text } = column;
    const shown = largest ?? text;
    return [
      column.name,
      column.digits,
      column.equal,
      column.different,
      column.onlyOld,
      column.onlyNew,
      largest === undefined ? '' : signed(largest.difference),
      shown?.old ?? '',
      shown?.fresh ?? '',
      shown === undefined ? '' : iso(shown.timeMs),
    ];
  });
  const causes = columns.flatMap((column) => {
    const cause = commonCause(column);
    return cause === '' ? [] : [`${column.name}: ${cause}\n`];
  });
  return formatTable([head, ...rows]) + causes.join('');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** A difference without the noise of binary fractions. */
function signed(difference: number): string {
  const text = String(Number(difference.toPrecision(6)));
  return difference > 0 ? `+${text}` : text;
}

function daysText(days: readonly number[]): string {
  return days.length === 0 ? '0' : `${days.length} (first ${isoDay(days[0])})`;
}

function rowsText({ rows, firstMs }: RowCount): string {
  return firstMs === undefined ? '0' : `${rows} (first ${iso(firstMs)})`;
}

/** The result of a sensor as plain values: days and times in ISO 8601. */
export function sensorJson(result: SensorResult): Readonly<Record<string, unknown>> {
  const rowsOf = ({ rows, firstMs }: RowCount) => ({ rows, first: firstMs === undefined ? null : iso(firstMs) });
  return {
    sensor: result.sensor,
    same: isSame(result),
    days: result.days,
    daysOnlyOld: result.daysOnlyOld.map(isoDay),
    daysOnlyNew: result.daysOnlyNew.map(isoDay),
    rowsInBoth: result.rowsInBoth,
    rowsOnlyOld: rowsOf(result.rowsOnlyOld),
    rowsOnlyNew: rowsOf(result.rowsOnlyNew),
    shifted: [...result.shifted].map(([hours, rows]) => ({ hours, rows })),
    columns: [...result.columns.values()].map((column) => ({
      name: column.name,
      digits: column.digits,
      equal: column.equal,
      different: column.different,
      onlyOld: column.onlyOld,
      onlyNew: column.onlyNew,
      largest: timed(column.largest),
      text: timed(column.text),
      cause: commonCause(column) || null,
    })),
    columnsOnlyOld: [...result.columnsOnlyOld],
    columnsOnlyNew: [...result.columnsOnlyNew],
    recognised: [...result.recognised].map(([what, files]) => ({ what, files })),
    faults: result.faults,
  };
}

function timed<T extends { readonly timeMs: number }>(value: T | undefined): unknown {
  if (value === undefined) return null;
  const { timeMs, ...rest } = value;
  return { ...rest, time: iso(timeMs) };
}
