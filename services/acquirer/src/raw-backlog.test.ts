/** What the acquirer tells of RAW, on a real broker: exact while it answers, nothing while it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRawPayload, type RawRecord } from '@emso/core';
import {
  ACK_WAIT_MS,
  applyTopology,
  connectBus,
  createLog,
  createMetrics,
  ensureConsumer,
  STREAM_SIZES,
} from '@emso/runtime';
import { startNats, waitFor } from '../../../test/support/servers.ts';
import { watchRaw } from './raw-backlog.ts';

const log = createLog({ service: 'test', level: 'silent' });
const RECEIVED_MS = 1_750_000_000_000;

const record = (seq: number): RawRecord => ({
  session: '20260301T115959000Z-0000000a',
  seq,
  receivedMs: RECEIVED_MS + seq,
  kind: 'line',
  bytes: Buffer.from('x'),
});

test('fill, backlog and the oldest record that is not archived', { timeout: 60_000 }, async (t) => {
  const nats = await startNats();
  const metrics = createMetrics();
  const fail = (error: Error): never => {
    throw error;
  };
  const bus = await connectBus({ url: nats.url, name: 'test', log, metrics, fail });
  const stopping = new AbortController();
  await applyTopology(bus);
  const watching = watchRaw(bus, stopping.signal);
  t.after(async () => {
    stopping.abort();
    await watching;
    await bus.close();
    await nats.stop();
  });
  const said = async (name: string, labels = ''): Promise<number | undefined> => {
    const text = await metrics.registry.metrics();
    const found = new RegExp(`^${name}\\{stream_name="RAW"${labels}\\} (\\S+)$`, 'm').exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  const oldest = () => said('emso_oldest_unarchived_timestamp_seconds');
  const archiver = (what: string) => said(`jetstream_consumer_num_${what}`, ',consumer_name="archiver"');
  const tells = (what: string, condition: () => Promise<boolean>) => waitFor(condition, { what, timeoutMs: 15_000 });
  const seconds = (seq: number): number => (RECEIVED_MS + seq) / 1000;

  assert.equal(await oldest(), undefined, 'nothing is said before the broker was asked');
  await tells('an empty stream', async () => (await oldest()) === 0);
  assert.equal(await said('jetstream_stream_limit_bytes'), STREAM_SIZES.RAW);
  for (const seq of [1, 2, 3]) await bus.js.publish('raw.mii.cstar', encodeRawPayload([record(seq)]));
  await tells('that no archiver ever took the first', async () => (await oldest()) === seconds(1));
  const { state } = await bus.jsm.streams.info('RAW');
  assert.equal(await said('jetstream_stream_total_bytes'), state.bytes);

  await ensureConsumer(bus, 'RAW', 'archiver', 'raw.>', { maxAckPending: 10, ackWaitMs: ACK_WAIT_MS });
  const consumer = await bus.js.consumers.get('RAW', 'archiver');
  const message = await consumer.next();
  await message?.ackAck();
  await tells('the second', async () => (await oldest()) === seconds(2));
  assert.deepEqual([await archiver('pending'), await archiver('ack_pending')], [2, 0]);

  nats.pause();
  await tells('nothing of a frozen broker', async () => (await oldest()) === undefined);
  assert.deepEqual([await archiver('pending'), await said('jetstream_stream_total_bytes')], [undefined, undefined]);
  nats.resume();
  await tells('the second again', async () => (await oldest()) === seconds(2));
  for (let i = 0; i < 2; i++) await (await consumer.next())?.ackAck();
  await tells('that all is archived', async () => (await oldest()) === 0);
  await bus.js.publish('raw.mii.cstar', Buffer.from('no records'));
  await tells(
    'the time of a message that is no records',
    async () => ((await oldest()) ?? 0) > RECEIVED_MS / 1000 + 10,
  );
});
