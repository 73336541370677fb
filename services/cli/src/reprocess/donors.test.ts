/** What `emso reprocess` reads of other sensors' files for the days that take values from them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { mergeRuns, planObservatory, readDonor, rebuildDay } from '@emso/pipeline';
import { decodeManifest, formatRawRows, parseRawFile } from '@emso/products';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { loadSiteFile } from '../site-file.ts';
import { type ReprocessOptions, reprocess } from './reprocess.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const SITE = siteWith((text) => text);
const MIDNIGHT = Date.UTC(2020, 2, 1);
const DAY = MIDNIGHT / DAY_MS;
const SESSION = '20200229T120000000Z-0a1b2c3d';
const HOUR_MS = 3_600_000;

/** The site file with the MicroCAT as the optode's donor. */
function siteWith(change: (text: string) => string): string {
  const text = readFileSync(join(ROOT, 'deploy/observatory/emso-ligure-ouest.yaml'), 'utf8');
  const path = join(temporaryDirectory('site'), 'site.yaml');
  const donors = 'prefix: OXYGEN\n        donors: { salinity: microcat, pressure: microcat }';
  writeFileSync(path, change(text.replace('prefix: OXYGEN', donors)));
  return path;
}

const OXYGEN = '4831\t379\t230.000\t75.000\t13.290';
const water = (salinity: number): string => `13.2900, 4.59963, 2505.600, ${salinity.toFixed(4)}`;

type Entry = readonly [receivedMs: number, text: string];

function rawRows(entries: readonly Entry[]): Uint8Array {
  const records = entries.map(([receivedMs, text]): RawRecord => {
    const bytes = Buffer.from(`${text}\r`, 'latin1');
    return { session: SESSION, seq: Math.floor(receivedMs / 1000), receivedMs, kind: 'line', bytes };
  });
  return formatRawRows(records);
}

function datRows(entries: readonly Entry[]): string {
  return entries
    .map(([ms, text]) => {
      const stamp = new Date(ms).toISOString().replaceAll('-', '').replace('T', ' ').slice(0, 17);
      return `${stamp}${text}\n`;
    })
    .join('');
}

function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = temporaryDirectory('reprocess');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

async function made(raw: string, options: Partial<ReprocessOptions> = {}) {
  const out = temporaryDirectory('made');
  const summary = await reprocess({ raw, out, observatory: SITE, workers: 1, form: 'sealed', ...options });
  const files = new Map(filesBelow(out).map((name) => [name, readFileSync(join(out, name))]));
  files.delete('.lock');
  return { files, summary };
}

const name = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
const pathOf = (day: number, kind: string, extension: string): string =>
  `${kind}/Emso_Oxygen/${name(day).slice(0, 4)}-${name(day).slice(4, 6)}/OXYGEN_${name(day)}.${extension}`;

/** DOXY_COMP of every row of a day. */
function compensated({ files }: { files: ReadonlyMap<string, Buffer> }, day: number): string[] {
  const text = files.get(pathOf(day, 'csv', 'csv'))?.toString('latin1');
  assert.ok(text, [...files.keys()].join(' '));
  const [header, ...rows] = text.trimEnd().split('\n');
  return rows.map((row) => row.split(',')[header.split(',').indexOf('DOXY_COMP')]);
}

const filled = (values: readonly string[]): boolean[] => values.map((value) => value !== '');

/** Three days of both; the last row of a day is nearest to the first of the donor's next day, which alone is within reach. */
const rowsOf = (d: number): Entry[] => [
  [MIDNIGHT + d * DAY_MS + 12 * HOUR_MS, OXYGEN],
  [MIDNIGHT + d * DAY_MS + 18 * HOUR_MS, OXYGEN],
  [MIDNIGHT + (d + 1) * DAY_MS - 2000, OXYGEN],
];
const watersOf = (d: number): Entry[] => [
  [MIDNIGHT + d * DAY_MS + 1000, water(38.45 + d / 100)],
  [MIDNIGHT + d * DAY_MS + 12 * HOUR_MS + 60_000, water(38.5)],
];

const rawTree = (): string =>
  tree(
    Object.fromEntries(
      [0, 1, 2].flatMap((d) => [
        [`a/OXYGEN_${name(DAY + d)}.raw`, rawRows(rowsOf(d))],
        [`b/MICROCAT_${name(DAY + d)}.raw`, rawRows(watersOf(d))],
      ]),
    ),
  );

