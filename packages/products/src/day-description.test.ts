import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBatch, DAY_MS, dayOfCivil, openRow, PARAMETERS, parseObservatory } from '@emso/core';
import { type ReadNetcdf, readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { describeDay } from './day-description.ts';
import type { DayInput } from './day-input.ts';
import { encodeNetcdf3 } from './netcdf3.ts';

const SITE = `
observatory:
  id: emso-test
  uuidNamespace: 606fece1-7684-4134-8cc0-cb8c58388fb7
  title: {fr: "Essai", en: "Test site"}
  summary: {fr: "Résumé", en: "A summary"}
  regionalFacility: "Ligurian Sea"
  site: LO
  institution: {name: "Institut Méditerranéen d’Océanologie", edmo: 3078, ror: unknown}
  rightsHolders: [CNRS INSU]
  funding: [CNRS INSU, IN2P3]
  license: CC-BY-4.0
  access: public
  contacts:
    - {name: A. Person, role: principalInvestigator, email: unknown, orcid: 0000-0003-1694-3807}
platforms:
  - id: mii
    title: {fr: "Module", en: "Module"}
    oso: MII
    type: SDN:L06::11
    position: {latitude: 42.806217, longitude: 6.02683, depthM: 2471}
    doi: 10.17882/75839
    graceMs: 172800000
    sensors:
      - id: micro-cat
        model: sbe37-microcat
        prefix: MICROCAT
        folder: Emso_Microcat
        dataset: Emso_Test_Microcat
        cadenceMs: 120000
        deployments: [{from: 2019-05-01T00:00:00Z, serial: unknown, depthM: 2471, timePolicy: received}]
  - id: albatross
    title: {fr: "Ligne", en: "Line"}
    oso: ALBATROSS
    type: SDN:L06::48
    position: {latitude: unknown, longitude: unknown}
    graceMs: 172800000
    sensors:
      - id: level-500
        model: sbe37-microcat
        prefix: LEVEL_500
        folder: Level/500
        dataset: Emso_Test_Albatross
        cadenceMs: 120000
        l22: unknown
        depthTheoreticM: 500
        deployments: [{from: 2019-05-01T00:00:00Z, serial: "1234", depthM: unknown, timePolicy: relayed}]
`;
const observatory = parseObservatory(SITE, 'site.yaml');
const day = dayOfCivil(2026, 11, 20);
const T0 = day * DAY_MS;

function input(platformIndex: number, codes: readonly string[], rows: [ms: number, ...values: number[]][]): DayInput {
  const batch = createBatch(codes, [], 1);
  for (const [ms, ...values] of rows) {
    const row = openRow(batch);
    batch.time[row] = T0 + ms;
    batch.timeFlag[row] = 1;
    values.forEach((value, i) => {
      batch.values[i][row] = value;
      batch.flags[i][row] = Number.isNaN(value) ? 9 : 1;
    });
    batch.count++;
  }
  const platform = observatory.platforms[platformIndex];
  const [sensor] = platform.sensors;
  const [deployment] = sensor.deployments;
  const model = { title: 'Sea-Bird SBE 37 MicroCAT', l22: 'TOOL1457' };
  return {
    observatory,
    platform,
    sensor,
    deployment,
    model,
    day,
    batch,
    methods: new Map([['PSAL', 'PSS-78 from TEMP, CNDC and PRES']]),
    build: 'd1.v1.q1.p1-0123456789ab',
    lastReceivedMs: T0 + DAY_MS + 17,
  };
}

const MII = input(
  0,
  ['TEMP', 'CNDC', 'PRES', 'PSAL', 'SIGCOUNTS'],
  [
    [0, 13.2012, 4.05, 2500.1, 38.48, 65_535],
    [120_000, Number.NaN, 4.05, 2500.25, 38.48, Number.NaN],
    [240_500, 13.2, 4.05, -0.5, 38.48, 3e9],
  ],
);
const written = (value: DayInput): ReadNetcdf => readNetcdf(encodeNetcdf3(describeDay(value)));

function attributesOf(read: ReadNetcdf, variable: string): Record<string, unknown> {
  const attributes = variable === '' ? read.attributes : read.variables.get(variable)?.attributes;
  return Object.fromEntries([...(attributes ?? [])].map(([name, { value }]) => [name, value]));
}

test('columns are where readers look for them', () => {
  const read = written(MII);
  assert.deepEqual(
    [...read.variables.keys()],
    [
      'time',
      'depth',
      'latitude',
      'longitude',
      'platform_id',
      'sensor_id',
      'TEMP',
      'TEMP_QC',
      'CNDC',
      'CNDC_QC',
      'PRES',
      'PRES_QC',
      'PSAL',
      'PSAL_QC',
      'SIGCOUNTS',
      'SIGCOUNTS_QC',
      'time_QC',
      'sensor_micro_cat',
      'platform_mii',
    ],
  );
  assert.deepEqual(read.dimensions.get('time'), { length: 3, unlimited: true });
  const data = (name: string) => Array.from(read.variables.get(name)?.data ?? []);
  assert.deepEqual(data('time'), [T0 / 1000, T0 / 1000 + 120, T0 / 1000 + 240.5]);
  assert.deepEqual(data('TEMP'), [13.2012, 99_999, 13.2].map(Math.fround));
  assert.deepEqual(data('TEMP_QC'), [1, 9, 1]);
  assert.deepEqual(data('SIGCOUNTS'), [65_535, -2_147_483_647, -2_147_483_647]);
  assert.deepEqual(data('time_QC'), [1, 1, 1]);
  assert.deepEqual(data('latitude'), [42.806217]);
  assert.equal(Buffer.from(data('platform_id')).toString(), 'MII');
  assert.equal(Buffer.from(data('sensor_id')).toString(), 'micro-cat');
});

const ATTRIBUTES: [variable: string, expected: Record<string, unknown>][] = [
  [
    'time',
    {
      units: 'seconds since 1970-01-01T00:00:00Z',
      calendar: 'standard',
      axis: 'T',
      ancillary_variables: 'time_QC',
      _FillValue: undefined,
    },
  ],
  ['depth', { positive: 'down', axis: 'Z', units: 'm', standard_name: 'depth', _FillValue: undefined }],
  ['platform_id', { cf_role: 'timeseries_id', standard_name: 'platform_id' }],
  [
    'TEMP',
    {
      _FillValue: [99_999],
      standard_name: 'sea_water_temperature',
      units: 'degC',
      variable_type: 'environmental',
      coordinates: 'time depth latitude longitude sensor_id platform_id',
      ancillary_variables: 'TEMP_QC',
      sdn_parameter_urn: 'SDN:P01::TEMPST01',
      sdn_uom_urn: 'SDN:P06::UPAA',
    },
  ],
  [
    'TEMP_QC',
    {
      _FillValue: [-128],
      conventions: 'OceanSITES QC Flags',
      flag_values: [0, 1, 2, 3, 4, 7, 8, 9],
      standard_name: undefined,
      flag_meanings:
        'unknown good_data probably_good_data potentially_correctable_bad_data bad_data nominal_value interpolated_value missing_value',
    },
  ],
  ['SIGCOUNTS', { variable_type: 'technical', standard_name: undefined, sdn_parameter_urn: undefined, units: 'count' }],
  [
    'sensor_micro_cat',
    { sensor_id: 'micro-cat', sensor_serial_number: 'unknown', sensor_SeaVoX_L22_code: 'SDN:L22::TOOL1457' },
  ],
  [
    'platform_mii',
    {
      platform_id: 'MII',
      emso_platform_uri: 'https://w3id.org/earthsemantics/OSO#MII',
      platform_reference: 'https://doi.org/10.17882/75839',
    },
  ],
  [
    '',
    {
      Conventions: 'COARDS, CF-1.6, ACDD-1.3, OceanSITES-1.4, EMSO',
      featureType: 'timeSeries',
      id: 'Emso_Test_Microcat_MICROCAT_20261120',
      title: 'Test site, Module, Sea-Bird SBE 37 MicroCAT, 2026-11-20',
      institution: 'Institut Méditerranéen d’Océanologie',
      institution_edmo_uri: 'https://edmo.seadatanet.org/report/3078',
      institution_ror_uri: undefined,
      license_uri: 'https://spdx.org/licenses/CC-BY-4.0',
      principal_investigator: 'A. Person',
      principal_investigator_email: undefined,
      doi: 'https://doi.org/10.17882/75839',
      emso_regional_facility_uri: 'https://w3id.org/earthsemantics/OSO#Ligurian_Sea',
      geospatial_lat_min: [42.806217],
      geospatial_vertical_max: [2471],
      time_coverage_start: '2026-11-20T00:00:00Z',
      time_coverage_end: '2026-11-20T00:04:00.500Z',
      time_coverage_duration: 'PT4M0.5S',
      time_coverage_resolution: 'PT2M',
      date_created: '2026-11-21T00:00:00.017Z',
      date_modified: '2026-11-21T00:00:00.017Z',
      emso_build: 'd1.v1.q1.p1-0123456789ab',
      history:
        '2026-11-21T00:00:00.017Z: computed from raw records, data versions and configuration d1.v1.q1.p1-0123456789ab (decoder 1, derived parameters 1, quality control 1, product 1)',
    },
  ],
];
for (const [variable, expected] of ATTRIBUTES) {
  test(`attributes of ${variable || 'the file'}`, () => {
    const found = attributesOf(written(MII), variable);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, name);
  });
}

