import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { readRunFiles, writeRunFile } from './run-file.ts';

test('every process of a role has a file of its own; those of killed ones are removed by the next', async () => {
  const dir = join(temporaryDirectory('run'), 'made');
  assert.deepEqual(await readRunFiles(dir), [], 'nothing ever started there');
  await writeRunFile(dir, 'decoder', 'http://127.0.0.1:1');
  const { pid: dead } = spawnSync('true');
  const put = (file: string): void => writeFileSync(join(dir, file), JSON.stringify({ url: `http://${file}` }));
  const others = [`catalog-sync-${dead}.json`, `decoder-${process.ppid}.json`, 'decoder.json'];
  for (const file of [...others, `decoder-${dead}.json`, '.decoder-1.json', 'notes.txt']) put(file);
  const remove = await writeRunFile(dir, 'decoder', 'http://127.0.0.1:3');
  const own = `decoder-${process.pid}.json`;
  assert.deepEqual(readdirSync(dir).sort(), ['.decoder-1.json', ...others, 'notes.txt', own].sort());
  const found = [
    ['catalog-sync', `http://catalog-sync-${dead}.json`],
    ['decoder', `http://decoder-${process.ppid}.json`],
    ['decoder', 'http://127.0.0.1:3'],
    ['decoder', 'http://decoder.json'],
  ];
  assert.deepEqual((await readRunFiles(dir)).map(({ name, url }) => [name, url]).sort(), found.sort());
  await remove();
  assert.equal((await readRunFiles(dir)).length, 3);
});
