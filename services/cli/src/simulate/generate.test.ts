import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLines, INSTRUMENTS, readLines } from '@emso/instruments';
import fc from 'fast-check';
import { lineGenerator, SIMULATED_MODELS } from './generate.ts';
import { randomOf } from './random.ts';
import { captureOf } from './source.ts';

const START_MS = Date.UTC(2019, 7, 1);
const MICROCAT = { outputFormat: 1, fields: ['TEMP', 'CNDC', 'PRES', 'PSAL'], conductivityUnit: 'S/m' };

/** Settings by model, and the span every generated value must stay in: the site's suspect spans (QC §6). */
const CASES: { model: string; settings: Record<string, unknown>; spans: Record<string, [number, number]> }[] = [
  {
    model: 'sbe37-microcat',
    settings: MICROCAT,
    spans: { TEMP: [13.05, 13.65], CNDC: [4.56, 4.65], PRES: [2503, 2508], PSAL: [38.4, 38.6] },
  },
  {
    model: 'sbe37-microcat',
    settings: { fields: ['CNDC', 'TEMP'], conductivityUnit: 'mS/cm' },
    spans: { CNDC: [4.56, 4.65], TEMP: [13.05, 13.65] },
  },
  {
    model: 'aanderaa-optode',
    settings: {},
    spans: { DOXY: [215, 275], OSAT: [65, 84], DOXY_TEMP: [13.05, 13.65], CALPHASE: [10, 70] },
  },
  {
    model: 'wetlabs-cstar',
    settings: {},
    spans: { ATTN: [-0.05, 0.5], REFCOUNTS: [0, 16_383], SIGCOUNTS: [0, 16_383] },
  },
  {
    model: 'nortek-aquadopp',
    settings: { layout: 'ascii-27', coordinateSystem: 'ENU' },
    spans: {
      CSPD: [0, 0.4],
      WCUR: [-0.05, 0.05],
      CDIR: [0, 360],
      SSPEED: [1543, 1550],
      PRES: [2503, 2508],
      TEMP: [13, 14],
    },
  },
  {
    model: 'seafloor-pressure',
    settings: { grammar: 'digiquartz', pressureUnit: 'psi', pressureKind: 'absolute' },
    spans: { PRES: [2513, 2519] },
  },
];

for (const { model: id, settings, spans } of CASES) {
  test(`${id} ${JSON.stringify(settings)}: a year of lines decodes, within the site's spans`, () => {
    const generate = lineGenerator(id, settings, randomOf(1, 'a'));
    const lines = Array.from({ length: 1000 }, (_, i) => `${generate(START_MS + i * 31_540_000)}\r\n`);
    const model = INSTRUMENTS.get(id);
    assert.ok(model);
    for (const line of decodeLines(readLines(Buffer.from(lines.join(''), 'latin1')), model, settings)) {
      assert.equal(line.kind, 'decoded', lines[line.line]);
      for (const [code, [low, high]] of Object.entries(spans)) {
        const value = line.kind === 'decoded' ? line.values[code] : Number.NaN;
        assert.ok(value >= low && value <= high, `${code} ${value} of ${lines[line.line]}`);
      }
    }
  });
}

test('a MicroCAT line has the columns of the instrument and its own clock', () => {
  const line = lineGenerator('sbe37-microcat', MICROCAT, randomOf(1, 'a'))(START_MS);
  assert.match(line, /^ {3}13\.\d{4}, {2}4\.\d{5}, 250\d\.\d{3}, {2}38\.\d{4}, 01 Aug 2019, 00:00:00$/);
});

test('the practical salinity of a MicroCAT line belongs to its conductivity', () => {
  // PSS-78 at the site (FORMATS §7): 13.29 °C, 4.59963 S/m, 2505.6 dbar is 38.48; ds/dC 9.44 per S/m, ds/dT −0.99 per °C.
  const generate = lineGenerator('sbe37-microcat', MICROCAT, randomOf(2, 'a'));
  for (let i = 0; i < 300; i++) {
    const [temperature, conductivity, pressure, salinity] = generate(START_MS + i * 7_200_000)
      .split(',')
      .map(Number);
    const expected =
      38.48 + 9.44 * (conductivity - 4.59963) - 0.993 * (temperature - 13.29) - 3.82e-4 * (pressure - 2505.6);
    assert.ok(Math.abs(salinity - expected) < 5e-4, `${salinity} for ${expected}`);
  }
});

test('same seed, same lines; another seed or another sensor, others', () => {
  const lines = (model: string, seed: number, sensor: string): string[] => {
    const generate = lineGenerator(model, {}, randomOf(seed, sensor));
    return [0, 1, 2, 3].map((i) => generate(START_MS + i * 1000));
  };
  fc.assert(
    fc.property(fc.constantFrom(...SIMULATED_MODELS), fc.nat(), (model, seed) => {
      assert.deepEqual(lines(model, seed, 'a'), lines(model, seed, 'a'));
      assert.notDeepEqual(lines(model, seed, 'a'), lines(model, seed + 1, 'a'));
      assert.notDeepEqual(lines(model, seed, 'a'), lines(model, seed, 'b'));
    }),
  );
});

test('what cannot be generated is refused with the reason', () => {
  const cases: [model: string, settings: Record<string, unknown>, message: RegExp][] = [
    ['sea-bear', {}, /expected one of the models .*wetlabs-cstar, found 'sea-bear'/],
    ['nortek-aquadopp', { layout: 'binary' }, /layout ascii-27 .*, found binary/],
    ['seafloor-pressure', { grammar: 'rbr' }, /grammar digiquartz in psi, found rbr/],
    ['sbe37-microcat', { fields: ['TEMP', 'DOX1'] }, /found 'DOX1'/],
    ['sbe37-microcat', { outputFormat: 3 }, /outputFormat 1, found 3/],
    ['sbe37-microcat', { conductivityUnit: 'S' }, /found conductivityUnit 'S'/],
  ];
  for (const [model, settings, message] of cases) {
    assert.throws(() => lineGenerator(model, settings, randomOf(1, 'a')), { message });
  }
});

test('captures are whole lines as instruments end them', () => {
  const counts = { 'aanderaa-optode': 97, 'sbe37-microcat': 46, 'wetlabs-cstar': 1 };
  for (const [model, count] of Object.entries(counts)) {
    const lines = captureOf(model);
    assert.equal(lines.length, count, model);
    for (const line of lines) assert.equal(line.toString('latin1').search('\r\n'), line.length - 2, model);
  }
  const noise = captureOf('aanderaa-optode')[0];
  assert.ok(noise.includes(0xff) && noise.indexOf('!4831') > 30, 'the power-on noise of the optode is kept');
});
