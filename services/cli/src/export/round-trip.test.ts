/** Every format read back by somebody else's reader: values, flags and times are those of the published day files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { mapFlag, NO_FACTS, parameterOf, type Scheme, type Sensor, sensorsOf } from '@emso/core';
import { planObservatory } from '@emso/pipeline';
import { exchangeName, type House, type Series, seriesStem } from '@emso/products';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { type ReadVariable, readNetcdf } from '../../../../test/support/netcdf-reader.ts';
import { readOdv } from '../../../../test/support/odv-reader.ts';
import { findRawFiles } from '../reprocess/inventory.ts';
import { type ExportStage, seriesOfSensor } from './export.ts';
import { FILE_FORMATS, type FileFormat } from './files.ts';
import { type DataRoot, dayNumber, sealedRoot } from './fixtures/data-root.ts';
import { type Published, publishedDays } from './fixtures/published.ts';

const SENSORS = ['microcat', 'oxygen', 'cstar', 'aquadopp', 'pressure'];
const DAYS = ['2026-02-28', '2026-03-01'].map(dayNumber);

let root: DataRoot;
let stage: ExportStage;

before(async () => {
  root = await sealedRoot(SENSORS, DAYS);
  const { plans } = planObservatory(root.observatory);
  const { files } = await findRawFiles(join(root.data, 'raw'), plans);
  const request = {
    data: root.data,
    observatory: root.site,
    format: 'nc',
    by: 'all',
    qc: 'all',
    source: 'sealed',
    out: '',
    say: () => assert.fail('nothing to say'),
  } as const;
  stage = { plans, files, facts: NO_FACTS, request };
});

function sensorOf(id: string): Sensor {
  const placed = sensorsOf(root.observatory).find(({ sensor }) => sensor.id === id);
  return placed?.sensor ?? assert.fail(id);
}

async function exported(id: string, format: FileFormat): Promise<{ series: Series; bytes: Uint8Array; name: string }> {
  const plan = stage.plans.find(({ sensor }) => sensor.id === id) ?? assert.fail(id);
  for await (const series of seriesOfSensor(stage, plan, 'all')) return { series, ...FILE_FORMATS[format](series) };
  return assert.fail(`no series of ${id}`);
}

function published(id: string): Published {
  return publishedDays(root.data, sensorOf(id), DAYS);
}

function datasetOf({ input: { sensor, observatory } }: Series): string {
  return sensor.dataset === 'unknown' ? observatory.observatory.id : sensor.dataset;
}

function fillOf({ attributes }: ReadVariable): number {
  const value = attributes.get('_FillValue')?.value;
  return Array.isArray(value) ? value[0] : assert.fail('a _FillValue');
}

/** Cells as numbers of a NetCDF type: missing ones as the fill value. */
function numbers(cells: readonly string[], type: string, fill: number): number[] {
  return cells.map((cell) => (cell === '' ? fill : type === 'float' ? Math.fround(Number(cell)) : Number(cell)));
}

