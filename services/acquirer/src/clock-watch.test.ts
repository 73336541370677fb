import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseIso } from '@emso/core';
import { waitFor } from '../../../test/support/servers.ts';
import { watchClock } from './clock-watch.ts';

function watched(t: TestContext, startIso: string) {
  const clocks = { wall: parseIso(startIso) as number, monotonic: 5 };
  let checks = 0;
  const events: string[] = [];
  const reading = {
    wallMs: () => clocks.wall,
    monotonicMs: () => {
      checks++;
      return clocks.monotonic;
    },
  };
  t.after(watchClock((text) => events.push(text), reading, 5));
  return {
    events,
    /** Both clocks go on, the wall clock also by a step; resolves when that has been looked at. */
    async go(ms: number, stepMs = 0) {
      clocks.wall += ms + stepMs;
      clocks.monotonic += ms;
      const before = checks;
      await waitFor(() => checks > before + 1, { what: 'a check' });
    },
  };
}

test('PROMISE 14: a step of the clock, or its sync state, without an event row', async (t) => {
  const { events, go } = watched(t, '2026-03-01T12:00:00Z');
  await waitFor(() => events.some((text) => /^clock-sync state=(yes|unknown)$/.test(text)), { what: 'the sync state' });
  events.length = 0;
  await go(1000, 249);
  assert.deepEqual(events, []);
  await go(1000, 250);
  await go(1000, -3_600_000);
  assert.deepEqual(events, ['clock-step ms=250', 'clock-step ms=-3600000']);
});

test('PROMISE 11: a UTC midnight without a mark, or with two', async (t) => {
  const { events, go } = watched(t, '2026-03-01T23:59:59Z');
  await go(2000);
  await go(2000);
  assert.deepEqual(
    events.filter((text) => text.startsWith('midnight')),
    ['midnight day=2026-03-02'],
  );
});
