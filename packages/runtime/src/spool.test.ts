import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, encodeRawPayload, isSessionId, MAX_RAW_PAYLOAD_BYTES } from '@emso/core';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { line, open, readAll, START_MS, segmentsIn, text } from './fixtures/spool-setup.ts';
import type { SpoolEntry } from './spool-options.ts';
import { after, BEGINNING, type Position, sessionAfter } from './spool-position.ts';
import { MAX_RECORD_BYTES } from './spool-segment.ts';

test('PROMISE 1: a record that comes back without its session, its number from 1, its time or its kind', async () => {
  const dir = temporaryDirectory('spool');
  const spool = await open({ dir });
  assert.ok(isSessionId(spool.session));
  assert.equal(await spool.read(BEGINNING, MAX_RAW_PAYLOAD_BYTES), undefined);
  await spool.append([line('one'), { kind: 'event', receivedMs: START_MS + 5, bytes: Buffer.from('connected') }]);
  await spool.append([line('')]);
  const records = await readAll(spool);
  assert.deepEqual(
    records.map((r) => [r.session, r.seq, r.receivedMs, r.kind, text(r)]),
    [
      [spool.session, 1, START_MS, 'line', 'one'],
      [spool.session, 2, START_MS + 5, 'event', 'connected'],
      [spool.session, 3, START_MS, 'line', ''],
    ],
  );
  assert.deepEqual((await readAll(spool, after(spool.session, 2))).map(text), ['']);
  assert.equal(spool.memoryBytes, 0);
  await spool.close();
  await assert.rejects(spool.append([line('late')]), /after close/);
});

test('PROMISE 1: a second start that has no later session of its own, also when the clock went back', async () => {
  const dir = temporaryDirectory('spool');
  const sessions: string[] = [];
  for (const [startMs, word] of [
    [START_MS, 'a'],
    [START_MS - DAY_MS, 'b'],
    [START_MS + 10, 'c'],
  ] as const) {
    const spool = await open({ dir, startMs });
    await spool.append([line(word)]);
    sessions.push(spool.session);
    await spool.close();
  }
  assert.deepEqual([...sessions].sort(), sessions);
  const spool = await open({ dir, startMs: START_MS + 20 });
  assert.deepEqual((await readAll(spool)).map(text), ['a', 'b', 'c']);
  await spool.close();
});

test('sessions of the same millisecond sort after one another', () => {
  const first = sessionAfter('', START_MS, 'ffffffff');
  const second = sessionAfter(first, START_MS, '00000000');
  assert.equal(first, '20260301T100000000Z-ffffffff');
  assert.equal(second, '20260301T100000001Z-00000000');
});

test('PROMISE 3: a read that is larger than a payload, or a record that is too long and gets a number', async () => {
  const dir = temporaryDirectory('spool');
  const spool = await open({ dir });
  const big = (length: number): SpoolEntry => ({
    kind: 'piece',
    receivedMs: START_MS,
    bytes: new Uint8Array(length).fill(0x41),
  });
  await assert.rejects(spool.append([line('x'), big(MAX_RECORD_BYTES + 1)]), RangeError);
  assert.equal(spool.lastSeq, 0);
  await spool.append([big(MAX_RECORD_BYTES), big(100_000), big(100_000), big(100_000), line('end')]);
  const counts: number[] = [];
  for (let at = BEGINNING; ; ) {
    const read = await spool.read(at, MAX_RAW_PAYLOAD_BYTES);
    if (read === undefined) break;
    assert.ok(encodeRawPayload(read.records).length <= MAX_RAW_PAYLOAD_BYTES);
    counts.push(read.records.length);
    at = read.next;
  }
  assert.deepEqual(counts, [1, 2, 2]);
  assert.equal((await readAll(spool, BEGINNING, 10)).length, 5, 'at least one record, whatever the limit');
  await spool.close();
});

test('a segment a day, another at 16 MB, and reading crosses them', async () => {
  const dir = temporaryDirectory('spool');
  const clock = { nowMs: START_MS };
  const spool = await open({ dir, clock });
  await spool.append([line('today')]);
  clock.nowMs += DAY_MS;
  await spool.append([line('tomorrow')]);
  assert.equal(segmentsIn(dir).length, 2);
  const chunk = { kind: 'piece' as const, receivedMs: START_MS, bytes: new Uint8Array(200_000) };
  for (let i = 0; i < 18; i++) await spool.append(Array.from({ length: 5 }, () => chunk));
  assert.equal(segmentsIn(dir).length, 3);
  const records = await readAll(spool);
  assert.deepEqual(
    records.map((r) => r.seq),
    Array.from({ length: 92 }, (_, i) => i + 1),
  );
  assert.equal(
    spool.diskBytes,
    segmentsIn(dir).reduce((sum, name) => sum + statSync(join(dir, 'mii', 'microcat', name)).size, 0),
  );
  await spool.close();
});

test('PROMISE 6: resuming anywhere but at the older of mark and broker, or at the beginning when either has nothing', async () => {
  const dir = temporaryDirectory('spool');
  const spool = await open({ dir });
  await spool.append([line('a'), line('b'), line('c')]);
  const at = (seq: number): Position => after(spool.session, seq);
  const earlier = after(sessionAfter('', START_MS - DAY_MS, '00000000'), 99);
  assert.deepEqual(spool.resume(at(2)), BEGINNING);
  await spool.mark(at(2));
  const table: [broker: Position | undefined, resumed: Position][] = [
    [undefined, BEGINNING],
    [at(1), at(1)],
    [at(2), at(2)],
    [at(3), at(2)],
    [earlier, earlier],
  ];
  for (const [broker, resumed] of table) assert.deepEqual(spool.resume(broker), resumed);
  await spool.close();
  const reopened = await open({ dir, startMs: START_MS + 1 });
  assert.deepEqual(reopened.resume(at(3)), at(2), 'the mark survives a restart');
  writeFileSync(join(dir, 'mii', 'microcat', 'mark.json'), '{"position":');
  await reopened.close();
  const damaged = await open({ dir, startMs: START_MS + 2 });
  assert.deepEqual(damaged.resume(at(3)), BEGINNING, 'a mark that cannot be read is no mark');
  await damaged.close();
});

test('PROMISE 5: a segment deleted before it was wholly published for 30 days, or kept for ever', async () => {
  const dir = temporaryDirectory('spool');
  const clock = { nowMs: START_MS };
  const spool = await open({ dir, clock });
  await spool.append([line('a')]);
  clock.nowMs += DAY_MS;
  await spool.append([line('b'), line('c')]);
  clock.nowMs += DAY_MS;
  await spool.append([line('d')]);
  assert.equal(segmentsIn(dir).length, 3);
  await spool.mark(after(spool.session, 2));
  clock.nowMs += 30 * DAY_MS;
  assert.equal(await spool.prune(), 0, 'published for 30 days, not more');
  await spool.mark(after(spool.session, 3));
  clock.nowMs += 1;
  assert.equal(await spool.prune(), 1, 'the second segment was finished later');
  assert.deepEqual((await readAll(spool)).map(text), ['b', 'c', 'd']);
  clock.nowMs += 31 * DAY_MS;
  assert.equal(await spool.prune(), 1);
  assert.deepEqual((await readAll(spool)).map(text), ['d'], 'the open segment stays');
  await spool.close();
});