test('what the site file does not know is left out, not invented', () => {
  const read = written(input(1, ['TEMP'], [[0, 13.5]]));
  assert.ok(!read.variables.has('latitude') && !read.variables.has('longitude'));
  assert.deepEqual(Array.from(read.variables.get('depth')?.data ?? []), [500]);
  assert.equal(attributesOf(read, 'depth').long_name, 'theoretical depth of measurement');
  assert.equal(attributesOf(read, 'TEMP').coordinates, 'time depth sensor_id platform_id');
  assert.equal(attributesOf(read, 'sensor_level_500').sensor_SeaVoX_L22_code, undefined);
  for (const name of ['geospatial_lat_min', 'geospatial_lat_units', 'doi'])
    assert.equal(attributesOf(read, '')[name], undefined);
});

test('a day without rows has no coverage, and is a file all the same', () => {
  const read = written(input(0, ['TEMP'], []));
  assert.deepEqual(read.dimensions.get('time'), { length: 0, unlimited: true });
  assert.equal(attributesOf(read, '').time_coverage_start, undefined);
});

test('no two variables of a file share a standard name or a P01 term', () => {
  const codes = [...PARAMETERS.keys()].filter((code) => code !== 'time');
  const read = written(input(0, codes, []));
  for (const name of ['standard_name', 'sdn_parameter_urn']) {
    const values = [...read.variables.keys()]
      .map((variable) => attributesOf(read, variable)[name])
      .filter((value) => value !== undefined);
    assert.ok(values.length > 5);
    assert.deepEqual(
      values.filter((value, i) => values.indexOf(value) !== i),
      [],
      name,
    );
  }
});

test('equal input gives equal bytes', () => {
  assert.deepEqual(encodeNetcdf3(describeDay(MII)), encodeNetcdf3(describeDay(structuredClone(MII))));
});

const ncdump = spawnSync('ncdump', ['-h']).error === undefined;
test('ncdump reads the file', { skip: ncdump ? false : 'ncdump is not installed (Debian: netcdf-bin)' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'emso-day-'));
  try {
    const path = join(folder, 'day.nc');
    writeFileSync(path, encodeNetcdf3(describeDay(MII)));
    const cdl = execFileSync('ncdump', [path], { encoding: 'utf8' });
    for (const line of [
      'time = UNLIMITED ; // (3 currently)',
      'TEMP:_FillValue = 99999.f ;',
      'TEMP_QC:flag_values = 0b, 1b, 2b, 3b, 4b, 7b, 8b, 9b ;',
      'TEMP = 13.2012, _, 13.2 ;',
      'PRES_QC = 1, 1, 1 ;',
      'SIGCOUNTS = 65535, _, _ ;',
      'platform_id = "MII" ;',
      ':institution = "Institut Méditerranéen d’Océanologie" ;',
    ]) {
      assert.ok(cdl.includes(line), `${line}\n${cdl}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
