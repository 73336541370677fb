/** `emso export` as a shell sees it: what it writes, what it refuses, and why. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import { productPaths } from '@emso/products';
import { readNetcdf } from '../../../../test/support/netcdf-reader.ts';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { CommandFailure } from '../command-failure.ts';
import { writtenTable } from './export.ts';
import { type DataRoot, dayNumber, seal, sealedRoot } from './fixtures/data-root.ts';
import { publishedDays } from './fixtures/published.ts';
import { type ExportWords, runExport } from './run.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');
const PLACES = { folder: 'Emso_Cstar', prefix: 'CSTAR' };
const DAYS = ['2026-02-27', '2026-02-28', '2026-03-01'].map(dayNumber);

let root: DataRoot;
before(async () => {
  root = await sealedRoot(['cstar', 'microcat'], DAYS);
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly dir: string;
}

/** The command's own work, in this process: a start of Node costs more than all of it. */
async function exporting(at: DataRoot, sensor: string | undefined, more: Partial<ExportWords> = {}): Promise<Run> {
  const dir = temporaryDirectory('exported');
  const said: string[] = [];
  const words = { data: at.data, observatory: at.site, out: dir, format: 'nc', qc: 'all', ...more } as const;
  try {
    const written = await runExport(sensor, words, (text) => said.push(text));
    return { code: 0, out: writtenTable(written), err: said.join('\n'), dir };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { code: error.exitCode, out: '', err: error.message, dir };
  }
}

function shell(at: DataRoot, command: string, ...args: string[]): Run {
  const run = spawnSync(process.execPath, [MAIN, command, ...args, '--observatory', at.site], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr, dir: '' };
}

/** A data root of one's own, to damage. */
function copyOfRoot(): DataRoot {
  const dir = temporaryDirectory('export-copy');
  const copy = { ...root, dir, data: join(dir, 'data'), site: join(dir, 'site.yaml') };
  cpSync(root.data, copy.data, { recursive: true });
  cpSync(root.site, copy.site);
  return copy;
}

test('words that the shell refuses, and one that it understands', () => {
  const cases: [args: string[], said: RegExp][] = [
    [['--format', 'xls'], /Allowed choices are csv, nc, odv, oceansites, copernicus, parquet, seanoe/],
    [['--by', 'week'], /Allowed choices are all, month, year, deployment/],
    [['--qc', 'best'], /expected good or all, found 'best'/],
    [['--from', 'yesterday'], /expected a UTC day such as 2019-05-01, found 'yesterday'/],
  ];
  for (const [args, said] of cases) {
    const run = shell(root, 'export', 'cstar', '--data', root.data, ...args);
    assert.deepEqual([run.code, run.out], [2, ''], args.join(' '));
    assert.match(run.err, said);
  }
  const dir = temporaryDirectory('shell');
  const run = shell(
    root,
    'export',
    'cstar',
    '--data',
    root.data,
    '--out',
    dir,
    '--format',
    'csv',
    '--to',
    '2026-02-27',
  );
  assert.deepEqual([run.code, run.err], [0, '']);
  assert.deepEqual(filesBelow(dir), ['CSTAR_20260227.csv']);
  assert.match(run.out, /^file +rows +bytes\n.*CSTAR_20260227\.csv +144 +\d+\n$/);
});

