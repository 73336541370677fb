import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs, isWorthLogging, pause, retry } from './retry.ts';

test('back-off doubles up to its cap, the upper half of it random', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 60_000 }),
      (attempt, firstMs, capMs) => {
        let full = Math.min(firstMs, capMs);
        for (let i = 0; i < Math.min(attempt, 20); i++) full = Math.min(capMs, full * 2);
        const ms = backoffMs(attempt, { firstMs, capMs });
        assert.ok(ms >= full / 2 && ms <= full, `${ms} of ${full}`);
      },
    ),
  );
});

test('retry gives the first success, counts failures, and ends by signal or by onError', async () => {
  const backoff = { firstMs: 1, capMs: 2 };
  const attempts: number[] = [];
  let calls = 0;
  const flaky = async (): Promise<string> => {
    if (++calls < 4) throw new Error('not yet');
    return 'done';
  };
  assert.equal(await retry(flaky, { backoff, onError: (_error, attempt) => attempts.push(attempt) }), 'done');
  assert.deepEqual(attempts, [0, 1, 2]);

  const never = async (): Promise<never> => {
    throw new Error('never');
  };
  const stop = new AbortController();
  const ended = retry(never, {
    backoff: { firstMs: 60_000, capMs: 60_000 },
    signal: stop.signal,
    onError: () => stop.abort(new Error('stop')),
  });
  await assert.rejects(ended, /stop/);
  const fatal = retry(never, {
    backoff,
    onError: () => {
      throw new Error('fatal');
    },
  });
  await assert.rejects(fatal, /fatal/);
});

test('a pause ends at once when its signal aborts', async () => {
  const stop = new AbortController();
  const waiting = pause(60_000, stop.signal);
  stop.abort();
  await waiting;
  await pause(60_000, stop.signal);
});

test('failures are logged ever more rarely', () => {
  assert.deepEqual(Array.from({ length: 40 }, (_, i) => i).filter(isWorthLogging), [0, 1, 3, 7, 15, 31]);
});
