/** A series with every flag, missing values and texts: what the exporters of other houses make of it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type Batch,
  createBatch,
  DAY_MS,
  dayOfCivil,
  FLAG_VALUES,
  openRow,
  PARAMETERS,
  parseObservatory,
  setLabel,
} from '@emso/core';
import { parquetReadObjects } from 'hyparquet';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { readOdv } from '../../../test/support/odv-reader.ts';
import { contributorType } from './contributor-type.ts';
import { copernicusFile, copernicusName } from './copernicus.ts';
import { csvFile, csvLayout } from './csv.ts';
import { dataDictionary } from './data-dictionary.ts';
import { dataciteOf } from './datacite.ts';
import type { DayInput } from './day-input.ts';
import { type ExchangeName, HOUSES } from './exchange-names.ts';
import { encodeNetcdf3 } from './netcdf3.ts';
import { oceansitesFile, oceansitesName } from './oceansites.ts';
import { localCdiId, odvFile } from './odv.ts';
import { parquetFile } from './parquet.ts';
import { joinFiles } from './platform-file.ts';
import {
  describeSeries,
  type Period,
  periodName,
  type Selection,
  type Series,
  seriesOf,
  seriesStem,
} from './series.ts';

const SITE = new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url);
const observatory = parseObservatory(readFileSync(SITE, 'utf8'), 'site.yaml');
const DAY = dayOfCivil(2026, 3, 1);

/** One row a flag; the one that says missing has no value. */
function everyFlag(day: number): Batch {
  const batch = createBatch(['DOXY', 'DOX2', 'WCUR'], ['Optode_Serial'], 1);
  for (const [i, flag] of FLAG_VALUES.entries()) {
    const row = openRow(batch);
    batch.time[row] = day * DAY_MS + 1001 * i;
    batch.received[row] = batch.time[row];
    batch.timeFlag[row] = i === 3 ? 4 : 1;
    for (const column of batch.values.keys()) {
      batch.values[column][row] = flag === 9 ? Number.NaN : 200 + column + i / 8;
      batch.flags[column][row] = flag;
    }
    if (i % 2 === 0) setLabel(batch.labels[0], row, `S\t${i}, "a"`);
    batch.count++;
  }
  return batch;
}

function dayInput(day: number, sensorId = 'oxygen', more: Partial<DayInput> = {}): DayInput {
  const platform = observatory.platforms.find(({ sensors }) => sensors.some(({ id }) => id === sensorId))!;
  const sensor = platform.sensors.find(({ id }) => id === sensorId)!;
  return {
    observatory,
    platform,
    sensor,
    deployment: sensor.deployments.at(-1)!,
    model: { title: 'Aanderaa oxygen optode', l22: 'TOOL0805' },
    day,
    batch: everyFlag(day),
    methods: new Map([['DOX2', day === DAY ? 'one way' : 'another way']]),
    build: 'd1.v1.q1.p1-000000000000',
    lastReceivedMs: (day + 1) * DAY_MS,
    ...more,
  };
}

