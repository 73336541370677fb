/** Values and flags out of a daily CSV of ours: what is read is what was published. */
import { FLAG, parseIso } from '@emso/core';

export interface CsvSeries {
  /** Epoch ms, in the order of the file. */
  readonly time: Float64Array;
  /** By the names asked for; NaN where missing. */
  readonly values: readonly Float64Array[];
}

/** A value's column and that of its flag. */
export interface CsvColumn {
  readonly name: string;
  readonly flag: string;
}

/**
 * The rows whose values are all good, at times that are good. A column that the file does not have holds nothing good. Throws on
 * a row that is none: sealed files are whole.
 */
export function goodRows(csv: Uint8Array, columns: readonly CsvColumn[]): CsvSeries {
  const lines = new TextDecoder().decode(csv).split('\n');
  const header = cellsOf(lines[0]);
  const wanted = columns.map(({ name, flag }) => [header.indexOf(name), header.indexOf(flag)] as const);
  const timeFlag = header.indexOf('time_QC');
  const time: number[] = [];
  const values = columns.map((): number[] => []);
  const isThere = header[0] === 'time' && timeFlag > 0 && wanted.flat().every((at) => at > 0);
  for (let i = 1; isThere && i < lines.length - 1; i++) {
    const cells = cellsOf(lines[i]);
    const at = parseIso(cells[0]);
    if (cells.length !== header.length || at === undefined) {
      throw new Error(`line ${i + 1}: expected ${header.length} cells that begin with a time, found '${lines[i]}'`);
    }
    if (![timeFlag, ...wanted.map(([, flag]) => flag)].every((flag) => cells[flag] === GOOD)) continue;
    time.push(at);
    for (const [c, [value]] of wanted.entries()) values[c].push(Number(cells[value]));
  }
  return { time: Float64Array.from(time), values: values.map((column) => Float64Array.from(column)) };
}

const GOOD = String(FLAG.good);

function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
