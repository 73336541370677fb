/** Naming an image is a demand: what cannot be met is an error that says what to do, never another back-end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { runContainer } from './container-server.ts';
import { containersOfSession } from './container-session.ts';
import type { ServerRun } from './server-run.ts';
import { freePort, temporaryDirectory } from './waiting.ts';

const { EMSO_TEST_NATS_IMAGE: IMAGE } = process.env;
const NO_IMAGE = !IMAGE && 'the environment names no image to run: EMSO_TEST_NATS_IMAGE';

/** Calls a start function in a process of its own with these variables; gives what it said. */
async function start(call: string, environment: Record<string, string>): Promise<string> {
  const script = `
    import { ${call} } from ${JSON.stringify(path.join(import.meta.dirname, 'servers.ts'))};
    await ${call}().then(() => console.error('STARTED'), (error) => console.error(error.message));`;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const caller = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: { ...env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said] = await Promise.all([text(caller.stderr), once(caller, 'close')]);
  return said;
}

test('an image without an engine that answers is an error', async () => {
  const socket = path.join(temporaryDirectory('engine'), 'none.sock');
  for (const [call, variable] of [
    ['startNats', 'EMSO_TEST_NATS_IMAGE'],
    ['startRedis', 'EMSO_TEST_REDIS_IMAGE'],
  ]) {
    const said = await start(call, { DOCKER_HOST: `unix://${socket}`, [variable]: 'some/image' });
    assert.match(said, /^expected a container engine for the test image some\/image.*none\.sock.*: start it, or leave/);
    assert.doesNotMatch(said, /STARTED|test servers:/);
  }
});

test('an image that the engine has not is an error, and no registry is asked', { skip: NO_IMAGE }, async () => {
  const said = await start('startNats', { EMSO_TEST_NATS_IMAGE: 'emso-stand-in/no-such:1' });
  assert.match(
    said,
    /^expected the test image emso-stand-in\/no-such:1 in the container engine, found none: .*no registry/,
  );
  assert.doesNotMatch(said, /STARTED|test servers:/);
});

/** Runs a server straight on the back-end, where nobody else tidies up. */
async function run(command: string): Promise<ServerRun> {
  const args = ['-a', '127.0.0.1', '-p', String(await freePort())];
  return runContainer(IMAGE!, { command, args, directory: temporaryDirectory('container') });
}

test('an image without the program is an error, and leaves no container', { skip: NO_IMAGE }, async () => {
  await assert.rejects(
    run('no-such-program'),
    /^Error: expected no-such-program to start in image .*, found: .*no-such-program/,
  );
  assert.deepEqual(await containersOfSession(`${process.pid}-`), []);
});

test('a container that has just died can be paused, resumed and stopped', { skip: NO_IMAGE }, async () => {
  // The engine learns of a death a little later: now and then it is asked in between.
  for (let time = 0; time < 5; time++) {
    const server = await run('nats-server');
    process.kill(server.pid, 'SIGKILL');
    server.pause();
    server.resume();
    assert.deepEqual(await server.stop(), { code: null, signal: 'SIGKILL' });
  }
});

test('a container that does not stop is killed and reported', { skip: NO_IMAGE }, async () => {
  const server = await run('nats-server');
  // Stopped from outside, and not by the engine, it takes no SIGTERM.
  process.kill(server.pid, 'SIGSTOP');
  await assert.rejects(server.stop(100), /nats-server \(pid \d+\) to stop within 100 ms of SIGTERM; killed it/);
  assert.deepEqual(await server.ended(), { code: null, signal: 'SIGKILL' });
  assert.deepEqual(await containersOfSession(`${process.pid}-`), []);
});
