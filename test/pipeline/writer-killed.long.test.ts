/** A real writer, killed by SIGKILL at each step between a RAW message and its acknowledgement, on a real broker. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, dayOf, encodeRawPayload, type RawRecord, rawSubject } from '@emso/core';
import { parseRawFile, productPaths } from '@emso/products';
import { type Bus, connectBus, createLog, createMetrics, publishDurably } from '@emso/runtime';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { type Service, temporaryDirectory, waitFor } from '../support/servers.ts';
import { filesBelow, productDifferences } from '../support/trees.ts';
import { openStage, type Stage } from './stage.ts';

const KILL_AT_STEP = path.resolve(import.meta.dirname, '../../services/writer/src/fixtures/kill-at-step.mjs');
const SESSION = '20260301T115959000Z-0000000a';
const today = dayOf(Date.now());

/** Rows follow from the raw archive alone, soon. */
const ENV = { EMSO_VERDICT_TIMEOUT_MS: '200', EMSO_LOG_LEVEL: 'info' };

function line(seq: number, day: number): RawRecord {
  const bytes = Buffer.from(`CST-1186DR\t${7000 + seq}\t9219\t11982\t0.092\t537\r`, 'latin1');
  return { session: SESSION, seq, receivedMs: day * DAY_MS + seq * 1000, kind: 'line', bytes };
}

async function connect(stage: Stage): Promise<Bus> {
  const fail = (error: Error): never => {
    throw error;
  };
  const log = createLog({ service: 'test', level: 'silent' });
  return connectBus({ url: stage.nats.url, name: 'test', log, metrics: createMetrics(), fail });
}

const publish = (bus: Bus, records: RawRecord[]): Promise<unknown> =>
  publishDurably(bus, rawSubject('mii', 'cstar'), `test/${records[0].seq}`, encodeRawPayload(records));

const ready = (writer: Service): Promise<unknown> =>
  waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, { what: 'the writer to be ready', timeoutMs: 20_000 });

/** The sequence numbers in the raw archive, as they lie there. */
function archivedSeqs(stage: Stage): number[] {
  const root = path.join(stage.dataDir, 'raw');
  return filesBelow(root)
    .filter((file) => file.endsWith('.raw'))
    .flatMap((file) => {
      const { run } = parseRawFile(readFileSync(path.join(root, file)));
      return [...run.seq.subarray(0, run.count)];
    });
}

async function waitUntilEqual(stage: Stage): Promise<void> {
  await waitFor(
    async () => {
      const out = temporaryDirectory('rebuilt');
      const raw = path.join(stage.dataDir, 'raw');
      await reprocess({ raw, out, observatory: stage.site, workers: 1, form: 'open' });
      const differences = productDifferences(stage.dataDir, out);
      return differences.length === 0 || Promise.reject(new Error(differences.join('\n')));
    },
    { what: 'live to equal rebuilt', timeoutMs: 20_000 },
  );
}

const STEPS: [what: string, step: RegExp][] = [
  ['the raw rows are written, not synced', /^write CSTAR_\d+\.raw$/],
  ['.raw is synced', /^sync CSTAR_\d+\.raw$/],
  ['the CSV is written under its temporary name', /^write \.CSTAR_\d+\.csv\.tmp$/],
  ['the CSV is synced', /^sync \.CSTAR_\d+\.csv\.tmp$/],
  ['the CSV has its name', /^rename CSTAR_\d+\.csv$/],
  ['the NetCDF has its name', /^rename CSTAR_\d+\.nc$/],
  ['the manifest is written under its temporary name', /^write \.CSTAR_\d+\.json\.tmp$/],
  ['the manifest has its name', /^rename CSTAR_\d+\.json$/],
  ['everything is done but the acknowledgement', /^ack$/],
];

test('PROMISE 22: a writer killed at any step, and something is lost, double, torn or left behind', {
  timeout: 240_000,
}, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const bus = await connect(stage);
  t.after(() => bus.close());
  let seq = 0;
  for (const [i, [what, step]] of STEPS.entries()) {
    const doomed = await stage.start('writer', {
      ...ENV,
      NODE_OPTIONS: `--import=${KILL_AT_STEP}`,
      EMSO_TEST_KILL_AFTER: step.source,
    });
    // A day of its own, so that its files are made before the acknowledgement.
    const day = today - 30 + i;
    await publish(bus, [line(++seq, day), line(++seq, day)]);
    const { signal } = await waitFor(() => doomed.exit(), { what: `the writer to be killed when ${what}` });
    assert.equal(signal, 'SIGKILL', what);
    const writer = await stage.start('writer', ENV);
    await ready(writer);
    await waitFor(() => archivedSeqs(stage).length === seq, { what: `every record to be there, killed when ${what}` });
    await waitUntilEqual(stage);
    assert.deepEqual(
      archivedSeqs(stage).sort((a, b) => a - b),
      Array.from({ length: seq }, (_, n) => n + 1),
      what,
    );
    assert.deepEqual(
      filesBelow(stage.dataDir).filter((file) => file.endsWith('.emso-tmp')),
      [],
      what,
    );
    await writer.stop();
  }
});

test('PROMISE 11: a torn last row of a killed writer that stays, or takes its record with it', {
  timeout: 60_000,
}, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const bus = await connect(stage);
  t.after(() => bus.close());
  const first = await stage.start('writer', ENV);
  await publish(bus, [line(1, today), line(2, today)]);
  await waitFor(() => archivedSeqs(stage).length === 2, { what: 'two rows', timeoutMs: 20_000 });
  await first.kill();
  const { sensor } = stage.plan('cstar');
  const raw = path.join(stage.dataDir, productPaths(sensor, today).raw);
  const whole = readFileSync(raw);
  // Half of a row, as a power loss leaves it, and the leavings of a replacement that did not end.
  const [row] = whole.toString('latin1').split('\n').slice(1);
  appendFileSync(raw, row.replace('/2 ', '/3 ').slice(0, -10));
  const orphan = path.join(path.dirname(raw), '.CSTAR_20260301.csv.0123456789ab.emso-tmp');
  writeFileSync(orphan, 'half');

  const second = await stage.start('writer', ENV);
  await publish(bus, [line(3, today)]);
  await waitFor(() => archivedSeqs(stage).length === 3, { what: 'the record itself', timeoutMs: 20_000 });
  const after = readFileSync(raw);
  assert.ok(after.subarray(0, whole.length).equals(whole), 'full rows are never rewritten');
  assert.deepEqual(parseRawFile(after).damaged, []);
  assert.deepEqual(archivedSeqs(stage), [1, 2, 3]);
  await waitUntilEqual(stage);
  assert.equal(existsSync(orphan), false, 'orphans are removed');
  await second.stop();
});
