import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { Ledger, type Published } from './ledger.ts';

const entry = (path: string, bytes = 1): Published => ({
  path,
  fingerprint: `${bytes}/2/3`,
  bytes,
  sha256: 'a'.repeat(64),
  verifiedMs: 5,
});

test('PROMISE 24: the ledger cut anywhere knows what it knew, or less, and goes on', async () => {
  const dir = temporaryDirectory('ledger');
  const whole = join(dir, 'whole.jsonl');
  const ledger = new Ledger(whole);
  for (const each of [entry('a'), entry('b'), entry('a', 2)]) await ledger.set(each);
  const text = readFileSync(whole);
  let at = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length), async (cut) => {
      const file = join(dir, `${at++}.jsonl`);
      writeFileSync(file, text.subarray(0, cut));
      const opened = new Ledger(file);
      for (const known of opened.entries()) {
        assert.ok(
          [entry('a'), entry('b'), entry('a', 2)].some((each) => JSON.stringify(each) === JSON.stringify(known)),
        );
      }
      await opened.set(entry('c'));
      const again = new Ledger(file);
      assert.deepEqual([...again.entries()], [...opened.entries()]);
    }),
    { examples: [[text.length], [0], [text.length - 1]] },
  );
});

test('a row that is none is left out', () => {
  const file = join(temporaryDirectory('ledger'), 'x.jsonl');
  for (const row of ['[]', '["a",1,2,3,4]', '{"path":"a"}', 'x', '["a","f",1,"s",5]']) appendFileSync(file, `${row}\n`);
  assert.deepEqual([...new Ledger(file).paths()], ['a']);
});

test('rows that count no more are cleared away', async () => {
  const file = join(temporaryDirectory('ledger'), 'x.jsonl');
  const ledger = new Ledger(file);
  for (let i = 0; i < 10_005; i++) await ledger.set(entry('a', i));
  assert.ok(readFileSync(file, 'utf8').split('\n').length < 100);
  assert.equal(new Ledger(file).get('a')?.bytes, 10_004);
});
