/** What the spool tells the disk, and when: the calls on its files, in order, while it opens and appends. */
import assert from 'node:assert/strict';
import { appendFileSync, readlinkSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { line, open, readAll, START_MS, segmentsIn, text } from './fixtures/spool-setup.ts';

const WATCHED = ['writeFile', 'datasync', 'sync', 'truncate'] as const;

/** Every write and sync of this process from now on, as `call name`, noted when it has succeeded. */
async function watchDisk(t: TestContext): Promise<string[]> {
  const calls: string[] = [];
  const probe = await openFile(import.meta.filename, 'r');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  for (const name of WATCHED) {
    const real = prototype[name] as (...args: unknown[]) => Promise<void>;
    t.mock.method(prototype, name, async function (this: FileHandle, ...args: unknown[]) {
      const file = basename(readlinkSync(`/proc/self/fd/${this.fd}`));
      await real.apply(this, args);
      calls.push(`${name} ${file}`);
    });
  }
  return calls;
}

test('PROMISE 1: a session whose file is not on disk, name included, before its first line', async (t) => {
  const dir = temporaryDirectory('spool');
  const calls = await watchDisk(t);
  const spool = await open({ dir });
  const [segment] = segmentsIn(dir);
  const own = calls.indexOf(`sync ${segment}`);
  assert.ok(own >= 0 && calls.indexOf('sync microcat', own) > own, calls.join('\n'));
  assert.ok(!calls.some((call) => call.startsWith('writeFile')), 'nothing written yet');
  await spool.close();
});

test('PROMISE 5: an append that resolves before its fsync, or a chunk with more than one', async (t) => {
  const spool = await open({ dir: temporaryDirectory('spool') });
  const calls = await watchDisk(t);
  await spool.append([line('one'), line('two'), line('three')]);
  assert.deepEqual(
    calls.map((call) => call.split(' ')[0]),
    ['writeFile', 'datasync'],
  );
  await spool.close();
});

test('PROMISE 5: a restart that shows records before they are fsynced, or a tail before it is cut', async (t) => {
  const dir = temporaryDirectory('spool');
  const first = await open({ dir });
  await first.append([line('kept')]);
  await first.close();
  const [segment] = segmentsIn(dir);
  appendFileSync(join(dir, 'mii', 'microcat', segment), 'torn');
  const calls = await watchDisk(t);
  const again = await open({ dir, startMs: START_MS + 1 });
  assert.deepEqual(calls.slice(0, 3), [`truncate ${segment}`, `sync ${segment}`, 'sync microcat']);
  assert.deepEqual((await readAll(again)).map(text), ['kept']);
  await again.close();
});

test('PROMISE 5: a second acquirer that cuts the spool of a running one', async () => {
  const dir = temporaryDirectory('spool');
  const running = await open({ dir });
  await running.append([line('one')]);
  await assert.rejects(
    open({ dir, startMs: START_MS + 1 }),
    /expected no other writer, found it locked by process \d+/,
  );
  await running.append([line('two')]);
  await running.close();
  const next = await open({ dir, startMs: START_MS + 2 });
  assert.deepEqual((await readAll(next)).map(text), ['one', 'two']);
  await next.close();
});
