/** `emso flag` and `emso release` as a shell sees them, on a data root that was sealed from a raw archive. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readNetcdf } from '../../../../test/support/netcdf-reader.ts';
import { filesBelow } from '../../../../test/support/trees.ts';
import { CommandFailure } from '../command-failure.ts';
import { type SealedRoot, sealedRoot } from '../fixtures/sealed-root.ts';
import { release } from './release.ts';

const WHY = ['--why', 'a test', '--by', 'A. Person'];

/** Makes the data root's products anew: what `emso seal --stale` leaves. */
function seal({ data, emso }: SealedRoot): void {
  const { code, err } = emso('reprocess', '--raw', join(data, 'raw'), '--out', data, '--workers', '1');
  assert.equal(code, 0, err);
}

function flagsOf(csv: string): string[] {
  const [heading, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n');
  const column = heading.split(',').indexOf('ATTN_QC');
  return lines.map((line) => line.split(',')[column]);
}

function released({ data }: SealedRoot): Map<string, Buffer> {
  const root = join(data, 'released');
  return new Map(
    filesBelow(root)
      .filter((name) => /\.(csv|nc)$/.test(name) && !name.startsWith('versions/'))
      .map((name) => [name, readFileSync(join(root, name))]),
  );
}

/** The days of the root, from the first on. */
const day = (i: number): string => `2026-03-0${i + 1}`;

test('emso flag: what it refuses, each with what was expected and without writing anything', () => {
  const at = sealedRoot();
  const good = ['cstar', day(0), day(1), '--param', 'ATTN', '--flag', '4', ...WHY];
  const but = (i: number, text: string): string[] => good.toSpliced(i, 1, text);
  const cases: [args: string[], said: RegExp][] = [
    [but(0, 'cstarr'), /sensor: expected one of microcat, oxygen, cstar.*found 'cstarr'/],
    [but(1, 'yesterday'), /from: expected a UTC time .* found 'yesterday'/],
    [but(2, day(0)), /to: expected an end after/],
    [but(4, 'ATTN,CP'), /codes.1: expected a code of the parameter table .* found 'CP'/],
    [but(4, 'TEMP'), /codes: expected codes of cstar \(.*ATTN.*\), found 'TEMP'/],
    [but(6, '5'), /flag: expected one of the OceanSITES flags .* found 5/],
    [but(6, 'bad'), /Expected a whole number/],
    [but(8, ' '), /why: expected a reason in words/],
    [but(10, ' '), /expected the name of who decides, found none: give it with --by/],
    [good.slice(0, 7), /expected --why, a reason in words, found nothing/],
    [good.toSpliced(3, 2), /expected --param/],
    [['--withdraw', '1', ...WHY], /expected the line of a flag before it, found 1/],
  ];
  for (const [args, said] of cases) {
    const { code, out, err } = at.emso('flag', ...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, said);
    assert.equal(existsSync(join(at.dir, 'flags.jsonl')), false);
  }
});

test('emso flag: added, applied by reprocess, listed, withdrawn', () => {
  const at = sealedRoot();
  const csv = at.file(0, 'csv');
  const before = readFileSync(csv);
  const times = [`${day(0)}T12:01:00Z`, `${day(0)}T12:03:00Z`];
  const added = at.emso('flag', 'cstar', ...times, '--param', 'ATTN', '--flag', '7', ...WHY);
  assert.equal(added.code, 0, added.err);
  assert.match(
    added.out,
    /^line 1 of .*flags\.jsonl: cstar ATTN from .* is 7 \(nominal_value\)\n.*restart qc and writer/,
  );
  seal(at);
  assert.deepEqual(
    flagsOf(csv).map((flag) => flag === '7'),
    [false, true, true, false, false],
  );
  assert.match(
    at.emso('flag', '--list').out,
    /^line +sensor[^\n]*\n1 +cstar.* ATTN +7 +A\. Person, 20\d\d-\d\d-\d\d +a test\n$/,
  );
  assert.equal(at.emso('flag', '--list', 'oxygen').out, 'no expert flags\n');
  assert.equal(JSON.parse(at.emso('flag', '--list', '--json').out).inForce, true);
  assert.equal(at.emso('flag', '--withdraw', '1', '--why', 'other', '--by', 'B').code, 0);
  assert.match(at.emso('flag', '--list').out, /a test \(withdrawn in line 2: other\)/);
  seal(at);
  assert.ok(readFileSync(csv).equals(before));
});

test('a line that somebody edited: nothing is computed, and the line is named', () => {
  const at = sealedRoot();
  at.emso('flag', 'cstar', day(0), day(1), '--param', 'ATTN', '--flag', '4', ...WHY);
  const path = join(at.dir, 'flags.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"flag":4', '"flag":1'));
  for (const args of [
    ['reprocess', '--raw', join(at.data, 'raw'), '--out', join(at.dir, 'out')],
    ['release', 'cstar', day(0), day(1), '--data', at.data, ...WHY],
    ['flag', '--list'],
    ['up', '--dir', join(at.dir, 'up')],
  ]) {
    const { code, err } = at.emso(...args);
    assert.equal(code, 2, args[0]);
    assert.match(err, /flags\.jsonl:1: expected the line whose SHA-256 is .*, found an edited one/);
  }
});

