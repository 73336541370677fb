/**
 * The mooring behind its acoustic relay, from one socket to the files of three sensors: packets late, out of order, twice, for
 * nobody, over two days and a killed decoder; and the same lines once more from historical daily files.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { compactDay, DAY_MS, dayOf, iso, KIND } from '@emso/core';
import { datRow } from '@emso/instruments';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import { decodeManifest, parseRawFile, productPaths } from '@emso/products';
import { parseDocument } from 'yaml';
import { randomOf, wholeBetween } from '../../services/cli/src/simulate/random.ts';
import { startReplay } from '../../services/cli/src/simulate/replay.ts';
import { loadSiteFile } from '../../services/cli/src/site-file.ts';
import { archivedRecords, archivedRun, doubledRows } from '../support/archive-check.ts';
import { startChild } from '../support/child.ts';
import { untilRebuiltEqual } from '../support/rebuilt.ts';
import { type Service, temporaryDirectory, waitFor } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';
import { metricOf, openStage } from './stage.ts';

const EMSO = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');
const SEED = Number(process.env.EMSO_SEED ?? 20261121);
const PATTERN = '^(?<address>\\d+):(?<line>.*)$';
const CADENCE_MS = 1_800_000;
/** The two days before this one, so that no clock is ahead. */
const FIRST_DAY = dayOf(Date.now()) - 2;
const SAMPLES = (2 * DAY_MS) / CADENCE_MS;
const BYTES_A_SECOND = 12_000;

const date = (ms: number): string[] => new Date(ms).toUTCString().split(/[ ,]+/);

function microcat(serial: string): (clockMs: number, n: number) => string {
  return (clockMs, n) => {
    const [, day, month, year, time] = date(clockMs);
    return `${serial}, ${(13 + n / 1000).toFixed(4)}, 4.59963, 505.600, ${day} ${month} ${year}, ${time}`;
  };
}

function aquadopp(clockMs: number, n: number): string {
  const [day, clock] = iso(clockMs).slice(0, -1).split('T');
  const [year, month, dayOfMonth] = day.split('-');
  const speed = (n / 1000).toFixed(3);
  return `${month} ${dayOfMonth} ${year} ${clock.replaceAll(':', ' ')} 00000000 00110000  ${speed}  0.000 -0.001  30  26  25  13.0 1528.9 1528.9  41.7   1.5  -1.9  505.600  500.900  13.43     0     0  ${speed}  90.00`;
}

interface Relayed {
  readonly sensor: string;
  readonly address: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly line: (clockMs: number, n: number) => string;
}

const MICROCAT = { outputFormat: 1, addressed: true, conductivityUnit: 'S/m', outputTime: true };
const SENSORS: readonly Relayed[] = [
  {
    sensor: 'albatross-microcat-0500',
    address: '05',
    settings: { ...MICROCAT, fields: ['TEMP', 'CNDC', 'PRES'] },
    line: microcat('11477'),
  },
  {
    sensor: 'albatross-microcat-1000',
    address: '10',
    settings: { ...MICROCAT, fields: ['TEMP', 'CNDC', 'PRES'] },
    line: microcat('11478'),
  },
  {
    sensor: 'albatross-aquadopp-0500',
    address: '6',
    settings: { layout: 'ascii-27', coordinateSystem: 'ENU' },
    line: aquadopp,
  },
];
/** Lines that are nobody's: an address that the site file does not know, and what the relay says of itself. */
const NOBODYS = ['07:11499, 13.2000, 4.59963, 505.600', 'RELAY OK 12.6V', '5:11477, 13.2000, 4.59963, 505.600'];

/** What the relay sends, in order, without line ends: every sample, some twice, late and out of order. */
function packets(): string[] {
  const random = randomOf(SEED, 'packets');
  const timed: { atMs: number; text: string }[] = [];
  for (const { address, line } of SENSORS) {
    for (let n = 0; n < SAMPLES; n++) {
      const clockMs = FIRST_DAY * DAY_MS + n * CADENCE_MS;
      const text = `${address}:${line(clockMs, n)}`;
      // Acoustic packets come up to three hours late, and every fifth is repeated.
      timed.push({ atMs: clockMs + wholeBetween(random, 0, 10_800_000), text });
      if (n % 5 === 0) timed.push({ atMs: clockMs + wholeBetween(random, 0, 86_400_000), text });
    }
  }
  NOBODYS.forEach((text, i) => void timed.push({ atMs: (FIRST_DAY + 1) * DAY_MS + i * CADENCE_MS, text }));
  return timed.sort((a, b) => a.atMs - b.atMs || (a.text < b.text ? -1 : 1)).map(({ text }) => text);
}

