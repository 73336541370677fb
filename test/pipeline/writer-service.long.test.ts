/** The writer as others meet it: by HTTP, on the bus, and with messages that are none. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, dayOf, encodeRawPayload, isoDay, type RawRecord, rawSubject } from '@emso/core';
import { decodeManifest, parseRawFile, productPaths } from '@emso/products';
import { type Bus, connectBus, createLog, createMetrics, publishDurably } from '@emso/runtime';
import { type NatsServer, type Service, waitFor } from '../support/servers.ts';
import { metricOf, openStage, type Stage } from './stage.ts';

const LATER_CLOCK = path.resolve(import.meta.dirname, '../support/later-clock.mjs');
const ONE_WEEK_AHEAD = { NODE_OPTIONS: `--import=${LATER_CLOCK}`, EMSO_TEST_CLOCK_AHEAD_MS: String(7 * DAY_MS) };
const SESSION = '20260301T115959000Z-0000000a';

async function connect(nats: NatsServer): Promise<Bus> {
  const fail = (error: Error): never => {
    throw error;
  };
  const log = createLog({ service: 'test', level: 'silent' });
  return connectBus({ url: nats.url, name: 'test', log, metrics: createMetrics(), fail });
}

const nowMs = Date.now();
const today = dayOf(nowMs);

function line(seq: number, receivedMs = nowMs + seq): RawRecord {
  const bytes = Buffer.from(`CST-1186DR\t${7000 + seq}\t9219\t11982\t0.092\t537\r`, 'latin1');
  return { session: SESSION, seq, receivedMs, kind: 'line', bytes };
}

const publish = (bus: Bus, sensor: string, records: RawRecord[]): Promise<unknown> =>
  publishDurably(bus, rawSubject('mii', sensor), `test/${sensor}/${records[0].seq}`, encodeRawPayload(records));

async function ask<T>(service: Service, route: string, body?: unknown): Promise<{ status: number; body: T }> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${service.url}${route}`, body === undefined ? {} : init);
  return { status: response.status, body: (await response.json()) as T };
}

const rawRows = (file: string): number => parseRawFile(readFileSync(file)).run.count;

/** Ready, that is: its consumers exist. */
const ready = (writer: Service): Promise<unknown> =>
  waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, { what: 'the writer to be ready', timeoutMs: 20_000 });

const csvOf = (stage: Stage): string => path.join(stage.dataDir, productPaths(stage.plan('cstar').sensor, today).csv);

test('PROMISE 7: a message that is no record and stops others or is not kept; a sensor missing from the configuration that is not archived', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const [writer] = await Promise.all([stage.start('writer'), stage.start('decoder'), stage.start('qc')]);
  await ready(writer);
  const bus = await connect(stage.nats);
  t.after(() => bus.close());
  const garbage: [subject: string, bytes: Uint8Array][] = [
    ['raw.mii.cstar', Buffer.from('hello')],
    ['raw.mii.cstar', encodeRawPayload([{ ...line(1), session: 'a/b' }])],
    ['raw.mii.cstar', encodeRawPayload([{ ...line(1), receivedMs: 1.5 }])],
    ['raw.mii', Buffer.from('too short a subject')],
    ['raw.MII.cstar', encodeRawPayload([line(1)])],
    ['obs.mii.cstar', Buffer.from('{')],
    ['qc.mii.cstar', Buffer.from('{')],
  ];
  for (const [i, [subject, bytes]] of garbage.entries()) await publishDurably(bus, subject, `garbage/${i}`, bytes);
  await publish(bus, 'cstar', [line(1), line(2)]);
  await publish(bus, 'newcomer', [line(1)]);
  await waitFor(() => readFileSync(csvOf(stage), 'utf8').split('\n').length === 4, {
    what: 'two rows',
    timeoutMs: 20_000,
  });
  const unknown = path.join(stage.dataDir, 'raw/_unconfigured/mii/newcomer', isoDay(today).slice(0, 7));
  await waitFor(() => rawRows(path.join(unknown, `newcomer_${isoDay(today).replaceAll('-', '')}.raw`)) === 1, {
    what: 'the line of a sensor that nobody configured',
  });
  await waitFor(async () => (await metricOf(writer, 'emso_unknown_source_lines_total')) === 1, { what: 'its count' });
  const { state } = await bus.jsm.streams.info('REJ', { subjects_filter: 'rej.archive.>' });
  assert.deepEqual(state.subjects, {
    'rej.archive.mii.cstar': 3,
    'rej.archive.mii.unknown': 1,
    'rej.archive.unknown.cstar': 1,
  });
  const kept = await bus.jsm.streams.getMessage('REJ', { last_by_subj: 'rej.archive.mii.unknown' });
  assert.equal(kept?.string(), 'too short a subject');
  const reasons = (): unknown[] =>
    writer
      .log()
      .filter((entry) => entry['level'] === 'error')
      .map((entry) => entry['reason']);
  // The rows may have come from a rebuild, before the fast path reached its damaged message.
  await waitFor(() => reasons().length >= 6, { what: 'every damaged message to be told' });
  assert.deepEqual(reasons().sort(), [...Array<string>(5).fill('raw-damaged'), 'qc-damaged'].sort());
});

