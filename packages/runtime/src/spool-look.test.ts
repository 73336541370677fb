/** Looking at a spool from outside gives what the spool itself would publish, and touches nothing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { AppendFile } from './files.ts';
import { line, open, readAll, START_MS, segmentsIn, text } from './fixtures/spool-setup.ts';
import { SpoolDepthGauge, spooledBytes, spooledSegments, spoolsIn } from './spool-look.ts';
import type { SpoolFile } from './spool-options.ts';
import { BEGINNING } from './spool-position.ts';

const ofSensor = (dir: string): string => join(dir, 'mii', 'microcat');

async function lookAtAll(dir: string): Promise<string[]> {
  const segments: string[][] = [];
  for await (const records of spooledSegments(ofSensor(dir))) segments.push(records.map(text));
  return segments.reverse().flat();
}

test('depth and records are those of the spool, over sessions, failed disks, marks and torn tails', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constantFrom('fail' as const, 'restart' as const), count: fc.constant(1) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const dir = temporaryDirectory('look');
      const disk = { failures: 0 };
      let startMs = START_MS;
      const start = () => open({ dir, startMs: startMs++, createFile: fragile(disk) });
      let spool = await start();
      let position = BEGINNING;
      let n = 0;
      // One gauge for all of it: what it remembers must not make it wrong.
      const gauge = new SpoolDepthGauge(ofSensor(dir));
      for (const each of steps) {
        if (each.do === 'restart') {
          await spool.close();
          spool = await start();
        } else if (each.do === 'fail') {
          disk.failures = 1;
          await spool.append([line(`written twice ${n++}`, START_MS + n)]);
        } else if (each.do === 'append') {
          await spool.append(Array.from({ length: each.count }, () => line(`line ${n++}`, START_MS + n)));
        } else {
          for (let i = 0; i < each.count; i++) position = (await spool.read(position, 1))?.next ?? position;
          await spool.mark(position);
        }
        const waiting = await readAll(spool, position);
        assert.deepEqual(await gauge.read(), {
          records: waiting.length,
          bytes: waiting.reduce((sum, record) => sum + spooledBytes(record), 0),
          oldestMs: waiting[0]?.receivedMs,
        });
      }
      const all = (await readAll(spool)).map(text);
      assert.deepEqual([...new Set(await lookAtAll(dir))], all);
      await spool.close();
    }),
    { numRuns: 20 },
  );
});

/** Segment files that write a whole group and then say that they could not: its records stand again in the next one. */
function fragile(disk: { failures: number }) {
  return async (path: string): Promise<SpoolFile> => {
    const file = await AppendFile.open(path);
    return {
      append: async (bytes) => {
        await file.append(bytes);
        if (disk.failures-- > 0) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
      },
      close: () => file.close(),
    };
  };
}

test('what is published is told by the position alone', async () => {
  const dir = temporaryDirectory('look');
  const first = await open({ dir });
  await first.append([line('one'), line('two')]);
  await first.close();
  const second = await open({ dir, startMs: START_MS + 1 });
  await second.append([line('three'), line('four')]);
  await second.mark({ session: second.session, seq: 1 });
  await second.close();
  const depth = await new SpoolDepthGauge(ofSensor(dir)).read();
  assert.equal(depth.records, 1);
  const mark = join(ofSensor(dir), 'mark.json');
  writeFileSync(mark, JSON.stringify({ ...JSON.parse(readFileSync(mark, 'utf8')), published: {} }));
  assert.deepEqual(await new SpoolDepthGauge(ofSensor(dir)).read(), depth);
});

test('a torn tail and strange files are left out and left alone', async () => {
  const dir = temporaryDirectory('look');
  const spool = await open({ dir });
  await spool.append([line('one'), line('two')]);
  await spool.close();
  const path = join(ofSensor(dir), segmentsIn(dir)[0]);
  truncateSync(path, readFileSync(path).length - 1);
  for (const name of ['notes.txt', 'x.1.spool', 'mark.json']) writeFileSync(join(ofSensor(dir), name), 'strange');
  writeFileSync(join(dir, 'file'), 'no directory');
  const before = readdirSync(ofSensor(dir)).map((name) => [name, readFileSync(join(ofSensor(dir), name), 'latin1')]);
  assert.deepEqual(await lookAtAll(dir), ['one']);
  assert.equal((await new SpoolDepthGauge(ofSensor(dir)).read()).records, 1);
  const after = readdirSync(ofSensor(dir)).map((name) => [name, readFileSync(join(ofSensor(dir), name), 'latin1')]);
  assert.deepEqual(after, before);
  assert.deepEqual(await spoolsIn(dir), [{ platform: 'mii', sensor: 'microcat', dir: ofSensor(dir) }]);
});

test('where nothing is, nothing waits', async () => {
  const nowhere = join(temporaryDirectory('look'), 'nowhere');
  assert.deepEqual(await spoolsIn(nowhere), []);
  assert.deepEqual(await new SpoolDepthGauge(nowhere).read(), { records: 0, bytes: 0, oldestMs: undefined });
  assert.deepEqual(await lookAtAll(nowhere), []);
});
