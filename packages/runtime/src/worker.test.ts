import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type NatsServer, startNats, waitFor } from '../../../test/support/servers.ts';
import { type Bus, connectBus, publishDurably } from './bus.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { pause } from './retry.ts';
import { applyTopology, type ConsumerLimits, consumerName, type StreamSizes } from './topology.ts';
import { type ConsumerPlan, type Worker, work, workBatched } from './worker.ts';

const MIB = 1024 * 1024;
const SIZES: StreamSizes = { RAW: 16 * MIB, OBS: MIB, QC: MIB, REJ: MIB, PRODUCT: MIB, EVENT: MIB };

let nats: NatsServer;
let bus: Bus;
before(async () => {
  nats = await startNats();
  bus = await connectBus({
    url: nats.url,
    name: 'worker-test',
    log: createLog({ service: 'test', level: 'silent' }),
    metrics: createMetrics(),
    fail: (error) => {
      throw error;
    },
  });
  await applyTopology(bus, { sizes: SIZES });
});
after(async () => {
  await bus.close();
  await nats.stop();
});

const plan = (sensor: string, limits: Partial<ConsumerLimits> = {}): ConsumerPlan => ({
  durable: consumerName('decoder', 'mii', sensor),
  filterSubject: `raw.mii.${sensor}`,
  maxAckPending: 1,
  ackWaitMs: 2000,
  ...limits,
});

async function publish(sensor: string, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    await publishDurably(bus, `raw.mii.${sensor}`, `${sensor}/${i}`, new TextEncoder().encode(String(i)));
  }
}

/** A signal that also aborts when the test fails, so that no worker outlives it. */
function stopAfter(t: TestContext): AbortController {
  const stop = new AbortController();
  t.after(() => stop.abort(new Error('end of test')));
  return stop;
}

async function stopped(stop: AbortController, ...workers: Worker[]): Promise<void> {
  stop.abort(new Error('end of test'));
  await Promise.all(workers.map((worker) => worker.done));
}

const range = (to: number): string[] => Array.from({ length: to }, (_, i) => String(i));
const pending = async (durable: string): Promise<number> => {
  const info = await bus.jsm.consumers.info('RAW', durable);
  return info.num_pending + info.num_ack_pending;
};

test('PROMISE 9: a failed or delayed message that comes back behind what follows it, or two in hand at once', async (t) => {
  const consumer = plan('order');
  const stop = stopAfter(t);
  const seen: string[] = [];
  const tries = new Map<string, number>();
  let overlapping = 0;
  const worker = work({
    bus,
    stream: 'RAW',
    consumer,
    stage: 'decode',
    signal: stop.signal,
    handler: async (message) => {
      assert.equal(++overlapping, 1);
      await pause(1);
      overlapping--;
      const word = message.string();
      const attempt = (tries.get(word) ?? 0) + 1;
      tries.set(word, attempt);
      if (word === '3' && attempt < 3) throw new Error('a bug');
      if (word === '5' && attempt < 2) return { nakMs: 20 };
      seen.push(word);
      return 'ack';
    },
  });
  await publish('order', 0, 20);
  await waitFor(() => seen.length >= 20, { what: '20 messages' });
  assert.deepEqual(seen, range(20));
  assert.deepEqual([tries.get('3'), tries.get('5'), tries.get('6')], [3, 2, 1]);
  assert.equal(worker.ready(), true);
  await stopped(stop, worker);
  assert.equal(await pending(consumer.durable), 0);
  const counted = Object.fromEntries(
    (await bus.metrics.messagesProcessed.get()).values
      .filter(({ labels }) => labels.stage === 'decode')
      .map(({ labels, value }) => [labels.outcome, value]),
  );
  assert.deepEqual(counted, { acked: 20, failed: 2, delayed: 1 });
});

test('on stop everything delivered is finished, nothing more is taken, and the rest waits for the next worker', async (t) => {
  const consumer = plan('stop', { maxAckPending: 3, ackWaitMs: 60_000 });
  const stop = stopAfter(t);
  let finish = (): void => {};
  const first: string[] = [];
  const worker = work({
    bus,
    stream: 'RAW',
    consumer,
    stage: 'stop',
    signal: stop.signal,
    handler: async (message) => {
      first.push(message.string());
      if (first.length === 1) {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      }
      return 'ack';
    },
  });
  await publish('stop', 0, 5);
  await waitFor(
    async () => first.length === 1 && (await bus.jsm.consumers.info('RAW', consumer.durable)).num_ack_pending === 3,
    {
      what: 'one in hand and two waiting',
    },
  );
  stop.abort(new Error('stop'));
  finish();
  await worker.done;
  assert.deepEqual(first, range(3));

  const again = stopAfter(t);
  const second: string[] = [];
  const next = work({
    bus,
    stream: 'RAW',
    consumer,
    stage: 'stop',
    signal: again.signal,
    handler: async (message) => {
      second.push(message.string());
      return 'ack';
    },
  });
  await waitFor(() => second.length === 2, { what: 'the two others, long before the ack wait' });
  assert.deepEqual(second, ['3', '4']);
  await stopped(again, next);
});

