/**
 * Values and flags out of a daily CSV of ours: what is read is what was published. Straight from the bytes, since whole archives are
 * read so: splitting a row into texts takes ten times as long.
 */
import { FLAG, utcMs } from '@emso/core';

export interface CsvSeries {
  /** Epoch ms, in the order of the file. */
  readonly time: Float64Array;
  /** By the names asked for. */
  readonly values: readonly Float64Array[];
}

/** A value's column and that of its flag. */
export interface CsvColumn {
  readonly name: string;
  readonly flag: string;
}

const COMMA = 44;
const LF = 10;
const QUOTE = 34;
const ZERO = 48;
const GOOD = ZERO + FLAG.good;

/** What a column of the file is asked for: −1 for nothing, −2 for a flag that must be good, else the index of a value. */
const UNWANTED = -1;
const MUST_BE_GOOD = -2;

/**
 * The rows whose values are all good, at times that are good. A column that the file does not have holds nothing good. Throws on
 * a row that is none: sealed files are whole.
 */
export function goodRows(csv: Uint8Array, columns: readonly CsvColumn[]): CsvSeries {
  const end = csv.indexOf(LF);
  const header = cellsOf(new TextDecoder().decode(csv.subarray(0, Math.max(0, end))));
  const roles = new Int32Array(header.length).fill(UNWANTED);
  for (const name of ['time_QC', ...columns.map(({ flag }) => flag)]) roles[header.indexOf(name)] = MUST_BE_GOOD;
  columns.forEach(({ name }, c) => {
    roles[header.indexOf(name)] = c;
  });
  const wanted = ['time', 'time_QC', ...columns.flatMap(({ name, flag }) => [name, flag])];
  if (!wanted.every((name) => header.includes(name))) return { time: NONE, values: columns.map(() => NONE) };
  let rows = 0;
  for (let at = csv.indexOf(LF, end + 1); at >= 0; at = csv.indexOf(LF, at + 1)) rows++;
  const time = new Float64Array(rows);
  const values = columns.map(() => new Float64Array(rows));
  const found = new Float64Array(columns.length);
  let count = 0;
  for (let at = end + 1; at < csv.length; ) {
    const start = at;
    let isGood = true;
    let column = 0;
    for (;;) {
      const cell = at;
      at = endOfCell(csv, cell);
      const role = column < roles.length ? roles[column] : UNWANTED;
      if (role === MUST_BE_GOOD) isGood &&= at === cell + 1 && csv[cell] === GOOD;
      else if (role >= 0 && isGood) found[role] = numberAt(csv, cell, at);
      column++;
      if (at >= csv.length || csv[at] === LF) break;
      at++;
    }
    const whole = column === header.length && at < csv.length;
    const timeMs = whole ? timeAt(csv, start) : Number.NaN;
    if (Number.isNaN(timeMs)) {
      const text = new TextDecoder().decode(csv.subarray(start, at));
      throw new Error(`expected rows of ${header.length} cells that begin with a time, found '${text}'`);
    }
    at++;
    if (!isGood) continue;
    time[count] = timeMs;
    for (let c = 0; c < values.length; c++) values[c][count] = found[c];
    count++;
  }
  return { time: time.subarray(0, count), values: values.map((column) => column.subarray(0, count)) };
}

const NONE = new Float64Array(0);

/** Where a cell ends: at its comma, its line feed, or the end of the file. */
function endOfCell(csv: Uint8Array, from: number): number {
  let at = from;
  if (csv[at] === QUOTE) {
    // A doubled quote is one of the text: it closes and opens.
    for (at++; at < csv.length && !(csv[at] === QUOTE && csv[at + 1] !== QUOTE); at++) if (csv[at] === QUOTE) at++;
  }
  while (at < csv.length && csv[at] !== COMMA && csv[at] !== LF) at++;
  return at;
}

/** A decimal number as we print it; NaN for an empty cell or anything else. Digits below 2^53 over a power of ten: one rounding, as Number does. */
function numberAt(csv: Uint8Array, from: number, to: number): number {
  const first = csv[from] === 45 ? from + 1 : from;
  let digits = 0;
  let scale = 0;
  for (let at = first; at < to; at++) {
    const digit = csv[at] - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      scale *= 10;
    } else if (csv[at] === 46 && scale === 0) scale = 1;
    else return Number.NaN;
  }
  if (first === to) return Number.NaN;
  const value = scale === 0 ? digits : digits / scale;
  return first === from ? value : -value;
}

/** `YYYY-MM-DDTHH:MM:SS[.mmm]Z`, epoch ms; NaN for anything else. */
function timeAt(csv: Uint8Array, at: number): number {
  const two = (i: number): number => 10 * (csv[at + i] - ZERO) + csv[at + i + 1] - ZERO;
  const seconds = utcMs(100 * two(0) + two(2), two(5), two(8), two(11), two(14), two(17));
  if (csv[at + 19] === 90) return seconds;
  return csv[at + 19] === 46 && csv[at + 23] === 90 ? seconds + 100 * (csv[at + 20] - ZERO) + two(21) : Number.NaN;
}

function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