describe('read back', () => {
  for (const id of SENSORS) {
    test(`${id}: CSV is the day files under one header`, async () => {
      const { bytes } = await exported(id, 'csv');
      assert.equal(Buffer.from(bytes).toString(), published(id).text);
    });

    test(`${id}: NetCDF`, async () => {
      const { bytes, series } = await exported(id, 'nc');
      const { variables, attributes } = readNetcdf(bytes);
      const { time, cells, flags } = published(id);
      assert.deepEqual(
        [...(variables.get('time')?.data ?? [])],
        time.map((ms) => ms / 1000),
      );
      for (const [code, column] of cells) {
        const variable = variables.get(code) ?? assert.fail(code);
        const fill = fillOf(variable);
        assert.deepEqual([...variable.data], numbers(column, variable.type, fill), code);
      }
      for (const [code, column] of flags)
        assert.deepEqual([...(variables.get(`${code}_QC`)?.data ?? [])], column.map(Number), code);
      assert.match(String(attributes.get('title')?.value), /2026-02-28 to 2026-03-01$/);
      assert.equal(attributes.get('id')?.value, `${datasetOf(series)}_${series.input.sensor.prefix}_20260228-20260301`);
      assert.equal(attributes.get('time_coverage_start')?.value, '2026-02-28T00:00:00Z');
    });

    for (const [format, house, scheme] of [
      ['oceansites', 'oceansites', 'oceansites'],
      ['copernicus', 'copernicus', 'copernicus'],
    ] as const satisfies [FileFormat, House, Scheme][]) {
      test(`${id}: ${format}`, async () => {
        const { bytes, series } = await exported(id, format);
        const { variables, attributes, dimensions } = readNetcdf(bytes);
        const { time, cells, flags } = published(id);
        const days = [...(variables.get('TIME')?.data ?? [])];
        assert.deepEqual(
          days.map((day) => Math.round(day * 86_400_000) + Date.UTC(1950, 0, 1)),
          time,
        );
        assert.deepEqual([...(variables.get('TIME_QC')?.data ?? [])], flags.get('time')?.map(Number));
        assert.deepEqual([dimensions.get('DEPTH')?.length, dimensions.get('TIME')?.unlimited], [1, true]);
        const depth = house === 'copernicus' ? 'DEPH' : 'DEPTH';
        assert.ok(variables.get(depth)?.data.every((metres) => metres === 2471));
        assert.ok(
          variables.get(`${depth}_QC`)?.data.every((flag) => flag === 7),
          'nominal',
        );
        assert.deepEqual([...(variables.get('POSITION_QC')?.data ?? [])], [7]);
        const out: string[] = [];
        for (const [code, column] of cells) {
          const name = exchangeName(house, parameterOf(series.input.sensor, code));
          if (name === undefined) {
            out.push(code);
            continue;
          }
          const variable = variables.get(name.name) ?? assert.fail(name.name);
          const fill = fillOf(variable);
          assert.deepEqual([...variable.data], numbers(column, variable.type, fill), name.name);
          assert.equal(variable.attributes.get('standard_name')?.value, name.standardName);
          const own = flags.get(code)?.map((flag) => Number(mapFlag(flag, 'oceansites', scheme)));
          assert.deepEqual([...(variables.get(`${name.name}_QC`)?.data ?? [])], own, `${name.name}_QC`);
        }
        // Nothing is left out in silence.
        for (const code of out) assert.match(String(attributes.get('comment')?.value), new RegExp(`\\b${code}\\b`));
        const names = [...variables.values()]
          .filter((variable) => variable.attributes.has('_FillValue'))
          .map((variable) => variable.attributes.get('standard_name')?.value)
          .filter((name) => name !== undefined);
        assert.equal(new Set(names).size, names.length, 'no standard_name twice');
      });
    }

    test(`${id}: SeaDataNet ODV`, async () => {
      const { bytes, name } = await exported(id, 'odv');
      const odv = readOdv(Buffer.from(bytes).toString());
      const { time, cells, flags } = published(id);
      assert.equal(`${odv.station.get('LOCAL_CDI_ID')}.txt`, name);
      assert.equal(odv.station.get('EDMO_code'), '3078');
      const column = (label: string): string[] => odv.rows.map((row) => row[odv.labels.indexOf(label)]);
      const flagColumn = (label: string): string[] => odv.rows.map((row) => row[odv.labels.indexOf(label) + 1]);
      assert.deepEqual(
        column('time_ISO8601').map((text) => Date.parse(`${text}Z`)),
        time,
      );
      for (const [code, own] of cells) {
        const { technical, unit, p01 } = parameterOf(sensorOf(id), code);
        const label = `${code} [${unit}]`;
        assert.equal(odv.labels.includes(label), !technical, label);
        if (technical) {
          assert.match(odv.remarks.join('\n'), new RegExp(`Not here.*\\b${code}\\b`));
          continue;
        }
        assert.equal(odv.terms.find(({ subject }) => subject === code)?.p01, p01);
        assert.deepEqual(column(label), own, label);
        assert.deepEqual(
          flagColumn(label),
          flags.get(code)?.map((flag) => mapFlag(flag, 'oceansites', 'l20')),
          code,
        );
      }
    });

    test(`${id}: Parquet`, async () => {
      const { bytes, series } = await exported(id, 'parquet');
      const file = new Uint8Array(bytes).buffer;
      const rows = await parquetReadObjects({ file });
      const { time, cells, flags } = published(id);
      assert.deepEqual(
        rows.map((row) => (row['time'] as Date).getTime()),
        time,
      );
      for (const [code, column] of cells) {
        const { digits } = parameterOf(sensorOf(id), code);
        const values = rows.map((row) => row[code] as number | null);
        assert.deepEqual(
          values.map((value) => (value === null ? '' : value.toFixed(digits).replace(/^-(0\.?0*)$/, '$1'))),
          column,
          code,
        );
      }
      for (const [code, column] of flags)
        assert.deepEqual(
          rows.map((row) => row[`${code}_QC`]),
          column.map(Number),
          code,
        );
      const { schema, key_value_metadata: pairs } = parquetMetadata(file);
      assert.equal(schema.find(({ name }) => name === 'time_QC')?.converted_type, 'INT_8');
      assert.equal(schema.find(({ name }) => name === 'time')?.converted_type, 'TIMESTAMP_MILLIS');
      const columns = JSON.parse(pairs?.find(({ key }) => key === 'columns')?.value ?? '{}');
      assert.deepEqual(Object.keys(columns), series.input.batch.codes);
      assert.equal(pairs?.find(({ key }) => key === 'license')?.value, 'CC-BY-4.0');
    });

    test(`${id}: the same bytes again`, async () => {
      for (const format of Object.keys(FILE_FORMATS) as FileFormat[]) {
        const [a, b] = [await exported(id, format), await exported(id, format)];
        assert.ok(Buffer.from(a.bytes).equals(b.bytes), format);
        assert.equal(a.name, b.name);
      }
    });
  }

  const ncdump = spawnSync('ncdump', [], { encoding: 'utf8' });
  test('ncdump reads what we wrote', { skip: ncdump.error !== undefined && 'no ncdump on this machine' }, async () => {
    for (const format of ['nc', 'oceansites', 'copernicus'] as const) {
      const { series, bytes } = await exported('microcat', format);
      const path = join(root.dir, `${seriesStem(series)}-${format}.nc`);
      writeFileSync(path, bytes);
      const { status, stdout, stderr } = spawnSync('ncdump', ['-p', '9,17', '-v', 'TEMP', path], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const values =
        /TEMP =([^;]*);/
          .exec(stdout.slice(stdout.indexOf('\ndata:')))?.[1]
          .split(',')
          .map(Number) ?? [];
      const { cells } = published('microcat');
      assert.deepEqual(values.map(Math.fround), numbers(cells.get('TEMP') ?? [], 'float', Number.NaN), format);
    }
  });
});
