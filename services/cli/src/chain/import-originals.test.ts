import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../../test/support/servers.ts';
import { findOriginals } from './import-originals.ts';

function treeOf(names: readonly string[]): string {
  const dir = temporaryDirectory('originals');
  for (const name of names) {
    mkdirSync(path.join(dir, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(dir, name), 'x'.repeat(name.length));
  }
  return dir;
}

/** What is taken, and the other names by the word that tells why not. */
async function found(dir: string, data = temporaryDirectory('data')): Promise<[string[], Record<string, string>]> {
  const { files, refused } = await findOriginals(dir, data);
  for (const { path: file, bytes } of files) assert.equal(bytes, path.relative(dir, file).length);
  const words = /compressed|raw archive|view|name|readable/;
  return [
    files.map((file) => path.relative(dir, file.path)),
    Object.fromEntries(
      refused.map(({ file, reason }) => [path.relative(dir, file), words.exec(reason)?.[0] ?? reason]),
    ),
  ];
}

test('daily files in order of path, and why the others are none', async () => {
  const dir = treeOf([
    'b/MICROCAT_20190802.dat',
    'b/MICROCAT_20190801.dat',
    'a/CTAR_20190801.dat',
    'NOBODY_20190801.dat',
    'CSTAR_20190801.dat.gz',
    'CSTAR.ZIP',
    'CSTAR_20190231.dat',
    'CSTAR_20190801.csv',
    'notes.txt',
  ]);
  assert.deepEqual(await found(dir), [
    // Whether a sensor has the prefix is for the writer to say.
    ['NOBODY_20190801.dat', 'a/CTAR_20190801.dat', 'b/MICROCAT_20190801.dat', 'b/MICROCAT_20190802.dat'],
    {
      'CSTAR.ZIP': 'compressed',
      'CSTAR_20190231.dat': 'name',
      'CSTAR_20190801.csv': 'name',
      'CSTAR_20190801.dat.gz': 'compressed',
      'notes.txt': 'name',
    },
  ]);
});

test('PROMISE 12: views are no originals where the raw files stand in the same tree', async () => {
  const dir = treeOf(['dat/CSTAR_20190801.dat', 'dat/OXYGEN_20190801.dat', 'raw/CSTAR_20190909.raw']);
  assert.deepEqual(await found(dir), [
    ['dat/OXYGEN_20190801.dat'],
    { 'dat/CSTAR_20190801.dat': 'view', 'raw/CSTAR_20190909.raw': 'raw archive' },
  ]);
});

test('links are followed; one that leads nowhere is told', async () => {
  const dir = treeOf([]);
  const elsewhere = treeOf(['CSTAR_20190801.dat']);
  symlinkSync(path.join(elsewhere, 'CSTAR_20190801.dat'), path.join(dir, 'CSTAR_20190801.dat'));
  symlinkSync(path.join(elsewhere, 'gone'), path.join(dir, 'CSTAR_20190802.dat'));
  assert.deepEqual(await found(dir), [['CSTAR_20190801.dat'], { 'CSTAR_20190802.dat': 'readable' }]);
});

test('the data root is no tree of originals, and none within one', async () => {
  const dir = treeOf(['CSTAR_20190801.dat', 'data/dat/CSTAR_20190802.dat', 'data2/CSTAR_20190803.dat']);
  const data = path.join(dir, 'data');
  assert.deepEqual((await found(dir, data))[0], ['CSTAR_20190801.dat', 'data2/CSTAR_20190803.dat']);
  for (const inside of [data, path.join(data, 'dat')]) {
    await assert.rejects(findOriginals(inside, data), /expected a tree of originals outside the data root, found/);
  }
  await assert.rejects(findOriginals(path.join(dir, 'gone'), data), /expected a readable directory, found ENOENT/);
});
