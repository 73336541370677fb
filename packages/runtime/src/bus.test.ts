import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type NatsServer, startNats, waitFor } from '../../../test/support/servers.ts';
import { type Bus, connectBus, lastMessage, publishDurably } from './bus.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { applyTopology, ensureConsumer, STREAM_SIZES, type StreamSizes, TopologyError } from './topology.ts';

const MIB = 1024 * 1024;
const SMALL: StreamSizes = { RAW: 8 * MIB, OBS: MIB, QC: MIB, REJ: MIB, PRODUCT: MIB, EVENT: MIB };
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);
const bytes = (payload: string): Uint8Array => new TextEncoder().encode(payload);

let nats: NatsServer;
const failures: Error[] = [];
const connectTo = (url: string, signal?: AbortSignal): Promise<Bus> =>
  connectBus({
    url,
    name: 'test',
    log: createLog({ service: 'test', level: 'silent' }),
    metrics: createMetrics(),
    fail: (error) => failures.push(error),
    ...(signal && { signal }),
  });

before(async () => {
  nats = await startNats();
});
after(async () => {
  await nats.stop();
  assert.deepEqual(failures, []);
});

test('the topology is created once, by several services at the same moment, and applying it again changes nothing', async () => {
  const buses = await Promise.all([1, 2, 3].map(() => connectTo(nats.url)));
  await Promise.all(buses.map((bus) => applyTopology(bus, { sizes: SMALL })));
  const [bus] = buses;
  const first = await bus.jsm.streams.info('RAW');
  assert.equal(first.config.discard, 'new');
  assert.equal(first.config.max_bytes, SMALL.RAW);
  assert.equal(first.config.max_age, 400 * 86_400 * 1e9);
  assert.equal(first.config.duplicate_window, 600 * 1e9);
  assert.equal(first.config.storage, 'file');
  await applyTopology(bus, { sizes: SMALL });
  assert.deepEqual((await bus.jsm.streams.info('RAW')).config, first.config);
  const names: string[] = [];
  for await (const name of bus.jsm.streams.names()) names.push(name);
  assert.deepEqual(names.sort(), Object.keys(STREAM_SIZES).sort());

  await applyTopology(bus, { sizes: { ...SMALL, RAW: 16 * MIB, OBS: 2 * MIB } });
  assert.equal((await bus.jsm.streams.info('RAW')).config.max_bytes, 16 * MIB, 'RAW may grow');
  await applyTopology(bus, { sizes: { ...SMALL, RAW: 16 * MIB } });
  assert.equal((await bus.jsm.streams.info('OBS')).config.max_bytes, MIB, 'OBS may shrink');
  await assert.rejects(applyTopology(bus, { sizes: SMALL }), (error: Error) => {
    assert.ok(error instanceof TopologyError);
    assert.match(error.message, /stream RAW: expected max_bytes = 8388608, found 16777216/);
    return true;
  });
  await Promise.all(buses.map((each) => each.close()));
});

test('a field that the server cannot change is refused by its name', async () => {
  const bus = await connectTo(nats.url);
  await bus.jsm.streams.delete('EVENT');
  await bus.jsm.streams.add({ name: 'EVENT', subjects: ['event.>'], storage: 'memory' });
  await assert.rejects(
    applyTopology(bus, { sizes: { ...SMALL, RAW: 16 * MIB } }),
    /stream EVENT: expected \w+ = .*found .*by hand/,
  );
  await bus.jsm.streams.delete('EVENT');
  await applyTopology(bus, { sizes: { ...SMALL, RAW: 16 * MIB } });
  await bus.close();
});

