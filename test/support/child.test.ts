/** Child processes tell what they said and how they ended, and end when they are told to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChild } from './child.ts';
import { temporaryDirectory, waitFor } from './waiting.ts';

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
  assert.throws(() => process.kill(child.pid, 0), { code: 'ESRCH' });
});
