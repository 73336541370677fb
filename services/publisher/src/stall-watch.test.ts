import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../../test/support/waiting.ts';
import { StallWatch } from './stall-watch.ts';

test('PROMISE 24: a stalled operation is reported once, waited for, and nothing is started on top of it', async () => {
  const events: string[] = [];
  const watch = new StallWatch({
    limitMs: 20,
    onStall: (what) => events.push(`stalled ${what}`),
    onEnd: (what) => events.push(`ended ${what}`),
  });
  assert.equal(await watch.run('look', async () => 1), 1);
  let answer: ((value: string) => void) | undefined;
  const writing = watch.run('write', () => new Promise<string>((resolve) => (answer = resolve)));
  assert.equal(watch.stalled(), undefined, 'not yet');
  const stalled = await waitFor(() => watch.stalled(), { what: 'the stall' });
  assert.equal(stalled.what, 'write');
  // Node's timers count whole milliseconds and may come a fraction of one early.
  assert.ok(stalled.forMs >= 19, `${stalled.forMs} ms`);
  await assert.rejects(
    watch.run('rename', async () => events.push('renamed')),
    /expected one operation .* found 'rename' during 'write'/,
  );
  answer?.('written');
  assert.equal(await writing, 'written');
  assert.equal(watch.stalled(), undefined);
  assert.deepEqual(events, ['stalled write', 'ended write']);
  await assert.rejects(
    watch.run('look', () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await watch.run('look', async () => 2), 2);
});
