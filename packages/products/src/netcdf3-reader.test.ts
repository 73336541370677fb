import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NetcdfFile } from './netcdf-file.ts';
import { encodeNetcdf3 } from './netcdf3.ts';
import { decodeNetcdf3 } from './netcdf3-reader.ts';

const FILE: NetcdfFile = {
  dimensions: [{ name: 'time', length: 2, unlimited: true }],
  attributes: [{ name: 'title', type: 'char', value: 'Méditerranée' }],
  variables: [
    { name: 'time', type: 'double', dimensions: ['time'], attributes: [], data: Float64Array.of(1, 2) },
    { name: 'TEMP_QC', type: 'byte', dimensions: ['time'], attributes: [], data: Int8Array.of(1, 9) },
  ],
};

/** The file with one 32-bit word of it replaced. */
function withWord(at: number, word: number): Uint8Array {
  const bytes = encodeNetcdf3(FILE);
  new DataView(bytes.buffer).setUint32(at, word);
  return bytes;
}

const FAULTS: [what: string, bytes: Uint8Array, message: RegExp][] = [
  ['nothing', new Uint8Array(0), /at byte 0: expected 'CDF', found ""/],
  [
    'text',
    new TextEncoder().encode('time,TEMP\n'),
    /at byte 0: expected 'CDF', found "time": this is no NetCDF-3 file/,
  ],
  ['64-bit data', Uint8Array.of(67, 68, 70, 5), /at byte 3: expected version 1 .* or 2 .*, found 5 \(64-bit data\)/],
  ['another list', withWord(8, 11), /at byte 8: expected tag 10 \(dimensions\) or an empty list, found 11/],
  [
    'many dimensions',
    withWord(12, 0xffff_ffff),
    /at byte 12: expected as many dimensions as \d+ bytes hold, found 42949/,
  ],
  ['many records', withWord(4, 1000), /variable "time" within the \d+ bytes of the file, found its end at/],
  [
    'cut in the middle',
    encodeNetcdf3(FILE).subarray(0, 60),
    /at byte \d+: expected \d+ bytes for .*, found \d+ to the end/,
  ],
];
for (const [what, bytes, message] of FAULTS) {
  test(`refused: ${what}`, () => assert.throws(() => decodeNetcdf3(bytes), message));
}

test('the number of records of a file that was never closed follows from its length', () => {
  assert.deepEqual(decodeNetcdf3(withWord(4, 0xffff_ffff)), FILE);
});

test('a file inside a greater buffer is read at its place', () => {
  const bytes = encodeNetcdf3(FILE);
  const around = new Uint8Array(bytes.length + 7);
  around.set(bytes, 5);
  assert.deepEqual(decodeNetcdf3(around.subarray(5, 5 + bytes.length)), FILE);
});

const ncgen = spawnSync('ncgen', ['-h']).error === undefined;
test('a classic file of netCDF-C is read', {
  skip: ncgen ? false : 'ncgen is not installed (Debian: netcdf-bin)',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'emso-netcdf-'));
  try {
    const [cdl, nc] = [join(folder, 'a.cdl'), join(folder, 'a.nc')];
    writeFileSync(
      cdl,
      'netcdf a { dimensions: time = UNLIMITED ; variables: double time(time) ; byte TEMP_QC(time) ;' +
        ' :title = "Méditerranée" ; data: time = 1, 2 ; TEMP_QC = 1, 9 ; }',
    );
    execFileSync('ncgen', ['-k', 'classic', '-o', nc, cdl]);
    const bytes = readFileSync(nc);
    assert.equal(bytes[3], 1);
    assert.deepEqual(decodeNetcdf3(bytes), FILE);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
