import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batch, createBatch, type Deployment, type Platform } from '@emso/core';
import { deployment, type Facts, planOf, sensorFacts, site } from '../test/plans.ts';
import { MIDNIGHT, NOON, record, runOf } from '../test/streams.ts';
import { decodeRun } from './decode-run.ts';
import { derivationOf } from './derive.ts';
import { methodsOfDay, type SensorPlan } from './plan.ts';
import { settingsFaults } from './settings-faults.ts';

const MII = {
  position: { latitude: 42.806, longitude: 6.02683, depthM: 2471 },
  siteConstants: [{ validFrom: '2017-01-01T00:00:00Z', salinity: 38.48, pressureDbar: 2505.6 }],
};
const DAY = Math.floor(NOON / 86_400_000);

/** The values that are computed from one row of a deployment of these settings, by code. */
function derived(values: Facts, settings: Facts = {}, platform: Facts = MII, timeMs = NOON): Record<string, number> {
  const [place] = site([sensorFacts()], platform).platforms;
  const measured = Object.keys(values);
  const derivation = derivationOf(place, { depthM: 2471 } as Deployment, settings, measured);
  const codes = [...measured, ...derivation.codes];
  const batch: Batch = createBatch(codes, [], 1);
  batch.count = 1;
  batch.time[0] = timeMs;
  codes.forEach((code, i) => {
    batch.values[i][0] = (values[code] as number | undefined) ?? Number.NaN;
  });
  derivation.apply(batch, 0, 1);
  assert.deepEqual(
    [...derivation.methodsAt(timeMs).keys()].filter((code) => !codes.includes(code)),
    [],
  );
  return Object.fromEntries(codes.map((code, i) => [code, batch.values[i][0]]));
}

const WATER = { TEMP: 13.29, CNDC: 4.59963, PRES: 2505.6 };

// The worked rows of FORMATS §2.4 and §7 at the MII; the last digit is what the table's digits leave of them.
test('the water at the MII, worked by hand', () => {
  const cases: [what: string, given: Facts, settings: Facts, expected: Facts][] = [
    ['a CTD', WATER, {}, { PSAL: 38.48, TEMP_POT: 12.9016, DENS: 29.1123, DEPH: 2471.017, SVEL: 1546.833 }],
    ['its own salinity is kept', { ...WATER, PSAL: 38.4 }, {}, { PSAL: 38.4, TEMP_POT: 12.9019 }],
    ['no pressure sensor', { TEMP: 13.29, CNDC: 4.59963 }, {}, { PSAL: 38.48, SVEL: 1546.833 }],
    [
      'an optode',
      { DOXY: 200, DOXY_TEMP: 13.29 },
      { storedSalinity: 0 },
      { DOXY: 200, DOXY_COMP: 170.085, DOX1: 3.8085, DOX2: 165.273 },
    ],
    ['a CTD with oxygen', { ...WATER, DOX1: 3.8085 }, {}, { DOXY_COMP: 170.086, DOX2: 165.275, OSAT: 65.536 }],
    ['a gauge of water and air', { PRES: 2515.7325 }, { pressureKind: 'absolute' }, { DEPH: 2471.017 }],
  ];
  for (const [what, given, settings, expected] of cases) {
    const found = derived(given, settings);
    for (const [code, value] of Object.entries(expected)) assert.equal(found[code], value, `${what}: ${code}`);
  }
});

test('what cannot be computed is no column, and what is missing is missing', () => {
  const codes = (given: Facts, settings: Facts = {}, platform: Facts = MII): string =>
    Object.keys(derived(given, settings, platform))
      .filter((code) => !(code in given))
      .join(' ');
  const nowhere = { position: { latitude: 'unknown', longitude: 'unknown' } };
  const nearby = { ...nowhere, siteConstants: [{ validFrom: '2014-01-01T00:00:00Z', latitude: 42.8, longitude: 6 }] };
  assert.equal(codes(WATER), 'PSAL TEMP_POT DENS DEPH SVEL');
  assert.equal(codes(WATER, {}, nowhere), 'PSAL TEMP_POT DENS SVEL');
  assert.equal(codes(WATER, {}, nearby), 'PSAL TEMP_POT DENS DEPH SVEL');
  assert.equal(codes({ TEMP: 13, CNDC: 4.6 }, {}, nowhere), '');
  assert.equal(codes({ DOXY: 200, DOXY_TEMP: 13 }, {}), '', 'an optode whose stored salinity nobody told');
  assert.equal(codes({ DOXY: 200, DOXY_TEMP: 13 }, { storedSalinity: 0 }, nowhere), '');
  assert.equal(codes({ PRES: 2500 }, { pressureKind: 'sea' }), '');
  assert.equal(codes({ UCUR: 0.1, VCUR: 0.1 }), '');
  assert.deepEqual(derived({ ...WATER, CNDC: Number.NaN })['PSAL'], Number.NaN);
  assert.deepEqual(derived({ ...WATER, PRES: Number.NaN })['SVEL'], Number.NaN);
  const before = derived({ DOXY: 200, DOXY_TEMP: 13.29 }, { storedSalinity: 0 }, MII, Date.UTC(2016, 0, 1));
  assert.deepEqual(before['DOXY_COMP'], Number.NaN, 'no constant was in force');
});

