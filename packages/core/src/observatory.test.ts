import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type Deployment,
  deploymentAt,
  observatoryDigest,
  parameterOf,
  parseObservatory,
  qcConfigAt,
  type Sensor,
  sensorsOf,
} from './observatory.ts';

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');
const site = parseObservatory(text, 'site.yaml');
const placed = sensorsOf(site);

test('the real site file is valid and has the sensors of both platforms', () => {
  assert.deepEqual(
    site.platforms.map((platform) => [platform.id, platform.sensors.length]),
    [
      ['mii', 5],
      ['albatross', 14],
    ],
  );
  const count = (model: string): number => placed.filter(({ sensor }) => sensor.model === model).length;
  assert.deepEqual([count('sbe37-microcat'), count('nortek-aquadopp')], [9, 7]);
});

test('every ALBATROSS level has its own spans, in its own depth', () => {
  for (const { platform, sensor } of placed) {
    if (platform.id !== 'albatross') continue;
    const tests = qcConfigAt(sensor, Date.UTC(2020, 0, 1))?.['PRES'];
    const range = (tests as Record<string, Record<string, [number, number]>>)['grossRange'];
    assert.ok(range['suspect'], sensor.id);
    const nominal = sensor.depthTheoreticM ?? Number.NaN;
    assert.ok(sensor.id.endsWith(String(nominal).padStart(4, '0')), sensor.id);
    // One dbar is a little less than one metre: the nominal pressure is 1 to 2 % above the depth.
    for (const [low, high] of [range['fail'], range['suspect']]) {
      assert.ok(low < nominal * 1.01 && nominal * 1.01 < high, `${sensor.id}: ${low} to ${high}`);
    }
    assert.ok(sensor.deployments.every((deployment) => deployment.timePolicy === 'relayed'));
  }
});

test('no address, serial or position is invented', () => {
  for (const { sensor } of placed) {
    for (const { endpoint, serial } of sensor.deployments) {
      assert.equal(endpoint, undefined, sensor.id);
      assert.equal(serial, 'unknown', sensor.id);
    }
  }
  assert.equal(site.platforms[1].position.latitude, 'unknown');
});

/** A sensor with deployments `[from, to?]` and QC entries at `validFrom`. */
function sensorWith(periods: readonly [number, number?][], validFrom: readonly number[] = []): Sensor {
  const base = placed[0].sensor;
  const deployments = periods.map(([from, to]): Deployment => ({ ...base.deployments[0], from, to }));
  return { ...base, deployments, qc: validFrom.map((at) => ({ validFrom: at }) as Sensor['qc'][number]) };
}

const AT: [what: string, periods: [number, number?][], at: number, index: number, outside: boolean][] = [
  ['its first instant', [[100]], 100, 0, false],
  ['just before the first', [[100]], 99, 0, true],
  ['long after an open end', [[100]], 1e12, 0, false],
  ['the next one begins', [[100], [200]], 200, 1, false],
  ['just before the next', [[100], [200]], 199.999, 0, false],
  ['an end is not included', [[100, 150], [200]], 150, 0, true],
  ['a gap, nearer to the earlier', [[100, 150], [200]], 174, 0, true],
  ['a gap, in the middle: the earlier', [[100, 150], [200]], 175, 0, true],
  ['a gap, nearer to the later', [[100, 150], [200]], 176, 1, true],
  [
    'after the last end',
    [
      [100, 150],
      [200, 250],
    ],
    250,
    1,
    true,
  ],
  [
    'an end equal to the next start',
    [
      [100, 200],
      [200, 250],
    ],
    200,
    1,
    false,
  ],
];
for (const [what, periods, at, index, outside] of AT) {
  test(`deploymentAt: ${what}`, () => {
    const sensor = sensorWith(periods);
    assert.deepEqual(deploymentAt(sensor, at), { deployment: sensor.deployments[index], index, outside });
  });
}

const QC_AT: [at: number, index: number][] = [
  [99, -1],
  [100, 0],
  [199, 0],
  [200, 1],
  [1e12, 1],
];
for (const [at, index] of QC_AT) {
  test(`qcConfigAt ${at} is entry ${index}`, () => {
    const sensor = sensorWith([[0]], [100, 200]);
    assert.equal(qcConfigAt(sensor, at), index < 0 ? undefined : sensor.qc[index]);
  });
}

test('a sensor may name a parameter in its own sense', () => {
  const sensor = (id: string): Sensor => placed.find((p) => p.sensor.id === id)?.sensor ?? assert.fail(id);
  const { standardName, p01, unit, technical } = parameterOf(sensor('pressure'), 'PRES');
  assert.deepEqual([standardName, p01, unit, technical], ['sea_water_pressure', 'PRSTPS01', 'dbar', false]);
  assert.equal(parameterOf(sensor('microcat'), 'PRES').p01, 'PRESPR01');
  assert.equal(parameterOf(sensor('aquadopp'), 'TEMP').p01, 'TEMPPR01');
  assert.equal(parameterOf(sensor('oxygen'), 'DOXY_TEMP').technical, true);
  const named = { standardName: 'a_name', p01: 'DOXMZZXX' };
  assert.equal(parameterOf({ parameters: { DOX2: named } }, 'DOX2').technical, true, 'nobody has verified its label');
  const labelled = parameterOf({ parameters: { DOX2: { ...named, p01Label: 'A label' } } }, 'DOX2');
  assert.deepEqual([labelled.technical, labelled.p01Label], [false, 'A label']);
  assert.deepEqual(
    ['microcat', 'aquadopp'].map((id) => parameterOf(sensor(id), 'TEMP').referenceScale),
    ['ITS-90', undefined],
  );
  assert.throws(() => parameterOf(sensor('oxygen'), 'NONE'), /expected a code of the parameter table, found 'NONE'/);
});

test('the digest changes with the file', () => {
  assert.match(observatoryDigest(text), /^[0-9a-f]{12}$/);
  assert.notEqual(observatoryDigest(text), observatoryDigest(`${text} `));
});
