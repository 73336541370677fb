/** News is gathered: many seals in a row are one round. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NextRound } from './next-round.ts';

const { signal } = new AbortController();
/** Far beyond what the test waits. */
const LATER_MS = 60_000;

test('without news it is the time; what came before the wait counts as news', async () => {
  const next = new NextRound({ quietMs: 1, longestMs: 10 });
  await next.wait(1, true, signal);
  next.news();
  await next.wait(LATER_MS, true, signal);
});

test('news that does not stop is quiet only after the last one, and is not waited for longer than allowed', async () => {
  const quietMs = 80;
  const longestMs = 400;
  const next = new NextRound({ quietMs, longestMs });
  const began = performance.now();
  let last = began;
  const chatter = setInterval(() => {
    next.news();
    last = performance.now();
  }, 10);
  next.news();
  await next.wait(LATER_MS, true, signal);
  assert.ok(performance.now() - began >= longestMs - 1, 'it never was quiet');
  setTimeout(() => clearInterval(chatter), 30);
  await next.wait(LATER_MS, true, signal);
  assert.ok(performance.now() - last >= quietMs - 1, 'quiet since the last one');
});

test('where it may not hasten, news waits, and is covered by the round that follows', async () => {
  const next = new NextRound({ quietMs: 1, longestMs: 2 });
  next.news();
  const began = performance.now();
  await next.wait(60, false, signal);
  assert.ok(performance.now() - began >= 59);
  const stop = new AbortController();
  const waiting = next.wait(LATER_MS, true, stop.signal);
  stop.abort();
  await waiting;
});
