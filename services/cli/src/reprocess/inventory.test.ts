import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planObservatory } from '@emso/pipeline';
import { SITE, tree } from '../fixtures/reprocessed-tree.ts';
import { loadSiteFile } from '../site-file.ts';
import { findRawFiles } from './inventory.ts';

test('which files are whose', async () => {
  const root = tree({
    'MICROCAT_20200302.raw': '',
    'deep/er/MICROCAT_20200301.raw': '',
    'CSTAR_20200301.dat': '',
    // As the old script misspelt it.
    'CTAR_20200302.dat': '',
    // Claimed by nobody: another name, no date, a date that is none, a longer prefix.
    'OTHER_20200301.dat': '',
    'MICROCAT_2020.raw': '',
    'MICROCAT_20200230.raw': '',
    'OLD_MICROCAT_20200301.raw': '',
    // Not raw files at all.
    'MICROCAT_20200301.csv': '',
    'MICROCAT_20200301.raw.gz': '',
    'README.md': '',
  });
  const { plans } = planObservatory(loadSiteFile(SITE));
  const { files, unclaimed } = await findRawFiles(root, plans);
  const found = [...files].map(([{ sensor }, own]) => [sensor.id, own.map(({ path }) => path.slice(root.length + 1))]);
  assert.deepEqual(Object.fromEntries(found), {
    microcat: ['deep/er/MICROCAT_20200301.raw', 'MICROCAT_20200302.raw'],
    cstar: ['CSTAR_20200301.dat', 'CTAR_20200302.dat'],
  });
  assert.deepEqual(unclaimed.map((path) => path.slice(root.length + 1)).sort(), [
    'MICROCAT_2020.raw',
    'MICROCAT_20200230.raw',
    'OLD_MICROCAT_20200301.raw',
    'OTHER_20200301.dat',
  ]);
});
