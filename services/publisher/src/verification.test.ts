import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { Receipts } from './receipts.ts';
import { Verification } from './verification.ts';

test('PROMISE 24: copies of one day are read back once a period each, a share a round', async () => {
  for (const [files, roundMs] of [
    [7, 10],
    [200, 10],
    [200, 3],
  ]) {
    const periodMs = 1000;
    const receipts = new Receipts(join(temporaryDirectory('verification'), 'x.jsonl'));
    const set = (path: string, verifiedMs: number): Promise<void> =>
      receipts.set({ path, fingerprint: 'f', bytes: 1, sha256: 's', verifiedMs });
    for (let i = 0; i < files; i++) await set(`${i}`, 0);
    const verification = new Verification(periodMs);
    const last = new Map<string, number>();
    for (let nowMs = 0; nowMs <= 4 * periodMs; nowMs += roundMs) {
      const due = verification.due(receipts, nowMs);
      assert.ok(due.length <= Math.ceil((files * roundMs) / periodMs), `${due.length} of ${files} in one round`);
      for (const { path } of due) {
        const first = !last.has(path);
        const sinceMs = nowMs - (last.get(path) ?? 0);
        assert.ok(sinceMs <= periodMs + roundMs, `${path} was not read back for ${sinceMs} ms`);
        assert.ok(first || sinceMs > periodMs - (2 * periodMs) / files - roundMs, `${path} again after ${sinceMs} ms`);
        last.set(path, nowMs);
        await set(path, nowMs);
      }
    }
    assert.equal(last.size, files);
  }
});

test('PROMISE 24: on demand all at once, but those that are to be copied anew or have no source', async () => {
  const receipts = new Receipts(join(temporaryDirectory('verification'), 'x.jsonl'));
  for (const [path, sha256] of [
    ['a', 's'],
    ['b', 's'],
    ['c', ''],
    ['d', 's'],
  ] as const) {
    await receipts.set({ path, fingerprint: 'f', bytes: 1, sha256, verifiedMs: path === 'd' ? 20 : 5 });
  }
  const verification = new Verification(1e6);
  assert.deepEqual(verification.due(receipts, 10), []);
  verification.demandAll(10);
  verification.exclude(new Set(['b']));
  assert.deepEqual(
    verification.due(receipts, 10).map(({ path }) => path),
    ['a'],
  );
});
