import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseObservatory } from '@emso/core';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { askForReload, datasetsByFile, flagAddresses, setFlag } from './erddap-flags.ts';

const SITE = resolve(import.meta.dirname, '../../../deploy/observatory/emso-ligure-ouest.yaml');
const datasetsOf = datasetsByFile(parseObservatory(readFileSync(SITE, 'utf8'), SITE));

const MICROCAT = 'Emso_Ligure_Ouest_MII_Microcat';
const ALBATROSS = 'Emso_Ligure_Ouest_Albatross_Microcat';
const CASES: [path: string, datasets: string[]][] = [
  ['netcdf/Emso_Microcat/2026-11/MICROCAT_20261121.nc', [`${MICROCAT}_NetCDF`, `${MICROCAT}_CF`]],
  ['csv/Emso_Microcat/2026-11/MICROCAT_20261121.csv', [`${MICROCAT}_CSV`]],
  ['netcdf/Emso_Albatross/0750/2026-11/ALBATROSS_MICRO_0750_20261121.nc', [`${ALBATROSS}_NetCDF`, `${ALBATROSS}_CF`]],
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

test('addresses of flags are read as the daily report lists them', () => {
  const text = '# from the daily report\n\nhttps://host/erddap/setDatasetFlag.txt?datasetID=A_CSV&flagKey=1f\r\n';
  assert.deepEqual([...flagAddresses(text).keys()], ['A_CSV']);
});

for (const [what, line] of [
  ['no address', 'secret-words'],
  ['an address without a key', 'https://host/erddap/setDatasetFlag.txt?datasetID=A&flagKey='],
  ['an address without a dataset', 'https://host/erddap/setDatasetFlag.txt?flagKey=secret-words'],
]) {
  test(`a line with ${what} is refused by its number, and not shown`, () => {
    assert.throws(
      () => flagAddresses(`\n${line}`),
      (error: Error) => /^line 2: expected an address/.test(error.message) && !error.message.includes('secret-words'),
    );
  });
}

test('a reload is asked for by address; a refusal and a dead server are told without the key', async (t) => {
  const asked: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end('SUCCESS');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/erddap/setDatasetFlag.txt`;
  const addresses = flagAddresses(`${base}?datasetID=A_CSV&flagKey=0123abcd\n`);
  await askForReload(addresses, 'A_CSV');
  await askForReload(addresses, 'A_csv');
  assert.deepEqual(asked, ['/erddap/setDatasetFlag.txt?datasetID=A_CSV&flagKey=0123abcd']);
  const told = (found: RegExp) => (error: Error) => found.test(error.message) && !error.message.includes('0123abcd');
  status = 403;
  await assert.rejects(askForReload(addresses, 'A_CSV'), told(/found status 403: is ERDDAP up/));
  await new Promise((done) => {
    server.closeAllConnections();
    server.close(done);
  });
  await assert.rejects(askForReload(addresses, 'A_CSV'), told(/found no connection: is ERDDAP up/));
});
