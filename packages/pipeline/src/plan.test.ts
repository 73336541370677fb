import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, parseObservatory, sensorsOf } from '@emso/core';
import { INSTRUMENTS } from '@emso/instruments';
import { deployment, type Facts, PLANS, planOf, sensorFacts, site, siteText, WITH_SALINITY } from '../test/plans.ts';
import { DAY } from '../test/streams.ts';
import { codesOfDay, planObservatory } from './plan.ts';
import { settingsFaults } from './settings-faults.ts';

const with_ = (facts: Facts): Facts => ({ deployments: [deployment(facts)] });

test('PROMISE 19: a fact that can change bytes and leaves the build', () => {
  const { build } = planOf();
  const position = { latitude: 42.8, longitude: 6.03 };
  const text = { fr: 'x', en: 'x' };
  const span = (fail: number[]): Facts => ({
    qc: [{ validFrom: '2019-01-01T00:00:00Z', TEMP: { grossRange: { fail } } }],
  });
  const cases: [what: string, sensor: Facts, platform?: Facts, observatory?: Facts][] = [
    ['sensor id', { id: 'other' }],
    ['sensor title', { title: text }],
    ['prefix', { prefix: 'OTHER' }],
    ['folder', { folder: 'Other' }],
    ['dataset', { dataset: 'Other' }],
    ['cadence', { cadenceMs: 60_000 }],
    ['columns', { csvColumns: { Temperature: 'TEMP' } }],
    ['names of a parameter', { parameters: { TEMP: { longName: 'x' } } }],
    ['L22', { l22: 'TOOL0160' }],
    ['theoretical depth', { depthTheoreticM: 500 }],
    ['thresholds', span([12, 14])],
    ['other thresholds', span([12, 15])],
    ['start of a deployment', with_({ from: '2019-01-02T00:00:00Z' })],
    ['end of a deployment', with_({ to: '2030-01-01T00:00:00Z' })],
    ['serial', with_({ serial: '5013' })],
    ['depth', with_({ depthM: 'unknown' })],
    ['mount', with_({ mount: 'mounted_on_mooring_line' })],
    ['time policy', with_({ timePolicy: 'instrument' })],
    ['clock tolerance', with_({ clockToleranceMs: 1 })],
    ['settings', with_({ settings: WITH_SALINITY })],
    ['another deployment', { deployments: [deployment(), deployment({ from: '2030-01-01T00:00:00Z' })] }],
    ['position', {}, { position }],
    ['platform id', {}, { id: 'other' }],
    ['platform title', {}, { title: text }],
    ['DOI', {}, { doi: '10.17882/75839' }],
    [
      'site constants',
      {},
      { siteConstants: [{ validFrom: '2017-01-01T00:00:00Z', salinity: 38, pressureDbar: 2500 }] },
    ],
    ['observatory title', {}, {}, { title: text }],
    ['license', {}, {}, { license: 'CC0-1.0' }],
    ['contacts', {}, {}, { contacts: [{ name: 'Another', role: 'dataManager', email: 'unknown' }] }],
  ];
  const builds = new Map([[build, 'nothing changed']]);
  for (const [what, ...facts] of cases) {
    const changed = planOf(...facts).build;
    assert.equal(builds.get(changed), undefined, `${what} gives the build of: ${builds.get(changed)}`);
    builds.set(changed, what);
  }
});

test('PROMISE 17: site constants that change and leave the build', () => {
  const constants = (salinity: number, validFrom = '2017-01-01T00:00:00Z'): string =>
    planOf({}, { siteConstants: [{ validFrom, salinity, pressureDbar: 2500 }] }).build;
  const builds = [planOf().build, constants(38), constants(38.48), constants(38, '2018-01-01T00:00:00Z')];
  assert.equal(new Set(builds).size, builds.length);
});

test('PROMISE 19: a build that changes with what cannot change bytes', () => {
  const { build } = planOf();
  assert.equal(planOf().build, build);
  assert.equal(planOf(with_({ endpoint: 'tcp://192.0.2.1:4001' })).build, build);
  assert.equal(planOf({}, { graceMs: 99 }).build, build);
  const [first] = planObservatory(site([sensorFacts(), sensorFacts({ id: 'b', prefix: 'B', folder: 'B' })])).plans;
  assert.equal(first.build, build, 'another sensor beside it');
  const reversed = Object.fromEntries(Object.entries(sensorFacts()).reverse());
  assert.equal(planOf(reversed).build, build, 'keys in another order');
  // Defaults written out are the same facts.
  assert.equal(planOf(with_({ clockToleranceMs: 60_000 })).build, build);
});

test('sensors whose model is not installed are listed, not planned', () => {
  const observatory = site([
    sensorFacts({ id: 'a', model: 'no-such-model', csvColumns: { X: 'UCUR', Y: 'Whatever' } }),
  ]);
  const { plans, notInstalled } = planObservatory(observatory);
  assert.deepEqual(plans, []);
  assert.deepEqual(
    notInstalled.map(({ platform, sensor }) => [platform.id, sensor.id]),
    [['mii', 'a']],
  );
  assert.deepEqual(settingsFaults(observatory), [], 'nobody knows what its settings should be');
});

test('the real site: every sensor is planned or listed', () => {
  const file = new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url);
  assert.ok(existsSync(file));
  const observatory = parseObservatory(readFileSync(file, 'utf8'), 'site.yaml', settingsFaults);
  const { plans, notInstalled } = planObservatory(observatory);
  const all = [...plans, ...notInstalled].map(({ sensor }) => sensor.id).sort();
  assert.deepEqual(
    all,
    sensorsOf(observatory)
      .map(({ sensor }) => sensor.id)
      .sort(),
  );
  for (const { sensor } of notInstalled) assert.ok(!INSTRUMENTS.has(sensor.model), sensor.id);
  assert.equal(new Set(plans.map(({ build }) => build)).size, plans.length, 'a build of its own');
});

