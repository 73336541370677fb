import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BEGINNING, type Bus, createLog, createMetrics, openSpool } from '@emso/runtime';
import { freePort, temporaryDirectory, waitFor } from '../../../test/support/servers.ts';
import { startSensorLink } from './sensor-link.ts';

const log = createLog({ service: 'test', level: 'silent' });

test('PROMISE 14: clock events from before the spool could be opened that are lost, or stand behind its first row', async () => {
  const dir = temporaryDirectory('spool');
  // A file where the directory of the platform must be: the disk does not give the spool.
  writeFileSync(join(dir, 'mii'), '');
  const stopping = new AbortController();
  const { promise: bus, reject } = Promise.withResolvers<Bus>();
  stopping.signal.addEventListener('abort', () => reject(new Error('stopped')));
  const link = startSensorLink({
    platform: 'mii',
    sensor: 'cstar',
    endpoint: `tcp://127.0.0.1:${await freePort()}`,
    cadenceMs: 60_000,
    spool: { dir },
    bus,
    log,
    metrics: createMetrics(),
    signal: stopping.signal,
    fail: (error) => {
      throw error;
    },
  });
  link.event('clock-sync state=yes');
  link.event('clock-step ms=-300');
  assert.match(String(link.ready()), /spool of cstar cannot be opened/);
  rmSync(join(dir, 'mii'));
  await waitFor(() => link.ready() === true, { what: 'the spool' });
  link.event('midnight day=2026-03-02');
  stopping.abort();
  await link.stop();
  const spool = await openSpool({ dir, platform: 'mii', sensor: 'cstar', log });
  const { records } = (await spool.read(BEGINNING, 100_000))!;
  await spool.close();
  assert.deepEqual(
    records
      .filter(({ kind }) => kind === 'event')
      .map(({ bytes }) => Buffer.from(bytes).toString().split(' ')[0])
      // Nobody listens at the endpoint, and sooner or later that is told too.
      .filter((what) => what !== 'unreachable'),
    ['clock-sync', 'clock-step', 'session-opened', 'midnight'],
  );
});
