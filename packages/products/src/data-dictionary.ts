/** The data dictionary of a deposit: what each column of its CSV, and each variable of its NetCDF, is. One row a quantity. */
import { type Parameter, parameterOf, termOf } from '@emso/core';
import type { Series } from './series.ts';

const COLUMNS = [
  'csv_column',
  'netcdf_variable',
  'flag_column',
  'long_name',
  'unit',
  'digits',
  'standard_name',
  'p01',
  'p01_label',
  'p06',
  'how',
] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** CSV, UTF-8, LF: a row for every column of the files but flags, in their order. */
export function dataDictionary(series: readonly Series[]): string {
  const rows = new Map<string, Row>();
  for (const { input, layout } of series) {
    const { sensor, batch, methods } = input;
    const names = layout.header.slice(0, layout.sources.length + 1);
    for (const [i, column] of names.entries()) {
      const source = layout.sources[i - 1];
      if (rows.has(column)) continue;
      if (i === 0) rows.set(column, timeRow());
      else if (source.kind === 'value') {
        const code = batch.codes[source.index];
        rows.set(column, valueRow(column, parameterOf(sensor, code), methods.get(code)));
      } else if (source.kind === 'label') {
        rows.set(column, {
          ...NOTHING,
          csv_column: column,
          long_name: 'text fact that the instrument says in its lines',
        });
      } else if (source.kind === 'fact') {
        rows.set(column, { ...NOTHING, csv_column: column, long_name: 'fact of the site, the same in every row' });
      } else {
        rows.set(column, { ...NOTHING, csv_column: column, long_name: 'not measured in this deployment: empty' });
      }
    }
  }
  const lines = [...rows.values()].map((row) => COLUMNS.map((name) => quoted(row[name])).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

const NOTHING = Object.fromEntries(COLUMNS.map((name) => [name, ''])) as Row;

function timeRow(): Row {
  return {
    ...NOTHING,
    csv_column: 'time',
    netcdf_variable: 'time',
    flag_column: 'time_QC',
    long_name: 'time, UTC',
    unit: 'ISO 8601 with Z in CSV; seconds since 1970-01-01T00:00:00Z in NetCDF',
    standard_name: 'time',
    p01: 'SDN:P01::ELTMEP01',
    p01_label: termOf('P01', 'ELTMEP01')?.label ?? '',
    p06: 'SDN:P06::UTBB',
  };
}

function valueRow(column: string, parameter: Parameter, method: string | undefined): Row {
  const { code, longName, unit, digits, standardName, p01, p06, technical } = parameter;
  const named = !technical && p01 !== undefined;
  return {
    csv_column: column,
    netcdf_variable: code,
    flag_column: `${code}_QC`,
    long_name: longName,
    unit,
    digits: String(digits),
    standard_name: technical ? '' : (standardName ?? ''),
    p01: named ? `SDN:P01::${p01}` : '',
    p01_label: named ? (termOf('P01', p01)?.label ?? '') : '',
    p06: p06 === undefined ? '' : `SDN:P06::${p06}`,
    how: method ?? 'as the instrument delivers it',
  };
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