test('what it refuses before it reads anything', async () => {
  const [first, second] = [0, 1].map((i) => DAYS[i]);
  const cases: [sensor: string | undefined, words: Partial<ExportWords>, code: number, said: RegExp][] = [
    [undefined, {}, 2, /expected the id of a sensor, found none/],
    ['nobody', {}, 2, /sensor: expected one of microcat, .*found 'nobody'/],
    ['cstar', { from: second, to: first }, 2, /expected --to not before --from/],
    ['cstar', { open: true, released: true }, 2, /expected --released or --open, found both/],
    ['cstar', { platform: 'mii' }, 2, /expected a sensor or --platform, found both/],
    [undefined, { platform: 'mii' }, 2, /expected --cumulative beside it/],
    [undefined, { platform: 'mii', cumulative: true, format: 'csv' }, 2, /expected the format nc, found 'csv'/],
    [undefined, { platform: 'moon', cumulative: true }, 2, /--platform: expected one of mii, albatross, found 'moon'/],
    [undefined, { cumulative: true }, 2, /expected --platform beside it/],
    ['cstar', { from: 1, to: 31 }, 1, /expected sealed days from 1970-01-02 to 1970-02-01 .*found none/],
  ];
  for (const [sensor, words, code, said] of cases) {
    const run = await exporting(root, sensor, words);
    assert.deepEqual([run.code, run.out, filesBelow(run.dir)], [code, '', []], run.err);
    assert.match(run.err, said);
  }
  const nowhere = await exporting({ ...root, data: join(root.dir, 'absent') }, 'cstar');
  assert.equal(nowhere.code, 3);
  assert.match(nowhere.err, /--data: expected a data root with a readable raw\//);
});

test('one file for each month, of the days asked for, the same each time', async () => {
  const month = { format: 'csv', by: 'month', from: dayNumber('2026-02-28') } as const;
  const runs = [await exporting(root, 'cstar', month), await exporting(root, 'cstar', month)];
  const [{ code, err, out, dir }, again] = runs;
  assert.equal(code, 0, err);
  assert.deepEqual(filesBelow(dir), ['CSTAR_202602.csv', 'CSTAR_202603.csv']);
  assert.match(out, /^file +rows +bytes\n.*CSTAR_202602\.csv +144 +\d+\n.*CSTAR_202603\.csv +144 +\d+\n$/);
  const { sensor } = { sensor: root.observatory.platforms[0].sensors.find(({ id }) => id === 'cstar')! };
  for (const [name, day] of [
    ['CSTAR_202602.csv', 1],
    ['CSTAR_202603.csv', 2],
  ] as const) {
    const text = readFileSync(join(dir, name), 'utf8');
    assert.equal(text, publishedDays(root.data, sensor, [DAYS[day]]).text);
    assert.equal(text, readFileSync(join(again.dir, name), 'utf8'));
  }
});

test('a deployment begins: another file, with its own facts', async () => {
  const at = await sealedRoot(['microcat'], ['2019-04-30', '2019-05-01', '2019-05-02'].map(dayNumber));
  const run = await exporting(at, 'microcat', { by: 'deployment' });
  assert.equal(run.code, 0, run.err);
  assert.deepEqual(filesBelow(run.dir), ['MICROCAT_deployment-20170101.nc', 'MICROCAT_deployment-20190501.nc']);
  const [before2019, since] = filesBelow(run.dir).map((name) => readNetcdf(readFileSync(join(run.dir, name))));
  assert.deepEqual(
    [before2019, since].map(({ variables }) => variables.get('time')?.data.length),
    [144, 288],
  );
  assert.deepEqual(
    [before2019, since].map(({ variables }) => variables.has('depth')),
    [false, true],
  );
  const year = await exporting(at, 'microcat', { by: 'year', format: 'parquet' });
  assert.deepEqual(filesBelow(year.dir), ['MICROCAT_2019-20190501.parquet', 'MICROCAT_2019.parquet']);
  // Where nobody knows how deep it was, OceanSITES has no place for it.
  const refused = await exporting(at, 'microcat', { format: 'oceansites' });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /expected latitude, longitude and depth in the site file, found 42.*, unknown/);
});

test('days outside every deployment: a file of their own, without facts of the nearest one', async () => {
  const at = await sealedRoot(['cstar'], ['2016-12-30', '2016-12-31', '2017-01-01'].map(dayNumber));
  const run = await exporting(at, 'cstar', { by: 'month' });
  assert.equal(run.code, 0, run.err);
  assert.deepEqual(filesBelow(run.dir), ['CSTAR_201612-outside.nc', 'CSTAR_201701.nc']);
});

