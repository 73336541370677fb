import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseObservatory } from '@emso/core';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { datasetsByFile, setFlag } from './erddap-flags.ts';

const SITE = resolve(import.meta.dirname, '../../../deploy/observatory/emso-ligure-ouest.yaml');
const datasetsOf = datasetsByFile(parseObservatory(readFileSync(SITE, 'utf8'), SITE));

const MICROCAT = 'Emso_Ligure_Ouest_MII_Microcat';
const ALBATROSS = 'Emso_Ligure_Ouest_Albatross_Microcat';
const CASES: [path: string, datasets: string[]][] = [
  ['netcdf/Emso_Microcat/2026-11/MICROCAT_20261121.nc', [`${MICROCAT}_NetCDF`]],
  ['csv/Emso_Microcat/2026-11/MICROCAT_20261121.csv', [`${MICROCAT}_CSV`, `${MICROCAT}_csv`]],
  ['netcdf/Emso_Albatross/0750/2026-11/ALBATROSS_MICRO_0750_20261121.nc', [`${ALBATROSS}_NetCDF`]],
  ['raw/Emso_Microcat/2026-11/MICROCAT_20261121.raw', []],
  ['manifest/Emso_Microcat/2026-11/MICROCAT_20261121.json', []],
  ['versions/v1/csv/Emso_Microcat/2026-11/MICROCAT_20261121.csv', []],
  ['csv/Emso_Pressure/2026-11/PRESSURE_20261121.csv', []],
  ['csv/Elsewhere/2026-11/X_20261121.csv', []],
];
for (const [path, datasets] of CASES) {
  test(`PROMISE 24: ${path} belongs to ${datasets.join(' ') || 'no dataset'}`, () =>
    assert.deepEqual(datasetsOf(path), datasets));
}

test('PROMISE 24: a flag is an empty file; a folder that is missing is not made', async () => {
  const folder = temporaryDirectory('flag');
  for (let i = 0; i < 2; i++) await setFlag(folder, 'A_NetCDF');
  assert.deepEqual(readdirSync(folder), ['A_NetCDF']);
  assert.equal(readFileSync(join(folder, 'A_NetCDF')).length, 0);
  await assert.rejects(setFlag(join(folder, 'flag'), 'A'), /expected to create .* is EMSO_ERDDAP_FLAG_DIR the folder/);
});
