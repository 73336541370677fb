import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { LINES } from '@emso/instruments';
import { createLog } from '@emso/runtime';
import { freePort, waitFor } from '../../../test/support/servers.ts';
import { openBlackHole } from './fixtures/black-hole.ts';
import { type LineSourceOptions, startLineSource } from './line-source.ts';

const log = createLog({ service: 'test', level: 'silent' });
const RECONNECT = { firstMs: 20, capMs: 60 };
/** Longer than the quiet after which a first byte begins a line. */
const QUIET_MS = 300;
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, QUIET_MS));

interface Box {
  readonly port: number;
  /** The connection number `n`, from 1. */
  client(n: number): Promise<Socket>;
}

async function openBox(t: TestContext, port = 0): Promise<Box> {
  const clients: Socket[] = [];
  const server: Server = createServer({ noDelay: true }, (socket) => {
    clients.push(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of clients) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    client: (n) => waitFor(() => clients[n - 1], { what: `client ${n}` }),
  };
}

function listen(t: TestContext, options: Pick<LineSourceOptions, 'port'> & Partial<LineSourceOptions>) {
  const rows: string[] = [];
  const bytes: Buffer[] = [];
  const links: string[] = [];
  const source = startLineSource({
    host: '127.0.0.1',
    framing: LINES,
    idleTimeoutMs: 60_000,
    reconnect: RECONNECT,
    emit: (records) => {
      for (const { kind, bytes: payload } of records) {
        const text = Buffer.from(payload).toString('latin1');
        rows.push(`${kind} ${kind === 'event' ? text.replace(/ peer=.*/, '') : text}`);
        if (kind !== 'event') bytes.push(Buffer.from(payload), Buffer.from(kind === 'line' ? '\n' : ''));
      }
    },
    isFull: () => false,
    onLink: (connected, reason) => links.push(`${connected} ${reason}`),
    log,
    ...options,
  });
  t.after(() => source.stop());
  const see = (row: string): Promise<unknown> =>
    waitFor(() => rows.includes(row), { what: `'${row}' among ${JSON.stringify(rows)}` });
  return { rows, links, source, see, received: () => Buffer.concat(bytes).toString('latin1') };
}

describe('lines', { concurrency: true }, () => {
  test('a first byte after quiet begins a line; one right after the connection may be a tail', async (t) => {
    const box = await openBox(t);
    const { see } = listen(t, { port: box.port });
    const first = await box.client(1);
    first.write('il\r\nwhole\r\n');
    await see('partial il\r\n');
    await see('line whole\r');
    first.destroy();
    const second = await box.client(2);
    await quiet();
    second.write('begun in peace\r\n');
    await see('line begun in peace\r');
  });

  test('a connection lost inside a line: head and tail are partial, whatever the quiet', async (t) => {
    const box = await openBox(t);
    const { rows, see, received } = listen(t, { port: box.port });
    const first = await box.client(1);
    await quiet();
    first.write('a\nhea');
    await see('line a');
    first.resetAndDestroy();
    await see('partial hea');
    const second = await box.client(2);
    await quiet();
    second.write('d and tail\nnext\n');
    await see('line next');
    assert.deepEqual(
      rows.filter((row) => !row.startsWith('event')),
      ['line a', 'partial hea', 'partial d and tail\n', 'line next'],
    );
    assert.equal(received(), 'a\nhead and tail\nnext\n');
  });

  test('a silence inside a line cuts it, and its rest is no line', async (t) => {
    const box = await openBox(t);
    const { rows, see } = listen(t, { port: box.port, lineTimeoutMs: 60 });
    const client = await box.client(1);
    await quiet();
    client.write('24.8339, 0.97');
    await see('partial 24.8339, 0.97');
    client.write('795, -9.262\nwhole\n');
    await see('line whole');
    assert.ok(rows.includes('partial 795, -9.262\n'), JSON.stringify(rows));
  });

  test('an over-long line comes in pieces, and no byte is lost', async (t) => {
    const box = await openBox(t);
    const { rows, see, received } = listen(t, { port: box.port });
    const client = await box.client(1);
    await quiet();
    const long = 'x'.repeat(10_000);
    client.write(`${long}\nnext\n`);
    await see('line next');
    assert.equal(rows.filter((row) => row.startsWith('piece')).length, 3);
    assert.equal(received(), `${long}\nnext\n`);
  });

  test('stopping emits the head of a line and says why', async (t) => {
    const box = await openBox(t);
    const { rows, links, source } = listen(t, { port: box.port });
    const client = await box.client(1);
    await quiet();
    client.write('hea');
    await waitFor(() => client.bytesWritten === 3, { what: 'three bytes' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await source.stop();
    assert.deepEqual(rows, ['event connected', 'partial hea', 'event lost reason=stopped']);
    assert.deepEqual(links, ['true connected', 'false stopped']);
  });
});

describe('structures', { concurrency: true }, () => {
  /** `<…>` is a structure; what stands between two of them is a record too. */
  const scan = (bytes: Uint8Array, start: number, end: number): number => {
    for (let i = start; i < end; i++) {
      if (bytes[i] === 0x3c && i > start) return i;
      if (bytes[i] === 0x3e && bytes[start] === 0x3c) return i + 1;
    }
    return -1;
  };
  const framing = { name: 'angles', scan };
  const records = (rows: readonly string[]): string[] => rows.filter((row) => !row.startsWith('event'));

  test('a stream is cut by its framing, from its first byte on and whatever the chunks', async (t) => {
    const box = await openBox(t);
    const { rows, see } = listen(t, { port: box.port, framing });
    const client = await box.client(1);
    for (const chunk of ['<wh', 'ole\nof two><', 'next>tal', 'k<la', 'st>']) client.write(chunk);
    await see('line <last>');
    assert.deepEqual(records(rows), ['line <whole\nof two>', 'line <next>', 'line talk', 'line <last>']);
  });

  test('a silence or a lost connection inside a structure cuts it, and nothing is lost', async (t) => {
    const box = await openBox(t);
    const { rows, see } = listen(t, { port: box.port, framing, lineTimeoutMs: 60 });
    const first = await box.client(1);
    first.write('<a><he');
    await see('partial <he');
    first.write('ad><b><ta');
    await see('line <b>');
    first.resetAndDestroy();
    await see('partial <ta');
    (await box.client(2)).write('il><c>');
    await see('line <c>');
    assert.deepEqual(records(rows), [
      'line <a>',
      'partial <he',
      'line ad>',
      'line <b>',
      'partial <ta',
      'line il>',
      'line <c>',
    ]);
  });
});

describe('links', { concurrency: true }, () => {
  test('refused: said once, tried for ever, and heard when the box comes', async (t) => {
    const port = await freePort();
    const { rows, see } = listen(t, { port });
    await see('event unreachable reason=econnrefused');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const box = await openBox(t, port);
    await box.client(1);
    await see('event connected');
    assert.equal(rows.filter((row) => row.startsWith('event unreachable')).length, 1);
  });

  test('an address that never answers is given up after the time-out', async (t) => {
    const hole = await openBlackHole();
    t.after(() => hole.close());
    const { see } = listen(t, { port: hole.port, connectTimeoutMs: 100 });
    await see('event unreachable reason=connect-timeout');
  });

  test('a name that does not exist', async (t) => {
    const { rows } = listen(t, { host: 'no-such-box.invalid', port: 4001 });
    await waitFor(() => rows.some((row) => /unreachable reason=(enotfound|eai_again)/.test(row)), {
      what: 'the outage',
    });
  });

  test('nothing heard for the idle time: another connection', async (t) => {
    const box = await openBox(t);
    const { see } = listen(t, { port: box.port, idleTimeoutMs: 100 });
    await box.client(2);
    await see('event lost reason=idle');
  });

  test('goodbye and reset are links lost, with their reason', async (t) => {
    const box = await openBox(t);
    const { see, links } = listen(t, { port: box.port });
    (await box.client(1)).end();
    await see('event lost reason=closed');
    const second = await box.client(2);
    await quiet();
    second.resetAndDestroy();
    await see('event lost reason=econnreset');
    assert.deepEqual(links.slice(0, 2), ['true connected', 'false closed']);
  });

  test('a box that accepts and closes at once is asked less and less often', async (t) => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { rows } = listen(t, {
      port: (server.address() as AddressInfo).port,
      reconnect: { firstMs: 10, capMs: 60_000 },
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const connected = rows.filter((row) => row === 'event connected').length;
    // Doubling from 10 ms: seven or eight in a second; without it, a hundred.
    assert.ok(connected >= 3 && connected <= 12, `${connected} connections in a second`);
  });
});

test('PROMISE 5: a full spool that is read into, loses a line, or leaves no event at both ends', async (t) => {
  const box = await openBox(t);
  let full = false;
  const { rows, see, received } = listen(t, {
    port: box.port,
    isFull: () => full,
    lineTimeoutMs: 50,
    idleTimeoutMs: 200,
  });
  const client = await box.client(1);
  // Keeps the link from being idle until the spool is full.
  const beat = setInterval(() => full || client.destroyed || client.write('beat\n'), 20);
  t.after(() => clearInterval(beat));
  await see('line beat');
  full = true;
  client.write('a\nhea');
  await see('event spool-full state=reading-stopped');
  const before = rows.length;
  client.write('d\nb\n');
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(rows.slice(before), [], 'nothing is read meanwhile, and nothing given up');
  full = false;
  await see('event spool-full state=over');
  await see('line b');
  assert.ok(received().includes('a\nhead\nb\n'), received());
});
