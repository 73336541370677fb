/**
 * The test servers do what the tests rely on: they answer, freeze, die, come back on the same port and store, and never stay
 * behind. The same cases on both back-ends.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import fc from 'fast-check';
import { type NatsServer, type RedisServer, startNats, startRedis, temporaryDirectory, waitFor } from './servers.ts';

const { EMSO_TEST_NATS_IMAGE, EMSO_TEST_REDIS_IMAGE } = process.env;
const IMAGES = { EMSO_TEST_NATS_IMAGE, EMSO_TEST_REDIS_IMAGE };
const UNNAMED = Object.entries(IMAGES).flatMap(([variable, image]) => (image ? [] : [variable]));

const BACK_ENDS = [
  { name: 'binaries', environment: {}, skip: false },
  {
    name: 'containers',
    environment: IMAGES,
    skip: UNNAMED.length > 0 && `the environment names no image to run: ${UNNAMED.join(', ')}`,
  },
] as const;

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

/** Uses a connection of its own, as a service does. */
async function connected<T>(
  nats: NatsServer,
  use: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: nats.url, timeout: 5000 });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function keep(nats: NatsServer, ...lines: string[]): Promise<void> {
  await connected(nats, async (connection) => {
    await (await jetstreamManager(connection)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    for (const line of lines) await jetstream(connection).publish('kept', line);
  });
}

function keptMessages(nats: NatsServer): Promise<number> {
  return connected(
    nats,
    async (connection) => (await (await jetstreamManager(connection)).streams.info('KEPT')).state.messages,
  );
}

/** That no container of a process exists, running or not. */
async function assertNoContainers(pid: number): Promise<void> {
  if (!process.env.EMSO_TEST_REDIS_IMAGE) return;
  const { containersOfSession } = await import('./container-session.ts');
  assert.deepEqual(await containersOfSession(`${pid}-`), []);
}

/** What redis says to a command; undefined when it says nothing in time. */
async function ask(redis: RedisServer, command: string): Promise<string | undefined> {
  const socket = connectSocket(Number(new URL(redis.url).port), '127.0.0.1');
  try {
    socket.end(`${command}\r\n`);
    const [bytes] = (await once(socket, 'data', { signal: AbortSignal.timeout(500) })) as [Buffer];
    return bytes.toString().trim();
  } catch (error) {
    if (['ABORT_ERR', 'ECONNREFUSED', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  } finally {
    socket.destroy();
  }
}

for (const { name, environment, skip } of BACK_ENDS) {
  describe(`test servers: ${name}`, { skip }, () => {
    before(() => {
      for (const variable of Object.keys(IMAGES)) delete process.env[variable];
      Object.assign(process.env, environment);
    });
    after(() => {
      for (const [variable, image] of Object.entries(IMAGES)) {
        if (image === undefined) delete process.env[variable];
        else process.env[variable] = image;
      }
    });

    test('run in what they are said to run in', async () => {
      const redis = await startRedis();
      const controlGroup = readFileSync(`/proc/${redis.pid}/cgroup`, 'utf8');
      assert.equal(controlGroup !== readFileSync('/proc/self/cgroup', 'utf8'), name === 'containers', controlGroup);
      assert.match(readFileSync(`/proc/${redis.pid}/cmdline`, 'utf8'), /redis-server/);
      await redis.stop();
      await assertNoContainers(process.pid);
    });

    test('nats keeps its port and its stored messages over a kill', async () => {
      const nats = await startNats();
      await keep(nats, 'line');
      const { pid, url, storeDir, monitorUrl } = nats;
      assert.deepEqual(await nats.kill(), { code: null, signal: 'SIGKILL' });
      assert.equal(alive(pid), false);
      await nats.restart();
      assert.deepEqual([nats.url, nats.storeDir, nats.monitorUrl], [url, storeDir, monitorUrl]);
      assert.notEqual(nats.pid, pid);
      assert.equal(alive(nats.pid), true);
      assert.equal(await keptMessages(nats), 1);
      await nats.stop();
      assert.equal(alive(nats.pid), false);
    });

    test('nats takes an older copy of its store put back between kill and restart', async () => {
      const nats = await startNats();
      await keep(nats, 'old');
      await nats.stop();
      const copy = path.join(temporaryDirectory('older'), 'store');
      cpSync(nats.storeDir, copy, { recursive: true });
      await nats.restart();
      await keep(nats, 'lost');
      assert.equal(await keptMessages(nats), 2);
      await nats.kill();
      const stored = path.join(nats.storeDir, 'jetstream');
      rmSync(stored, { recursive: true });
      cpSync(path.join(copy, 'jetstream'), stored, { recursive: true });
      await nats.restart();
      assert.equal(await keptMessages(nats), 1);
      await nats.stop();
    });

    test('nats falls silent when paused, goes on when resumed, and stops also when paused', async () => {
      const nats = await startNats();
      const answers = (): Promise<boolean> =>
        fetch(`${nats.monitorUrl}/varz`, { signal: AbortSignal.timeout(300) }).then(
          (response) => response.ok,
          () => false,
        );
      nats.pause();
      // A signal is on its way when kill(2) returns: a request right behind it may still be answered.
      if (name === 'containers') assert.equal(await answers(), false);
      await waitFor(async () => !(await answers()), { what: 'the paused server to fall silent' });
      assert.equal(alive(nats.pid), true);
      nats.resume();
      await waitFor(answers, { what: 'the resumed server to answer' });
      nats.pause();
      await nats.stop();
      assert.equal(alive(nats.pid), false);
    });

    test('redis answers, and comes back empty on the same port', async () => {
      const redis = await startRedis();
      assert.equal(await ask(redis, 'SET a 1'), '+OK');
      assert.match((await ask(redis, 'GET a')) ?? '', /1$/);
      await redis.restart();
      assert.equal(await ask(redis, 'GET a'), '$-1');
      await redis.kill();
      assert.equal(alive(redis.pid), false);
      assert.equal(await ask(redis, 'PING'), undefined);
    });

    test('a server that cannot start again is an error with its own last words', async () => {
      const nats = await startNats();
      await nats.kill();
      writeFileSync(path.join(nats.storeDir, 'nats.conf'), 'jetstream { no such word');
      await assert.rejects(
        nats.restart(),
        /expected nats-server to answer at nats:.*but it ended.*"code":1.*:\nnats-server: Parse error/s,
      );
    });

    test('any order of pauses, kills, stops and restarts leaves the server as the last of them says', async () => {
      const redis = await startRedis();
      const { url } = redis;
      type State = 'runs' | 'frozen' | 'gone';
      const steps: Record<string, { act: () => Promise<unknown>; next: (state: State) => State }> = {
        pause: { act: async () => redis.pause(), next: (state) => (state === 'gone' ? 'gone' : 'frozen') },
        resume: { act: async () => redis.resume(), next: (state) => (state === 'gone' ? 'gone' : 'runs') },
        blink: {
          act: async () => {
            redis.pause();
            redis.resume();
          },
          next: (state) => (state === 'gone' ? 'gone' : 'runs'),
        },
        kill: { act: () => redis.kill(), next: () => 'gone' },
        stop: { act: () => redis.stop(), next: () => 'gone' },
        'end from outside': {
          act: async () => {
            redis.resume();
            await waitFor(async () => !alive(redis.pid) || (await ask(redis, 'PING')), { what: 'redis to be resumed' });
            if (alive(redis.pid)) process.kill(redis.pid, 'SIGKILL');
            await waitFor(() => !alive(redis.pid), { what: 'redis to end' });
          },
          next: () => 'gone',
        },
        restart: { act: () => redis.restart(), next: () => 'runs' },
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 2, maxLength: 6 }),
          async (order) => {
            await redis.restart();
            let state: State = 'runs';
            for (const step of order) {
              await steps[step].act();
              state = steps[step].next(state);
              await waitFor(async () => ((await ask(redis, 'PING')) === '+PONG') === (state === 'runs'), {
                what: `redis that ${state} after ${step} to ${state === 'runs' ? 'answer' : 'be silent'}`,
              });
              assert.equal(alive(redis.pid), state !== 'gone', step);
              assert.equal(redis.url, url);
            }
          },
        ),
        { numRuns: 6 },
      );
      await redis.stop();
    });

    for (const end of ['SIGKILL', 'SIGTERM', 'by itself']) {
      test(`servers end with the process that started them (${end})`, async () => {
        const script = `
          import { startNats, startRedis, temporaryDirectory } from ${JSON.stringify(path.join(import.meta.dirname, 'servers.ts'))};
          const nats = await startNats();
          const redis = await startRedis();
          nats.pause();
          console.log(JSON.stringify({ pids: [nats.pid, redis.pid], directories: [nats.storeDir, temporaryDirectory('ends')] }));
          ${end === 'by itself' ? '' : 'setInterval(() => undefined, 1000);'}`;
        const { NODE_TEST_CONTEXT: _, ...env } = process.env;
        const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        const said: string[] = [];
        starter.stderr.on('data', (bytes: Buffer) => said.push(bytes.toString()));
        const [line] = (await Promise.race([
          once(starter.stdout, 'data'),
          once(starter, 'exit').then(() =>
            assert.fail(`expected a process with two servers, but it ended: ${said.join('')}`),
          ),
        ])) as [Buffer];
        const { pids, directories } = JSON.parse(line.toString()) as { pids: number[]; directories: string[] };
        const gone = once(starter, 'close');
        if (end !== 'by itself') {
          assert.deepEqual(pids.map(alive), [true, true]);
          starter.kill(end as NodeJS.Signals);
        }
        await gone;
        await waitFor(() => !pids.some(alive), { what: `nats-server and redis-server ${pids} to end` });
        const where = name === 'binaries' ? 'runs from the binary' : 'runs in containers of .+';
        assert.match(
          said.join(''),
          new RegExp(`^test servers: nats-server ${where}\ntest servers: redis-server ${where}\n$`),
        );
        // A killed process cannot tidy up after itself: its directories are left to this test.
        if (end === 'by itself') assert.deepEqual(directories.filter(existsSync), []);
        for (const directory of directories) rmSync(directory, { recursive: true, force: true });
        await waitFor(() => assertNoContainers(starter.pid!).then(() => true), { what: 'no container to be left' });
      });
    }
  });
}
