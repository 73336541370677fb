/** A snapshot gives the same bytes back, whatever was sealed again since: by the real parts of the writer and the real command. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, isoDay } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { decodeSnapshot } from '@emso/products';
import { sealedRoot } from '../../services/cli/src/fixtures/sealed-root.ts';
import {
  DAY,
  fileOf,
  GRACE_MS,
  line,
  lines,
  manifestIn,
  openDays,
  planOf,
} from '../../services/writer/src/fixtures/writer-setup.ts';
import { temporaryDirectory } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';

const MAIN = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');
const SITE = path.resolve(import.meta.dirname, '../../deploy/observatory/emso-ligure-ouest.yaml');
const QUIET_MS = Date.now() + 30 * DAY_MS;
const KINDS = ['csv', 'netcdf', 'manifest'] as const;

function emso(...args: string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

const create = (root: string, name: string, ...more: string[]) =>
  emso(
    ...['snapshot', 'create', name, '--data', root, '--sensor', 'cstar', '--from', isoDay(DAY), '--to', isoDay(DAY)],
    ...['--observatory', SITE, ...more],
  );

/** Other thresholds: other flags, other bytes, another build. */
const withSuspect = (low: number): SensorPlan =>
  planOf('cstar', (text) => text.replaceAll(/(ATTN: .*? suspect: \[)[^,]+/g, `$1${low}`));

async function seal(root: string, plan: SensorPlan | undefined, records = lines(1, 0)): Promise<void> {
  const writer = await openDays({ root, ...(plan && { plan }) });
  if (records.length > 0) await writer.arrive(records);
  await writer.days.tick(Date.now());
  for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, true)) await writer.days.announced(each);
  await writer.close();
}

test('PROMISE 20: sealed, frozen, sealed again twice with other thresholds: the export is what was frozen', async () => {
  const root = temporaryDirectory('snapshots');
  await seal(root, undefined, lines(1, 5));
  const plan = planOf('cstar');
  const frozen = KINDS.map((kind) => readFileSync(fileOf(root, plan, kind)));
  const made = create(root, 'first');
  assert.equal(made.code, 0, made.err);
  const file = path.join(root, 'snapshots', 'first.json');
  const snapshot = decodeSnapshot(readFileSync(file, 'utf8'));
  assert.deepEqual(
    snapshot.files.map(({ version }) => version),
    [1, 1, 1],
  );
  for (const [i, low] of [0.1, 0.2].entries()) {
    await seal(root, withSuspect(low));
    assert.equal(manifestIn(root, plan).history.version, i + 2);
    assert.ok(!readFileSync(fileOf(root, plan, 'netcdf')).equals(frozen[1]));
  }
  const verified = emso('snapshot', 'verify', 'first', '--data', root);
  assert.deepEqual(
    [verified.code, /3 of 3 files can be had, 3 of them as earlier/.test(verified.out)],
    [0, true],
    verified.out,
  );
  const out = temporaryDirectory('export');
  for (let again = 0; again < 2; again++) {
    const exported = emso('snapshot', 'export', 'first', '--data', root, '--out', out);
    assert.equal(exported.code, 0, exported.err);
  }
  KINDS.forEach((kind, i) => {
    assert.ok(readFileSync(fileOf(out, plan, kind)).equals(frozen[i]), kind);
  });
  execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: out });
  assert.deepEqual(filesBelow(out).length, 5);
  // The second of the two versions that were replaced is kept too, NetCDF and all.
  assert.ok(filesBelow(path.join(root, 'versions')).filter((name) => name.endsWith('.nc')).length === 2);
});

test('a name is given once: the same again changes nothing, other files are refused', async () => {
  const root = temporaryDirectory('snapshots');
  await seal(root, undefined, lines(1, 5));
  assert.equal(create(root, 'a').code, 0);
  const before = readFileSync(path.join(root, 'snapshots', 'a.json'), 'utf8');
  const same = create(root, 'a');
  assert.deepEqual([same.code, /is there already/.test(same.out)], [0, true]);
  await seal(root, withSuspect(0.1));
  const other = create(root, 'a');
  assert.equal(other.code, 1);
  assert.match(other.err, /expected a name that is free, found another snapshot/);
  assert.equal(readFileSync(path.join(root, 'snapshots', 'a.json'), 'utf8'), before);
  assert.equal(create(root, '../a').code, 2);
  assert.equal(emso('snapshot', 'verify', 'b', '--data', root).code, 3);
  writeFileSync(path.join(root, 'snapshots', 'a.json'), before.replace('"version": 1', '"version": 2'));
  const changed = emso('snapshot', 'verify', 'a', '--data', root);
  assert.deepEqual([changed.code, /somebody changed it/.test(changed.err)], [1, true]);
});

