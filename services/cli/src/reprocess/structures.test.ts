/** Historical daily files of a binary stream (FORMATS §4.8), read as they are and imported first: the same products. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { datRow, framingOf, importIds, nortekAquadopp, readDatRows } from '@emso/instruments';
import { decodeManifest, formatImportRows } from '@emso/products';
import { parseDocument } from 'yaml';
import { aquadoppStructure, BINARY_SETTINGS } from '../../../../test/support/aquadopp-structure.ts';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { reprocess } from './reprocess.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const SITE = join(ROOT, 'deploy/observatory/emso-ligure-ouest.yaml');
const NOON = Date.UTC(2020, 2, 1, 12);

/** The site file with the Aquadopp of the MII as a binary stream. */
function binarySite(): string {
  const document = parseDocument(readFileSync(SITE, 'utf8'));
  const site = document.toJS() as { platforms: { sensors: { id: string; deployments: unknown[] }[] }[] };
  const sensor = site.platforms[0].sensors.findIndex(({ id }) => id === 'aquadopp');
  for (const d of site.platforms[0].sensors[sensor].deployments.keys())
    document.setIn(
      ['platforms', 0, 'sensors', sensor, 'deployments', d, 'settings'],
      document.createNode(BINARY_SETTINGS),
    );
  const path = join(temporaryDirectory('site'), 'site.yaml');
  writeFileSync(path, document.toString());
  return path;
}

async function made(name: string, bytes: Uint8Array, observatory: string): Promise<Map<string, Buffer>> {
  const [raw, out] = [temporaryDirectory('raw'), temporaryDirectory('made')];
  mkdirSync(dirname(join(raw, name)), { recursive: true });
  writeFileSync(join(raw, name), bytes);
  await reprocess({ raw, out, observatory, workers: 1, form: 'sealed' });
  return new Map(filesBelow(out).map((file) => [file, readFileSync(join(out, file))]));
}

test('rows of a binary stream give what their import gives', async () => {
  const framing = framingOf(nortekAquadopp, nortekAquadopp.settings.parse(BINARY_SETTINGS));
  // A structure every ten minutes, each with silence behind it; some hold an 0A, one of them lost the 0D before it.
  const rows = [1234, 0x0a21, 0x0a0d, 900, 0x0a0a].map((heading, i) =>
    datRow(NOON + i * 600_000, aquadoppStructure(heading), 0, 42),
  );
  const dat = Buffer.concat([...rows, rows[0]]);
  const site = binarySite();
  const direct = await made('Aquadopp_20200301.dat', dat, site);

  const { run } = readDatRows(dat, framing);
  const ids = importIds(run);
  const imported = formatImportRows(
    ids.map((importId, i) => ({
      importId,
      receivedMs: run.received[i],
      bytes: run.bytes.subarray(run.start[i], run.end[i]),
    })),
  );
  const archived = await made('Aquadopp_20200301.raw', imported, site);
  const products = [...direct.keys()].filter((name) => name !== '.lock');
  assert.equal(products.length, 3);
  for (const name of products) assert.ok(archived.get(name)?.equals(direct.get(name)!), `${name} differs`);
  const content = decodeManifest(direct.get(products.find((name) => name.endsWith('.json'))!)!.toString()).content;
  // All but the one that lost a byte, and the first of them twice.
  assert.equal(content.rows, 5);
  assert.equal(content.raw.records, run.count);
  assert.match(content.raw.digest, /^[0-9a-f]{64}$/);

  // What the archive shows to old programs is again such a file, and gives the same rows.
  const view = archived.get('dat/Emso_Aquadopp/2020-03/Aquadopp_20200301.dat');
  assert.ok(view !== undefined);
  const csv = products.find((name) => name.endsWith('.csv'))!;
  assert.ok((await made('Aquadopp_20200301.dat', view, site)).get(csv)?.equals(direct.get(csv)!));
});
