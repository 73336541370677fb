import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dayOf, parseIso } from '@emso/core';
import { dayWithoutRows, layoutOf, planObservatory } from '@emso/pipeline';
import { type ErddapDataset, erddapDatasets, erddapFindings } from '@emso/products';
import { parseDocument } from 'yaml';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { CommandFailure } from '../command-failure.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { datasetsOf } from './datasets.ts';

const GRAMMAR = join(import.meta.dirname, '../../../../packages/products/test/erddap-datasets.rng');
const NOW_MS = parseIso('2026-11-30T00:00:00Z')!;
const written = datasetsOf({ observatory: DEFAULT_SITE_FILE, files: '/srv/emso', nowMs: NOW_MS });

function realDatasets(file = DEFAULT_SITE_FILE): ErddapDataset[] {
  const observatory = loadSiteFile(file);
  const day = dayOf(NOW_MS);
  const sources = planObservatory(observatory).plans.map((plan) => ({
    platform: plan.platform,
    sensor: plan.sensor,
    description: dayWithoutRows(plan, day),
    csvHeader: layoutOf(plan, day).header,
  }));
  return erddapDatasets(observatory, sources, { filesDir: '/srv/emso', nowMs: NOW_MS });
}

/** The real site file with another access, and the reason that records then owe. */
function siteWithAccess(access: string): string {
  const file = join(temporaryDirectory('erddap'), 'site.yaml');
  const document = parseDocument(readFileSync(DEFAULT_SITE_FILE, 'utf8'));
  document.setIn(['observatory', 'access'], parseDocument(access).contents);
  const uri = 'http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/INSPIRE_Directive_Article13_1e';
  document.setIn(['metadata', 'accessLimitation'], { uri, fr: 'Embargo', en: 'Embargo' });
  writeFileSync(file, document.toString());
  return file;
}

test('the public contract: ids and names that scripts out there ask for', () => {
  const datasets = new Map(realDatasets().map((dataset) => [dataset.id, dataset]));
  const names = (id: string): string[] => datasets.get(id)!.variables.map(({ destination }) => destination);
  // KM3NeT: one query without a list of variables, columns by these names (USERS §2).
  for (const name of ['time', 'X_East', 'Y_North', 'Speed', 'Direction']) {
    for (const id of ['Emso_Ligure_Ouest_MII_Aquadopp_CSV', 'Emso_Ligure_Ouest_MII_Aquadopp_NetCDF']) {
      assert.ok(names(id).includes(name), `${id}: ${name}`);
    }
  }
  for (const sensor of ['Microcat', 'Cstar', 'Oxygen', 'Aquadopp'])
    assert.ok(datasets.has(`Emso_Ligure_Ouest_MII_${sensor}_NetCDF`));
  for (const form of ['csv', 'NetCDF']) {
    const columns = names(`Emso_Ligure_Ouest_Albatross_Microcat_${form}`);
    for (const name of ['stationname', 'sensor_theoric_depth', 'temperature', 'depth', 'sigma_theta']) {
      assert.ok(columns.includes(name), `${form}: ${name}`);
    }
  }
  assert.ok(names('Emso_Ligure_Ouest_MII_Microcat_CF').includes('TEMP'));
});

test('the historical columns stand first, in their order', () => {
  const { variables } = realDatasets().find(({ id }) => id === 'Emso_Ligure_Ouest_MII_Microcat_CSV')!;
  const first = variables.slice(0, 4).map(({ destination }) => destination);
  assert.deepEqual(first, ['time', 'Temperature', 'Conductivity', 'Pressure']);
});

test('the datasets of the real site file break no rule', () => {
  const errors = erddapFindings(realDatasets()).filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, []);
  assert.deepEqual(new Set(written.ids).size, written.ids.length);
});

test('the XML follows the grammar of datasets.xml', (t) => {
  const { xml } = datasetsOf({ observatory: DEFAULT_SITE_FILE, files: '/srv/emso', federation: true, nowMs: NOW_MS });
  for (const text of [written.xml, xml]) {
    const { status, stderr, error } = spawnSync('xmllint', ['--noout', '--relaxng', GRAMMAR, '-'], {
      input: text,
      encoding: 'utf8',
    });
    if (error !== undefined) return t.skip('xmllint is not installed (apt-get install libxml2-utils)');
    assert.equal(status, 0, stderr.slice(0, 2000));
  }
});

