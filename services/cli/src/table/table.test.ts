import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOfCivil } from '@emso/core';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { tableLines } from './table.ts';

const OBSERVATORY = loadSiteFile(DEFAULT_SITE_FILE);
const MOORING = 'Emso_Ligure_Ouest_Albatross_Microcat';

function dataRoot(files: Readonly<Record<string, string>>): string {
  const root = temporaryDirectory('table');
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, 'csv', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

const FILES = {
  'Emso_Albatross/0500/2019-05/ALBATROSS_MICRO_0500_20190501.csv':
    'time,depth,T\n2019-05-01T00:30:00Z,500,13.1\n2019-05-01T01:00:00Z,500,13.2\n',
  // A column more, a text with a comma, a time with milliseconds, and a row that is being written.
  'Emso_Albatross/1000/2019-05/ALBATROSS_MICRO_1000_20190501.csv':
    'time,depth,T,O\n2019-05-01T00:30:00Z,1000,"13,0",5\n2019-05-01T00:30:00.500Z,1000,13.0,5.1\n2019-05-01T01:',
  'Emso_Albatross/1000/2019-05/ALBATROSS_MICRO_1000_20190502.csv': 'time,depth,T\n2019-05-02T00:00:00Z,1000,12.9\n',
  'Emso_Cstar/2019-05/CSTAR_20190501.csv': 'time,ATTN\n2019-05-01T00:30:00Z,0.1\n',
};

test('one table over all levels, in the order of time', async () => {
  const data = dataRoot(FILES);
  const all = (await Array.fromAsync(tableLines(OBSERVATORY, { dataset: MOORING, data }))).join('');
  assert.equal(
    all,
    `\
time,depth,T,O
2019-05-01T00:30:00Z,500,13.1,
2019-05-01T00:30:00Z,1000,"13,0",5
2019-05-01T00:30:00.500Z,1000,13.0,5.1
2019-05-01T01:00:00Z,500,13.2,
2019-05-02T00:00:00Z,1000,12.9,
`,
  );
  const second = dayOfCivil(2019, 5, 2);
  const later = await Array.fromAsync(tableLines(OBSERVATORY, { dataset: MOORING, data, from: second, to: second }));
  assert.deepEqual(later, ['time,depth,T\n', '2019-05-02T00:00:00Z,1000,12.9\n']);
});

test('a dataset that is none, and one without files', async () => {
  const data = dataRoot({});
  const lines = (dataset: string): Promise<string[]> => Array.fromAsync(tableLines(OBSERVATORY, { dataset, data }));
  await assert.rejects(
    lines('Albatros'),
    /expected a dataset of the site file, found 'Albatros'.*_Albatross_Microcat/s,
  );
  await assert.rejects(lines(MOORING), /expected daily files of Emso_.* found none/);
});
