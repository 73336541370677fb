/** What a test waits for in vain is told well. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from './waiting.ts';

test('waitFor says what it waited for and what it saw last', async () => {
  let calls = 0;
  assert.equal(await waitFor(() => ++calls === 3 && 'third', { what: 'three calls' }), 'third');
  const cases: [condition: () => unknown, last: RegExp][] = [
    [() => 0, /last seen: 0$/],
    [() => Promise.reject(new Error('refused')), /last seen: Error: refused/],
    [() => new Promise(() => undefined), /last seen: nothing/],
  ];
  for (const [condition, last] of cases) {
    const failure = await waitFor(condition, { what: 'the moon', timeoutMs: 60 }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    assert.match(failure ?? 'it did not fail', /^waited 60 ms for the moon; /);
    assert.match(failure!, last);
  }
});
