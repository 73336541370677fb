import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, MAX_RAW_PAYLOAD_BYTES } from '@emso/core';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { AppendFile } from './files.ts';
import { line, open, readAll, START_MS, segmentsIn, text } from './fixtures/spool-setup.ts';
import type { SpoolFile } from './spool-options.ts';
import { BEGINNING, sessionAfter } from './spool-position.ts';
import { encodeFrame, nextFrame, scanSegment } from './spool-segment.ts';

const never = new AbortController().signal;

/** Segment files that fail on demand: half of the bytes are written, then the disk says no. */
function failing(disk: { broken: boolean; log?: (path: string, durable: number) => void }) {
  return async (path: string): Promise<SpoolFile> => {
    if (disk.broken) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const file = await AppendFile.open(path);
    let failed = false;
    return {
      append: async (bytes) => {
        assert.equal(failed, false, `${path} was written to again after a failure`);
        if (disk.broken) {
          failed = true;
          writeFileSync(path, bytes.subarray(0, bytes.length / 2), { flag: 'a' });
          throw Object.assign(new Error('input/output error'), { code: 'EIO' });
        }
        await file.append(bytes);
        disk.log?.(path, file.length);
      },
      close: () => file.close(),
    };
  };
}

test('PROMISE 5: a torn tail that is not cut, or is cut with a whole record before it, at every byte offset', async () => {
  const dir = temporaryDirectory('spool');
  const spool = await open({ dir });
  const words = ['first', 'second line', 'x'];
  await spool.append(words.map((word) => line(word)));
  await spool.close();
  const [name] = segmentsIn(dir);
  const whole = readFileSync(join(dir, 'mii', 'microcat', name));
  const ends = [0];
  for (let frame = nextFrame(whole, 0, ''); frame; frame = nextFrame(whole, frame.end, '')) ends.push(frame.end);
  assert.equal(ends.length, 4);
  for (let length = 0; length <= whole.length; length++) {
    const copy = temporaryDirectory('torn');
    cpSync(dir, copy, { recursive: true });
    const path = join(copy, 'mii', 'microcat', name);
    truncateSync(path, length);
    const reopened = await open({ dir: copy, startMs: START_MS + 1 });
    const kept = ends.filter((end) => end > 0 && end <= length).length;
    assert.deepEqual((await readAll(reopened)).map(text), words.slice(0, kept), `cut at ${length}`);
    assert.equal(statSync(path).size, ends[kept]);
    await reopened.append([line('next session')]);
    assert.deepEqual((await readAll(reopened)).map(text), [...words.slice(0, kept), 'next session']);
    await reopened.close();
  }
});

test('PROMISE 5: a flipped byte that is believed, or costs more than the record it is in', async () => {
  const session = sessionAfter('', START_MS, '00000001');
  const frames = ['aaa', 'bbbb', 'c', 'dddddd'].map((word, i) => encodeFrame({ session, seq: i + 1, ...line(word) }));
  const whole = Buffer.concat(frames);
  let start = 0;
  for (let victim = 0; victim < frames.length; victim++) {
    for (let offset = start; offset < start + frames[victim].length; offset++) {
      const damaged = Buffer.from(whole);
      damaged[offset] ^= 0x40;
      const seqs: number[] = [];
      for (let f = nextFrame(damaged, 0, session); f; f = nextFrame(damaged, f.end, session)) seqs.push(f.record.seq);
      assert.deepEqual(
        seqs,
        [1, 2, 3, 4].filter((seq) => seq !== victim + 1),
        `byte ${offset}`,
      );
      const scan = scanSegment(damaged, session);
      assert.equal(scan.goodBytes, victim === 3 ? start : whole.length);
      assert.equal(scan.damagedBytes, victim === 3 ? 0 : frames[victim].length);
    }
    start += frames[victim].length;
  }
});

test('PROMISE 2: a batch over damage in the spool whose id claims a record it does not hold', async () => {
  const dir = temporaryDirectory('spool');
  const spool = await open({ dir });
  await spool.append(['a', 'b', 'c', 'd'].map((word) => line(word)));
  await spool.close();
  const path = join(dir, 'mii', 'microcat', segmentsIn(dir)[0]);
  const bytes = readFileSync(path);
  bytes[nextFrame(bytes, 0, '')!.end + 30 - 5] ^= 1;
  writeFileSync(path, bytes);
  const reopened = await open({ dir, startMs: START_MS + 1 });
  const first = await reopened.read(BEGINNING, MAX_RAW_PAYLOAD_BYTES);
  assert.deepEqual(first?.records.map(text), ['a']);
  const second = await reopened.read(first!.next, MAX_RAW_PAYLOAD_BYTES);
  assert.deepEqual(second?.records.map(text), ['c', 'd']);
  await reopened.close();
});

