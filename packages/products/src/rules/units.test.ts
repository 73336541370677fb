import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARAMETERS } from '@emso/core';
import { areConvertible, areEqual, parseTimeUnit, parseUnit } from './units.ts';

const SAME: [a: string, b: string][] = [
  ['m s-1', 'm/s'],
  ['kg m-3', 'kg/m^3'],
  ['S/m', 'S m-1'],
  ['mS/cm', '0.1 S m-1'],
  ['dbar', '10000 Pa'],
  ['kPa', '1000 N m-2'],
  ['umol/l', 'mmol m-3'],
  ['µmol/l', 'umol/l'],
  ['micromol/kg', 'umol/kg'],
  ['%', '0.01'],
  ['1', ''],
  ['1e-3', '0.001'],
  ['degree_north', 'degrees_north'],
  ['W.m-2', 'W/m^2'],
  ['m/s kg', 'kg m/s'],
];
for (const [a, b] of SAME) {
  test(`'${a}' is '${b}'`, () => {
    const [first, second] = [parseUnit(a), parseUnit(b)];
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(areEqual(first, second));
  });
}

for (const text of ['PSU', 'Dmnless', 'deg', 'deg T', '/m', '#/m3', 'm /', 'furlong', 'm-', '°F', 'm..s', 'ppt']) {
  test(`'${text}' is no unit`, () => assert.equal(parseUnit(text), undefined));
}

test('degC is a temperature, and no factor of something else', () => {
  assert.ok(areConvertible(parseUnit('degC')!, parseUnit('K')!));
  assert.ok(!areConvertible(parseUnit('degC')!, parseUnit('m')!));
});

test('every unit of the parameter table is read', () => {
  for (const { code, unit } of PARAMETERS.values()) {
    assert.ok((code === 'time' ? parseTimeUnit(unit) : parseUnit(unit)) !== undefined, `${code}: ${unit}`);
  }
});

test('time units give their step and their zero', () => {
  assert.deepEqual(parseTimeUnit('seconds since 1970-01-01T00:00:00Z'), { unitMs: 1000, epochMs: 0 });
  assert.deepEqual(parseTimeUnit('days since 1950-01-01T00:00:00Z'), { unitMs: 86_400_000, epochMs: -631_152_000_000 });
  assert.deepEqual(parseTimeUnit('hours since 2000-01-01 00:00:00.5'), { unitMs: 3_600_000, epochMs: 946_684_800_500 });
  for (const text of ['seconds', 'm since 1970-01-01', 'days since yesterday', 'days since 1970-01-01 00:00 +02:00']) {
    assert.equal(parseTimeUnit(text), undefined, text);
  }
});