test('a federation asks for what everybody may see, at our address', () => {
  const { xml, ids } = datasetsOf({
    observatory: DEFAULT_SITE_FILE,
    files: '/srv/emso',
    federation: true,
    nowMs: NOW_MS,
  });
  assert.equal(ids.length, written.ids.length);
  assert.match(
    xml,
    /<sourceUrl>https:\/\/erddap\.osupytheas\.fr\/erddap\/tabledap\/Emso_Ligure_Ouest_MII_Microcat_CSV<\/sourceUrl>/,
  );
});

for (const [access, role] of [
  ['restricted', '[emso]'],
  ['{ embargoedUntil: 2027-01-01T00:00:00Z }', '[emso]'],
  ['{ embargoedUntil: 2026-01-01T00:00:00Z }', undefined],
] as const) {
  test(`access ${access}: ${role ?? 'for everybody'}`, () => {
    const datasets = realDatasets(siteWithAccess(access));
    assert.deepEqual(new Set(datasets.map(({ accessibleTo }) => accessibleTo)), new Set([role]));
  });
}

test('without a path of the files nothing is written, and it is said what to do', () => {
  assert.throws(
    () => datasetsOf({ observatory: DEFAULT_SITE_FILE, nowMs: NOW_MS }),
    (error: unknown) => error instanceof CommandFailure && error.exitCode === 2 && /give --files/.test(error.message),
  );
});

const good = realDatasets().find(({ id }) => id.endsWith('Microcat_CSV'))!;
const without = (name: string): ErddapDataset => ({
  ...good,
  attributes: good.attributes.filter((each) => each.name !== name),
});
const set = (name: string, value: string): ErddapDataset => ({
  ...without(name),
  attributes: [...without(name).attributes, { name, type: 'char', value }],
});
const changed = (destination: string, change: object): ErddapDataset => ({
  ...good,
  variables: good.variables.map((variable) =>
    variable.destination === destination ? { ...variable, ...change } : variable,
  ),
});
const BROKEN: [what: string, dataset: ErddapDataset, message: RegExp][] = [
  ['an id with a blank', { ...good, id: 'a b' }, /datasetID: expected letters/],
  ['no title', without('title'), /global attribute title/],
  ['no infoUrl', without('infoUrl'), /global attribute infoUrl/],
  ['an unknown cdm_data_type', set('cdm_data_type', 'Buoy'), /cdm_data_type: expected one of/],
  [
    'a global attribute twice',
    { ...good, attributes: [...good.attributes, good.attributes[0]] },
    /global: expected every attribute once/,
  ],
  ['a subset variable that is none', set('subsetVariables', 'TEMP'), /subsetVariables: .*found 'TEMP'/],
  ['a graph of nothing', set('defaultGraphQuery', 'time,none'), /defaultGraphQuery: .*found 'none'/],
  [
    'no time series id',
    changed('platform_id', { attributes: [] }),
    /expected one variable with cf_role timeseries_id, found 0/,
  ],
  [
    'no latitude',
    { ...good, variables: good.variables.filter(({ destination }) => destination !== 'latitude') },
    /expected a variable latitude/,
  ],
  ['a name twice', changed('Pressure', { destination: 'Temperature' }), /found 'Temperature' twice/],
  ['a name with a dot', changed('Pressure', { destination: 'a.b' }), /destinationName: .*'a\.b'/],
  ['no category', changed('Pressure', { attributes: [] }), /Pressure: expected an ioos_category/],
  ['a flag as a double', changed('TEMP_QC', { type: 'double' }), /TEMP_QC: expected dataType byte/],
  [
    'no time',
    { ...good, variables: good.variables.filter(({ destination }) => destination !== 'time') },
    /expected a variable time/,
  ],
  ['no files', { ...good, files: undefined } as unknown as ErddapDataset, /expected a folder of files/],
  [
    'a folder without a slash',
    { ...good, files: { ...good.files!, dir: '/srv' } },
    /fileDir: expected an absolute path/,
  ],
];
for (const [what, dataset, message] of BROKEN) {
  test(`a dataset with ${what} is found`, () => {
    const errors = erddapFindings([dataset]).filter(({ severity }) => severity === 'error');
    assert.ok(
      errors.some((finding) => message.test(finding.message)),
      JSON.stringify(errors),
    );
  });
}

test('the same id twice is found', () => {
  const found = erddapFindings([good, good]).map(({ message }) => message);
  assert.ok(found.some((message) => /datasetID: expected every id once/.test(message)));
});