test('emso release: delayed-mode files of sealed days, the same by reprocess and after later flags', () => {
  const at = sealedRoot();
  at.emso('flag', 'cstar', day(0), day(1), '--param', 'ATTN', '--flag', '4', ...WHY);
  seal(at);
  const run = at.emso('release', 'cstar', day(0), day(2), '--data', at.data, ...WHY);
  assert.equal(run.code, 0, run.err);
  assert.match(run.out, /^released: 2 days of cstar, 4 files below .*Emso_Cstar\nline 1 of .*releases\.jsonl\n$/);
  const files = released(at);
  assert.deepEqual(
    [...files.keys()],
    [0, 1].flatMap((i) =>
      ['csv', 'nc'].map((kind) => `Emso_Cstar/2026-03/CSTAR_${day(i).replaceAll('-', '')}_D.${kind}`),
    ),
  );
  const { attributes } = readNetcdf(files.get('Emso_Cstar/2026-03/CSTAR_20260301_D.nc')!);
  assert.equal(attributes.get('data_mode')?.value, 'D');
  assert.equal(attributes.get('processing_level')?.value, 'L2');
  assert.match(String(attributes.get('id')?.value), /_D_20260301$/);
  const fact = JSON.parse(readFileSync(join(at.dir, 'releases.jsonl'), 'utf8'));
  const list = spawnSync('sh', ['-c', 'sha256sum $(find released -name "*_D.*" | LC_ALL=C sort) | sha256sum'], {
    cwd: at.data,
    encoding: 'utf8',
  });
  assert.equal(fact.sha256, list.stdout.slice(0, 64));
  assert.deepEqual([fact.files, fact.flagLines, fact.by], [4, 1, 'A. Person']);

  // A later decision is not validated yet: the released files stay as they were, the sealed ones do not.
  at.emso('flag', 'cstar', day(0), day(1), '--param', 'ATTN', '--flag', '3', ...WHY);
  rmSync(join(at.data, 'released'), { recursive: true });
  seal(at);
  assert.deepEqual(flagsOf(at.file(0, 'csv')), ['3', '3', '3', '3', '3']);
  assert.deepEqual(released(at), files);

  // The next release takes it, in the same places.
  assert.equal(at.emso('release', 'cstar', day(0), day(1), '--data', at.data, ...WHY).code, 0);
  const next = released(at);
  assert.deepEqual([...next.keys()], [...files.keys()]);
  for (const [name, bytes] of next) assert.equal(bytes.equals(files.get(name)!), name.includes('20260302'), name);
  seal(at);
  assert.deepEqual(released(at), next);
});

test('emso release --out: a tree of its own, and nothing in the data root changes', () => {
  const at = sealedRoot();
  const before = filesBelow(at.data);
  const out = join(at.dir, 'validated');
  const run = at.emso('release', 'cstar', day(0), day(3), '--data', at.data, '--out', out, ...WHY);
  assert.equal(run.code, 0, run.err);
  assert.deepEqual(filesBelow(at.data), before);
  assert.equal(filesBelow(join(out, 'released', 'Emso_Cstar')).length, 6);
});