test('a day is one raw day only where every deployment takes reception as time', () => {
  assert.deepEqual(
    Object.entries(PLANS).map(([name, plan]) => [name, plan.byReception]),
    Object.keys(PLANS).map((name) => [
      name,
      ['received', 'received, redeployed at noon', 'received, windows'].includes(name),
    ]),
  );
});

test('codes of a day: of every deployment that overlaps it, else of the nearest', () => {
  const fields = (...codes: string[]): Facts => ({ settings: { fields: codes, conductivityUnit: 'S/m' } });
  const plan = planOf({
    csvColumns: {},
    deployments: [
      deployment({ from: '2020-03-01T00:00:00Z', to: '2020-03-02T00:00:00Z', ...fields('TEMP') }),
      deployment({ from: '2020-03-03T12:00:00Z', to: '2020-03-03T13:00:00Z', ...fields('DOX1', 'TEMP') }),
      deployment({ from: '2020-03-03T18:00:00Z', ...fields('PRES') }),
    ],
  });
  assert.deepEqual(plan.codes, ['TEMP', 'DOX1', 'PRES']);
  const cases: [day: number, codes: string[]][] = [
    [DAY - 1000, ['TEMP']],
    [DAY, ['TEMP']],
    // Nobody measured on the 2nd; until its end the first deployment is nearer, or as near.
    [DAY + 1, ['TEMP', 'DOX1']],
    [DAY + 2, ['DOX1', 'TEMP', 'PRES']],
    [DAY + 3, ['PRES']],
    [DAY + 1000, ['PRES']],
  ];
  for (const [day, codes] of cases) assert.deepEqual(codesOfDay(plan, day), codes, `day ${day - DAY}`);
});

/** The faults of a site file with these facts, as `line path: message`; the JSON is written one key a line. */
function faultsOf(facts: Facts): string[] {
  const text = JSON.stringify(JSON.parse(siteText([sensorFacts(facts)])), undefined, 1);
  try {
    parseObservatory(text, 'site.yaml', settingsFaults);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = text.split('\n');
    return error.faults.map(({ line, path, message }) => `${lines[line - 1].trim()} | ${path}: ${message}`);
  }
  return [];
}

test('settings that a model refuses and columns of nothing are faults, each with its line', () => {
  const at = 'platforms[0].sensors[0]';
  const settings = (more: Facts): Facts => with_({ settings: { ...WITH_SALINITY, ...more } });
  const cases: [what: string, facts: Facts, faults: RegExp[]][] = [
    ['nothing wrong', {}, []],
    ['a parameter that no deployment sends keeps its column', { csvColumns: { Salinity: 'PSAL' } }, []],
    ['a label of the model', { csvColumns: { Serial: 'Instrument_Serial' } }, []],
    [
      'a label of another model',
      { csvColumns: { Type: 'Optode_Type' } },
      [/^"Type": "Optode_Type" \| .*csvColumns\.Type: expected .*texts Instrument_Serial, .*, found 'Optode_Type'$/],
    ],
    [
      'an output format',
      settings({ outputFormat: 7 }),
      [/^"outputFormat": 7,? \| .*settings\.outputFormat: sbe37-microcat: /],
    ],
    [
      'a unit is missing',
      settings({ conductivityUnit: undefined }),
      [/settings\.conductivityUnit: .*the unit is never guessed$/],
    ],
    ['an unknown setting', settings({ colour: 'red' }), [/settings.*: sbe37-microcat: /]],
    [
      'a field that is none',
      settings({ fields: ['TEMP', 'XYZ'] }),
      [/^"XYZ" \| .*settings\.fields\[1\]: sbe37-microcat: /],
    ],
    [
      'in the second deployment, and a column too',
      {
        csvColumns: { Type: 'Optode_Type' },
        deployments: [deployment(), deployment({ from: '2030-01-01T00:00:00Z', settings: { outputFormat: 7 } })],
      },
      [/csvColumns\.Type/, /deployments\[1\]\.settings\.outputFormat/],
    ],
    [
      'a column named as a parameter beside it',
      { csvColumns: { PRES: 'TEMP' } },
      [/^"PRES": "TEMP" \| .*csvColumns\.PRES: expected /],
    ],
    ['a column named as time', { csvColumns: { time: 'TEMP' } }, [/csvColumns\.time: expected /]],
    ['a column named as a flag', { csvColumns: { TEMP_QC: 'TEMP' } }, [/csvColumns\.TEMP_QC: expected /]],
    ['a column named as the flag of time', { csvColumns: { time_QC: 'TEMP' } }, [/csvColumns\.time_QC: expected /]],
    ['a column named as its own parameter', { csvColumns: { TEMP: 'TEMP' } }, []],
    ['a parameter that another column holds', { csvColumns: { TEMP: 'PRES', Temperature: 'TEMP' } }, []],
  ];
  for (const [what, facts, faults] of cases) {
    const found = faultsOf(facts);
    assert.equal(found.length, faults.length, `${what}: ${found}`);
    const sorted = found.toSorted((a, b) => a.indexOf('deployments') - b.indexOf('deployments'));
    faults.forEach((fault, i) => {
      assert.match(sorted[i], fault, what);
      assert.ok(sorted[i].includes(at), what);
    });
  }
});
