/**
 * Parquet for analysis: one row a sample, `time` as a timestamp, values as the numbers they are (missing is null), flags as small
 * integers, labels as text. What the columns mean stands in the file's key-value metadata.
 */
import { type Batch, parameterOf } from '@emso/core';
import { ByteWriter, ParquetWriter, type schemaFromColumnData } from 'hyparquet-writer';
import { type Series, seriesAttributes } from './series.ts';

/** Rows that are encoded at a time: what a reader skips or takes at once. */
const GROUP_ROWS = 100_000;

type Columns = Parameters<typeof schemaFromColumnData>[0]['columnData'];
type Schema = ReturnType<typeof schemaFromColumnData>;

/** The file, Snappy-compressed. Equal series give equal bytes. */
export function parquetFile(series: Series): Uint8Array {
  const { batch } = series.input;
  const writer = new ByteWriter();
  const schema = schemaOf(batch);
  const parquet = new ParquetWriter({ writer, schema, kvMetadata: metadataOf(series), createdBy: 'emso-ligure-ouest' });
  for (let from = 0; from === 0 || from < batch.count; from += GROUP_ROWS) {
    const to = Math.min(batch.count, from + GROUP_ROWS);
    void parquet.write({ columnData: columnsOf(batch, from, to), rowGroupSize: GROUP_ROWS });
  }
  void parquet.finish();
  return new Uint8Array(writer.getBuffer());
}

function schemaOf(batch: Batch): Schema {
  const required = { repetition_type: 'REQUIRED' } as const;
  const flag = (name: string): Schema[number] => ({ name, type: 'INT32', converted_type: 'INT_8', ...required });
  return [
    { name: 'root', num_children: 2 + 2 * batch.codes.length + batch.labels.length },
    {
      name: 'time',
      type: 'INT64',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      ...required,
    },
    ...batch.codes.map((name): Schema[number] => ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' })),
    ...batch.labels.map(({ name }): Schema[number] => ({
      name,
      type: 'BYTE_ARRAY',
      converted_type: 'UTF8',
      repetition_type: 'OPTIONAL',
    })),
    ...batch.codes.map((code) => flag(`${code}_QC`)),
    flag('time_QC'),
  ];
}

function columnsOf(batch: Batch, from: number, to: number): Columns {
  const times = new BigInt64Array(to - from);
  for (let row = from; row < to; row++) times[row - from] = BigInt(batch.time[row]);
  const flags = (name: string, column: Uint8Array): Columns[number] => ({
    name,
    data: Int32Array.from(column.subarray(from, to)),
  });
  return [
    { name: 'time', data: times },
    ...batch.codes.map((name, i) => ({
      name,
      data: Array.from(batch.values[i].subarray(from, to), (value) => (Number.isFinite(value) ? value : null)),
    })),
    ...batch.labels.map(({ name, texts, index }) => ({
      name,
      data: Array.from(index.subarray(from, to), (at) => (at === 0 ? null : texts[at])),
    })),
    ...batch.codes.map((code, i) => flags(`${code}_QC`, batch.flags[i])),
    flags('time_QC', batch.timeFlag),
  ];
}

/** The texts of the NetCDF file's global attributes one by one, and what each column is as JSON under `columns`. */
function metadataOf(series: Series): { key: string; value: string }[] {
  const { sensor, batch, methods } = series.input;
  const columns = Object.fromEntries(
    batch.codes.map((code) => {
      const { longName, unit, standardName, p01, p06, technical } = parameterOf(sensor, code);
      const names = technical ? {} : { standard_name: standardName, p01: `SDN:P01::${p01}` };
      const comment = methods.get(code);
      return [
        code,
        {
          long_name: longName,
          units: unit,
          ...names,
          ...(p06 !== undefined && { p06: `SDN:P06::${p06}` }),
          flags: `${code}_QC`,
          ...(comment !== undefined && { comment }),
        },
      ];
    }),
  );
  return [
    ...seriesAttributes(series).map(({ name, value }) => ({
      key: name,
      value: typeof value === 'string' ? value : value.join(' '),
    })),
    { key: 'columns', value: JSON.stringify(columns) },
  ];
}