test('PROMISE 5: a failed write that loses or repeats a record, or is tried again on the same descriptor', async () => {
  const dir = temporaryDirectory('spool');
  const disk = { broken: false };
  const spool = await open({ dir, createFile: failing(disk), maxMemoryBytes: 100 });
  await spool.append([line('before')]);
  disk.broken = true;
  let durable = 0;
  const pending = ['one', 'two', 'three', 'four'].map((word) => spool.append([line(word)]).then(() => durable++));
  assert.ok(spool.full);
  assert.deepEqual((await readAll(spool)).map(text), ['before'], 'readers see durable records only');
  assert.equal(durable, 0);
  const more = spool.waitForMore(never);
  disk.broken = false;
  await Promise.all([...pending, more]);
  assert.equal(spool.full, false);
  const records = await readAll(spool);
  assert.deepEqual(records.map(text), ['before', 'one', 'two', 'three', 'four']);
  assert.deepEqual(
    records.map(({ seq }) => seq),
    [1, 2, 3, 4, 5],
    'no number twice, none left out',
  );
  assert.ok(segmentsIn(dir).length >= 2, 'another segment');
  await spool.close();
  const reopened = await open({ dir, startMs: START_MS + 1 });
  assert.deepEqual((await readAll(reopened)).map(text), ['before', 'one', 'two', 'three', 'four'], 'no record twice');
  await reopened.close();
});

test('PROMISE 5: records of a segment given up after a failure that come twice, whatever rotted in its tail', async () => {
  const dir = temporaryDirectory('spool');
  const session = sessionAfter('', START_MS, '00000001');
  const frame = (seq: number): Uint8Array => encodeFrame({ session, seq, ...line(String(seq)) });
  const rotten = frame(3);
  rotten[rotten.length - 1] ^= 1;
  mkdirSync(join(dir, 'mii', 'microcat'), { recursive: true });
  const segment = (n: number, frames: Uint8Array[]): void =>
    writeFileSync(join(dir, 'mii', 'microcat', `${session}.${n}.spool`), Buffer.concat(frames));
  segment(1, [frame(1), frame(2), rotten, frame(4)]);
  segment(2, [frame(2), frame(3), frame(4), frame(5)]);
  const spool = await open({ dir, startMs: START_MS + 1 });
  assert.deepEqual((await readAll(spool)).map(text), ['1', '2', '3', '4', '5']);
  await spool.close();
});

test('PROMISE 5: a record that append resolved for and that power loss takes, doubles or moves', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        op: fc.constant('append' as const),
        sizes: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('break' as const) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('mend' as const) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('day' as const) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('settle' as const) }) },
  );
  let crashesWithUnfinished = 0;
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 25 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    async (steps, lost) => {
      const dir = temporaryDirectory('crash');
      const durableBytes = new Map<string, number>();
      const disk = { broken: false, log: (path: string, durable: number) => durableBytes.set(path, durable) };
      const clock = { nowMs: START_MS };
      const spool = await open({ dir, clock, createFile: failing(disk) });
      const sent: string[] = [];
      let resolved = 0;
      const pending: Promise<void>[] = [];
      for (const each of steps) {
        if (each.op === 'break') disk.broken = true;
        else if (each.op === 'mend') disk.broken = false;
        else if (each.op === 'day') clock.nowMs += DAY_MS;
        else if (each.op === 'settle') await Promise.all(disk.broken ? [] : pending);
        else {
          const words = each.sizes.map((size, i) => `${sent.length + i}:`.padEnd(size, '.'));
          sent.push(...words);
          const durable = spool.append(words.map((word) => line(word))).then(() => {
            resolved += words.length;
          });
          pending.push(durable);
        }
      }
      // The crash: a copy in which every file keeps its durable bytes and any part of the others.
      const promised = resolved;
      const copy = temporaryDirectory('crashed');
      mkdirSync(join(copy, 'mii'), { recursive: true });
      cpSync(join(dir, 'mii'), join(copy, 'mii'), { recursive: true });
      for (const name of segmentsIn(copy)) {
        const path = join(copy, 'mii', 'microcat', name);
        const { size } = statSync(path);
        const durable = Math.min(size, durableBytes.get(join(dir, 'mii', 'microcat', name)) ?? 0);
        truncateSync(path, durable + Math.floor((size - durable) * lost));
      }
      if (promised < sent.length) crashesWithUnfinished++;
      const reopened = await open({ dir: copy, startMs: clock.nowMs + 1 });
      const back = (await readAll(reopened)).map(text);
      assert.deepEqual(back, sent.slice(0, back.length));
      assert.ok(back.length >= promised, `${back.length} of ${promised} promised`);
      await reopened.close();
      disk.broken = false;
      await Promise.all(pending);
      assert.deepEqual((await readAll(spool)).map(text), sent);
      await spool.close();
    },
  );
  await fc.assert(property, { numRuns: 60 });
  assert.ok(crashesWithUnfinished > 0, 'no crash came in the middle of a write: the property tested nothing');
});
