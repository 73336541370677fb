/** PROMISE 12 and 14: what a technician downloaded from the memory of an instrument, received at one instant. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, iso, KIND, parseIso } from '@emso/core';
import type { ImportReport } from '@emso/instruments';
import { rebuildEveryDay, type SensorPlan } from '@emso/pipeline';
import { decodeManifest, encodeManifest, type ManifestContent, parseRawFile, productPaths } from '@emso/products';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { filesBelow } from '../../../test/support/trees.ts';
import { changedPlan } from './fixtures/changed-site.ts';
import { DAY, fileOf, manifestIn, NOON_MS, openDays, planOf } from './fixtures/writer-setup.ts';
import { importFile } from './import.ts';
import { RawArchive } from './raw-archive.ts';

const FIXTURES = resolve(import.meta.dirname, '../../../packages/instruments/src');
const SINCE = { from: '2014-01-01T00:00:00Z' };
const RECEIVED = NOON_MS + 5000;

function written(bytes: Uint8Array | string, name = 'SBE37SM.hex'): string {
  const path = join(temporaryDirectory('originals'), name);
  writeFileSync(path, bytes);
  return path;
}

/** A product as two can be compared, and their difference be read. */
function comparable(name: string, bytes: Uint8Array): string {
  if (name.endsWith('.csv')) return Buffer.from(bytes).toString('utf8');
  return createHash('sha256').update(bytes).digest('hex');
}

const manifestText = (content: ManifestContent): string =>
  encodeManifest({ content, history: { state: 'open', version: 0, notes: [] } }).toString();

/** Every product of every day that was made, by path; manifests by their content. */
function productsIn(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of filesBelow(root)) {
    if (!/^(csv|netcdf|manifest)\//.test(name)) continue;
    const bytes = readFileSync(join(root, name));
    const isManifest = name.startsWith('manifest');
    found.set(name, isManifest ? manifestText(decodeManifest(bytes.toString()).content) : comparable(name, bytes));
  }
  return found;
}

/** The same, from the raw files of the root alone. */
function rebuiltFrom(root: string, plan: SensorPlan): Map<string, string> {
  const { run } = parseRawFile(readFileSync(fileOf(root, plan, 'raw')));
  const made = new Map<string, string>();
  for (const { day, csv, netcdf, content } of rebuildEveryDay(plan, run, 'open')) {
    const paths = productPaths(plan.sensor, day);
    made.set(paths.csv, comparable(paths.csv, csv));
    made.set(paths.netcdf, comparable(paths.netcdf, netcdf));
    made.set(paths.manifest, manifestText(content));
  }
  return made;
}

const counts = ({ rows, added, known, damaged }: ImportReport): number[] => [rows, added, known, damaged];

/** The calibration sheet of the header of an upload. */
function sheetOf(header: string): Record<string, Record<string, number>> {
  const values = new Map(
    [...header.matchAll(/<(\w+)>(-?\d[^<]*)<\/\1>/g)].map(([, name, value]) => [name.toLowerCase(), Number(value)]),
  );
  const group = (...names: string[]): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, values.get(name) ?? assert.fail(name)]));
  return {
    temperature: group('a0', 'a1', 'a2', 'a3'),
    conductivity: group('g', 'h', 'i', 'j', 'pcor', 'tcor', 'wbotc'),
    pressure: group(
      ...['pa0', 'pa1', 'pa2', 'ptempa0', 'ptempa1', 'ptempa2', 'ptca0', 'ptca1', 'ptca2', 'ptcb0', 'ptcb1', 'ptcb2'],
    ),
  };
}