/** Sets endpoint, envelope and settings of the relayed sensors in a site file. */
function addRelay(siteFile: string, endpoint: string): SensorPlan[] {
  const document = parseDocument(readFileSync(siteFile, 'utf8'));
  const site = document.toJS() as { platforms: { sensors: { id: string; deployments: unknown[] }[] }[] };
  site.platforms.forEach(({ sensors }, p) => {
    sensors.forEach(({ id, deployments }, s) => {
      const relayed = SENSORS.find(({ sensor }) => sensor === id);
      if (relayed === undefined) return;
      const at = ['platforms', p, 'sensors', s, 'deployments', deployments.length - 1];
      document.setIn([...at, 'endpoint'], endpoint);
      document.setIn([...at, 'envelope'], document.createNode({ pattern: PATTERN, address: relayed.address }));
      document.setIn([...at, 'settings'], document.createNode(relayed.settings));
    });
  });
  writeFileSync(siteFile, document.toString());
  const { plans } = planObservatory(loadSiteFile(siteFile));
  return SENSORS.map(({ sensor }) => plans.find((plan) => plan.sensor.id === sensor) ?? assert.fail(sensor));
}

const linesOf = (plan: SensorPlan, sent: readonly string[]): string[] => {
  const address = SENSORS.find(({ sensor }) => sensor === plan.sensor.id)!.address;
  return sent.filter((text) => text.startsWith(`${address}:`) && !NOBODYS.includes(text)).map((text) => `${text}\r`);
};

/** Kind and text of the records of the sensor that the site file does not know, but for events. */
function nobodysIn(dataDir: string, id: string): string[] {
  const root = path.join(dataDir, 'raw/_unconfigured/albatross', id);
  return filesBelow(root).flatMap((name) => {
    const { run } = parseRawFile(readFileSync(path.join(root, name)));
    return Array.from({ length: run.count }, (_, i) => i)
      .filter((i) => run.kind[i] !== KIND.event)
      .map((i) => Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1'));
  });
}

async function isReady(service: Service): Promise<unknown> {
  return waitFor(async () => (await fetch(`${service.url}/readyz`)).ok, { what: 'the service', timeoutMs: 20_000 });
}

/** Times of the rows of a day, and how often its manifest counts a rejection. */
function dayIn(
  dataDir: string,
  plan: SensorPlan,
  day: number,
): { times: string[]; duplicates: number; records: number } {
  const paths = productPaths(plan.sensor, day);
  const rows = readFileSync(path.join(dataDir, paths.csv), 'utf8').trimEnd().split('\n');
  const time = rows[0].split(',').indexOf('time');
  const { content } = decodeManifest(readFileSync(path.join(dataDir, paths.manifest), 'utf8'));
  const { 'duplicate-time': duplicates = 0, ...others } = content.rejections;
  assert.deepEqual(others, {}, `${plan.sensor.id}: nothing else is rejected`);
  return { times: rows.slice(1).map((row) => row.split(',')[time]), duplicates, records: content.raw.records };
}

/** Historical daily files of what was archived, as the old script would have written them. */
async function writeOriginals(dataDir: string, plans: readonly SensorPlan[]): Promise<string> {
  const dir = temporaryDirectory('originals');
  for (const plan of plans) {
    const lines = (await archivedRecords(dataDir, plan)).filter(({ kind }) => kind === KIND.line);
    for (const [day, own] of Map.groupBy(lines, ({ receivedMs }) => dayOf(receivedMs))) {
      const rows = own.map(({ receivedMs, text }) => datRow(receivedMs, Buffer.from(text, 'latin1'), 0, text.length));
      const folder = path.join(dir, plan.sensor.id);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, `${plan.sensor.prefix}_${compactDay(day)}.dat`), Buffer.concat(rows));
    }
  }
  return dir;
}

