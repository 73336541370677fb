/**
 * Reads a separated table of unknown make: separator, decimal sign, encoding, line ends, header and form of time are
 * recognised, and said. Nothing is guessed silently: a row without a time is counted.
 */
import { cellsOfLine } from '@emso/products';
import { type TimeForm, timeFormOf } from './time-form.ts';

export interface TableRow {
  /** Epoch ms, UTC. */
  readonly timeMs: number;
  /** Cells in the order of the table's columns, blanks taken off, decimals with a point. */
  readonly cells: readonly string[];
}

export interface TolerantTable {
  /** Names as the file has them; `column 1`, `column 2` … where it has none. The columns of time are among them. */
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
  /** Places of the columns that hold the time: one, or date and time. */
  readonly timeColumns: readonly number[];
  readonly rows: readonly TableRow[];
  /** Lines (from 1) whose time could not be read. */
  readonly unreadableLines: readonly number[];
  /** What was recognised, in words. */
  readonly recognised: string;
}

/** Throws when no line has a time that can be read, unless there is only a header. */
export function readTolerantTable(bytes: Uint8Array): TolerantTable {
  const { text, encoding } = decoded(bytes);
  const lineEnd = text.includes('\r\n') ? 'CRLF' : 'LF';
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0)
    return { columns: [], hasHeader: false, timeColumns: [], rows: [], unreadableLines: [], recognised: 'empty' };
  const separator = separatorOf(lines[first]);
  const cells = lines.map((line) =>
    line.trim() === '' ? [] : cellsOfLine(line, separator).map((cell) => cell.trim()),
  );
  const hasHeader = timePlace(cells[first], undefined) === undefined;
  const begin = hasHeader ? first + 1 : first;
  const names = hasHeader ? cells[first] : cells[first].map((_, i) => `column ${i + 1}`);
  const body = cells.slice(begin);
  const place = body.map((row) => timePlace(row, hasHeader ? names : undefined)).find((found) => found !== undefined);
  if (place === undefined && body.some((row) => row.length > 0)) {
    throw new Error(
      `line ${begin + 1}: expected a time such as 2019-06-01T00:00:00Z, found '${body.find((row) => row.length > 0)?.join(separator)}'`,
    );
  }
  const decimalComma = separator !== ',' && body.some((row) => row.some((cell) => /^[-+]?\d+,\d+$/.test(cell)));
  const rows: TableRow[] = [];
  const unreadableLines: number[] = [];
  body.forEach((row, i) => {
    if (row.length === 0 || place === undefined) return;
    const timeMs = place.form.parse(place.columns.map((column) => row[column] ?? '').join(' '));
    // ERDDAP puts a line of units below the names.
    if (timeMs === undefined && i === 0 && hasHeader && /^(UTC)?$/.test(row[place.columns[0]] ?? '')) return;
    if (timeMs === undefined) unreadableLines.push(begin + i + 1);
    else
      rows.push({ timeMs, cells: decimalComma ? row.map((cell) => cell.replace(/^([-+]?\d+),(\d+)$/, '$1.$2')) : row });
  });
  const recognised = [
    `separator ${separator === '\t' ? 'TAB' : separator}`,
    ...(decimalComma ? ['decimal comma'] : []),
    ...encoding,
    ...(lineEnd === 'CRLF' ? ['CRLF'] : []),
    hasHeader ? 'header' : 'no header',
    ...(place === undefined ? [] : [`time ${place.form.name}`]),
  ].join(', ');
  return { columns: names, hasHeader, timeColumns: place?.columns ?? [], rows, unreadableLines, recognised };
}

function decoded(bytes: Uint8Array): { text: string; encoding: string[] } {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: hasMark ? ['BOM'] : [] };
  } catch (error) {
    // Not UTF-8: what Windows wrote in France.
    if (!(error instanceof TypeError)) throw error;
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: ['windows-1252'] };
  }
}

/** TAB before `;` before `,`: a comma may be a decimal sign, the others are nothing else. */
function separatorOf(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '');
  return ['\t', ';'].find((each) => bare.includes(each)) ?? ',';
}

/** Where a row has its time, and in which form: the column of that name, else the first cell that is a time. */
function timePlace(
  row: readonly string[],
  names: readonly string[] | undefined,
): { columns: number[]; form: TimeForm } | undefined {
  const named =
    names?.findIndex((name) => /^(s\.)?(time|datetime|date_time|timestamp|date time|date|temps)$/i.test(name)) ?? -1;
  const order = named >= 0 ? [named, ...row.keys()] : [...row.keys()];
  for (const column of order) {
    const whole = timeFormOf(row[column] ?? '');
    if (whole !== undefined) return { columns: [column], form: whole };
    const pair = timeFormOf(`${row[column]} ${row[column + 1] ?? ''}`);
    if (pair !== undefined) return { columns: [column, column + 1], form: pair };
  }
  return undefined;
}
