/** The commands as a shell sees them: what they write, what a second run changes, what they say of faults. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { catalogueDataRoot } from '../../../../test/support/catalogue-data-root.ts';
import { SHARED, siteText } from '../../../../test/support/catalogue-site.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';

const MAIN = path.join(import.meta.dirname, '..', 'main.ts');
const MICROCAT = 'Emso_Ligure_Ouest_MII_Microcat';

function emso(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'catalog', ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

test('render lists what there is, from the manifests', () => {
  const { status, out, err } = emso('render', '--data', catalogueDataRoot());
  assert.equal(status, 0, err);
  // Two complete days of 0.9 MB; the open one is left out, and dates the record with the end of the day before.
  assert.match(out, new RegExp(`${MICROCAT} +dataset +2026-11-20 +now +1\\.8 +2026-11-30T00:00:00Z`));
  assert.match(err, /'dataset' is unknown in the site file: pressure, albatross-aquadopp-0500/);
});

test('render writes every form; a second run changes no byte, nor does a line more of an open day', () => {
  const out = path.join(temporaryDirectory('catalog'), 'records');
  assert.equal(emso('render', '--data', catalogueDataRoot(), '--out', out).status, 0);
  const texts = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(out, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.\w+$/.test(name))
        .map((name) => [name, readFileSync(path.join(out, name), 'utf8')]),
    );
  const first = texts();
  for (const name of [
    `iso19139/${MICROCAT}.xml`,
    `datacite/${MICROCAT}.json`,
    `schema-org/${MICROCAT}.jsonld`,
    'dcat/catalog.jsonld',
    'dcat/catalog.ttl',
    'sensorml/mii.xml',
    'sensorml/microcat.xml',
    'plan/madmp.json',
    'plan/plan.html',
    'records.json',
  ]) {
    assert.ok(first[name] !== undefined, name);
  }
  assert.equal(emso('render', '--data', catalogueDataRoot(400), '--out', out).status, 0);
  assert.deepEqual(texts(), first);
});

test('what is withdrawn is kept apart, and offered no more', () => {
  const out = path.join(temporaryDirectory('catalog'), 'records');
  assert.equal(emso('render', '--out', out).status, 0);
  const site = path.join(temporaryDirectory('catalog'), 'site.yaml');
  writeFileSync(site, siteText().replace(`    ${MICROCAT}:\n`, `    ${MICROCAT}:\n      inCatalogue: false\n`));
  const { status, err } = emso('render', '--out', out, '--observatory', site);
  assert.equal(status, 0, err);
  assert.ok(!existsSync(path.join(out, 'iso19139', `${MICROCAT}.xml`)));
  assert.ok(existsSync(path.join(out, 'iso19139', 'withdrawn', `${MICROCAT}.xml`)));
  assert.equal(emso('render', '--out', out).status, 0);
  assert.ok(existsSync(path.join(out, 'iso19139', `${MICROCAT}.xml`)));
  assert.ok(!existsSync(path.join(out, 'iso19139', 'withdrawn', `${MICROCAT}.xml`)));
});

test('render prints one record, and says which there are', () => {
  const one = emso('render', MICROCAT);
  assert.equal(one.status, 0);
  assert.match(one.out, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<gmd:MD_Metadata /);
  const none = emso('render', 'nothing');
  assert.equal(none.status, 2);
  assert.match(none.err, /expected a record \(emso-ligure-ouest, mii, .*\), found 'nothing'/);
});

test('a damaged manifest is told and does not stop the others', () => {
  const data = catalogueDataRoot();
  const dir = path.join(data, 'manifest', 'Emso_Microcat', '2026-11');
  writeFileSync(path.join(dir, 'MICROCAT_20261121.json'), '{');
  const { status, out, err } = emso('render', '--data', data);
  assert.equal(status, 0);
  assert.match(err, /not counted: manifest\/Emso_Microcat\/2026-11\/MICROCAT_20261121\.json: manifest: expected JSON/);
  assert.match(out, new RegExp(`${MICROCAT} .* 0\\.9 `));
});

test('validate: good records, a fault with its rule, a file that is no record, none at all', () => {
  const good = emso('validate');
  assert.equal(good.status, 0, good.err);
  assert.match(good.out, new RegExp(`^${MICROCAT}: 5 facts unknown$`, 'm'));
  const dir = temporaryDirectory('catalog');
  const record = emso('render', MICROCAT).out;
  writeFileSync(path.join(dir, 'a.xml'), record.replace('>oceans<', '>ocean<'));
  writeFileSync(path.join(dir, 'b.xml'), '<html/>');
  const bad = emso('validate', dir);
  assert.equal(bad.status, 1);
  assert.match(bad.out, /INSPIRE 1\.7: expected topic categories of ISO 19115, such as oceans, found 'ocean'/);
  assert.match(bad.out, /b\.xml: \d+ faults/);
  assert.match(bad.err, /2 of 2 records have faults/);
  const none = emso('validate', path.join(dir, 'absent'));
  assert.equal(none.status, 3);
  assert.match(none.err, /expected records in .*absent, found ENOENT/);
  const empty = emso('validate', temporaryDirectory('catalog'));
  assert.equal(empty.status, 3);
});

const SCHEMAS = path.join(SHARED, 'xsd');
const noSchemas = !existsSync(SCHEMAS)
  ? 'the schemas are not beside this checkout'
  : spawnSync('xmllint', ['--version']).error !== undefined && 'xmllint is not installed (libxml2-utils)';

test('validate with the schemas names the line', { skip: noSchemas }, () => {
  const dir = temporaryDirectory('catalog');
  const file = path.join(dir, 'a.xml');
  writeFileSync(file, emso('render', MICROCAT).out.replace(' gml:id="period"', ''));
  const { status, out } = emso('validate', file, '--schemas', SCHEMAS);
  assert.equal(status, 1);
  assert.match(out, /INSPIRE C\.1: line \d+: element TimePeriod: .*attribute.*id.*required/i);
  assert.equal(emso('validate', '--schemas', SCHEMAS).status, 0);
  const wrong = emso('validate', '--schemas', dir);
  assert.equal(wrong.status, 3);
  assert.match(wrong.err, /--schemas: expected apiso\/apiso\.xsd in /);
});

test('a site file that says nothing to catalogues', () => {
  const text = siteText();
  const file = path.join(temporaryDirectory('catalog'), 'site.yaml');
  writeFileSync(file, text.slice(0, text.indexOf('\nmetadata:\n')) + text.slice(text.indexOf('\nplatforms:\n')));
  const { status, err } = emso('render', '--observatory', file);
  assert.equal(status, 2);
  assert.match(err, /expected the key 'metadata' with what records say, found none: see docs\/catalogue-records\.md/);
});