test('open and stale days: left out or refused, taken with --open', async () => {
  const at = copyOfRoot();
  const manifest = join(at.data, productPaths(PLACES, DAYS[2]).manifest);
  const good = readFileSync(manifest, 'utf8');
  const changed = (part: 'content' | 'history', fields: object): string => {
    const value = JSON.parse(good);
    return JSON.stringify({ ...value, [part]: { ...value[part], ...fields } });
  };
  const days = (run: Run): number => {
    const [name] = filesBelow(run.dir);
    return (readNetcdf(readFileSync(join(run.dir, name))).variables.get('time')?.data.length ?? 0) / 144;
  };
  writeFileSync(manifest, changed('history', { state: 'open' }));
  const open = await exporting(at, 'cstar');
  assert.equal(days(open), 2, open.err);
  assert.match(open.err, /cstar: left out 2026-03-01, not sealed yet \(--open takes them\)/);
  assert.equal(days(await exporting(at, 'cstar', { open: true })), 3);

  writeFileSync(manifest, changed('history', { state: 'incomplete' }));
  const incomplete = await exporting(at, 'cstar');
  assert.equal(days(incomplete), 3);
  assert.match(incomplete.err, /2026-03-01 sealed as incomplete, spooled records are missing/);

  writeFileSync(manifest, changed('content', { build: 'd1' }));
  const stale = await exporting(at, 'cstar');
  assert.deepEqual([stale.code, filesBelow(stale.dir)], [1, []]);
  assert.match(stale.err, /found 1 that are not; .*\n {2}2026-03-01: stale, of build d1 instead of/);
  assert.equal(days(await exporting(at, 'cstar', { open: true })), 3);

  // An archive that gives something else than what was sealed.
  writeFileSync(manifest, good);
  const raw = join(at.data, productPaths(PLACES, DAYS[2]).raw);
  writeFileSync(raw, readFileSync(raw, 'latin1').replace('CST-2405PR', 'CST-2406PR'), 'latin1');
  const other = await exporting(at, 'cstar');
  assert.deepEqual([other.code, filesBelow(other.dir)], [1, []]);
  assert.match(other.err, /2026-03-01: expected the raw archive to give the sealed file again \(SHA-256/);
});

test('released days: as they were validated, whatever was decided since', async () => {
  const at = copyOfRoot();
  const why = ['--why', 'a test', '--by', 'A. Person'];
  const flag = (value: string): Run =>
    shell(at, 'flag', 'cstar', '2026-02-27', '2026-02-28', '--param', 'ATTN', '--flag', value, ...why);
  assert.equal(flag('2').code, 0);
  await seal(at);
  assert.equal(shell(at, 'release', 'cstar', '2026-02-27', '2026-03-01', '--data', at.data, ...why).code, 0);
  assert.equal(flag('4').code, 0);
  await seal(at);
  const run = await exporting(at, 'cstar', { released: true });
  assert.equal(run.code, 0, run.err);
  assert.match(run.err, /left out 2026-03-01, not released/);
  assert.deepEqual(filesBelow(run.dir), ['CSTAR_20260227-20260228_D.nc']);
  const { variables, attributes } = readNetcdf(readFileSync(join(run.dir, 'CSTAR_20260227-20260228_D.nc')));
  assert.equal(attributes.get('data_mode')?.value, 'D');
  assert.match(String(attributes.get('history')?.value), /released by A\. Person: a test$/);
  assert.ok(
    variables
      .get('ATTN_QC')
      ?.data.subarray(0, 144)
      .every((value) => value === 2),
  );
  const sealed = await exporting(at, 'cstar', { qc: 'good' });
  const own = readNetcdf(readFileSync(join(sealed.dir, 'CSTAR_20260227-20260301_good.nc'))).variables;
  assert.ok(
    own
      .get('ATTN_QC')
      ?.data.subarray(0, 144)
      .every((value) => value === 9),
    'bad since then',
  );
  rmSync(join(at.data, 'released'), { recursive: true });
  const gone = await exporting(at, 'cstar', { released: true });
  assert.equal(gone.code, 1);
  assert.match(gone.err, /2026-02-27: released, but .*CSTAR_20260227_D\.csv is not there/);
});

test('all sensors of a platform in one file, ncdump reads it', async (t) => {
  const run = await exporting(root, undefined, { platform: 'mii', cumulative: true });
  assert.equal(run.code, 0, run.err);
  assert.match(run.err, /oxygen: no raw files, not in the file/);
  const path = join(run.dir, 'Emso_MII.nc');
  const { variables, attributes } = readNetcdf(readFileSync(path));
  const { data } = variables.get('ATTN_cstar_20190501') ?? assert.fail([...variables.keys()].join());
  assert.equal(data.length, 3 * 144);
  const alone = await exporting(root, 'cstar');
  const own = readNetcdf(readFileSync(join(alone.dir, 'CSTAR_20260227-20260301.nc'))).variables;
  assert.deepEqual(data, own.get('ATTN')?.data);
  assert.deepEqual(variables.get('ATTN_QC_cstar_20190501')?.data, own.get('ATTN_QC')?.data);
  assert.equal(attributes.get('doi')?.value, 'https://doi.org/10.17882/75839');
  assert.equal(attributes.get('update_interval')?.value, 'P1M');
  const dump = spawnSync('ncdump', ['-h', path], { encoding: 'utf8' });
  if (dump.error !== undefined) t.diagnostic('no ncdump on this machine');
  else assert.equal(dump.status, 0, dump.stderr);
});

test('a deposit: files of each year, papers in two languages, checksums that hold', async () => {
  const run = await exporting(root, 'microcat', { format: 'seanoe' });
  assert.equal(run.code, 0, run.err);
  const deposit = join(run.dir, 'seanoe_microcat');
  const names = filesBelow(deposit);
  assert.deepEqual(names, [
    'CITATION',
    'README_en.md',
    'README_fr.md',
    'SHA256SUMS',
    'data/MICROCAT_2026.csv',
    'data/MICROCAT_2026.nc',
    'data_dictionary.csv',
    'datacite.json',
  ]);
  const check = spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: deposit, encoding: 'utf8' });
  assert.equal(check.status, 0, check.stdout);
  assert.equal(check.stdout.split('\n').length, names.length);
  const read = (name: string): string => readFileSync(join(deposit, name), 'utf8');
  for (const language of ['fr', 'en']) {
    const readme = read(`README_${language}.md`);
    for (const part of ['MICROCAT_2026.nc', 'CC-BY-4.0', 'Dominique Lefevre', '42.806217'])
      assert.ok(readme.includes(part), part);
  }
  const record = JSON.parse(read('datacite.json'));
  assert.deepEqual(record.publisher, { name: 'SEANOE' });
  assert.equal(record.dates[0].dateType, 'Collected');
  assert.match(
    read('CITATION'),
    /^Lefevre, Dominique \(2026\)\. .* SEANOE\. Part of https:\/\/doi\.org\/10\.17882\/75839\./,
  );
  const again = join((await exporting(root, 'microcat', { format: 'seanoe' })).dir, 'seanoe_microcat');
  for (const name of names) assert.ok(readFileSync(join(again, name)).equals(readFileSync(join(deposit, name))), name);
});

test('packets that come late: the days of the measurements, one after the other', async () => {
  const at = await sealedRoot(['albatross-microcat-1000'], DAYS);
  const sealedDays = filesBelow(join(at.data, 'csv'));
  assert.ok(sealedDays.length > 0, 'the fixture has days');
  const run = await exporting(at, 'albatross-microcat-1000', { format: 'csv' });
  assert.equal(run.code, 0, run.err);
  const [name] = readdirSync(run.dir);
  const rows = readFileSync(join(run.dir, name), 'utf8').trimEnd().split('\n').slice(1);
  const published = sealedDays.flatMap((file) =>
    readFileSync(join(at.data, 'csv', file), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1),
  );
  assert.deepEqual(rows, published);
  const odv = await exporting(at, 'albatross-microcat-1000', { format: 'odv' });
  assert.equal(odv.code, 1);
  assert.match(odv.err, /expected the position of albatross in the site file, found unknown/);
});
