/** Decoders scale by starting more of them: work is shared, and every sensor's observations stay in order, also over a kill. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { decodeMessage, type ObservationMessage, obsSubject } from '@emso/core';
import { connectBus, createLog, createMetrics } from '@emso/runtime';
import { scrapeServices } from '../../services/cli/src/chain/scrape.ts';
import { type Service, spawnService, temporaryDirectory, waitFor } from '../support/servers.ts';
import { metricOf, openStage } from './stage.ts';

const LINES = 300;
const SENSORS = ['microcat', 'oxygen', 'cstar'];
const DECODED = 'emso_samples_decoded_total';

test('PROMISE 9: two decoders, one of them killed, that break the order of a sensor or leave something out', {
  timeout: 90_000,
}, async (t) => {
  const stage = await openStage(t, { lines: LINES, cadenceMs: 15 });
  const [first, second] = await Promise.all([stage.start('decoder'), stage.start('decoder')]);
  await stage.start('acquirer');
  const both = async (): Promise<boolean> => {
    const done = await Promise.all([metricOf(first, DECODED), metricOf(second, DECODED)]);
    return done.every((count) => count > 50);
  };
  await waitFor(both, { what: 'both decoders to have decoded more than 50 lines', timeoutMs: 20_000 });
  await first.kill();
  await stage.simulator.done;

  const fail = (error: Error): never => {
    throw error;
  };
  const log = createLog({ service: 'test', level: 'silent' });
  const bus = await connectBus({ url: stage.nats.url, name: 'test', log, metrics: createMetrics(), fail });
  t.after(() => bus.close());
  const rawLast = async (sensor: string): Promise<number> => {
    const { num_pending, num_ack_pending } = await bus.jsm.consumers.info('RAW', `decoder-mii-${sensor}`);
    return num_pending + num_ack_pending;
  };
  for (const sensor of SENSORS) {
    await waitFor(async () => (await rawLast(sensor)) === 0, { what: `${sensor} to be decoded`, timeoutMs: 20_000 });
  }
  const { state } = await bus.jsm.streams.info('OBS');
  const messages = new Map<string, ObservationMessage[]>(SENSORS.map((sensor) => [obsSubject('mii', sensor), []]));
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await bus.jsm.streams.getMessage('OBS', { seq });
    if (message !== null) messages.get(message.subject)?.push(decodeMessage<ObservationMessage>(message.data));
  }
  for (const [subject, own] of messages) {
    // The killed one may have published what the other published again: the same id, at most twice, next to each other.
    let last = 0;
    for (const { range } of own) {
      assert.ok(
        range.first === last + 1 || range.last === last,
        `${subject}: ${range.first}–${range.last} after ${last}`,
      );
      last = range.last;
    }
    // Lines of one chunk are spread by 1 ms within a message, so that times may overtake; sequence numbers never do.
    const seqs = own.flatMap(({ rows }, i) =>
      own[i - 1]?.range.last === own[i].range.last ? [] : rows.map(({ seq }) => seq),
    );
    assert.ok(seqs.length >= LINES / 2, `${subject}: ${seqs.length} rows`);
    assert.ok(
      seqs.every((seq, i) => i === 0 || seq > seqs[i - 1]),
      `${subject}: rows in order`,
    );
    assert.ok(last >= LINES, `${subject}: up to ${last}`);
  }
});

test('three decoders in one run directory are three services to who asks', { timeout: 60_000 }, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const shared = temporaryDirectory('run');
  const env = { EMSO_OBSERVATORY: stage.site, EMSO_NATS_URL: stage.nats.url, EMSO_LOG_LEVEL: 'warn' };
  const start = (): Promise<Service> => spawnService('decoder', { env, directory: shared });
  const decoders = await Promise.all([start(), start(), start()]);
  t.after(() => Promise.all(decoders.map((decoder) => decoder.stop())));
  const asked = async () => scrapeServices(path.join(shared, 'run'));
  const urls = (list: readonly { url: string }[]): string[] => list.map(({ url }) => url).sort();
  assert.deepEqual(urls(await asked()), urls(decoders));
  assert.deepEqual(new Set((await asked()).map(({ name }) => name)), new Set(['decoder']));
  await decoders[0].stop();
  assert.deepEqual(urls(await asked()), urls(decoders.slice(1)));
  await decoders[1].kill();
  const again = await start();
  t.after(() => again.stop());
  assert.deepEqual(urls(await asked()), urls([decoders[2], again]), 'what the killed one left is gone');
});
