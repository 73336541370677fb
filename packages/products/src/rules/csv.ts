/** The daily CSV as docs/files.md describes it: bytes, header, times, numbers and flags. */
import { FLAG, FLAG_VALUES, isoDay, PARAMETERS, parseCompactDay, parseIso } from '@emso/core';
import { cellsOfLine } from '../separated-text.ts';
import { fault } from './cf.ts';
import { nameFaults } from './contents.ts';
import type { Fault, Rule, StoredFile } from './rule.ts';

/** A CSV file, taken apart once for all rules. */
export interface CsvSubject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly header: readonly string[];
  /** Lines behind the header. Row `i` is line `i + 2` of the file. */
  readonly rows: readonly (readonly string[])[];
  /** Historical column name → parameter code or label, of the sensor whose file it is; undefined for a sensor unknown. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly prefixes?: readonly string[];
  readonly stored?: StoredFile;
}

/** Takes a CSV file apart. Never throws: what it is not, the rules say. */
export function csvSubject(
  name: string,
  bytes: Uint8Array,
  facts: Pick<CsvSubject, 'columns' | 'prefixes' | 'stored'> = {},
): CsvSubject {
  const text = new TextDecoder('utf-8').decode(bytes);
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const [header = [], ...rows] = lines.map((line) => cellsOfLine(line, ','));
  return { ...facts, name, bytes, text, header, rows };
}

const DOCS = 'docs/files.md, CSV columns';

