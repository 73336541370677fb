import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { decodeNetcdf3 } from '@emso/products';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { isHdf5, readNetcdf4 } from './netcdf4-reader.ts';

const ncgen = spawnSync('ncgen', ['-h']).error === undefined;
const skip = ncgen ? false : 'ncgen is not installed (Debian: netcdf-bin)';

/** A file of netCDF-C from its text. */
function made(cdl: string, kind: string): string {
  const folder = temporaryDirectory('netcdf4');
  const [text, file] = [path.join(folder, 'a.cdl'), path.join(folder, `${kind}.nc`)];
  writeFileSync(text, cdl);
  execFileSync('ncgen', ['-k', kind, '-o', file, text]);
  return file;
}

const DAY = `netcdf day {
dimensions: time = UNLIMITED ; letters = 4 ; wide = 4 ;
variables:
  double time(time) ; time:units = "seconds since 1970-01-01T00:00:00Z" ; time:_FillValue = -1. ;
  float TEMP(time) ; TEMP:_FillValue = 99999.f ; TEMP:comment = "µmol, Méditerranée" ;
  byte TEMP_QC(time) ; TEMP_QC:flag_values = 0b, 1b, -128b ;
  short S(time) ; int N(time, wide) ;
  char label(time, letters) ; char id(letters) ; char mark ; double depth ;
  :title = "Méditerranée" ; :levels = 1, 2, 3 ; :lat = 42.806217 ;
data:
  time = 1, 2.5 ; TEMP = 13.2012, 99999 ; TEMP_QC = 1, -128 ; S = -1, 900 ;
  N = 1, 2, 3, 4, -5, 6, 7, 2147483647 ; label = "ab", "éd" ; id = "MII" ; mark = "x" ; depth = 2471.25 ;
}`;

for (const kind of ['nc7', 'nc4']) {
  test(`a ${kind === 'nc7' ? 'classic model' : 'plain'} netCDF-4 file is the same value as the netCDF-3 one`, {
    skip,
  }, async () => {
    const file = made(DAY, kind);
    assert.ok(isHdf5(readFileSync(file)));
    const { file: value, foreign } = await readNetcdf4(file);
    assert.deepEqual(value, decodeNetcdf3(readFileSync(made(DAY, 'classic'))));
    assert.deepEqual(foreign, []);
  });
}

test('what the classic model does not have is named', { skip }, async () => {
  const file = made(
    `netcdf odd { dimensions: obs = 2 ;
      variables: ubyte QC(obs) ; QC:flag_values = 0ub, 9ub ; int64 count(obs) ; string name(obs) ; string QC:long_name = "a" ;
      data: QC = 1, 200 ; count = 1, 5 ; name = "aé", "b" ;
      group: inner { variables: int x ; } }`,
    'nc4',
  );
  const { file: value, foreign } = await readNetcdf4(file);
  assert.deepEqual(foreign, [
    { where: 'inner', type: 'group' },
    { where: 'QC', type: 'u8-bit integer' },
    { where: 'QC:flag_values', type: 'u8-bit integer' },
    { where: 'QC:long_name', type: 'string' },
    { where: 'count', type: '64-bit integer' },
    { where: 'name', type: 'string' },
  ]);
  assert.deepEqual(value.dimensions, [{ name: 'obs', length: 2 }]);
  const data = Object.fromEntries(value.variables.map((variable) => [variable.name, variable.data]));
  assert.deepEqual(data['QC'], Int16Array.of(1, 200));
  assert.deepEqual(data['count'], Float64Array.of(1, 5));
});

test('a damaged file gives an error', { skip }, async () => {
  const file = made(DAY, 'nc7');
  const bytes = readFileSync(file);
  for (const damaged of [bytes.subarray(0, 100), bytes.subarray(0, bytes.length / 2)]) {
    writeFileSync(file, damaged);
    await assert.rejects(
      readNetcdf4(file),
      /^Error: expected netCDF-4, found a damaged file \([^\n]+\): fetch it again$/,
    );
  }
});
