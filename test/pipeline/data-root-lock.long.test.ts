/** One process writes a data root: real processes that want the same one. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { compactDay, dayOf } from '@emso/core';
import { lockDataRoot } from '@emso/runtime';
import { startChild } from '../support/child.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';
import { openStage, type Stage } from './stage.ts';

const EMSO = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');

/** An `emso` command that has ended. */
async function emso(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = await startChild({ command: process.execPath, args: [EMSO, ...args], cwd: '.', env: process.env });
  const { code } = await waitFor(() => child.exit(), { what: `emso ${args[0]} to end`, timeoutMs: 20_000 });
  return { code, said: [...child.stdout, ...child.stderr].join('\n') };
}

/** What a writer said that ended because it may not write. */
async function refusedWriter(stage: Stage): Promise<string> {
  const second = await stage.start('writer');
  const { code } = await waitFor(() => second.exit(), { what: 'the second writer to end', timeoutMs: 20_000 });
  assert.notEqual(code, 0);
  return second.stdout.join('\n');
}

/** A historical daily file of the C-Star; every file has a name of its own day. */
function originalOf(stage: Stage): string {
  const dir = temporaryDirectory('originals');
  const stamp = compactDay(dayOf(Date.now()) - 400);
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    path.join(dir, `${stage.plan('cstar').sensor.prefix}_${stamp}.dat`),
    `${stamp} 12:00:00CST-1186DR\t7001\t9219\t11982\t0.092\t537\n`,
  );
  return dir;
}

test('PROMISE 23: a second writer, or a command beside it, that writes the data root', {
  timeout: 120_000,
}, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const writer = await stage.start('writer');
  await waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, {
    what: 'the writer to be ready',
    timeoutMs: 20_000,
  });
  const holder = new RegExp(`expected no other writer, found it locked by process ${writer.pid} `);

  assert.match(await refusedWriter(stage), holder);
  const originals = originalOf(stage);
  const reprocess = await emso('reprocess', '--raw', originals, '--out', stage.dataDir, '--observatory', stage.site);
  assert.notEqual(reprocess.code, 0);
  assert.match(reprocess.said, holder);
  assert.deepEqual(filesBelow(path.join(stage.dataDir, 'csv')), [], 'nothing was written');
  assert.equal(writer.exit(), undefined, 'the first one goes on');

  // Killed, it holds nothing: the kernel gave the lock back.
  await writer.kill('SIGKILL');
  lockDataRoot(stage.dataDir).release();
  const next = await stage.start('writer');
  await waitFor(async () => (await fetch(`${next.url}/readyz`)).ok, {
    what: 'the next writer to be ready',
    timeoutMs: 20_000,
  });
  assert.match(await refusedWriter(stage), new RegExp(`locked by process ${next.pid} `));
  await next.stop();
});

test('PROMISE 23: emso seal or emso import that writes without the process that holds the lock', {
  timeout: 120_000,
}, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const originals = originalOf(stage);
  const commands = [
    ['seal', '--data', stage.dataDir],
    ['import', originals, '--data', stage.dataDir],
  ];
  // Nobody holds it: there is nobody to ask, and nothing happens.
  mkdirSync(stage.dataDir, { recursive: true });
  for (const args of commands) {
    const { code, said } = await emso(...args);
    assert.equal(code, 3, said);
    assert.match(said, /expected a running writer/);
  }
  assert.deepEqual(filesBelow(stage.dataDir), []);
  await stage.start('writer');
  for (const args of commands) {
    const { code, said } = await emso(...args);
    assert.equal(code, 0, said);
  }
  assert.equal(filesBelow(path.join(stage.dataDir, 'raw')).filter((file) => file.endsWith('.raw')).length, 1);
});
