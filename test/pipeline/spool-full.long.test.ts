/** The disk under the spool is full, then memory: the box is not read any more, says the archive, and no spooled line is lost. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { dayOf } from '@emso/core';
import { decodeManifest, productPaths } from '@emso/products';
import { parseDocument } from 'yaml';
import { untilRebuiltEqual } from '../support/rebuilt.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { archivedLines, openStage } from './stage.ts';

/** A file system of its own for the spool; undefined where this machine does not let us. */
function mountSmall(t: TestContext, size: string): { dir: string; grow: (size: string) => void } | undefined {
  const dir = temporaryDirectory('small-disk');
  const mount = (options: string): boolean =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'ignore' }).status === 0;
  if (!mount(`size=${size}`)) return undefined;
  t.after(() => spawnSync('umount', ['--lazy', dir]));
  return { dir, grow: (larger) => assert.ok(mount(`remount,size=${larger}`)) };
}

/** A box with its own log: a line every 2 ms, as long as the client takes them. */
async function openBox(t: TestContext) {
  const sent: string[] = [];
  let client: Socket | undefined;
  let blocked = false;
  const server = createServer((socket) => {
    // After some quiet a first byte is the beginning of a line.
    setTimeout(() => {
      client = socket;
    }, 400);
    socket.on('error', () => undefined);
    socket.on('drain', () => {
      blocked = false;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const timer = setInterval(() => {
    if (client === undefined || blocked) return;
    // Long lines of another instrument fill the disk, a sample now and then is a row.
    const n = sent.length;
    const line = n % 5 === 0 ? `CST-1186DR\t${n}\t9219\t11982\t0.092\t537\r` : `${n} ${'x'.repeat(2000)}\r`;
    sent.push(line);
    blocked = !client.write(`${line}\n`, 'latin1');
  }, 2);
  t.after(() => {
    clearInterval(timer);
    client?.destroy();
    server.close();
  });
  const stop = (): void => clearInterval(timer);
  return { port: (server.address() as AddressInfo).port, sent, stop, isBlocked: () => blocked };
}

test('PROMISE 5: disk and memory full: a box that is read on, a spooled line lost, or a gap without its cause', {
  timeout: 120_000,
}, async (t) => {
  const disk = mountSmall(t, '1m');
  if (disk === undefined) return t.skip('mounting a small file system needs root: run the tests in a container');
  const box = await openBox(t);
  const stage = await openStage(t, { lines: 0, endpoints: new Map([['cstar', `tcp://127.0.0.1:${box.port}`]]) });
  // A gap is a pause of several cadences: of seconds here, not of minutes.
  const site = parseDocument(readFileSync(stage.site, 'utf8'));
  const index = stage.plan('cstar').platform.sensors.findIndex(({ id }) => id === 'cstar');
  site.setIn(['platforms', 0, 'sensors', index, 'cadenceMs'], 100);
  writeFileSync(stage.site, site.toString());
  mkdirSync(path.join(disk.dir, 'spool'));
  const acquiring = { EMSO_SPOOL_DIR: path.join(disk.dir, 'spool'), EMSO_SPOOL_MEMORY_BYTES: '200000' };
  await Promise.all(['writer', 'decoder', 'qc'].map((role) => stage.start(role)));
  const acquirer = await stage.start('acquirer', acquiring);

  await waitFor(() => box.isBlocked(), { what: 'the box to find nobody reading', timeoutMs: 60_000 });
  const beforeMs = performance.now();
  await waitFor(() => box.isBlocked() && performance.now() - beforeMs > 2000, { what: 'two seconds of it' });
  const errors = acquirer.log().filter(({ level }) => level === 'error');
  assert.ok(
    errors.some(({ reason }) => reason === 'spool-write'),
    'somebody was told',
  );
  disk.grow('64m');
  const taken = box.sent.length;
  await waitFor(() => box.sent.length > taken + 200, { what: 'the box to be read again', timeoutMs: 60_000 });
  box.stop();

  const plan = stage.plan('cstar');
  const day = dayOf(Date.now());
  const shape = (lines: string[]): string[] => lines.map((line) => line.slice(0, 30));
  await waitFor(() => archivedLines(stage.dataDir, plan, day).length >= box.sent.length, {
    what: 'every line of the box in the archive',
    timeoutMs: 60_000,
  }).catch(() => assert.deepEqual(shape(archivedLines(stage.dataDir, plan, day)), shape(box.sent)));
  assert.ok(archivedLines(stage.dataDir, plan, day).join() === box.sent.join(), 'once and in order');
  const paths = productPaths(plan.sensor, day);
  const raw = readFileSync(path.join(stage.dataDir, paths.raw), 'latin1');
  for (const state of ['reading-stopped', 'over'])
    assert.match(raw, new RegExp(` event \\S+ spool-full state=${state}\\n`));
  await untilRebuiltEqual(stage.dataDir, stage.site, 'open');
  const { gaps } = decodeManifest(readFileSync(path.join(stage.dataDir, paths.manifest), 'utf8')).content;
  const full = gaps.filter(({ cause }) => cause === 'spool-full');
  assert.ok(full.length > 0, JSON.stringify(gaps));
});