function series(days: readonly DayInput[], selection: Selection = 'all', period: Period = 'all'): Series {
  return seriesOf(days, period, selection, (batch) =>
    csvLayout(
      batch.codes,
      batch.labels.map(({ name }) => name),
      days[0].sensor.csvColumns,
      // What the pipeline would give: texts that no line says.
      Object.fromEntries(
        ['Optode_Type', 'Instrument_Serial', 'Station_Name', 'Latitude', 'Longitude', 'Theoretical_Depth'].map(
          (name) => [name, ''],
        ),
      ),
    ),
  );
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('every OceanSITES flag in every house, by meaning', async () => {
  const one = series([dayInput(DAY)]);
  const odv = readOdv(text(odvFile(one)));
  const at = odv.labels.indexOf('DOXY [umol/l]');
  assert.deepEqual(
    odv.rows.map((row) => row[at + 1]),
    ['0', '1', '2', '3', '4', 'B', '8', '9'],
  );
  assert.deepEqual([odv.rows[7][at], odv.rows[0][at]], ['', '200.000']);
  const oceansites = readNetcdf(encodeNetcdf3(oceansitesFile(one)));
  assert.deepEqual([...oceansites.variables.get('MOLAR_DOXY_QC')!.data], [...FLAG_VALUES]);
  assert.equal(oceansites.variables.get('MOLAR_DOXY')!.data[7], 99_999);
  assert.equal(oceansites.variables.has('DOXY'), false, 'DOXY is a mass in OceanSITES');
  const copernicus = readNetcdf(encodeNetcdf3(copernicusFile(one)));
  assert.deepEqual([...copernicus.variables.get('VCSP_QC')!.data], [...FLAG_VALUES]);
  assert.equal(copernicus.variables.get('DOXY')!.attributes.get('units')?.value, 'mmol m-3');
  const rows = await parquetReadObjects({ file: new Uint8Array(parquetFile(one)).buffer });
  assert.deepEqual(
    rows.map((row) => row['DOXY_QC']),
    [...FLAG_VALUES],
  );
  assert.deepEqual([rows[7]['DOXY'], rows[0]['Optode_Serial'], rows[1]['Optode_Serial']], [null, 'S\t0, "a"', null]);
});

test('good only: two flags are left, rows without a good time are gone, and the metadata say so', () => {
  const good = series([dayInput(DAY)], 'good');
  const { batch } = good.input;
  assert.equal(batch.count, FLAG_VALUES.length - 1);
  assert.deepEqual([...batch.flags[0].subarray(0, batch.count)], [9, 1, 2, 9, 9, 9, 9]);
  assert.deepEqual([...batch.values[0].subarray(0, 3)], [Number.NaN, 200.125, 200.25]);
  const comment = (name: string): string | undefined =>
    describeSeries(good).attributes.find((attribute) => attribute.name === name)?.value as string;
  assert.match(comment('comment') ?? '', /Only values flagged 1 .* or 2 .* are kept/);
  assert.match(text(odvFile(good)), /\/\/ Only values flagged/);
  assert.match(seriesStem(good), /_good$/);
  // The day that it was made from is as it was.
  assert.equal(everyFlag(DAY).count, FLAG_VALUES.length);
});

test('periods: names, bounds, ways of computing, delayed mode', () => {
  const release = { at: Date.UTC(2026, 5, 1), by: 'A. Person', why: 'compared' };
  const days = [dayInput(DAY), dayInput(DAY + 2, 'oxygen', { release })];
  const cases: [Period, string, string][] = [
    ['all', '20260301-20260303', 'void'],
    ['month', '202603', 'P1M'],
    ['year', '2026', 'P1Y'],
    ['deployment', 'deployment-20190501', 'void'],
  ];
  for (const [period, name, interval] of cases) {
    const made = series(days, 'all', period);
    assert.equal(periodName(made), name);
    assert.equal(seriesStem(made), `OXYGEN_${name}_D`);
    assert.equal(localCdiId(made), `emso-ligure-ouest_mii_oxygen_${name}_D`);
    const { attributes, variables } = readNetcdf(encodeNetcdf3(describeSeries(made)));
    assert.equal(attributes.get('update_interval')?.value, interval);
    assert.equal(attributes.get('data_mode')?.value, 'D');
    assert.equal(
      variables.get('DOX2')?.attributes.get('comment')?.value,
      'from 2026-03-01: one way; from 2026-03-03: another way',
    );
  }
  assert.equal(oceansitesName(series(days, 'all', 'deployment')), 'OS_EMSO-LO-MII_20190501_D_OXYGEN.nc');
  assert.equal(copernicusName(series([dayInput(DAY)], 'all', 'month')), 'MO_TS_MO_EMSO-LO-MII-OXYGEN_202603.nc');
  // A deployment that begins within the year shares it with the one before: two files, two names.
  const early = dayInput(dayOfCivil(2019, 4, 1));
  const [before, after] = [0, 1].map((i) =>
    series([{ ...early, day: dayOfCivil(2019, 4 + i, 2), deployment: early.sensor.deployments[i] }], 'all', 'year'),
  );
  assert.deepEqual([before, after].map(periodName), ['2019', '2019-20190501']);
});

test('thresholds and calibration sheets that changed within the period are listed with their times', () => {
  const rules = (tests: unknown) => ({
    flagRules: new Map([['DOXY', { tests: JSON.stringify(tests), comment: 'c' }]]),
  });
  const [one, two] = [{ spike: { fail: 1 } }, { spike: { fail: 2 } }];
  const noon = '2026-03-02T12:00:00Z';
  const changing = [
    { validFrom: '2026-03-02T00:00:00Z', ...one },
    { validFrom: noon, ...two },
  ];
  const sheets = [
    { validFrom: Date.UTC(2020, 0, 1), source: 'old', a: 1 },
    { validFrom: Date.parse(noon), source: 'new', a: 2 },
  ];
  const { sensor } = dayInput(DAY);
  const days = [one, changing, two].map((tests, i) =>
    dayInput(DAY + i, 'oxygen', { ...rules(tests), sensor: { ...sensor, calibrations: sheets } }),
  );
  const { flagRules } = series(days).input;
  assert.deepEqual(JSON.parse(flagRules?.get('DOXY')?.tests ?? ''), [
    { validFrom: '2026-03-01T00:00:00Z', ...one },
    { validFrom: noon, ...two },
  ]);
  assert.equal(flagRules?.get('DOXY')?.comment, 'c');
  assert.equal(series(days.slice(2)).input.flagRules?.get('DOXY')?.tests, JSON.stringify(two));
  const sheet = (made: Series, name: string): unknown =>
    describeSeries(made)
      .variables.find((each) => each.name === 'sensor_oxygen')
      ?.attributes.find((each) => each.name === name)?.value;
  assert.equal(sheet(series(days), 'calibration_valid_from'), `2020-01-01T00:00:00Z, ${noon}`);
  assert.equal(sheet(series(days), 'calibration_source'), 'old; new');
  assert.equal(sheet(series(days.slice(2)), 'calibration_valid_from'), noon);
});

test('a place that nobody knows: refused where a house has no word for that', () => {
  const nowhere = series([dayInput(DAY, 'albatross-microcat-1000')]);
  for (const make of [odvFile, oceansitesFile, copernicusFile]) {
    assert.throws(() => make(nowhere), /expected (the position|latitude, longitude and depth).* found unknown/);
  }
  assert.ok(text(csvFile(nowhere.layout, nowhere.input.batch)).startsWith('time,'));
});

test('one file of a platform: what is the same stands once, the rest has the name of its sensor', () => {
  const [oxygen, other] = [series([dayInput(DAY)]), series([dayInput(DAY + 5, 'cstar')])];
  const files = [
    { suffix: 'oxygen', file: describeSeries(oxygen) },
    { suffix: 'cstar', file: describeSeries(other) },
  ];
  const { variables, attributes, dimensions } = readNetcdf(
    encodeNetcdf3(joinFiles(files, { title: 'All', id: undefined })),
  );
  const names = [...variables.keys()];
  for (const name of ['latitude', 'longitude', 'platform_id', 'DOXY_oxygen', 'DOXY_cstar', 'time_oxygen']) {
    assert.ok(names.includes(name), name);
  }
  assert.deepEqual(variables.get('time_cstar')?.dimensions, ['time_cstar']);
  assert.equal(
    [...dimensions.values()].some(({ unlimited }) => unlimited),
    false,
  );
  for (const { attributes: own } of variables.values()) {
    const words = ['coordinates', 'ancillary_variables'].flatMap((key) => String(own.get(key)?.value ?? '').split(' '));
    for (const word of words.filter((each) => each !== '')) assert.ok(variables.has(word), word);
  }
  assert.equal([...variables.values()].filter(({ attributes: own }) => own.get('cf_role')).length, 1);
  assert.deepEqual(variables.get('DOXY_cstar')?.data, variables.get('DOXY_oxygen')?.data);
  assert.deepEqual([attributes.get('title')?.value, attributes.has('id')], ['All', false]);
  assert.equal(attributes.get('time_coverage_start')?.value, '2026-03-01T00:00:00Z');
  assert.match(String(attributes.get('time_coverage_end')?.value), /^2026-03-06T/);
  assert.throws(() => joinFiles([files[0], files[0]], {}), /names of their own, found oxygen/);
  assert.throws(() => joinFiles([], {}), /found no series/);
});

test('DataCite: what the schema asks for, and nothing that is unknown', () => {
  const platform = observatory.platforms[0];
  const facts = {
    observatory,
    platform,
    title: { fr: 'Titre', en: 'Title' },
    abstract: { fr: 'Résumé', en: 'Abstract' },
    publicationYear: 2026,
    subjects: [{ label: 'Salinity', scheme: 'P02' }],
    formats: ['text/csv'],
  };
  const record = dataciteOf(facts);
  for (const key of ['creators', 'titles', 'publisher', 'publicationYear', 'types', 'schemaVersion']) {
    assert.ok(record[key] !== undefined, key);
  }
  assert.doesNotMatch(JSON.stringify(record), /unknown/);
  assert.equal('doi' in record, false);
  assert.deepEqual(dataciteOf({ ...facts, doi: '10.1/x', newVersionOf: '10.1/w' })['relatedIdentifiers'], [
    { relatedIdentifier: '10.1/w', relatedIdentifierType: 'DOI', relationType: 'IsNewVersionOf' },
  ]);
  assert.deepEqual(['dataManager', 'DataCollector', 'cook'].map(contributorType), [
    'DataManager',
    'DataCollector',
    'Other',
  ]);
  const nobody = { ...observatory, observatory: { ...observatory.observatory, contacts: [] } };
  assert.match(JSON.stringify(dataciteOf({ ...facts, observatory: nobody })['creators']), /Organizational/);
});

test('the data dictionary explains every column of the file', () => {
  const made = series([dayInput(DAY)]);
  const rows = dataDictionary([made]).trimEnd().split('\n');
  const columns = made.layout.header.filter((name) => !name.endsWith('_QC'));
  assert.deepEqual(
    rows.slice(1).map((row) => row.split(',')[0]),
    columns,
  );
  assert.match(rows.find((row) => row.startsWith('Oxygen,')) ?? '', /,DOXY,DOXY_QC,.*SDN:P01::DOXYZZXX/);
});

const SHARED = new URL('../../../../shared/products/data/emso/', import.meta.url);
const skip = !existsSync(SHARED) && '../shared/products is not here: nothing compared';

/** The rows of a Markdown table: cells by row, without the heading. */
function tableRows(name: string): string[][] {
  return readFileSync(new URL(name, SHARED), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

test('Copernicus names, standard names and units are those of its list', { skip }, () => {
  const list = new Map(
    tableRows('copernicus_variables.md').map(([name, , standard, unit]) => [name, { standard, unit }]),
  );
  for (const { name, standardName, unit } of Object.values<ExchangeName>(HOUSES.copernicus)) {
    const known = list.get(name);
    assert.deepEqual([known?.standard, known?.unit.replace('µ', 'u')], [standardName, unit], name);
  }
});

test('an OceanSITES name that stands in its list means there what it means here', { skip }, () => {
  const list = new Map(tableRows('OceanSites_codes.md').map(([name, standard]) => [name, standard]));
  const alias: Readonly<Record<string, string>> = { CDIR: 'direction_of_sea_water_velocity' };
  let found = 0;
  for (const { name, standardName } of Object.values<ExchangeName>(HOUSES.oceansites)) {
    const known = list.get(name)?.split(/\s/)[0];
    if (known === undefined) continue;
    found++;
    assert.equal(known, alias[name] ?? standardName, name);
  }
  assert.equal(found, 10);
});

test('every quantity in the maps is one of ours', () => {
  for (const names of Object.values(HOUSES))
    for (const code of Object.keys(names)) assert.ok(PARAMETERS.has(code), code);
});