export const CSV_RULES: readonly Rule<CsvSubject>[] = [
  {
    id: 'csv.utf8',
    severity: 'error',
    source: DOCS,
    about: 'the file is UTF-8 without a byte order mark',
    check({ bytes, text }) {
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        return [fault('byte 0', 'text', 'a byte order mark', 'save it without')];
      }
      const line = text.split('\n').findIndex((each) => each.includes('\ufffd'));
      return line < 0 ? [] : [fault(`line ${line + 1}`, 'UTF-8', 'other bytes', 'save it in UTF-8')];
    },
  },
  {
    id: 'csv.lf',
    severity: 'error',
    source: DOCS,
    about: 'every line ends with LF alone, the last one too',
    check({ text }) {
      const line = text.split('\n').findIndex((each) => each.includes('\r'));
      if (line >= 0) return [fault(`line ${line + 1}`, 'LF', 'CR', 'an editor changed the file: make it again')];
      if (text.endsWith('\n')) return [];
      return [fault('the last line', 'LF at its end', 'none', 'the file is being written, or was cut: take it again')];
    },
  },
  {
    id: 'csv.header',
    severity: 'error',
    source: DOCS,
    about: 'the first line has names, all different, `time` first',
    check({ header }) {
      const faults: Fault[] = [];
      if (header[0] !== 'time')
        faults.push(fault('line 1', 'time', `'${header[0] ?? ''}'`, 'the first column is time'));
      const twice = header.find((name, i) => header.indexOf(name) !== i);
      if (twice !== undefined) faults.push(fault('line 1', 'every name once', `'${twice}' twice`, 'rename one'));
      if (header.includes('')) faults.push(fault('line 1', 'a name for each column', 'an empty one', 'name it'));
      return faults;
    },
  },
  {
    id: 'csv.flag-columns',
    severity: 'error',
    source: DOCS,
    about: 'each `X_QC` flags a column: `X`, or the historical column of `X`',
    check: (subject) =>
      subject.header
        .filter((name) => name.endsWith('_QC') && flaggedColumn(subject, name) < 0)
        .map((name) =>
          fault('line 1', `a column of ${name.slice(0, -3)}`, 'none', `take ${name} away, or add the column`),
        ),
  },
  {
    id: 'csv.columns',
    severity: 'warning',
    source: 'site file, csvColumns',
    about: 'the historical columns of the sensor come behind `time`, in their order: programs count on them',
    check({ header, columns }) {
      const expected = Object.keys(columns ?? {});
      const found = header.slice(1, 1 + expected.length);
      if (expected.join() === found.join()) return [];
      return [fault('line 1', expected.join(','), found.join(','), 'make the file again with emso reprocess')];
    },
  },
  {
    id: 'csv.fields',
    severity: 'error',
    source: 'RFC 4180 §2.4',
    about: 'every line has as many fields as the header',
    check: ({ header, rows }) =>
      firstRow(
        rows,
        (row) => row.length !== header.length,
        (row) => [`${header.length} fields`, `${row.length}`, 'the line is damaged or being written'],
      ),
  },
  {
    id: 'csv.time',
    severity: 'error',
    source: DOCS,
    about: 'times are `YYYY-MM-DDTHH:MM:SS[.mmm]Z`',
    check: ({ rows }) =>
      firstRow(
        rows,
        ([time]) => parseTime(time) === undefined,
        ([time]) => ['YYYY-MM-DDTHH:MM:SS[.mmm]Z', `'${time}'`, 'write times in UTC, with Z'],
      ),
  },
  {
    id: 'csv.time-order',
    severity: 'error',
    source: DOCS,
    about: 'times increase from line to line',
    check({ rows }) {
      const times = rows.map(([time]) => parseTime(time) ?? Number.NaN);
      return firstRow(
        rows,
        (_, i) => i > 0 && times[i] <= times[i - 1],
        ([time], i) => [`more than ${rows[i - 1][0]}`, time, 'sort the rows, keep one of a time'],
      );
    },
  },
  {
    id: 'csv.day',
    severity: 'error',
    source: 'docs/files.md',
    about: 'a day file holds rows of that UTC day only',
    check({ name, rows }) {
      const day = parseCompactDay(/_(\d{8})(?:_D)?\.csv$/.exec(name)?.[1] ?? '');
      if (day === undefined) return [];
      return firstRow(
        rows,
        ([time]) => parseTime(time) !== undefined && !time.startsWith(isoDay(day)),
        ([time]) => [`a time of ${isoDay(day)}`, time, 'rename the file, or cut it by day'],
      );
    },
  },
  {
    id: 'csv.numbers',
    severity: 'error',
    source: `${DOCS}; digits of the parameter table`,
    about: 'values have the digits of their parameter, or are empty',
    check: (subject) =>
      subject.header.flatMap((name, column) => {
        if (column === 0 || name.endsWith('_QC')) return [];
        const parameter = PARAMETERS.get(subject.columns?.[name] ?? name);
        if (parameter === undefined) return [];
        const { digits } = parameter;
        const legal = digits === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${digits}}$`);
        // What no double holds to the digit is printed with an exponent.
        const isWrong = (cell = ''): boolean => cell !== '' && !legal.test(cell) && !/^-?\d(\.\d+)?e\+\d+$/.test(cell);
        return firstRow(
          subject.rows,
          (row) => isWrong(row[column]),
          (row) => [
            `a number with ${digits} decimals, or nothing, for ${name}`,
            `'${row[column]}'`,
            'print it with the digits of the parameter table',
          ],
        );
      }),
  },
  {
    id: 'csv.flags',
    severity: 'error',
    source: 'OceanSITES 1.4, QC flags',
    about: 'flags are 0, 1, 2, 3, 4, 7, 8 or 9',
    check: ({ header, rows }) =>
      header.flatMap((name, column) => {
        if (!name.endsWith('_QC')) return [];
        const legal = FLAG_VALUES.map(String);
        return firstRow(
          rows,
          (row) => row.length > column && !legal.includes(row[column]),
          (row) => [`${legal.join(' ')} for ${name}`, `'${row[column]}'`, 'map the flags to the scheme'],
        );
      }),
  },
  {
    id: 'csv.missing',
    severity: 'error',
    source: 'OceanSITES 1.4, QC flags',
    about: 'a value is empty where its flag is 9, and nowhere else',
    check: (subject) =>
      subject.header.flatMap((name, column) => {
        const value = name.endsWith('_QC') ? flaggedColumn(subject, name) : -1;
        if (value < 0) return [];
        const disagrees = (row: readonly string[]): boolean =>
          row.length > column && (row[value] === '') !== (row[column] === String(FLAG.missing));
        return firstRow(subject.rows, disagrees, (row) => [
          row[value] === ''
            ? `flag 9 for the missing ${subject.header[value]}`
            : `no ${subject.header[value]} under flag 9`,
          row[value] === '' ? `flag ${row[column]}` : row[value],
          'make value and flag agree',
        ]);
      }),
  },
  {
    id: 'csv.name',
    severity: 'error',
    source: 'docs/files.md',
    about: 'the name is `<prefix>_YYYYMMDD[_D].csv` of a sensor, or that of a period of it (docs/export.md)',
    check: ({ name, prefixes }) => nameFaults(name, 'csv', prefixes),
  },
];

/** Place of the column that a flag column is about; −1 when there is none. */
function flaggedColumn({ header, columns = {} }: CsvSubject, name: string): number {
  const code = name.slice(0, -3);
  const own = header.indexOf(code);
  return own >= 0 ? own : header.findIndex((column) => Object.hasOwn(columns, column) && columns[column] === code);
}

function parseTime(text = ''): number | undefined {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/.test(text) ? parseIso(text) : undefined;
}

/** A fault at the first row that is wrong, with the number of those behind it. */
function firstRow(
  rows: readonly (readonly string[])[],
  isWrong: (row: readonly string[], i: number) => boolean,
  say: (row: readonly string[], i: number) => readonly [expected: string, found: string, remedy: string],
): Fault[] {
  const wrong = rows.flatMap((row, i) => (isWrong(row, i) ? [i] : []));
  if (wrong.length === 0) return [];
  const [first] = wrong;
  const [expected, found, remedy] = say(rows[first], first);
  return [
    fault(
      `line ${first + 2}`,
      expected,
      wrong.length === 1 ? found : `${found}, and ${wrong.length - 1} more lines`,
      remedy,
    ),
  ];
}