async function importFrom(dir: string, dataDir: string): Promise<Record<string, unknown>[]> {
  const report = path.join(temporaryDirectory('report'), 'import.json');
  const args = [EMSO, 'import', dir, '--data', dataDir, '--report', report];
  const child = await startChild({ command: process.execPath, args, cwd: dir, env: process.env });
  assert.equal((await child.exited).code, 0, child.stderr.join('\n'));
  return JSON.parse(readFileSync(report, 'utf8')).sensors;
}

test('PROMISE 13: relayed packets late, out of order and twice, over two days and a killed decoder', {
  timeout: 120_000,
}, async (t: TestContext) => {
  t.diagnostic(`seed ${SEED}`);
  const stage = await openStage(t, { lines: 0 });
  const { dataDir } = stage;
  const sent = packets();
  const bytes = Buffer.from(sent.map((text) => `${text}\r\n`).join(''), 'latin1');
  const relay = await startReplay({ bytes, rate: BYTES_A_SECOND, chunk: 333, stayOpen: true });
  t.after(() => relay.stop());
  const plans = addRelay(stage.site, relay.endpoint);
  const [writer, , decoder, acquirer] = await Promise.all(
    ['writer', 'qc', 'decoder', 'acquirer'].map((role) => stage.start(role)),
  );
  await isReady(writer);
  await waitFor(() => relay.sent > bytes.length / 3, { what: 'a third of the packets', timeoutMs: 30_000 });
  await decoder.kill('SIGKILL');
  await waitFor(() => relay.sent > bytes.length / 2, { what: 'half of the packets', timeoutMs: 30_000 });
  await stage.start('decoder');
  await relay.done;

  // The archive is what was sent: each line once, in order, where its address says.
  for (const plan of plans) {
    const expected = linesOf(plan, sent);
    const archived = async (): Promise<string[]> =>
      (await archivedRecords(dataDir, plan)).filter(({ kind }) => kind !== KIND.event).map(({ text }) => text);
    await waitFor(async () => (await archived()).length >= expected.length, {
      what: `${expected.length} lines of ${plan.sensor.id}`,
      timeoutMs: 30_000,
    });
    assert.deepEqual(await archived(), expected);
    assert.deepEqual(await doubledRows(dataDir, plan), []);
  }
  const id = `unaddressed-127-0-0-1-${new URL(relay.endpoint).port}`;
  await waitFor(() => nobodysIn(dataDir, id).length >= NOBODYS.length, { what: 'the lines of nobody' });
  assert.deepEqual(
    nobodysIn(dataDir, id),
    sent.filter((text) => NOBODYS.includes(text)).map((text) => `${text}\r`),
  );
  assert.equal(await metricOf(acquirer, 'emso_lines_received_total', { sensor: id }), NOBODYS.length);
  const warnings = acquirer.log().filter(({ reason }) => reason === 'unaddressed');
  assert.equal(warnings.length, 1, 'warned once');

  await untilRebuiltEqual(dataDir, stage.site, 'open', 60_000);
  const repeated = Math.ceil(SAMPLES / 5);
  const products = new Map<string, Buffer>();
  for (const plan of plans) {
    const days = [FIRST_DAY, FIRST_DAY + 1].map((day) => dayIn(dataDir, plan, day));
    const times = Array.from({ length: SAMPLES }, (_, n) => iso(FIRST_DAY * DAY_MS + n * CADENCE_MS));
    assert.deepEqual(
      days.flatMap((day) => day.times),
      times,
      `${plan.sensor.id}: every sample once`,
    );
    assert.equal(days[0].duplicates + days[1].duplicates, repeated);
    assert.equal(days[0].records + days[1].records, SAMPLES + repeated);
    for (const day of [FIRST_DAY, FIRST_DAY + 1]) {
      for (const kind of ['csv', 'netcdf'] as const) {
        const name = productPaths(plan.sensor, day)[kind];
        products.set(name, readFileSync(path.join(dataDir, name)));
      }
    }
  }

  // The old script heard the same lines.
  const originals = await writeOriginals(dataDir, plans);
  const imported = await importFrom(originals, dataDir);
  for (const plan of plans) {
    const { length } = linesOf(plan, sent);
    const { rows, added, known, paired } = imported.find(({ sensor }) => sensor === plan.sensor.id) ?? {};
    assert.deepEqual({ rows, added, known, paired }, { rows: length, added: length, known: 0, paired: length });
    const run = await archivedRun(dataDir, plan);
    assert.equal(run.kind.subarray(0, run.count).filter((kind) => kind === KIND.import).length, length);
  }
  await untilRebuiltEqual(dataDir, stage.site, 'open', 60_000);
  for (const [name, before] of products)
    assert.ok(readFileSync(path.join(dataDir, name)).equals(before), `${name} has changed`);
  const again = await importFrom(originals, dataDir);
  assert.ok(
    again.every(({ added, known, rows }) => added === 0 && known === rows),
    JSON.stringify(again),
  );

  for (const service of [writer, acquirer]) {
    const faults = service.log().filter(({ level, reason }) => level === 'fatal' || reason === 'divergence');
    assert.deepEqual(faults, []);
  }
});

