import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { readNetcdf4 } from '../../../test/support/netcdf4-reader.ts';
import { type NetcdfFile, textData } from './netcdf-file.ts';
import { encodeNetcdf3 } from './netcdf3.ts';
import { encodeNetcdf4 } from './netcdf4.ts';

const fileOf = (rows: number): NetcdfFile => ({
  dimensions: [
    { name: 'time', length: rows, unlimited: true },
    { name: 'letters', length: 5 },
  ],
  attributes: [
    { name: 'zebra_first', type: 'char', value: 'Institut Méditerranéen d’Océanologie' },
    { name: 'shorts', type: 'short', value: [1, -2, 3] },
    { name: 'doubles', type: 'double', value: [42.806217] },
  ],
  variables: [
    {
      name: 'time',
      type: 'double',
      dimensions: ['time'],
      attributes: [{ name: 'units', type: 'char', value: 'seconds since 1970-01-01T00:00:00Z' }],
      data: Float64Array.from({ length: rows }, (_, i) => 1.5e9 + 2 * i),
    },
    { name: 'depth', type: 'double', dimensions: [], attributes: [], data: Float64Array.of(2471.25) },
    { name: 'id', type: 'char', dimensions: ['letters'], attributes: [], data: textData('MIIé', 5) },
    {
      name: 'TEMP',
      type: 'float',
      dimensions: ['time'],
      attributes: [{ name: '_FillValue', type: 'float', value: [99_999] }],
      data: Float32Array.from({ length: rows }, (_, i) => (i % 7 === 3 ? 99_999 : 13 + i / 8)),
    },
    {
      name: 'A_QC',
      type: 'byte',
      dimensions: ['time'],
      attributes: [
        { name: '_FillValue', type: 'byte', value: [-128] },
        { name: 'flag_values', type: 'byte', value: [0, 1, 9] },
      ],
      data: Int8Array.from({ length: rows }, (_, i) => i % 5),
    },
    { name: 'COUNT', type: 'int', dimensions: ['time'], attributes: [], data: new Int32Array(rows).fill(-7) },
    { name: 'mark', type: 'char', dimensions: [], attributes: [], data: textData(' ') },
  ],
});

const SIZES = [0, 1, 3, 1024, 9000];

for (const rows of SIZES) {
  test(`${rows} rows: one value, two kinds of file, the same content`, () => {
    const value = fileOf(rows);
    const [three, four] = [readNetcdf(encodeNetcdf3(value)), readNetcdf4(encodeNetcdf4(value))];
    assert.deepEqual(four, three);
  });
}

const ncdump = spawnSync('ncdump', ['-h']).error === undefined;
const skip = ncdump ? false : 'ncdump is not installed (Debian: netcdf-bin)';

test('ncdump prints the same text of both, but for the kind', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'emso-netcdf4-'));
  try {
    const dump = (kind: string, bytes: Uint8Array): string[] => {
      const path = join(folder, 'file.nc');
      writeFileSync(path, bytes);
      assert.equal(execFileSync('ncdump', ['-k', path], { encoding: 'utf8' }).trim(), kind);
      return execFileSync('ncdump', ['-p', '9,17', path], { encoding: 'utf8', maxBuffer: 1e8 }).split('\n');
    };
    for (const rows of SIZES) {
      const value = fileOf(rows);
      const three = dump('64-bit offset', encodeNetcdf3(value));
      assert.deepEqual(dump('netCDF-4 classic model', encodeNetcdf4(value)), three, String(rows));
      assert.ok(three.includes('dimensions:'), String(rows));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('refuses what it cannot hold', () => {
  const value = fileOf(1);
  const empty = { ...value, attributes: [{ name: 'title', type: 'char', value: '' } as const] };
  assert.throws(() => encodeNetcdf4(empty), /netCDF-4 file, attribute title: expected a text, found an empty one/);
  const short = { ...value, dimensions: [{ name: 'time', length: 2, unlimited: true }, value.dimensions[1]] };
  assert.throws(() => encodeNetcdf4(short), /time: expected 2 values/);
  // What failed left nothing behind.
  assert.deepEqual(readNetcdf4(encodeNetcdf4(value)), readNetcdf(encodeNetcdf3(value)));
});
