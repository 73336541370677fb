/** Comparisons of sensors that `emso reprocess` makes from what it has just made. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { RawRecord } from '@emso/core';
import { formatRawRows } from '@emso/products';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { type ReprocessOptions, reprocess } from './reprocess.ts';

const SITE = resolve(import.meta.dirname, '../../../../deploy/observatory/emso-ligure-ouest.yaml');
const NOON_MS = Date.UTC(2020, 2, 1, 12);

const rows = (texts: readonly string[]): Uint8Array =>
  formatRawRows(
    texts.map((text, i): RawRecord => {
      const receivedMs = NOON_MS + i * 60_000;
      const bytes = Buffer.from(`${text}\r`, 'latin1');
      return { session: '20200229T120000000Z-0a1b2c3d', seq: i + 1, receivedMs, kind: 'line', bytes };
    }),
  );

function tree(): string {
  const root = temporaryDirectory('raw');
  mkdirSync(join(root, 'a'));
  const optode = (temperature: number): string => `4831\t379\t230.000\t75.000\t${temperature.toFixed(3)}`;
  writeFileSync(join(root, 'a/OXYGEN_20200301.raw'), rows([optode(13.29), optode(13.5), optode(14.1)]));
  const water = '13.2900, 4.59963, 2505.600, 38.4800';
  writeFileSync(join(root, 'MICROCAT_20200301.raw'), rows([water, water, water]));
  // A day of one of them alone.
  writeFileSync(join(root, 'a/OXYGEN_20200302.raw'), rows([]));
  return root;
}

async function made(options: Partial<ReprocessOptions> = {}) {
  const out = temporaryDirectory('made');
  await reprocess({ raw: tree(), out, observatory: SITE, workers: 1, form: 'sealed', ...options });
  const root = join(out, 'comparison');
  return new Map(filesBelow(root).map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

test('every comparison of a day that two of its sensors have, with any number of workers', async () => {
  const [one, two] = await Promise.all([1, 2].map((workers) => made({ workers })));
  assert.deepEqual([...two], [...one]);
  const name = 'temperature-optode-microcat/2020-03/temperature-optode-microcat_20200301.csv';
  assert.deepEqual([...one.keys()], [name]);
  assert.deepEqual(one.get(name)?.trimEnd().split('\n'), [
    'time,oxygen_DOXY_TEMP,microcat_TEMP,difference,difference_QC',
    '2020-03-01T12:00:00Z,13.2900,13.2900,0.0000,1',
    '2020-03-01T12:01:00Z,13.5000,13.2900,0.2100,3',
    '2020-03-01T12:02:00Z,14.1000,13.2900,0.8100,4',
  ]);
});

test('open days are not compared, nor what a release makes of one sensor', async () => {
  assert.deepEqual([...(await made({ form: 'open' }))], []);
  const only = { sensor: 'oxygen', days: new Set([Math.floor(NOON_MS / 86_400_000)]) };
  assert.deepEqual([...(await made({ only }))], []);
});