test('PROMISE 14: what a recovered instrument had in memory, through `emso import FILE`', {
  timeout: 60_000,
}, async (t: TestContext) => {
  const stage = await openStage(t, { lines: 0 });
  const { dataDir } = stage;
  await isReady(await stage.start('writer'));
  const dir = temporaryDirectory('upload');
  const file = path.join(dir, 'SBE37SM.asc');
  const plan = stage.plan('albatross-microcat-1500');
  const samples = Array.from({ length: SAMPLES }, (_, n) => {
    const [, day, month, year, time] = date(FIRST_DAY * DAY_MS + n * CADENCE_MS);
    return `13.2974, 4.53963, 1515.100, 38.4794, ${day} ${month} ${year}, ${time}`;
  });
  const header = ['* Sea-Bird SBE37SM-RS232 Data File:', '* Temperature SN = 11480', '*END*'];
  writeFileSync(file, [...header, ...samples, ''].join('\r\n'));
  const emso = async (...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const command = [EMSO, 'import', ...args, '--data', dataDir, '--json'];
    const child = await startChild({ command: process.execPath, args: command, cwd: dir, env: process.env });
    const { code } = await child.exited;
    return { code, out: child.stdout.join('\n'), err: child.stderr.join('\n') };
  };
  const received = iso(Date.now() - 3_600_000);
  const { id } = plan.sensor;
  const refused: [args: string[], code: number, said: RegExp][] = [
    [[file], 2, /expected a directory of daily files, found the file .*--received/],
    [[file, '--received', received], 2, /--received: expected --sensor beside it/],
    [[file, '--received', '2099-01-01T00:00:00Z', '--sensor', id], 2, /expected a UTC time that has been/],
    [[file, '--received', 'yesterday', '--sensor', id], 2, /expected a UTC time .*found 'yesterday'/],
    [[file, '--received', received, '--sensor', id, '--fill-gaps'], 2, /cannot be used with/],
    [[file, '--received', received, '--sensor', 'cstar'], 1, /timePolicy relayed or instrument/],
    [[`${file}.gz`, '--received', received, '--sensor', id], 1, /found ENOENT/],
  ];
  for (const [args, code, said] of refused) {
    const run = await emso(...args);
    assert.equal(run.code, code, run.err);
    assert.match(run.out + run.err, said);
  }
  assert.deepEqual(filesBelow(path.join(dataDir, 'raw')), []);
  const rows = header.length + SAMPLES;
  for (const added of [rows, 0]) {
    const run = await emso('SBE37SM.asc', '--received', received, '--sensor', id);
    assert.equal(run.code, 0, run.err);
    const [sums] = JSON.parse(run.out).sensors;
    assert.deepEqual([sums.sensor, sums.rows, sums.added, sums.known], [id, rows, added, rows - added]);
    const csv = (day: number): string => path.join(dataDir, productPaths(plan.sensor, day).csv);
    await waitFor(
      () => [FIRST_DAY, FIRST_DAY + 1].every((day) => readFileSync(csv(day), 'utf8').split('\n').length - 2 === 48),
      { what: 'both days', timeoutMs: 20_000 },
    );
    await untilRebuiltEqual(dataDir, stage.site, 'open');
  }
});
