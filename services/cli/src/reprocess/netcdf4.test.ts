/** Sealed days as netCDF-4: HDF5 stamps the time into files, and yet equal records give equal bytes (PROMISE 26). */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { formatRawRows } from '@emso/products';
import { readNetcdf } from '../../../../test/support/netcdf-reader.ts';
import { readNetcdf4 } from '../../../../test/support/netcdf4-reader.ts';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory, waitFor } from '../../../../test/support/waiting.ts';
import { type ReprocessOptions, reprocess } from './reprocess.ts';

const SITE = resolve(import.meta.dirname, '../../../../deploy/observatory/emso-ligure-ouest.yaml');
const MIDNIGHT = Date.UTC(2020, 2, 1);
const DAYS = 5;

/** The real site file with these settings of `netcdf`. */
function siteWith(settings: string): string {
  const path = join(temporaryDirectory('site'), 'site.yaml');
  const text = readFileSync(SITE, 'utf8');
  writeFileSync(path, text.replace(/^ {2}netcdf: .*$/m, `  netcdf: ${settings}`));
  return path;
}

function archive(): string {
  const root = temporaryDirectory('raw');
  mkdirSync(join(root, 'a'));
  for (let d = 0; d < DAYS; d++) {
    const records = Array.from({ length: 40 + d }, (_, i): RawRecord => {
      const bytes = Buffer.from(`13.29${i % 10}0, 4.59963, 2505.600, 38.4794\r`, 'latin1');
      const receivedMs = MIDNIGHT + d * DAY_MS + i * 120_000;
      return { session: '20200229T120000000Z-0a1b2c3d', seq: 1 + i + 1000 * d, receivedMs, kind: 'line', bytes };
    });
    writeFileSync(join(root, 'a', `MICROCAT_2020030${d + 1}.raw`), formatRawRows(records));
  }
  return root;
}

async function made(options: Omit<ReprocessOptions, 'out'>): Promise<Map<string, Buffer>> {
  const out = temporaryDirectory('made');
  await reprocess({ ...options, out });
  return new Map(filesBelow(out).flatMap((name) => (name === '.lock' ? [] : [[name, readFileSync(join(out, name))]])));
}

test('PROMISE 26: sealed days that differ in bytes when they are written seconds apart or by other workers, or from netCDF-3 in content', async () => {
  const raw = archive();
  const four = siteWith('{ format: netcdf4 }');
  const first = await made({ raw, observatory: four, workers: 1, form: 'sealed' });
  const writtenMs = Date.now();
  await waitFor(() => Date.now() - writtenMs > 2000, { what: 'two seconds to pass', timeoutMs: 10_000 });
  const second = await made({ raw, observatory: four, workers: 2, form: 'sealed' });
  assert.deepEqual([...second.keys()], [...first.keys()]);
  for (const [name, bytes] of first) assert.ok(second.get(name)?.equals(bytes), name);

  const three = await made({ raw, observatory: siteWith('{ format: netcdf3 }'), workers: 1, form: 'sealed' });
  const names = [...first.keys()].filter((name) => name.endsWith('.nc'));
  assert.equal(names.length, DAYS);
  for (const name of names) {
    const [a, b] = [readNetcdf4(first.get(name)!), readNetcdf(three.get(name)!)];
    // Another setting is another configuration.
    for (const { attributes } of [a, b]) for (const each of ['emso_build', 'history']) attributes.delete(each);
    assert.deepEqual(a, b, name);
  }
});

test('a day that grows is netCDF-3 whatever the setting', async () => {
  const files = await made({ raw: archive(), observatory: siteWith('{ format: netcdf4 }'), workers: 1, form: 'open' });
  const names = [...files.keys()].filter((name) => name.endsWith('.nc'));
  for (const name of names) assert.equal(readNetcdf(files.get(name)!).variables.has('TEMP'), true, name);
  assert.equal(names.length, DAYS);
});
