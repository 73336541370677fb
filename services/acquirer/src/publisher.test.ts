import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { decodeRawPayload, rawSubject } from '@emso/core';
import {
  applyTopology,
  type Bus,
  connectBus,
  createLog,
  createMetrics,
  linkUp,
  openSpool,
  publishDurably,
  SpoolDepthGauge,
  whileUp,
} from '@emso/runtime';
import { type NatsServer, startNats, temporaryDirectory, waitFor } from '../../../test/support/servers.ts';
import { publishSpool } from './publisher.ts';

const log = createLog({ service: 'test', level: 'silent' });

/** A broker and a link to it; what is started later is stopped earlier. */
async function setUp(t: TestContext): Promise<{ nats: NatsServer; bus: Bus; later: (() => Promise<unknown>)[] }> {
  const nats = await startNats();
  const later: (() => Promise<unknown>)[] = [() => nats.stop()];
  t.after(async () => {
    for (const stop of later.reverse()) await stop();
  });
  const fail = (error: Error): never => {
    throw error;
  };
  const bus = await connectBus({ url: nats.url, name: 'test', log, metrics: createMetrics(), fail });
  later.push(() => bus.close());
  await applyTopology(bus);
  bus.onLink((up) => {
    if (up) applyTopology(bus).catch(fail);
  });
  return { nats, bus, later };
}

/** A spool that is published, and what can be asked of it. */
async function start({ bus, later }: Awaited<ReturnType<typeof setUp>>, dir = temporaryDirectory('spool')) {
  const spool = await openSpool({ dir, platform: 'mii', sensor: 'cstar', log });
  const stopping = new AbortController();
  const published = publishSpool(bus, spool, 'mii', 'cstar', bus.metrics, stopping.signal);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping.abort();
    stopped ??= published.then(() => spool.close());
    return stopped;
  };
  later.push(stop);
  const say = (text: string): Promise<void> =>
    spool.append([{ kind: 'line', receivedMs: Date.now(), bytes: Buffer.from(text) }]);
  return { dir, spool, say, stop };
}

/** Every record of RAW in stream order: text of each, with how often it is there. */
async function inStream(bus: Bus): Promise<string[]> {
  await linkUp(bus);
  const { state } = await whileUp(bus, bus.jsm.streams.info('RAW'));
  const texts: string[] = [];
  for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq++) {
    const message = await whileUp(bus, bus.jsm.streams.getMessage('RAW', { seq }));
    if (message === null) continue;
    for (const { bytes } of decodeRawPayload(message.data)) texts.push(Buffer.from(bytes).toString());
  }
  return texts;
}

/** Where the server keeps its streams. */
const streamsOf = (nats: NatsServer): string => join(nats.storeDir, 'jetstream');

/** Watches the publications of a link: `most` is how many were ever without an answer at once on one connection. */
function watchPublications(bus: Bus): { most: number; total: number } {
  const seen = { most: 0, total: 0 };
  let waiting = 0;
  let connection = 0;
  bus.onLink((up) => {
    if (up) return;
    // What the old connection left unanswered never will be.
    connection++;
    waiting = 0;
  });
  const publish = bus.js.publish.bind(bus.js);
  bus.js.publish = async (...message) => {
    const own = connection;
    seen.total++;
    seen.most = Math.max(seen.most, ++waiting);
    return publish(...message).finally(() => {
      if (own === connection) waiting--;
    });
  };
  return seen;
}

const numbered = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `line ${first + i}`);
const sees = (bus: Bus, texts: readonly string[]): Promise<unknown> =>
  waitFor(async () => (await inStream(bus)).join() === texts.join(), {
    what: `${texts.length} records in order, each once`,
    timeoutMs: 20_000,
  });

