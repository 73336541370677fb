import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoDay } from '@emso/core';
import { parseDatName } from './rows-file-name.ts';

test('names of daily files, and what is none', () => {
  const cases: [name: string, prefix: string | undefined, day?: string][] = [
    ['MICROCAT_20170929.dat', 'MICROCAT', '2017-09-29'],
    ['OXYGEN_20210609.dat', 'OXYGEN', '2021-06-09'],
    ['CSTAR_20190601.dat', 'CSTAR', '2019-06-01'],
    ['CTAR_20190601.dat', 'CSTAR', '2019-06-01'],
    ['PRESSURE_20190601.dat', 'PRESSURE', '2019-06-01'],
    ['Aquadopp_20100907.dat', 'Aquadopp', '2010-09-07'],
    ['ALBATROSS_MICRO_0500_20200229.dat', 'ALBATROSS_MICRO_0500', '2020-02-29'],
    ['CSTAR_20190229.dat', undefined],
    ['CSTAR_20190601.dat.gz', undefined],
    ['CSTAR_20190601.raw', undefined],
    ['CSTAR_2019060.dat', undefined],
    ['CSTAR20190601.dat', undefined],
    ['_20190601.dat', undefined],
    ['constructor_20190601.dat', 'constructor', '2019-06-01'],
    ['', undefined],
  ];
  for (const [name, prefix, day] of cases) {
    const found = parseDatName(name);
    assert.deepEqual(found && [found.prefix, isoDay(found.day)], prefix && [prefix, day], name);
  }
});