test('a manifest that changes without a new version is given back as it was', async () => {
  const root = temporaryDirectory('snapshots');
  await seal(root, undefined, lines(1, 5));
  const plan = planOf('cstar');
  assert.equal(create(root, 'a').code, 0);
  const before = readFileSync(fileOf(root, plan, 'manifest'));
  // A line that is known to be no sample: the files stay as they are, their manifest does not.
  await seal(root, undefined, [{ ...line(6), bytes: Buffer.from('\r') }]);
  assert.equal(manifestIn(root, plan).history.version, 1);
  assert.ok(!readFileSync(fileOf(root, plan, 'manifest')).equals(before));
  const out = temporaryDirectory('export');
  assert.equal(emso('snapshot', 'export', 'a', '--data', root, '--out', out).code, 0);
  assert.ok(readFileSync(fileOf(out, plan, 'manifest')).equals(before));
});

test('open days and files that are not what their manifests say are refused by name; what is lost is told', async () => {
  const root = temporaryDirectory('snapshots');
  const writer = await openDays({ root });
  await writer.arrive(lines(1, 3));
  await writer.days.tick(Date.now());
  await writer.close();
  const open = create(root, 'a');
  assert.equal(open.code, 1);
  assert.match(open.err, new RegExp(`to be sealed, found 1 that are not:\n {2}cstar ${isoDay(DAY)}: open`));
  await seal(root, undefined);
  const csv = fileOf(root, writer.plan, 'csv');
  const bytes = readFileSync(csv);
  writeFileSync(csv, bytes.subarray(1));
  assert.match(create(root, 'a').err, /expected csv\/.* as its manifest has it, found another file: see emso ledger/);
  writeFileSync(csv, bytes);
  assert.equal(create(root, 'a').code, 0);
  rmSync(csv);
  const lost = emso('snapshot', 'verify', 'a', '--data', root);
  assert.deepEqual(
    [lost.code, /2 of 3 files.*1 files can no longer be had.*csv\/Emso_Cstar/s.test(lost.out)],
    [1, true],
  );
  assert.equal(emso('snapshot', 'export', 'a', '--data', root, '--out', temporaryDirectory('export')).code, 1);
});

test('validated files that a later release replaces are given back too', () => {
  const at = sealedRoot(1);
  const release = (why: string): void => {
    const { code, err } = at.emso(
      'release',
      'cstar',
      at.day(0),
      at.day(1),
      '--data',
      at.data,
      '--by',
      'A',
      '--why',
      why,
    );
    assert.equal(code, 0, err);
  };
  release('looked at');
  const days = ['--from', at.day(0), '--to', at.day(0)];
  const made = at.emso('snapshot', 'create', 'v', '--data', at.data, '--sensor', 'cstar', ...days, '--released');
  assert.equal(made.code, 0, made.err);
  const paths = decodeSnapshot(readFileSync(path.join(at.data, 'snapshots', 'v.json'), 'utf8'))
    .files.map((file) => file.path)
    .filter((name) => name.startsWith('released/'));
  assert.equal(paths.length, 2);
  const before = paths.map((name) => readFileSync(path.join(at.data, name)));
  release('looked at again');
  assert.ok(paths.some((name, i) => !readFileSync(path.join(at.data, name)).equals(before[i])));
  const out = path.join(at.dir, 'out');
  mkdirSync(out);
  const exported = emso('snapshot', 'export', 'v', '--data', at.data, '--out', out);
  assert.equal(exported.code, 0, exported.err);
  paths.forEach((name, i) => {
    assert.ok(readFileSync(path.join(out, name)).equals(before[i]), name);
  });
});

test('emso cite: authors in order with their roles, DOI, the hash and the command that replays it; the same for ever', async () => {
  const root = temporaryDirectory('snapshots');
  await seal(root, undefined, lines(1, 5));
  assert.equal(create(root, 'year-2026', '--doi', '10.17882/1_a').code, 0);
  const { sha256, createdAt } = decodeSnapshot(readFileSync(path.join(root, 'snapshots', 'year-2026.json'), 'utf8'));
  const cite = (...more: string[]) => emso('cite', 'year-2026', '--data', root, ...more);
  const { code, out } = cite();
  assert.equal(code, 0);
  assert.match(out, /^@dataset\{emso-ligure-ouest-year-2026,\n {2}author = \{Dominique Lefevre and Maurice Libes\},\n/);
  for (const text of [
    `year = {${createdAt.slice(0, 4)}}`,
    'titleaddon = {EMSO Ligure Ouest',
    'doi = {10.17882/1_a}',
    `SHA-256 ${sha256}`,
    'emso snapshot export year-2026 --data \\textless{}data root\\textgreater{} --out',
    'Dominique Lefevre (principalInvestigator), Maurice Libes (dataManager)',
    'https://doi.org/10.17882/1_a',
  ]) {
    assert.ok(out.includes(text), `${text}\n${out}`);
  }
  assert.equal(cite().out, out);
  assert.match(cite('--format', 'text', '--lang', 'fr').out, /EMSO Ligure Ouest/);
});