test('an upload in hexadecimal: its header is kept, its samples are of the days of their clock, and it is imported once', async (t) => {
  const capture = readFileSync(join(FIXTURES, 'sbe37-microcat/fixtures/upload-hex/input.lines'), 'latin1');
  const header = capture.slice(0, capture.indexOf('*END*') + '*END*'.length).split('\n');
  const seconds = (text: string): string =>
    (((parseIso(text) as number) - Date.UTC(2000, 0, 1)) / 1000).toString(16).toUpperCase().padStart(8, '0');
  const sample = (text: string): string => `09B9FD14FE88095E040484${seconds(text)}`;
  const times = ['2019-12-30T23:30:00Z', '2019-12-30T23:45:00Z', '2019-12-31T00:00:00Z', '2019-12-31T00:15:00Z'];
  // The memory gave one sample twice, and a line was damaged on its way.
  const lines = [...header, ...times.map(sample), sample(times[1]), '09B9FD14FE88x', ''];
  const path = written(lines.join('\r\n'));
  const settings = { outputFormat: 'hex', fields: ['TEMP', 'CNDC', 'PRES'] };
  const plan = changedPlan(
    'microcat',
    { ...SINCE, timePolicy: 'relayed', settings },
    { calibrations: [{ validFrom: '2014-01-01T00:00:00Z', ...sheetOf(capture) }] },
  );
  const root = temporaryDirectory('root');
  const writer = await openDays({ root, plan });
  t.after(() => writer.close());
  const target = { root, archive: new RawArchive(root, [plan]), sensors: [writer.days] };
  t.after(() => target.archive.close());
  const request = { path, sensor: 'microcat', receivedMs: RECEIVED };
  const number = lines.length - 1;
  assert.deepEqual(counts(await importFile(request, target)), [number, number, 0, 0]);
  await writer.days.tick(NOON_MS);

  const { run } = parseRawFile(readFileSync(fileOf(root, plan, 'raw')));
  const texts = Array.from({ length: run.count }, (_, i) => {
    assert.deepEqual([run.kind[i], run.received[i]], [KIND.import, RECEIVED]);
    return Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1');
  });
  assert.deepEqual(
    texts,
    lines.slice(0, -1).map((line) => `${line}\r`),
    'every byte, in the order of the file',
  );
  const measured = (DAY_MS * DAY - Date.UTC(2019, 11, 30)) / DAY_MS;
  const rowsOf = (day: number): string[] =>
    readFileSync(fileOf(root, plan, 'csv', day), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',')[0]);
  assert.deepEqual(rowsOf(DAY - measured), times.slice(0, 2));
  assert.deepEqual(rowsOf(DAY - measured + 1), times.slice(2));
  const { content } = manifestIn(root, plan);
  assert.deepEqual([content.rows, content.ignored], [0, header.length], 'the day it was received on');
  assert.deepEqual(manifestIn(root, plan, DAY - measured).content.rejections, { 'duplicate-time': 1 });
  const products = productsIn(root);
  assert.deepEqual(products, rebuiltFrom(root, plan));

  assert.deepEqual(counts(await importFile(request, target)), [number, 0, number, 0]);
  await writer.days.tick(NOON_MS);
  assert.deepEqual(productsIn(root), products);
  const note = JSON.parse(readFileSync(join(root, 'raw/imports.jsonl'), 'utf8'));
  assert.deepEqual([note.file, note.rows, note.receivedAt], [path, number, iso(RECEIVED)]);
  const later = await importFile({ ...request, receivedMs: RECEIVED + 60_000 }, target);
  assert.match(
    later.refusal ?? '',
    /expected the time of its first import, 2026-03-01T12:00:05Z, found 2026-03-01T12:01:05Z/,
  );
  // As after a restart of the writer.
  const again = { ...target, archive: new RawArchive(root, [plan]) };
  t.after(() => again.archive.close());
  assert.equal((await importFile({ ...request, receivedMs: RECEIVED + 1000 }, again)).refusal !== undefined, true);
  assert.equal(readdirSync(join(root, 'raw')).includes('_refused'), false);
});

test('an upload of a binary stream is cut into its structures', async (t) => {
  const path = written(
    readFileSync(join(FIXTURES, 'nortek-aquadopp/fixtures/diagnostics-and-a-bad-checksum/input.bin')),
    'deployment.aqd',
  );
  const settings = { layout: 'binary', coordinateSystem: 'ENU', velocityScale: 0.001 };
  const plan = changedPlan('aquadopp', { ...SINCE, timePolicy: 'relayed', settings });
  const root = temporaryDirectory('root');
  const writer = await openDays({ root, plan });
  t.after(() => writer.close());
  const archive = new RawArchive(root, [plan]);
  t.after(() => archive.close());
  const request = { path, sensor: 'aquadopp', receivedMs: RECEIVED };
  const report = await importFile(request, { root, archive, sensors: [writer.days] });
  await writer.days.tick(NOON_MS);
  const { run } = parseRawFile(readFileSync(fileOf(root, plan, 'raw')));
  assert.equal(report.added, run.count);
  const arena = Buffer.concat(
    Array.from({ length: run.count }, (_, i) => run.bytes.subarray(run.start[i], run.end[i])),
  );
  assert.ok(arena.equals(readFileSync(path)), 'every byte, in the order of the file');
  const measured = Date.UTC(2014, 7, 13) / DAY_MS;
  assert.ok(manifestIn(root, plan, measured).content.rows >= 2);
  assert.deepEqual(productsIn(root), rebuiltFrom(root, plan));
  assert.deepEqual(counts(await importFile(request, { root, archive, sensors: [writer.days] })), [
    run.count,
    0,
    run.count,
    0,
  ]);
});

test('what no upload can be taken for is refused before anything is written', async (t) => {
  const path = written('13.2974\r\n');
  const cases: [sensor: string | undefined, file: string, refusal: RegExp][] = [
    [undefined, path, /expected a sensor of the site file, found none/],
    ['nobody', path, /expected a sensor of the site file, found 'nobody'/],
    [
      'cstar',
      path,
      /expected a deployment with timePolicy relayed or instrument at 2026-03-01T12:00:05Z, found received/,
    ],
    ['albatross-microcat-0500', `${path}.txt`, /expected a file that the writer can read, found ENOENT/],
  ];
  const root = temporaryDirectory('root');
  const placed = ['cstar', 'albatross-microcat-0500'].map((id) => planOf(id));
  const archive = new RawArchive(root, placed);
  t.after(() => archive.close());
  for (const [sensor, file, refusal] of cases) {
    const request = { path: file, sensor, receivedMs: RECEIVED };
    const report = await importFile(request, { root, archive, sensors: [] });
    assert.match(report.refusal ?? '', refusal);
    assert.deepEqual([...counts(report), ...filesBelow(root)], [0, 0, 0, 0]);
  }
});