test('a sealed day is what the pipeline makes of it with its donor, with any number of workers', async () => {
  const raw = rawTree();
  const [one, two] = await Promise.all([1, 2].map((workers) => made(raw, { workers })));
  assert.deepEqual([...two.files.keys()], [...one.files.keys()]);
  for (const [path, bytes] of one.files) assert.ok(two.files.get(path)?.equals(bytes), path);
  assert.deepEqual(one.summary.withoutDonor, []);
  assert.deepEqual(filled(compensated(one, DAY)), [true, false, true]);
  assert.deepEqual(filled(compensated(one, DAY + 2)), [true, false, false]);

  const { plans } = planObservatory(loadSiteFile(SITE));
  const [plan, donor] = ['oxygen', 'microcat'].map((id) => plans.find(({ sensor }) => sensor.id === id)!);
  const run = (prefix: string, d: number) =>
    parseRawFile(readFileSync(join(raw, prefix.startsWith('O') ? 'a' : 'b', `${prefix}_${name(DAY + d)}.raw`))).run;
  const read = new Map([['microcat', readDonor(donor, mergeRuns([0, 1, 2].map((d) => run('MICROCAT', d))))]]);
  for (const d of [0, 1, 2]) {
    const day = rebuildDay(plan, DAY + d, run('OXYGEN', d), 'sealed', undefined, read);
    assert.ok(one.files.get(pathOf(day.day, 'csv', 'csv'))?.equals(Buffer.from(day.csv)));
    assert.ok(one.files.get(pathOf(day.day, 'netcdf', 'nc'))?.equals(Buffer.from(day.netcdf)));
    const { content } = decodeManifest(one.files.get(pathOf(day.day, 'manifest', 'json'))!.toString());
    assert.deepEqual(content, JSON.parse(JSON.stringify(day.content)));
  }
});

test('an open day takes nothing', async () => {
  const open = await made(rawTree(), { form: 'open' });
  assert.deepEqual(filled(compensated(open, DAY)), [false, false, false]);
});

test('a tree without the donor: empty columns, and words that say so', async () => {
  const raw = tree({ [`OXYGEN_${name(DAY)}.raw`]: rawRows(rowsOf(0)) });
  const sealed = await made(raw);
  assert.deepEqual(filled(compensated(sealed, DAY)), [false, false, false]);
  assert.deepEqual(sealed.summary.withoutDonor, [
    'oxygen: expected files MICROCAT_YYYYMMDD.raw or .dat of its donor microcat, found none: DOXY_COMP, DOX1, DOX2 stay empty',
  ]);
  assert.deepEqual((await made(raw, { form: 'open' })).summary.withoutDonor, [], 'nothing would be there anyway');
  const others = await made(tree({ [`MICROCAT_${name(DAY)}.raw`]: rawRows(watersOf(0)) }));
  assert.deepEqual(others.summary.withoutDonor, [], 'nobody takes anything');
});

test('historical files of donor and dependent, rows of the next day at their ends', async () => {
  const waters = [...watersOf(0), ...watersOf(1)];
  const whole = {
    [`OXYGEN_${name(DAY)}.dat`]: datRows(rowsOf(0)),
    [`OXYGEN_${name(DAY + 1)}.dat`]: datRows(rowsOf(1)),
  };
  const cut = await made(
    tree({
      ...whole,
      [`MICROCAT_${name(DAY)}.dat`]: datRows(waters.slice(0, 2)),
      [`MICROCAT_${name(DAY + 1)}.dat`]: datRows(waters.slice(2)),
    }),
  );
  assert.deepEqual(filled(compensated(cut, DAY)), [true, false, true]);
  const { content } = decodeManifest(cut.files.get(pathOf(DAY, 'manifest', 'json'))!.toString());
  assert.match(content.raw.digest, /^dat:/);
  // The first row of the second day stands at the end of the first file, and the optode's own rows are spread alike.
  const mixed = await made(
    tree({
      [`OXYGEN_${name(DAY)}.dat`]: datRows([...rowsOf(0), ...rowsOf(1).slice(0, 1)]),
      [`OXYGEN_${name(DAY + 1)}.dat`]: datRows(rowsOf(1).slice(1)),
      [`MICROCAT_${name(DAY)}.dat`]: datRows(waters.slice(0, 3)),
      [`MICROCAT_${name(DAY + 1)}.dat`]: datRows(waters.slice(3)),
    }),
  );
  for (const d of [0, 1]) assert.deepEqual(compensated(mixed, DAY + d), compensated(cut, DAY + d), String(d));
});

test('rows in a file of quite another name take from the donor of their own day', async () => {
  const result = await made(
    tree({
      [`OXYGEN_${name(DAY)}.dat`]: datRows(rowsOf(5)),
      [`MICROCAT_${name(DAY + 5)}.dat`]: datRows(watersOf(5)),
    }),
  );
  assert.deepEqual(filled(compensated(result, DAY + 5)), [true, false, false]);
});

test('a donor whose packets come late is looked for in every later file', async () => {
  const site = siteWith((text) =>
    text.replace(/(id: microcat\n[\s\S]*?)(?= {6}- id: oxygen)/, (microcat) =>
      microcat.replaceAll('timePolicy: received', 'timePolicy: relayed'),
    ),
  );
  const late: Entry[] = [0, 1].map((d) => {
    return [MIDNIGHT + 9 * DAY_MS + d, `${water(38.5)}, 0${1 + d} Mar 2020, 12:00:00`];
  });
  const result = await made(
    tree({
      [`OXYGEN_${name(DAY)}.raw`]: rawRows(rowsOf(0)),
      [`OXYGEN_${name(DAY + 1)}.raw`]: rawRows(rowsOf(1)),
      [`MICROCAT_${name(DAY + 9)}.raw`]: rawRows(late.map(([ms, text], i): Entry => [ms + 1000 * i, text])),
    }),
    { observatory: site },
  );
  for (const d of [0, 1]) assert.deepEqual(filled(compensated(result, DAY + d)), [true, false, false], String(d));
});
