/** Who asks for a test: the site file, then the instrument model, then the parameter table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARAMETERS, type Sensor } from '@emso/core';
import { DIAGNOSTICS } from './diagnostics.ts';
import { type SensorTests, sensorTests } from './sensor-tests.ts';

const SINCE_EVER = Number.NEGATIVE_INFINITY;

function made(model: string, codes: readonly string[], qc: readonly object[] = []): SensorTests {
  const sensor = { model, cadenceMs: 60_000, qc } as unknown as Pick<Sensor, 'qc' | 'cadenceMs' | 'model'>;
  return sensorTests(sensor, codes);
}

/** `test origin` for each test of a code in an entry. */
function asked({ entries }: SensorTests, code: string, entry = 0): string[] {
  const { tests, asked } = entries[entry];
  const names = (tests.get(code) ?? []).map(({ name }) => name);
  return names.map((name) => `${name} ${asked.get(code)?.[name]?.origin}`);
}

test('every diagnostic counts for a sensor of its model that has the parameter and the partners', () => {
  for (const [model, entries] of Object.entries(DIAGNOSTICS)) {
    const tests = made(model, [...Object.keys(entries), 'DOXY', 'DOXY_TEMP']);
    for (const [code, entry] of Object.entries(entries)) {
      for (const name of Object.keys(entry)) assert.ok(asked(tests, code).includes(`${name} instrument model`), code);
    }
  }
});

test('a diagnostic without its partner, or without its parameter, does not apply', () => {
  const without = made('aanderaa-optode', ['OSAT', 'DOXY']);
  assert.ok(PARAMETERS.get('OSAT')?.validRange !== undefined);
  assert.deepEqual(asked(without, 'OSAT'), ['grossRange parameter table']);
  assert.deepEqual([...without.entries[0].tests.keys()], ['OSAT', 'DOXY']);
  assert.deepEqual(asked(made('nortek-aquadopp', ['PITCH']), 'PITCH'), ['grossRange parameter table']);
  assert.deepEqual(asked(made('sbe37-microcat', ['SSPEED']), 'SSPEED'), ['grossRange parameter table']);
});

test('a test of the site file takes the place of that test alone, from its date on', () => {
  const range = { fail: [45, 105], suspect: [65, 84] };
  const tests = made(
    'aanderaa-optode',
    ['DOXY', 'DOXY_TEMP', 'OSAT', 'CALPHASE'],
    [
      { validFrom: SINCE_EVER, OSAT: { grossRange: range } },
      {
        validFrom: 1000,
        OSAT: { optodeSaturation: { oxygen: 'DOXY', temperature: 'DOXY_TEMP', suspectPercent: 5 } },
        CALPHASE: { grossRange: { fail: [20, 60] } },
      },
    ],
  );
  assert.deepEqual(asked(tests, 'OSAT'), ['grossRange site file', 'optodeSaturation instrument model']);
  assert.deepEqual(tests.entries[0].asked.get('OSAT')?.['grossRange']?.thresholds, range);
  assert.deepEqual(asked(tests, 'CALPHASE'), ['grossRange instrument model']);
  assert.deepEqual(asked(tests, 'OSAT', 1), ['grossRange parameter table', 'optodeSaturation site file']);
  assert.deepEqual(asked(tests, 'CALPHASE', 1), ['grossRange site file']);
});
