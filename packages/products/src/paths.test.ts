import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOfCivil } from '@emso/core';
import { productPaths, rawPathOfUnknown } from './paths.ts';

const day = dayOfCivil(2019, 5, 1);

test('files of a sensor and day', () => {
  assert.deepEqual(productPaths({ folder: 'Emso_Albatross/0500', prefix: 'ALBATROSS_MICRO_0500' }, day), {
    raw: 'raw/Emso_Albatross/0500/2019-05/ALBATROSS_MICRO_0500_20190501.raw',
    dat: 'dat/Emso_Albatross/0500/2019-05/ALBATROSS_MICRO_0500_20190501.dat',
    csv: 'csv/Emso_Albatross/0500/2019-05/ALBATROSS_MICRO_0500_20190501.csv',
    netcdf: 'netcdf/Emso_Albatross/0500/2019-05/ALBATROSS_MICRO_0500_20190501.nc',
    manifest: 'manifest/Emso_Albatross/0500/2019-05/ALBATROSS_MICRO_0500_20190501.json',
  });
});

test('raw file of a sensor that nobody configured', () => {
  assert.equal(
    rawPathOfUnknown('mii', 'camera-2', day),
    'raw/_unconfigured/mii/camera-2/2019-05/camera-2_20190501.raw',
  );
  for (const bad of ['..', 'a/b', '', 'A']) assert.throws(() => rawPathOfUnknown('mii', bad, day), /expected an id/);
});