test('a handler slower than the ack wait gets each message once', async (t) => {
  const consumer = plan('slow', { maxAckPending: 3, ackWaitMs: 300 });
  const stop = stopAfter(t);
  const seen: string[] = [];
  await publish('slow', 0, 3);
  const worker = work({
    bus,
    stream: 'RAW',
    consumer,
    stage: 'slow',
    signal: stop.signal,
    handler: async (message) => {
      seen.push(message.string());
      await pause(700);
      return 'ack';
    },
  });
  await waitFor(async () => seen.length >= 3 && (await pending(consumer.durable)) === 0, {
    what: 'all three acknowledged',
  });
  assert.deepEqual(seen, range(3));
  await stopped(stop, worker);
});

test('PROMISE 8: a batch of which a message is left out when its call fails, or one is called alone', async (t) => {
  const consumer = plan('batch', { maxAckPending: 256, ackWaitMs: 10_000 });
  await publish('batch', 0, 300);
  const stop = stopAfter(t);
  const sizes: number[] = [];
  const seen = new Set<string>();
  const worker = workBatched({
    bus,
    stream: 'RAW',
    consumer,
    stage: 'archive',
    signal: stop.signal,
    maxMessages: 64,
    gatherMs: 5,
    handler: async (messages) => {
      sizes.push(messages.length);
      if (sizes.length === 2) throw new Error('disk full');
      for (const message of messages) seen.add(message.string());
      return 'ack';
    },
  });
  await waitFor(async () => seen.size === 300 && (await pending(consumer.durable)) === 0, { what: '300 messages' });
  assert.ok(Math.max(...sizes) <= 64);
  assert.ok(sizes.length < 30, `300 messages in ${sizes.length} calls`);
  await stopped(stop, worker);
});

test('PROMISE 8: a consumer deleted on the server whose messages are skipped', async (t) => {
  const consumer = plan('deleted');
  const stop = stopAfter(t);
  const seen: string[] = [];
  const worker = work({
    bus,
    stream: 'RAW',
    consumer,
    stage: 'deleted',
    signal: stop.signal,
    handler: async (message) => {
      seen.push(message.string());
      return 'ack';
    },
  });
  await publish('deleted', 0, 3);
  await waitFor(() => seen.length === 3, { what: 'three messages' });
  await bus.jsm.consumers.delete('RAW', consumer.durable);
  await publish('deleted', 3, 5);
  await waitFor(() => seen.includes('4'), { what: 'the messages after the deletion', timeoutMs: 15_000 });
  assert.deepEqual([...new Set(seen)], range(5));
  await stopped(stop, worker);
});

test('PROMISE 9: two sensors that share a durable because their names render alike', async (t) => {
  const stop = stopAfter(t);
  const consumer = { ...plan('order'), filterSubject: 'raw.mii.other' };
  const worker = work({ bus, stream: 'RAW', consumer, stage: 'x', signal: stop.signal, handler: async () => 'ack' });
  await assert.rejects(worker.done, /filter_subject/);
});

test('PROMISE 9: order per subject that a SIGKILL of the server breaks, or a message that it costs', async (t) => {
  const sensors = ['k1', 'k2', 'k3'];
  const count = 150;
  const stop = stopAfter(t);
  const seen = new Map(sensors.map((sensor) => [sensor, [] as number[]]));
  const workers = sensors.map((sensor) =>
    work({
      bus,
      stream: 'RAW',
      consumer: plan(sensor, { ackWaitMs: 3000 }),
      stage: 'chaos',
      signal: stop.signal,
      handler: async (message) => {
        await pause(1);
        seen.get(message.subject.split('.')[2])!.push(Number(message.string()));
        return 'ack';
      },
    }),
  );
  const total = (): number => [...seen.values()].reduce((sum, list) => sum + new Set(list).size, 0);
  let kills = 0;
  const chaos = async (): Promise<void> => {
    for (const at of [60, 200]) {
      await waitFor(() => total() >= at, { what: `${at} messages`, timeoutMs: 30_000 });
      await nats.kill('SIGKILL');
      assert.notEqual(workers[0].ready(), undefined);
      await nats.restart();
      kills++;
    }
  };
  await Promise.all([chaos(), ...sensors.map((sensor) => publish(sensor, 0, count))]);
  await waitFor(() => total() === sensors.length * count, { what: 'every message', timeoutMs: 40_000 });
  assert.equal(kills, 2);
  for (const [sensor, list] of seen) {
    const firsts = list.filter((value, i) => list.indexOf(value) === i);
    assert.deepEqual(
      firsts,
      Array.from({ length: count }, (_, i) => i),
      sensor,
    );
    // A killed server forgets its latest acknowledgements and delivers again from an earlier place: back, never forward.
    list.forEach((value, i) => {
      assert.ok(value <= (list[i - 1] ?? -1) + 1, `${sensor}: ${value} after ${list[i - 1]}`);
    });
  }
  await stopped(stop, ...workers);
  for (const sensor of sensors) assert.equal(await pending(plan(sensor).durable), 0);
});