/** Why a release is refused: what the command prints and its exit code. */
async function refusal({ data, site }: SealedRoot, sensor: string, from: string, to: string): Promise<CommandFailure> {
  const request = { sensor, from, to, by: 'A. Person', why: 'a test', data, observatory: site };
  return release(request).then(
    () => assert.fail('expected a refusal, found a release'),
    (error) => (error instanceof CommandFailure ? error : assert.fail(error)),
  );
}

test('emso release: days that cannot be released are listed, and nothing is written', async () => {
  const at = sealedRoot();
  const manifest = at.file(1, 'manifest');
  const good = readFileSync(manifest, 'utf8');
  const change = (part: 'content' | 'history', fields: object) => (): void => {
    const value = JSON.parse(good);
    writeFileSync(manifest, JSON.stringify({ ...value, [part]: { ...value[part], ...fields } }));
  };
  const cases: [what: string, damage: () => void, said: RegExp][] = [
    ['open', change('history', { state: 'open' }), /2026-03-02: open$/m],
    ['incomplete', change('history', { state: 'incomplete' }), /2026-03-02: incomplete, spooled records/],
    ['pending', change('history', { pending: true }), /2026-03-02: about to be sealed again/],
    ['another build', change('content', { build: 'd1' }), /2026-03-02: stale, of build d1 instead of/],
    [
      'other flags',
      change('content', { expertFlags: 'a'.repeat(64) }),
      /2026-03-02: stale, sealed with other expert flags/,
    ],
    ['damaged', () => writeFileSync(manifest, 'x'), /2026-03-02: its manifest cannot be read/],
    ['no products', () => rmSync(manifest), /2026-03-02: open, it has no products yet/],
  ];
  for (const [what, damage, said] of cases) {
    damage();
    const { exitCode, message } = await refusal(at, 'cstar', day(0), day(3));
    assert.equal(exitCode, 1, what);
    assert.match(message, /expected every day to be sealed with today's build and expert flags, found 1 that are not;/);
    assert.match(message, said);
    assert.deepEqual(
      [existsSync(join(at.dir, 'releases.jsonl')), existsSync(join(at.data, 'released'))],
      [false, false],
    );
  }
  writeFileSync(manifest, good);
  // What was sealed is what was looked at: an archive that gives something else is not released.
  const raw = at.file(1, 'raw');
  cpSync(at.file(1, 'raw'), join(at.dir, 'kept.raw'));
  writeFileSync(raw, readFileSync(raw, 'latin1').replace('7003', '7009'), 'latin1');
  const { code, err } = at.emso('release', 'cstar', day(0), day(3), '--data', at.data, ...WHY);
  assert.equal(code, 1);
  assert.match(err, /2026-03-02: expected the raw archive to give the sealed files again, found others/);
  assert.deepEqual([existsSync(join(at.dir, 'releases.jsonl')), released(at).size], [false, 0]);
});

test('emso release: requests that cannot be', async () => {
  const at = sealedRoot();
  const cases: [args: [sensor: string, from: string, to: string], code: number, said: RegExp][] = [
    [['cstarr', day(0), day(1)], 2, /sensor: expected one of .* found 'cstarr'/],
    [['cstar', `${day(0)}T12:00:00Z`, day(1)], 2, /FROM: expected a UTC day/],
    [['cstar', day(0), 'tomorrow'], 2, /TO: expected a UTC day/],
    [['cstar', day(1), day(1)], 2, /expected TO after 2026-03-02/],
    [['cstar', '2025-01-01', '2025-01-03'], 1, /expected sealed days from 2025-01-01 to 2025-01-03 in .*, found none/],
  ];
  for (const [args, code, said] of cases) {
    const { exitCode, message } = await refusal(at, ...args);
    assert.equal(exitCode, code, message);
    assert.match(message, said);
  }
});