test('currents become true, and stay as delivered beside it', () => {
  const given = { UCUR: 1.088, VCUR: -0.112, CDIR: 95.89, CSPD: 1.094 };
  const may2019 = Date.UTC(2019, 4, 15);
  const turned = derived(given, { declination: true }, MII, may2019);
  // 2.03 degrees east: cos 0.999372, sin 0.035423.
  assert.deepEqual(turned, {
    UCUR: 1.083,
    VCUR: -0.15,
    CDIR: 97.92,
    CSPD: 1.094,
    UCUR_DELIVERED: 1.088,
    VCUR_DELIVERED: -0.112,
    CDIR_DELIVERED: 95.89,
  });
  const kept = derived(given, { declination: false }, MII, may2019);
  assert.deepEqual([kept['UCUR'], kept['VCUR'], kept['CDIR']], [1.088, -0.112, 95.89]);
  const nowhere = { position: { latitude: 'unknown', longitude: 'unknown' } };
  const lost = derived(given, { declination: true }, nowhere, may2019);
  assert.deepEqual([lost['UCUR'], lost['UCUR_DELIVERED']], [Number.NaN, 1.088], 'never true without a position');
  assert.equal(derived({ ...given, CDIR: 359 }, { declination: true }, MII, may2019)['CDIR'], 1.03);
});

const cstar = (calibrations: readonly Facts[]): SensorPlan =>
  planOf({ model: 'wetlabs-cstar', csvColumns: {}, qc: [], calibrations, deployments: [deployment({ settings: {} })] });
const sheet = (validFrom: string, slopeMgPerLPerM: number): Facts => ({
  validFrom,
  source: `samples of ${validFrom.slice(0, 10)}`,
  suspendedMatter: { slopeMgPerLPerM, interceptMgPerL: 0.1 },
});

// PROMISE 15: calibration goes by observation time, intervals are [from, next).
test('a sheet and a constant change at the right sample', () => {
  const plan = cstar([sheet('2020-03-01T06:00:00Z', 1), sheet('2020-03-01T12:00:00Z', 2)]);
  const line = 'CST-1117DR\t13131\t13204\t13207\t0.500\t544\r';
  const times = [MIDNIGHT, MIDNIGHT + 6 * 3_600_000, NOON - 1, NOON, NOON + 1];
  const run = runOf(times.map((receivedMs, i) => record(i + 1, receivedMs, line)));
  const { batch } = decodeRun(plan, run, [0, 1, 2, 3, 4]);
  const matter = batch.values[batch.codes.indexOf('TSED')];
  assert.deepEqual([...matter.subarray(0, 5)], [Number.NaN, 0.6, 0.6, 1.1, 1.1]);
  assert.equal(
    methodsOfDay(plan, DAY).get('TSED'),
    'by the calibration sheet in force since 2020-03-01: samples of 2020-03-01',
  );
  assert.equal(cstar([]).codes.includes('TSED'), false, 'no regression, no column');

  const constants = [...MII.siteConstants, { validFrom: '2020-03-01T12:00:00Z', salinity: 38.5, pressureDbar: 2505.6 }];
  const before = derived(
    { DOXY: 200, DOXY_TEMP: 13.29 },
    { storedSalinity: 0 },
    { ...MII, siteConstants: constants },
    NOON - 1,
  );
  const after = derived(
    { DOXY: 200, DOXY_TEMP: 13.29 },
    { storedSalinity: 0 },
    { ...MII, siteConstants: constants },
    NOON,
  );
  assert.equal(before['DOXY_COMP'], 170.085);
  assert.ok(after['DOXY_COMP'] < before['DOXY_COMP']);
});

test('the choice of equations, the stored salinity and the pressure formula stand in the metadata', () => {
  const plan = planOf(
    {
      model: 'aanderaa-optode',
      csvColumns: {},
      qc: [],
      deployments: [deployment({ settings: { storedSalinity: 0 } })],
    },
    MII,
  );
  const methods = methodsOfDay(plan, DAY);
  assert.match(
    methods.get('DOXY_COMP')!,
    /38\.48 .*stored in the optode: 0; .*combined fit.*2505\.6 dbar.*3\.2 % per 1000 dbar, Uchida 2008/,
  );
  assert.match(methods.get('DOX2')!, /EOS-80/);
  assert.match(methodsOfDay(planOf({}, MII), DAY).get('PSAL')!, /PSS-78 .*42\.914/);
});

test('calibration sheets that cannot be are faults of the site file', () => {
  const faults = (facts: Facts, platform: Facts = {}): string[] => {
    const file = site([sensorFacts({ csvColumns: {}, qc: [], ...facts })], platform);
    return settingsFaults(file as { platforms: Platform[] } as never).map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );
  };
  const at = { validFrom: '2020-01-01T00:00:00Z' };
  const optode = { model: 'aanderaa-optode', deployments: [deployment({ settings: { storedSalinity: 0 } })] };
  assert.deepEqual(faults({ ...optode, calibrations: [at] }), [
    'platforms.0.sensors.0.calibrations.0 expected no calibration sheet: aanderaa-optode sends no counts that need one',
  ]);
  const regression = { model: 'wetlabs-cstar', deployments: [deployment({ settings: {} })] };
  assert.match(
    faults({ ...regression, calibrations: [{ ...at, suspendedMatter: { slopeMgPerLPerM: 1 } }] }).join(),
    /calibrations\.0\.suspendedMatter\.interceptMgPerL wetlabs-cstar: /,
  );
  assert.deepEqual(faults({ ...regression, calibrations: [sheet('2020-01-01T00:00:00Z', 1)] }), []);
});
