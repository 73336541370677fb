import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns } from './turns.ts';

test('each begins when the one before has ended, failed or not, and each caller hears of its own', async () => {
  const inTurn = inTurns();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = inTurn(async () => {
    seen.push('first begins');
    await gate.promise;
    seen.push('first fails');
    throw new Error('disk full');
  });
  const second = inTurn(async () => seen.push('second'));
  const third = inTurn(() => {
    throw new Error('at once');
  });
  const fourth = inTurn(async () => 'fourth');
  // The event loop has turned round: whoever may begin has begun.
  await new Promise(setImmediate);
  assert.deepEqual(seen, ['first begins']);
  gate.resolve();
  await assert.rejects(first, /disk full/);
  await second;
  await assert.rejects(third, /at once/);
  assert.equal(await fourth, 'fourth');
  assert.deepEqual(seen, ['first begins', 'first fails', 'second']);
});
