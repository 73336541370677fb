import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LINES } from '@emso/instruments';
import { BEGINNING, type Bus, createLog, createMetrics, openSpool } from '@emso/runtime';
import { freePort, temporaryDirectory, waitFor } from '../../../test/support/servers.ts';
import { startSensorLink } from './sensor-link.ts';

const log = createLog({ service: 'test', level: 'silent' });

test('PROMISE 14: clock events from before the spool could be opened that are lost, or stand behind its first row', async () => {
  const dir = temporaryDirectory('spool');
  // A file where the directory of the platform must be: the disk does not give the spool.
  writeFileSync(join(dir, 'mii'), '');
  const stopping = new AbortController();
  const { promise: bus, reject } = Promise.withResolvers<Bus>();
  stopping.signal.addEventListener('abort', () => reject(new Error('stopped')));
  const link = startSensorLink({
    heard: {
      endpoint: `tcp://127.0.0.1:${await freePort()}`,
      framing: LINES,
      sensors: [{ platform: 'mii', sensor: 'cstar', cadenceMs: 60_000, envelope: undefined }],
    },
    spool: { dir },
    bus,
    log,
    metrics: createMetrics(),
    signal: stopping.signal,
    fail: (error) => {
      throw error;
    },
  });
  link.event('clock-sync state=yes');
  link.event('clock-step ms=-300');
  assert.match(String(link.ready()), /spool of cstar cannot be opened/);
  rmSync(join(dir, 'mii'));
  await waitFor(() => link.ready() === true, { what: 'the spool' });
  link.event('midnight day=2026-03-02');
  stopping.abort();
  await link.stop();
  const spool = await openSpool({ dir, platform: 'mii', sensor: 'cstar', log });
  const { records } = (await spool.read(BEGINNING, 100_000))!;
  await spool.close();
  assert.deepEqual(
    records
      .filter(({ kind }) => kind === 'event')
      .map(({ bytes }) => Buffer.from(bytes).toString().split(' ')[0])
      // Nobody listens at the endpoint, and sooner or later that is told too.
      .filter((what) => what !== 'unreachable'),
    ['clock-sync', 'clock-step', 'session-opened', 'midnight'],
  );
});

const COLON = '^(?<address>\\d+):(?<line>.*)$';

/** Two sensors behind a relay that a test speaks for, and what is in their spools in the end. */
async function relayed(t: TestContext, maxMemoryBytes?: number) {
  const dir = temporaryDirectory('spool');
  const clients: Socket[] = [];
  const relay = createServer({ noDelay: true }, (socket) => {
    clients.push(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  const said: { level: string; reason?: string; line?: string }[] = [];
  const destination = { write: (text: string) => void said.push(JSON.parse(text)) };
  const stopping = new AbortController();
  const { promise: bus, reject } = Promise.withResolvers<Bus>();
  stopping.signal.addEventListener('abort', () => reject(new Error('stopped')));
  const metrics = createMetrics();
  const sensors = ['05', '06'].map((address) => {
    const envelope = { pattern: COLON, address };
    return { platform: 'albatross', sensor: `level-${address}`, cadenceMs: 60_000, envelope };
  });
  const link = startSensorLink({
    heard: { endpoint: `tcp://127.0.0.1:${port}`, framing: LINES, sensors },
    spool: { dir, ...(maxMemoryBytes !== undefined && { maxMemoryBytes }) },
    bus,
    log: createLog({ service: 'test', level: 'info', destination }),
    metrics,
    signal: stopping.signal,
    fail: (error) => {
      throw error;
    },
  });
  const stop = async (): Promise<void> => {
    stopping.abort();
    await link.stop();
    for (const socket of clients) socket.destroy();
    relay.close();
  };
  t.after(stop);
  const others = `unaddressed-127-0-0-1-${port}`;
  return {
    others,
    said,
    link,
    stop,
    clients,
    async client() {
      const socket = await waitFor(() => clients[0], { what: 'the connection' });
      // Longer than the quiet after which a first byte begins a line.
      await new Promise((resolve) => setTimeout(resolve, 300));
      return socket;
    },
    /** How many records of a sensor have come, by the metric. */
    async received(sensor: string): Promise<number> {
      const { values } = await metrics.linesReceived.get();
      return values.find(({ labels }) => labels.sensor === sensor)?.value ?? 0;
    },
    /** Kind and text of what is spooled for a sensor, but for what is said about the link. */
    async spooled(sensor: string, events = false): Promise<string[]> {
      const spool = await openSpool({ dir, platform: 'albatross', sensor, log });
      const { records } = (await spool.read(BEGINNING, 100_000))!;
      await spool.close();
      return records
        .filter(({ kind }) => (kind === 'event') === events)
        .map(({ kind, bytes }) => `${kind} ${Buffer.from(bytes).toString('latin1')}`);
    },
  };
}

test('behind a relay every line goes to the sensor of its address, and what has none is kept beside', async (t) => {
  const { others, client, clients, link, received, said, spooled, stop } = await relayed(t);
  const socket = await client();
  socket.write('05:a\r\n06:b\r\n05:c\r\n07:nobody\r\nno envelope\n06:d\r\n');
  await waitFor(async () => (await received('level-06')) === 2, { what: 'both lines of level 6' });
  socket.write('07:again\n05:the head of a li');
  await waitFor(async () => (await received(others)) === 3, { what: 'three lines that are nobody’s' });
  link.event('clock-step ms=300');
  await stop();
  assert.equal(clients.length, 1, 'one connection for all');
  assert.deepEqual(await spooled('level-05'), ['line 05:a\r', 'line 05:c\r']);
  assert.deepEqual(await spooled('level-06'), ['line 06:b\r', 'line 06:d\r']);
  assert.deepEqual(await spooled(others), [
    'line 07:nobody\r',
    'line no envelope',
    'line 07:again',
    'partial 05:the head of a li',
  ]);
  const warnings = said.filter(({ level, reason }) => level === 'warn' && reason === 'unaddressed');
  assert.deepEqual(
    warnings.map(({ line }) => line),
    ['07:nobody\r'],
  );
  const whats = async (sensor: string): Promise<string[]> =>
    (await spooled(sensor, true)).map((row) => row.split(' ')[1]);
  const events = ['session-opened', 'connected', 'clock-step', 'lost'];
  assert.deepEqual([await whats('level-05'), await whats('level-06')], [events, events]);
  assert.deepEqual(await whats(others), ['session-opened', 'clock-step', 'lost']);
});

test('one full spool behind a relay stops the reading for all of its sensors, and they say so', async (t) => {
  // Every record is more than memory may hold until it is on disk.
  const { client, received, spooled, stop } = await relayed(t, 1);
  const socket = await client();
  for (let n = 1; n <= 3; n++) {
    socket.write(`05:${n}\n`);
    await waitFor(async () => (await received('level-05')) === n, { what: `line ${n}` });
  }
  await stop();
  assert.deepEqual(await spooled('level-05'), ['line 05:1', 'line 05:2', 'line 05:3']);
  const states = (await spooled('level-06', true)).filter((row) => row.includes('spool-full'));
  assert.ok(states.length >= 2, states.join());
  assert.deepEqual([...new Set(states)], ['event spool-full state=reading-stopped', 'event spool-full state=over']);
});