test('PROMISE 12: an import that is taken twice, touches its original, or fills more than gaps where asked', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const writer = await stage.start('writer');
  await ready(writer);
  const bus = await connect(stage.nats);
  t.after(() => bus.close());
  const { sensor } = stage.plan('cstar');
  const past = today - 400;
  const stamp = isoDay(past).replaceAll('-', '');
  const original = path.join(stage.dataDir, '..', `${sensor.prefix}_${stamp}.dat`);
  const rows = [
    `${stamp} 12:00:00CST-1186DR\t7001\t9219\t11982\t0.092\t537`,
    `${stamp} 12:00:10CST-1186DR\t7002\t9219\t11982\t0.092\t537`,
    'damaged',
    `${stamp} 13:30:00CST-1186DR\t7003\t9219\t11982\t0.092\t537`,
  ];
  writeFileSync(original, `${rows.join('\n')}\n`);
  // The acquirer listened at noon, and only events say that it was there an hour later.
  const atMs = (hours: number, ms = 0): number => past * DAY_MS + hours * 3_600_000 + ms;
  const event = (seq: number, receivedMs: number): RawRecord => ({
    ...line(seq, receivedMs),
    kind: 'event',
    bytes: Buffer.from('lost'),
  });
  await publish(bus, 'cstar', [
    line(1, atMs(12, -5000)),
    line(2, atMs(12, 15_000)),
    event(3, atMs(13.5, -1000)),
    event(4, atMs(13.5, 1000)),
  ]);
  const raw = path.join(stage.dataDir, productPaths(sensor, past).raw);
  await waitFor(() => rawRows(raw) === 4, { what: 'the live rows' });

  type Report = { rows: number; added: number; known: number; covered: number; damaged: number; sensor?: string };
  const importIt = async (fillGaps: boolean): Promise<Report> =>
    (await ask<Report>(writer, '/import', { file: original, fillGaps })).body;
  const counts = ({ rows, added, known, covered, damaged }: Report): number[] => [rows, added, known, covered, damaged];
  assert.deepEqual(counts(await importIt(true)), [3, 1, 0, 2, 1]);
  const [one, two] = await Promise.all([importIt(false), importIt(false)]);
  assert.deepEqual(counts(one), [3, 2, 1, 0, 1]);
  assert.deepEqual(counts(two), [3, 0, 3, 0, 1], 'two at once are one after the other');
  assert.equal(rawRows(raw), 7);
  const csv = path.join(stage.dataDir, productPaths(sensor, past).csv);
  await waitFor(() => readFileSync(csv, 'utf8').split('\n').length === 7, { what: 'five rows in the CSV' });
  assert.equal(readFileSync(original, 'utf8'), `${rows.join('\n')}\n`);
  const notes = readFileSync(path.join(stage.dataDir, 'raw/imports.jsonl'), 'utf8').trim().split('\n');
  assert.equal(notes.length, 1);
  const sha256 = createHash('sha256').update(readFileSync(original)).digest('hex');
  assert.equal((JSON.parse(notes[0]) as { sha256: string }).sha256, sha256);

  const stranger = path.join(path.dirname(original), `NOBODY_${stamp}.dat`);
  copyFileSync(original, stranger);
  assert.equal((await ask<Report>(writer, '/import', { file: stranger })).body.sensor, undefined);
  const refused = await ask<{ error: string }>(writer, '/import', { path: original });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error, /expected .*file/);
});

test('PROMISE 20: a sealed day that is not announced with path, digest and version, or stays damaged after a start', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const early = await stage.start('writer');
  await ready(early);
  const bus = await connect(stage.nats);
  t.after(() => bus.close());
  await publish(bus, 'cstar', [line(1), line(2)]);
  await waitFor(() => readFileSync(csvOf(stage), 'utf8').split('\n').length === 4, {
    what: 'two rows',
    timeoutMs: 20_000,
  });
  await early.stop();

  const { sensor } = stage.plan('cstar');
  const manifestPath = path.join(stage.dataDir, productPaths(sensor, today).manifest);
  const manifest = () => decodeManifest(readFileSync(manifestPath, 'utf8'));
  const late = await stage.start('writer', ONE_WEEK_AHEAD);
  await waitFor(() => manifest().history.state === 'sealed' && manifest().history.pending === false, {
    what: 'the day to be sealed and announced',
    timeoutMs: 20_000,
  });
  for (const kind of ['csv', 'netcdf'] as const) {
    const said = await bus.jsm.streams.getMessage('PRODUCT', { last_by_subj: `product.mii.cstar.${kind}` });
    const body = said?.json<Record<string, unknown>>() ?? {};
    const { path: file, sha256 } = manifest().content.files[kind];
    assert.deepEqual([body['path'], body['sha256'], body['version'], body['day']], [file, sha256, 1, isoDay(today)]);
    assert.equal(
      createHash('sha256')
        .update(readFileSync(path.join(stage.dataDir, file)))
        .digest('hex'),
      sha256,
    );
  }
  await late.stop();

  const nc = path.join(stage.dataDir, productPaths(sensor, today).netcdf);
  const sealed = readFileSync(nc);
  rmSync(nc);
  mkdirSync(path.dirname(nc), { recursive: true });
  const again = await stage.start('writer', ONE_WEEK_AHEAD);
  await waitFor(() => readFileSync(nc).equals(sealed), { what: 'the sealed file to be back', timeoutMs: 20_000 });
  assert.equal(await metricOf(again, 'emso_archive_checksum_failures_total'), 1);
  assert.equal(await metricOf(again, 'emso_stale_days'), 0);
  assert.equal(manifest().history.version, 1);
});
