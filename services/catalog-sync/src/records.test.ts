/** Records as the service makes them of a data root, without any far end. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOfCivil, type Observatory, sensorsOf } from '@emso/core';
import { encodeManifest, productPaths } from '@emso/products';
import { siteOf, siteText } from '../../../test/support/catalogue-site.ts';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { renderedRecords } from './records.ts';

const MICROCAT = 'Emso_Ligure_Ouest_MII_Microcat';
const SITE = siteOf(siteText());

function seal(dataDir: string, day: number): void {
  const found = sensorsOf(SITE).find(({ sensor }) => sensor.id === 'microcat');
  assert.ok(found);
  const paths = productPaths(found.sensor, day);
  const file = (where: string) => ({ path: where, sha256: 'a'.repeat(64), bytes: 1000 });
  const text = encodeManifest({
    content: {
      rows: 720,
      files: { csv: file(paths.csv), netcdf: file(paths.netcdf) },
      raw: { digest: 'b'.repeat(64), records: 720, sessions: [] },
      build: 'd1.v2.q2.p2-0123456789ab',
      rejections: {},
      ignored: 0,
      outsideDeployments: 0,
      gaps: [],
    },
    history: { state: 'sealed', version: 1, notes: [] },
  });
  const target = path.join(dataDir, paths.manifest);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

test('a sealed day changes its data set and series; a round after it changes nothing', async () => {
  const [dataDir, stateDir] = [temporaryDirectory('catalog-data'), temporaryDirectory('catalog-state')];
  const damaged: string[] = [];
  const round = (observatory: Observatory = SITE) =>
    renderedRecords({ observatory, dataDir, stateDir, onDamaged: (what) => damaged.push(what) });
  const empty = await round();
  assert.equal(empty.length, 8);
  seal(dataDir, dayOfCivil(2031, 3, 1));
  const first = await round();
  const changed = first.filter(
    ({ uuid, contentHash }) => empty.find((each) => each.uuid === uuid)?.contentHash !== contentHash,
  );
  assert.equal(changed.length, 3);
  assert.ok(
    changed.some(({ xml }) => xml.includes(`>${MICROCAT}<`) && xml.includes('<gco:DateTime>2031-03-02T00:00:00Z<')),
  );
  assert.deepEqual(await round(), first);
  // A day that nobody can read is told, and does not stop the others.
  const torn = path.join(dataDir, 'manifest', 'Emso_Microcat', '2031-03', 'MICROCAT_20310302.json');
  writeFileSync(torn, '{');
  assert.deepEqual(await round(), first);
  assert.match(damaged.join('\n'), /MICROCAT_20310302\.json: manifest: expected JSON/);
});

test('a site file that says nothing to catalogues has no records', async () => {
  const { metadata: _metadata, ...observatory } = SITE;
  const [dataDir, stateDir] = [temporaryDirectory('catalog-data'), temporaryDirectory('catalog-state')];
  assert.deepEqual(await renderedRecords({ observatory, dataDir, stateDir, onDamaged: () => assert.fail() }), []);
});