test('a consumer gets its limits, is brought up to date, and keeps its subject', async () => {
  const bus = await connectTo(nats.url);
  const ensure = (subject: string, maxAckPending: number) =>
    ensureConsumer(bus, 'RAW', 'decoder-mii-a', subject, { maxAckPending, ackWaitMs: 30_000 });
  await Promise.all([ensure('raw.mii.a', 1), ensure('raw.mii.a', 1)]);
  const info = await bus.jsm.consumers.info('RAW', 'decoder-mii-a');
  assert.deepEqual(
    [info.config.ack_policy, info.config.max_deliver, info.config.max_ack_pending, info.config.deliver_policy],
    ['explicit', -1, 1, 'all'],
  );
  await ensure('raw.mii.a', 5);
  assert.equal((await bus.jsm.consumers.info('RAW', 'decoder-mii-a')).config.max_ack_pending, 5);
  await assert.rejects(
    ensure('raw.mii.b', 5),
    /consumer RAW\/decoder-mii-a: expected filter_subject = "raw.mii.b", found "raw.mii.a"/,
  );
  await bus.close();
});

test('a publication is acknowledged once; the same id again is a duplicate of the same place', async () => {
  const bus = await connectTo(nats.url);
  assert.equal(await lastMessage(bus, 'RAW', 'raw.mii.once'), undefined);
  const first = await publishDurably(bus, 'raw.mii.once', 'id-1', bytes('one'));
  const again = await publishDurably(bus, 'raw.mii.once', 'id-1', bytes('one'));
  assert.deepEqual([first.duplicate, again.duplicate, again.seq], [false, true, first.seq]);
  await publishDurably(bus, 'raw.mii.once', 'id-2', bytes('two'));
  const last = await lastMessage(bus, 'RAW', 'raw.mii.once');
  assert.deepEqual([last?.id, text(last!.data)], ['id-2', 'two']);
  const counted = await bus.metrics.messagesProcessed.get();
  const outcomes = Object.fromEntries(counted.values.map(({ labels, value }) => [labels.outcome, value]));
  assert.deepEqual(outcomes, { acked: 2, duplicate: 1 });
  await bus.close();
});

test('a full RAW stream refuses, the publisher keeps trying and gets through when there is room', async () => {
  const bus = await connectTo(nats.url);
  const chunk = new Uint8Array(900_000);
  const stop = new AbortController();
  const full = async (): Promise<void> => {
    for (let i = 0; ; i++) await publishDurably(bus, 'raw.mii.full', `full-${i}`, chunk, { signal: stop.signal });
  };
  const filling = full();
  await waitFor(
    async () => (await bus.metrics.messagesProcessed.get()).values.some((v) => v.labels.outcome === 'retried'),
    {
      what: 'the stream to be full',
    },
  );
  const held = (await bus.jsm.streams.info('RAW')).state.messages;
  await bus.jsm.streams.purge('RAW', { filter: 'raw.mii.full' });
  await waitFor(async () => (await lastMessage(bus, 'RAW', 'raw.mii.full')) !== undefined, {
    what: 'publishing to go on',
  });
  assert.ok(held > 10);
  stop.abort(new Error('enough'));
  await assert.rejects(filling, /enough/);
  await bus.jsm.streams.purge('RAW');
  await bus.close();
});

test('waits for a server that is not there yet, and gives up when told', async () => {
  const stop = new AbortController();
  const pending = connectTo('nats://127.0.0.1:9', stop.signal);
  stop.abort(new Error('changed my mind'));
  await assert.rejects(pending, /changed my mind/);
});

test('SIGKILL of the server while publishing: every message once, in order, under its own id', async () => {
  const bus = await connectTo(nats.url);
  await bus.jsm.streams.purge('RAW');
  const count = 400;
  let kills = 0;
  let published = 0;
  const publish = async (): Promise<void> => {
    for (; published < count; published++) {
      await publishDurably(bus, 'raw.mii.killed', `k-${published}`, bytes(String(published)));
    }
  };
  const chaos = async (): Promise<void> => {
    for (const at of [80, 200]) {
      await waitFor(() => published >= at, { what: `${at} messages`, timeoutMs: 30_000 });
      await nats.kill('SIGKILL');
      await nats.restart();
      kills++;
    }
  };
  await Promise.all([publish(), chaos()]);
  assert.equal(kills, 2);
  const { state } = await bus.jsm.streams.info('RAW');
  const seen: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    seen.push(text((await bus.jsm.streams.getMessage('RAW', { seq }))!.data));
  }
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, i) => String(i)),
  );
  await bus.close();
});
