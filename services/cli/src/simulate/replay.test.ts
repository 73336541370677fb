import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory, waitFor } from '../../../../test/support/servers.ts';
import { startReplay } from './replay.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');
const BYTES = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 256);

async function listen(endpoint: string): Promise<{ socket: Socket; heard: Buffer[] }> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  const heard: Buffer[] = [];
  socket.on('data', (chunk) => heard.push(chunk));
  await once(socket, 'connect');
  return { socket, heard };
}

const lengthOf = (heard: readonly Buffer[]): number => heard.reduce((sum, { length }) => sum + length, 0);

test('every byte arrives as it is, whatever the chunks', async (t: TestContext) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 600 }), async (bytes, chunk) => {
      const replay = await startReplay({ bytes, chunk });
      t.after(() => replay.stop());
      const { socket, heard } = await listen(replay.endpoint);
      if (bytes.length > 0) await once(socket, 'close');
      await replay.done;
      assert.deepEqual(Uint8Array.from(Buffer.concat(heard)), bytes);
      socket.destroy();
      await replay.stop();
    }),
    { numRuns: 5 },
  );
});

test('a client that goes and comes back gets what follows, at the rate asked for', async (t) => {
  const replay = await startReplay({ bytes: BYTES, rate: 2000, chunk: 100, stayOpen: true });
  t.after(() => replay.stop());
  const startMs = performance.now();
  const first = await listen(replay.endpoint);
  await waitFor(() => lengthOf(first.heard) >= 1000, { what: 'the first thousand bytes' });
  first.socket.destroy();
  const second = await listen(replay.endpoint);
  await replay.done;
  const tookMs = performance.now() - startMs;
  await waitFor(() => second.heard.length > 0 && Buffer.concat(second.heard).at(-1) === BYTES.at(-1), {
    what: 'the last byte',
  });
  assert.ok(tookMs > 1400, `3000 bytes at 2000 a second took ${tookMs} ms`);
  const end = Buffer.concat(second.heard);
  assert.deepEqual(Uint8Array.from(end), BYTES.subarray(BYTES.length - end.length));
  assert.equal(second.socket.closed, false);
  second.socket.destroy();
});

test('from the shell: the endpoint on stdout, the end with exit code 0', async () => {
  const file = join(temporaryDirectory('capture'), 'capture.bin');
  writeFileSync(file, BYTES);
  const child = spawn(process.execPath, [MAIN, 'simulate', 'replay', '--file', file, '--rate', '100000']);
  const said = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    said.out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    said.err += text.toString();
  });
  const exited = once(child, 'close');
  await waitFor(() => /^tcp:\S+\n$/.test(said.out), { what: 'the endpoint' });
  const { socket, heard } = await listen(said.out.trim());
  await once(socket, 'close');
  assert.deepEqual(Uint8Array.from(Buffer.concat(heard)), BYTES);
  assert.deepEqual(await exited, [0, null]);
  assert.equal(said.err, '3000 of 3000 bytes sent\n');
});
