import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type NatsServer, startNats, temporaryDirectory, waitFor } from '../../../test/support/servers.ts';
import { type Bus, connectBus, lastMessage, linkUp, publishDurably } from './bus.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import {
  applyTopology,
  ensureConsumer,
  resetConsumersAhead,
  STREAM_SIZES,
  type StreamSizes,
  TopologyError,
} from './topology.ts';

const MIB = 1024 * 1024;
const SMALL: StreamSizes = { RAW: 8 * MIB, OBS: MIB, QC: MIB, REJ: MIB, PRODUCT: MIB, EVENT: MIB };
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);
const bytes = (payload: string): Uint8Array => new TextEncoder().encode(payload);

let nats: NatsServer;
const failures: Error[] = [];
/** Warnings and errors of all links, `level reason`. */
const told: string[] = [];
const connectTo = (url: string, signal?: AbortSignal): Promise<Bus> =>
  connectBus({
    url,
    name: 'test',
    log: createLog({
      service: 'test',
      level: 'warn',
      onEvent: (level, reason) => told.push(`${level} ${reason}`),
      destination: { write: () => undefined },
    }),
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

test('PROMISE 7: limits of a stream that are not these, or change when several services apply them at one moment, or again', async () => {
  const buses = await Promise.all([1, 2, 3].map(() => connectTo(nats.url)));
  await Promise.all(buses.map((bus) => applyTopology(bus, { sizes: SMALL })));
  const [bus] = buses;
  const first = await bus.jsm.streams.info('RAW');
  assert.equal(first.config.discard, 'new');
  assert.equal(first.config.max_bytes, SMALL.RAW);
  assert.equal(first.config.max_age, 400 * 86_400 * 1e9);
  assert.equal(first.config.duplicate_window, 600 * 1e9);
  assert.equal(first.config.storage, 'file');
  assert.equal(STREAM_SIZES.RAW / (400 * MIB) > 10, true, 'room for ten times 0.5 MB a day over 400 days, and more');
  for (const name of ['OBS', 'QC']) {
    const { config } = await bus.jsm.streams.info(name);
    assert.deepEqual([config.max_age, config.discard], [14 * 86_400 * 1e9, 'old'], name);
  }
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

test('PROMISE 8: a consumer with an end to its deliveries, another limit or another subject', async () => {
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

test('PROMISE 2: the same message id at once again that takes another place', async () => {
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

test('PROMISE 7: a full RAW that forgets what it holds, or a publisher what it was refused', async (t) => {
  const own = await startNats();
  const bus = await connectTo(own.url);
  t.after(async () => {
    await bus.close();
    await own.stop();
  });
  await applyTopology(bus, { sizes: { ...SMALL, RAW: MIB } });
  const chunk = (i: number): Uint8Array => new Uint8Array(300_000).fill(i);
  const count = 6;
  const publishing = (async () => {
    for (let i = 0; i < count; i++) await publishDurably(bus, 'raw.mii.full', `full-${i}`, chunk(i));
  })();
  await waitFor(() => told.includes('error publish-refused'), { what: 'the alarm' });
  const { state } = await bus.jsm.streams.info('RAW');
  assert.deepEqual([state.first_seq, state.messages], [1, 3], 'nothing made room by being forgotten');
  await applyTopology(bus, { sizes: { ...SMALL, RAW: 4 * MIB } });
  await publishing;
  for (let i = 0; i < count; i++) {
    const message = await bus.jsm.streams.getMessage('RAW', { seq: i + 1 });
    assert.deepEqual(message?.data.subarray(0, 2), Uint8Array.of(i, i), `message ${i}`);
  }
});

test('PROMISE 7: raw messages that a program can delete or purge, also in a stream made without the rule', async (t) => {
  const own = await startNats();
  const bus = await connectTo(own.url);
  t.after(async () => {
    await bus.close();
    await own.stop();
  });
  const nanoseconds = 400 * 86_400 * 1e9;
  await bus.jsm.streams.add({
    name: 'RAW',
    subjects: ['raw.>'],
    discard: 'new',
    max_age: nanoseconds,
    max_bytes: MIB,
    duplicate_window: 5e9,
  });
  await applyTopology(bus, { sizes: SMALL, duplicateWindowMs: 60_000 });
  await publishDurably(bus, 'raw.mii.kept', 'kept', bytes('kept'));
  await assert.rejects(bus.jsm.streams.purge('RAW'), /not permitted|purge/i);
  await assert.rejects(bus.jsm.streams.deleteMessage('RAW', 1), /not permitted|delete/i);
  assert.equal(text((await lastMessage(bus, 'RAW', 'raw.mii.kept'))!.data), 'kept');
  assert.equal(
    (await bus.jsm.streams.info('RAW')).config.duplicate_window,
    5e9,
    'the window of a stream that is there',
  );
  assert.equal((await bus.jsm.streams.info('OBS')).config.duplicate_window, 60e9);
  await bus.jsm.streams.purge('OBS');
});

test('PROMISE 6: a consumer further than its rolled-back stream that passes over what is sent again', async (t) => {
  const own = await startNats();
  const bus = await connectTo(own.url);
  t.after(async () => {
    await bus.close();
    await own.stop();
  });
  await applyTopology(bus, { sizes: SMALL });
  const limits = { maxAckPending: 10, ackWaitMs: 30_000 };
  const take = async (count: number): Promise<string[]> => {
    const consumer = await bus.js.consumers.get('RAW', 'archiver');
    const messages = await consumer.fetch({ max_messages: count, expires: 2000 });
    const got: string[] = [];
    for await (const message of messages) {
      got.push(message.string());
      await message.ackAck();
    }
    return got;
  };
  const send = async (...words: string[]): Promise<void> => {
    for (const word of words) await publishDurably(bus, 'raw.mii.a', `${word}/${Math.random()}`, bytes(word));
  };
  await ensureConsumer(bus, 'RAW', 'archiver', 'raw.>', limits);
  await ensureConsumer(bus, 'RAW', 'behind', 'raw.>', limits);
  await send('1', '2');
  assert.deepEqual(await take(2), ['1', '2']);
  await resetConsumersAhead(bus, 'RAW');
  assert.ok(!told.includes('error broker-rolled-back'), 'who has all of it is not ahead');
  await own.stop();
  const messages = join(own.storeDir, 'jetstream', '$G', 'streams', 'RAW', 'msgs');
  const older = temporaryDirectory('older');
  cpSync(messages, older, { recursive: true });
  await own.restart();
  await linkUp(bus);
  await send('3', '4', '5');
  assert.deepEqual(await take(3), ['3', '4', '5']);
  await own.stop();
  rmSync(messages, { recursive: true });
  cpSync(older, messages, { recursive: true });
  await own.restart();
  await linkUp(bus);
  await resetConsumersAhead(bus, 'RAW');
  assert.ok(told.includes('error broker-rolled-back'));
  await send('3', '4', '5', '6');
  assert.deepEqual(await take(4), ['3', '4', '5', '6']);
  await ensureConsumer(bus, 'RAW', 'archiver', 'raw.>', limits);
  assert.equal((await bus.jsm.consumers.info('RAW', 'behind')).config.deliver_policy, 'all', 'left as it was');
});

test('waits for a server that is not there yet, and gives up when told', async () => {
  const stop = new AbortController();
  const pending = connectTo('nats://127.0.0.1:9', stop.signal);
  stop.abort(new Error('changed my mind'));
  await assert.rejects(pending, /changed my mind/);
});

test('PROMISE 3: publications that a SIGKILL of the server reorders, doubles or loses', async () => {
  const bus = await connectTo(nats.url);
  const { last_seq: earlier } = (await bus.jsm.streams.info('RAW')).state;
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
  for (let seq = earlier + 1; seq <= state.last_seq; seq++) {
    seen.push(text((await bus.jsm.streams.getMessage('RAW', { seq }))!.data));
  }
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, i) => String(i)),
  );
  await bus.close();
});
