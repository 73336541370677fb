import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoDay, sensorsOf } from '@emso/core';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { matchColumns } from './column-match.ts';
import { dayName } from './day-files.ts';
import { matchRows, shiftOf } from './row-match.ts';
import { addValues, columnResult, commonCause, decimalsOf } from './value-match.ts';

const SENSORS = sensorsOf(loadSiteFile(DEFAULT_SITE_FILE)).map(({ sensor }) => sensor);
const NAMES: [name: string, sensor?: string, day?: string][] = [
  ['MICROCAT_20190601.csv', 'MICROCAT', '2019-06-01'],
  ['microcat_2019-06-01.CSV', 'MICROCAT', '2019-06-01'],
  ['Emso_Microcat-20190601.csv', 'MICROCAT', '2019-06-01'],
  ['CTAR_20190601.csv', 'CSTAR', '2019-06-01'],
  ['AQUADOPP_20190601.txt', 'Aquadopp', '2019-06-01'],
  ['ALBATROSS_MICRO_0500_20190601.csv', 'ALBATROSS_MICRO_0500', '2019-06-01'],
  ['albatross-micro-0500 2019_06_01.csv', 'ALBATROSS_MICRO_0500', '2019-06-01'],
  ['UNKNOWN_20190601.csv', 'UNKNOWN', '2019-06-01'],
  ['MICROCAT_20190631.csv'],
  ['readme.csv'],
];
for (const [name, sensor, day] of NAMES) {
  test(`${name} is ${sensor ?? 'no daily file'}`, () => {
    const found = dayName(name, SENSORS);
    assert.deepEqual(found && [found.sensor, isoDay(found.day)], sensor && [sensor, day]);
  });
}

test('columns are paired by name, by what the site file says, and by what the user says', () => {
  const old = {
    columns: ['Time', 'TEMPERATURE (degC)', 'CNDC', 'Sea Water Pressure', 's.Batterie', 'Note'],
    timeColumns: [0],
  };
  const fresh = { columns: ['time', 'Temperature', 'Conductivity', 'Pressure', 'Batterie', 'PSAL'], timeColumns: [0] };
  const renamed = new Map([['seawaterpressure', 'pressure']]);
  const { pairs, onlyOld, onlyNew } = matchColumns(old, fresh, renamed, { Conductivity: 'CNDC' });
  assert.deepEqual(
    pairs.map(({ oldPlace, newPlace }) => [oldPlace, newPlace]),
    [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ],
  );
  assert.deepEqual([onlyOld, onlyNew], [['Note'], ['PSAL']]);
});

const rows = (...times: number[]) => times.map((timeMs) => ({ timeMs }));
const timesOf = (list: readonly { timeMs: number }[]) => list.map(({ timeMs }) => timeMs);

const alike = () => ({ agreeing: 1, all: 1 });

test('rows of one second are paired in their order, others with the nearest', () => {
  const match = matchRows(rows(5000, 5000, 9000, 20_000), rows(5100, 5900, 8400, 40_000), 1000, alike);
  assert.deepEqual(match.pairs.map(timesOf), [
    [5000, 5100],
    [5000, 5900],
    [9000, 8400],
  ]);
  assert.deepEqual([timesOf(match.onlyOld), timesOf(match.onlyNew)], [[20_000], [40_000]]);
});

test('of several rows of one second those are paired that agree most', () => {
  const [a, b, own] = [
    { timeMs: 5000, value: 1 },
    { timeMs: 5000, value: 2 },
    { timeMs: 5400, value: 2 },
  ];
  const agreement = (old: typeof a, fresh: typeof a) => ({ agreeing: old.value === fresh.value ? 1 : 0, all: 1 });
  const match = matchRows([a, b], [own], 1000, agreement);
  assert.deepEqual([match.pairs, match.onlyOld], [[[b, own]], [a]]);
});

test('a row is used once', () => {
  const { pairs, onlyOld } = matchRows(rows(4600, 5400), rows(4999.9), 1000, alike);
  assert.equal(pairs.length, 1);
  assert.equal(onlyOld.length, 1);
});

test('rows that stand some hours away are recognised, by time and by values', () => {
  const hour = 3_600_000;
  const lonely = (...times: number[]) => rows(...times).map((row) => ({ row, agreeing: -1 }));
  const all = () => ({ agreeing: 2, all: 2 });
  const there = rows(hour, hour + 120_500, hour + 240_000);
  assert.deepEqual(shiftOf(lonely(0, 120_000, 240_000), there, all), { hours: 1, rows: 3 });
  assert.equal(shiftOf(lonely(0, 1000), rows(hour, hour + 1000), all), undefined, 'two rows are too few');
  assert.equal(shiftOf(lonely(0, 1000, 2000), rows(7, 9, 11), all), undefined, 'no rows there');
  const none = () => ({ agreeing: 0, all: 2 });
  assert.equal(shiftOf(lonely(0, 120_000, 240_000), there, none), undefined, 'other values there');
  const asGood = rows(0, 120_000, 240_000).map((row) => ({ row, agreeing: 2 }));
  assert.equal(
    shiftOf(asGood, there, () => ({ agreeing: 2, all: 3 })),
    undefined,
    'no better there',
  );
});

const DECIMALS: [text: string, decimals: number][] = [
  ['13.2500', 4],
  ['13', 0],
  ['-0.1', 1],
  ['1.2e-05', 6],
  ['1e3', 0],
  ['MII', 0],
  ['', 0],
];
for (const [text, decimals] of DECIMALS)
  test(`'${text}' has ${decimals} decimals`, () => assert.equal(decimalsOf(text), decimals));

function compared(...pairs: [old: string, fresh: string][]) {
  const result = columnResult('T');
  addValues(
    result,
    pairs.map(([old, fresh], i) => ({ old, fresh, timeMs: i })),
  );
  return result;
}

test('values are equal within the digits that the old table prints', () => {
  const { equal, different, digits } = compared(
    ['13.250', '13.2504'],
    ['13.2', '13.1996'],
    ['0.1', '0.1'],
    ['0507', '507'],
    ['MII', 'MII'],
    ['nan', ''],
  );
  assert.deepEqual([equal, different, digits], [5, 0, 3]);
});

test('a wrong last digit, and a lost value, are seen with their place', () => {
  const { equal, different, onlyOld, onlyNew, largest, text } = compared(
    ['13.250', '13.251'],
    ['13.250', '13.2506'],
    ['13.250', ''],
    ['', '13.250'],
    ['MII', 'ALBATROSS'],
    ['13.250', '13.25'],
  );
  assert.deepEqual([equal, different, onlyOld, onlyNew], [1, 3, 1, 1]);
  assert.deepEqual([largest?.timeMs, largest?.difference.toFixed(6)], [0, '0.001000']);
  assert.deepEqual(text, { old: 'MII', fresh: 'ALBATROSS', timeMs: 4 });
});

test('a common cause is named', () => {
  assert.match(commonCause(compared(['4.1', '41'], ['4.2', '42'], ['4.3', '43'])), /new = old × 10: another unit\?/);
  assert.match(
    commonCause(compared(['286.15', '13.00'], ['286.25', '13.10'], ['286.35', '13.20'])),
    /− 273.15: kelvin/,
  );
  assert.equal(commonCause(compared(['1', '2'], ['3', '9'], ['5', '6'])), '');
});
