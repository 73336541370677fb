import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, startRedis, waitFor } from '../../../test/support/servers.ts';
import { openCache } from './cache.ts';
import { createLog } from './log.ts';

function recorded() {
  const reasons: string[] = [];
  const lines: string[] = [];
  const log = createLog({
    service: 'test',
    level: 'info',
    onEvent: (_level, reason) => reasons.push(reason),
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, reasons, lines };
}

test('remembers, forgets while redis is away without waiting, and comes back; each change is logged once', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const { log, reasons, lines } = recorded();
  const cache = openCache(redis.url, log);
  t.after(() => cache.close());
  await waitFor(
    async () => {
      await cache.setLatest('mii', 'microcat', '{"TEMP":13.2}');
      return (await cache.getLatest('mii', 'microcat')) === '{"TEMP":13.2}';
    },
    { what: 'the value to come back' },
  );
  assert.equal(await cache.getLatest('mii', 'other'), undefined);

  redis.pause();
  const from = performance.now();
  await cache.setLatest('mii', 'microcat', '{}');
  assert.equal(await cache.getLatest('mii', 'microcat'), undefined);
  assert.ok(performance.now() - from < 2000, 'a frozen redis costs no more than its time box');
  redis.resume();

  await redis.kill();
  await waitFor(() => reasons.length > 0, { what: 'the loss to be noticed' });
  for (let i = 0; i < 100; i++) await cache.setLatest('mii', 'microcat', '{}');
  await redis.restart();
  await waitFor(
    async () => {
      await cache.setLatest('mii', 'microcat', '{"TEMP":13.3}');
      return (await cache.getLatest('mii', 'microcat')) === '{"TEMP":13.3}';
    },
    { what: 'redis to be used again' },
  );
  assert.deepEqual(reasons, ['cache-down']);
  assert.equal(lines.filter((line) => line.includes('redis is there again')).length, 1);
});

test('nobody at the address: nothing throws; no address: nothing happens', async () => {
  const { log, reasons } = recorded();
  const nobody = openCache(`redis://127.0.0.1:${await freePort()}`, log);
  await nobody.setLatest('mii', 'a', '1');
  assert.equal(await nobody.getLatest('mii', 'a'), undefined);
  await waitFor(() => reasons.length > 0, { what: 'the refusal to be logged' });
  assert.deepEqual(reasons, ['cache-down']);
  nobody.close();
  const none = openCache(undefined, log);
  await none.setLatest('mii', 'a', '1');
  assert.equal(await none.getLatest('mii', 'a'), undefined);
  none.close();
});
