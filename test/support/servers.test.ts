/** The test servers do what the tests rely on: they answer, freeze, die, come back on the same port, and never stay behind. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startChild } from './child.ts';
import { startNats, startRedis, temporaryDirectory, waitFor } from './servers.ts';

/** True while a process of this pid exists and is no zombie. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    if (['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

test('nats: keeps its port and its stored messages over a kill', async () => {
  const nats = await startNats();
  const store = async <T>(use: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>): Promise<T> => {
    const connection = await connect({ servers: nats.url, timeout: 5000 });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  };
  await store(async (connection) => {
    await (await jetstreamManager(connection)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await jetstream(connection).publish('kept', 'line');
  });
  const { pid, url } = nats;
  assert.deepEqual(await nats.kill(), { code: null, signal: 'SIGKILL' });
  assert.equal(alive(pid), false);
  await nats.restart();
  assert.equal(nats.url, url);
  assert.notEqual(nats.pid, pid);
  const messages = await store(
    async (connection) => (await (await jetstreamManager(connection)).streams.info('KEPT')).state.messages,
  );
  assert.equal(messages, 1);
  await nats.stop();
  assert.equal(alive(nats.pid), false);
});

test('nats: a paused server does not answer, goes on when resumed, and stops also when paused', async () => {
  const nats = await startNats();
  const answers = (): Promise<boolean> =>
    fetch(`${nats.monitorUrl}/varz`, { signal: AbortSignal.timeout(300) }).then(
      (response) => response.ok,
      () => false,
    );
  nats.pause();
  // The signal is on its way when kill(2) returns: a request right behind it may still be answered.
  await waitFor(async () => !(await answers()), { what: 'the paused server to fall silent' });
  nats.resume();
  await waitFor(answers, { what: 'the resumed server to answer' });
  nats.pause();
  await nats.stop();
  assert.equal(alive(nats.pid), false);
});

test('redis: answers, and comes back empty on the same port', async () => {
  const redis = await startRedis();
  const ask = async (command: string): Promise<string> => {
    const socket = connectSocket(Number(new URL(redis.url).port), '127.0.0.1');
    socket.end(`${command}\r\n`);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return bytes.toString().trim();
  };
  assert.equal(await ask('SET a 1'), '+OK');
  assert.match(await ask('GET a'), /1$/);
  await redis.restart();
  assert.equal(await ask('GET a'), '$-1');
  await redis.kill();
  assert.equal(alive(redis.pid), false);
});

test('waitFor says what it waited for and what it saw last', async () => {
  let calls = 0;
  assert.equal(await waitFor(() => ++calls === 3 && 'third', { what: 'three calls' }), 'third');
  const cases: [condition: () => unknown, last: RegExp][] = [
    [() => 0, /last seen: 0$/],
    [() => Promise.reject(new Error('refused')), /last seen: Error: refused/],
    [() => new Promise(() => undefined), /last seen: nothing/],
  ];
  for (const [condition, last] of cases) {
    const failure = await waitFor(condition, { what: 'the moon', timeoutMs: 60 }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    assert.match(failure ?? 'it did not fail', /^waited 60 ms for the moon; /);
    assert.match(failure!, last);
  }
});

test('a child: its output is kept, its end is told, and a missing program is an error that names it', async () => {
  const cwd = temporaryDirectory('child');
  const child = await startChild({
    command: 'sh',
    args: ['-c', 'echo out; echo err >&2; exit 3'],
    cwd,
    env: process.env,
  });
  assert.deepEqual(await child.exited, { code: 3, signal: null });
  assert.deepEqual([child.stdout, child.stderr], [['out'], ['err']]);
  assert.deepEqual(await child.stop(), { code: 3, signal: null });
  await assert.rejects(
    startChild({ command: 'no-such-program', args: [], cwd, env: {} }),
    /expected to start no-such-program.*Is it installed/,
  );
});

test('a child that does not stop is killed and reported', async () => {
  const script = 'trap "" TERM; echo ready; while :; do sleep 0.1; done';
  const child = await startChild({
    command: 'sh',
    args: ['-c', script],
    cwd: temporaryDirectory('child'),
    env: process.env,
  });
  await waitFor(() => child.stdout.length, { what: 'the child to ignore SIGTERM' });
  await assert.rejects(child.stop(100), /to stop within 100 ms of SIGTERM; killed it/);
  assert.equal(alive(child.pid), false);
});

for (const end of ['SIGKILL', 'SIGTERM', 'by itself']) {
  test(`servers end with the process that started them (${end})`, async () => {
    const script = `
      import { startNats, temporaryDirectory } from ${JSON.stringify(path.join(import.meta.dirname, 'servers.ts'))};
      const nats = await startNats();
      console.log(JSON.stringify({ pid: nats.pid, directories: [nats.storeDir, temporaryDirectory('ends')] }));
      ${end === 'by itself' ? '' : 'setInterval(() => undefined, 1000);'}`;
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const { pid, directories } = JSON.parse(line.toString()) as { pid: number; directories: string[] };
    const gone = once(starter, 'exit');
    if (end !== 'by itself') {
      assert.equal(alive(pid), true);
      starter.kill(end as NodeJS.Signals);
    }
    await gone;
    await waitFor(() => !alive(pid), { what: `nats-server ${pid} to end` });
    // A killed process cannot tidy up after itself: its directories are left to this test.
    if (end === 'by itself') assert.deepEqual(directories.filter(existsSync), []);
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });
}
