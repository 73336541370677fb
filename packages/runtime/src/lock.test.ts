import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startChild } from '../../../test/support/child.ts';
import { temporaryDirectory, waitFor } from '../../../test/support/waiting.ts';
import { lockDataRoot } from './lock.ts';

const HOLDER = `
  import { lockDataRoot } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
  lockDataRoot(process.argv[1]);
  console.log('locked');
  setInterval(() => {}, 1000);
`;

test('a data root has one holder; the next one is told who, and gets it when the holder is killed', async (t) => {
  const dir = join(temporaryDirectory('lock'), 'data');
  const holder = await startChild({
    command: process.execPath,
    args: ['--input-type=module', '-e', HOLDER, dir],
    cwd: '.',
    env: process.env,
  });
  t.after(() => holder.kill());
  await waitFor(() => holder.stdout.includes('locked'), { what: 'the child to hold the lock' });
  assert.throws(() => lockDataRoot(dir), new RegExp(`locked by process ${holder.pid} \\(.*\\), since \\d{4}-`));
  await holder.kill('SIGKILL');
  const lock = lockDataRoot(dir);
  assert.throws(() => lockDataRoot(dir), new RegExp(`locked by process ${process.pid} `));
  lock.release();
  lock.release();
  lockDataRoot(dir).release();
});

test('without flock(1) the error says what to install', () => {
  const path = process.env.PATH;
  process.env.PATH = temporaryDirectory('empty');
  try {
    assert.throws(() => lockDataRoot(temporaryDirectory('lock')), /expected the command flock .*install it/);
  } finally {
    process.env.PATH = path;
  }
});
