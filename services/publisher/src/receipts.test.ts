import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { type Published, Receipts } from './receipts.ts';

const entry = (path: string, bytes = 1): Published => ({
  path,
  fingerprint: `${bytes}/2/3`,
  bytes,
  sha256: 'a'.repeat(64),
  verifiedMs: 5,
});

test('PROMISE 24: receipts that were cut anywhere know what they knew, or less, and go on', async () => {
  const dir = temporaryDirectory('receipts');
  const whole = join(dir, 'whole.jsonl');
  const receipts = new Receipts(whole);
  for (const each of [entry('a'), entry('b'), entry('a', 2)]) await receipts.set(each);
  const text = readFileSync(whole);
  let at = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length), async (cut) => {
      const file = join(dir, `${at++}.jsonl`);
      writeFileSync(file, text.subarray(0, cut));
      const opened = new Receipts(file);
      for (const known of opened.entries()) {
        assert.ok(
          [entry('a'), entry('b'), entry('a', 2)].some((each) => JSON.stringify(each) === JSON.stringify(known)),
        );
      }
      await opened.set(entry('c'));
      const again = new Receipts(file);
      assert.deepEqual([...again.entries()], [...opened.entries()]);
    }),
    { examples: [[text.length], [0], [text.length - 1]] },
  );
});

test('a row that is none is left out', () => {
  const file = join(temporaryDirectory('receipts'), 'x.jsonl');
  for (const row of ['[]', '["a",1,2,3,4]', '{"path":"a"}', 'x', '["a","f",1,"s",5]']) appendFileSync(file, `${row}\n`);
  assert.deepEqual([...new Receipts(file).paths()], ['a']);
});

test('rows that count no more are cleared away', async () => {
  const file = join(temporaryDirectory('receipts'), 'x.jsonl');
  const receipts = new Receipts(file);
  for (let i = 0; i < 10_005; i++) await receipts.set(entry('a', i));
  assert.ok(readFileSync(file, 'utf8').split('\n').length < 100);
  assert.equal(new Receipts(file).get('a')?.bytes, 10_004);
});