describe('from the spool to the bus', () => {
  test('PROMISE 3: two publications in flight, or another order, over a broker killed and restarted in the middle', async (t) => {
    const chain = await setUp(t);
    const { nats, bus } = chain;
    const publications = watchPublications(bus);
    const { say } = await start(chain);
    for (const text of numbered(1, 50)) await say(text);
    await nats.kill();
    for (const text of numbered(51, 100)) await say(text);
    await nats.restart();
    for (const text of numbered(101, 120)) await say(text);
    await sees(bus, numbered(1, 120));
    assert.equal(publications.most, 1);
  });

  test('PROMISE 3: a backlog that goes out line by line, or in a payload that is too large or of two sessions', async (t) => {
    const chain = await setUp(t);
    const { nats, bus } = chain;
    const before = await start(chain);
    await before.say('first session');
    await before.stop();
    await nats.kill();
    const { say, spool } = await start(chain, before.dir);
    const long = 'x'.repeat(4000);
    for (let i = 0; i < 150; i++) await say(long);
    await nats.restart();
    await sees(bus, ['first session', ...Array.from({ length: 150 }, () => long)]);
    const { state } = await bus.jsm.streams.info('RAW');
    assert.ok(state.messages <= 1 + 11, `600 kB in ${state.messages - 1} messages`);
    for (let seq = 1; seq <= state.last_seq; seq++) {
      const { data, header } = (await bus.jsm.streams.getMessage('RAW', { seq }))!;
      const records = decodeRawPayload(data);
      assert.ok(data.length <= 256 * 1024);
      assert.equal(new Set(records.map(({ session }) => session)).size, 1);
      const [{ session, seq: from }] = records;
      assert.equal(header.get('Nats-Msg-Id'), `mii/cstar/${session}/${from}-${from + records.length - 1}`);
      assert.deepEqual(header.keys(), ['Nats-Msg-Id'], 'times are no headers');
    }
    assert.equal(spool.lastSeq, 150);
  });

  test('PROMISE 2: a stored batch whose acknowledgement was lost and that is cut differently the second time', async (t) => {
    const chain = await setUp(t);
    const { nats, bus } = chain;
    const { say } = await start(chain);
    await say('line 1');
    await sees(bus, ['line 1']);
    const publish = bus.js.publish.bind(bus.js);
    bus.js.publish = async (...message) => {
      await publish(...message);
      bus.js.publish = publish;
      return new Promise(() => {});
    };
    await say('line 2');
    await sees(bus, numbered(1, 2));
    for (const text of numbered(3, 9)) await say(text);
    await nats.kill();
    await nats.restart();
    await sees(bus, numbered(1, 9));
  });

  test('PROMISE 6: a broker that forgot its newest messages and does not get them again, before anything later', async (t) => {
    const chain = await setUp(t);
    const { nats, bus } = chain;
    const { say } = await start(chain);
    for (const text of numbered(1, 20)) await say(text);
    await sees(bus, numbered(1, 20));
    await nats.stop();
    const older = temporaryDirectory('older-store');
    cpSync(streamsOf(nats), older, { recursive: true });
    await nats.restart();
    for (const text of numbered(21, 40)) await say(text);
    await sees(bus, numbered(1, 40));
    await nats.kill();
    rmSync(streamsOf(nats), { recursive: true });
    cpSync(older, streamsOf(nats), { recursive: true });
    await say('line 41');
    await nats.restart();
    await sees(bus, numbered(1, 41));
  });

  test('PROMISE 6: a broker that lost its whole store and does not get the whole spool again', async (t) => {
    const chain = await setUp(t);
    const { nats, bus } = chain;
    const { say } = await start(chain);
    for (const text of numbered(1, 20)) await say(text);
    await sees(bus, numbered(1, 20));
    await nats.kill();
    rmSync(streamsOf(nats), { recursive: true });
    await nats.restart();
    await say('line 21');
    await sees(bus, numbered(1, 21));
  });

  test('PROMISE 6: an acquirer that stopped and does not go on where it was', async (t) => {
    const chain = await setUp(t);
    const { nats, bus } = chain;
    const before = await start(chain);
    for (const text of numbered(1, 5)) await before.say(text);
    await sees(bus, numbered(1, 5));
    await nats.kill();
    for (const text of numbered(6, 9)) await before.say(text);
    await before.stop();
    await nats.restart();
    const after = await start(chain, before.dir);
    await after.say('line 10');
    await sees(bus, numbered(1, 10));
  });

  test('a last message that is no record is no reason to stop', async (t) => {
    const chain = await setUp(t);
    const { bus } = chain;
    const { state } = await bus.jsm.streams.info('RAW');
    assert.equal(state.messages, 0);
    await publishDurably(bus, rawSubject('mii', 'cstar'), 'garbage', Buffer.from('hello'));
    const { say } = await start(chain);
    await say('line 1');
    await waitFor(async () => (await bus.jsm.streams.info('RAW')).state.messages === 2, {
      what: 'the record after it',
    });
  });

  test('a spool that cannot be read for a while is read again', async (t) => {
    const chain = await setUp(t);
    const { bus } = chain;
    const { spool, say } = await start(chain);
    await say('line 1');
    await sees(bus, ['line 1']);
    const read = spool.read.bind(spool);
    let failures = 0;
    spool.read = async () => {
      failures++;
      throw Object.assign(new Error('input/output error'), { code: 'EIO' });
    };
    await say('line 2');
    await waitFor(() => failures > 0, { what: 'a failed read' });
    spool.read = read;
    await sees(bus, ['line 1', 'line 2']);
  });
});

test('what waits for a broker that is away is on the disk for everybody to see, and nothing else', {
  timeout: 60_000,
}, async (t) => {
  const chain = await setUp(t);
  const { say, dir } = await start(chain);
  const gauge = new SpoolDepthGauge(join(dir, 'mii', 'cstar'));
  await say('before');
  await say('right after');
  await waitFor(async () => (await inStream(chain.bus)).length === 2, { what: 'both lines in the stream' });
  await waitFor(async () => (await gauge.read()).records === 0, { what: 'nothing to wait, though nothing more comes' });
  await chain.nats.kill();
  await waitFor(() => !chain.bus.connected(), { what: 'the link to be seen down' });
  const fromMs = Date.now();
  for (const text of numbered(1, 3)) await say(text);
  const { records, oldestMs = 0 } = await gauge.read();
  assert.equal(records, 3);
  assert.ok(oldestMs >= fromMs && oldestMs <= Date.now());
  await chain.nats.restart();
  await waitFor(async () => (await gauge.read()).records === 0, { what: 'nothing to wait any more' });
});
