import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DAY_MS, isoMonth, type RawRecord } from '@emso/core';
import { parseRawFile, productPaths } from '@emso/products';
import { AppendFile } from '@emso/runtime';
import fc from 'fast-check';
import { temporaryDirectory, waitFor } from '../../../test/support/servers.ts';
import { DAY, idsIn, line, lines, NOON_MS, placed, planOf, SESSION } from './fixtures/writer-setup.ts';
import { type ArrivedRecords, RawArchive } from './raw-archive.ts';

const cstar = planOf('cstar');
const of = (records: readonly RawRecord[], sensor = 'cstar'): ArrivedRecords => ({ platform: 'mii', sensor, records });
const pathIn = (root: string, sensor = 'cstar', day = DAY): string =>
  join(root, productPaths(planOf(sensor).sensor, day).raw);
const withBytes = (record: RawRecord, text: string): RawRecord => ({ ...record, bytes: Buffer.from(text) });
const seqs = (records: readonly RawRecord[]): number[] => records.map(({ seq }) => seq);

describe('every record once', () => {
  const cases: {
    what: string;
    calls: ArrivedRecords[][];
    added: number[][];
    conflicts: number[][];
    rows: number[];
  }[] = [
    {
      what: 'in order',
      calls: [[of(lines(1, 3))], [of(lines(4, 5))]],
      added: [
        [1, 2, 3],
        [4, 5],
      ],
      conflicts: [[], []],
      rows: [1, 2, 3, 4, 5],
    },
    {
      what: 'redelivered',
      calls: [[of(lines(1, 3))], [of(lines(1, 3))]],
      added: [[1, 2, 3], []],
      conflicts: [[], []],
      rows: [1, 2, 3],
    },
    {
      what: 'cut differently',
      calls: [[of(lines(1, 3))], [of(lines(2, 5))]],
      added: [
        [1, 2, 3],
        [4, 5],
      ],
      conflicts: [[], []],
      rows: [1, 2, 3, 4, 5],
    },
    {
      what: 'twice in one call',
      calls: [[of(lines(1, 3)), of(lines(2, 4))]],
      added: [[1, 2, 3]],
      conflicts: [[]],
      rows: [1, 2, 3, 4],
    },
    {
      what: 'out of order',
      calls: [[of(lines(4, 5))], [of(lines(1, 2))]],
      added: [
        [4, 5],
        [1, 2],
      ],
      conflicts: [[], []],
      rows: [4, 5, 1, 2],
    },
    {
      what: 'other bytes',
      calls: [[of(lines(1, 2))], [of([withBytes(line(2), 'other')])]],
      added: [[1, 2], []],
      conflicts: [[], [2]],
      rows: [1, 2, 2],
    },
    {
      what: 'other bytes in one call',
      calls: [[of([line(1)]), of([withBytes(line(1), 'other')])]],
      added: [[1]],
      conflicts: [[]],
      rows: [1, 1],
    },
    {
      what: 'a conflict redelivered',
      calls: [[of([line(1)])], [of([withBytes(line(1), 'other')])], [of([withBytes(line(1), 'other')])]],
      added: [[1], [], []],
      conflicts: [[], [1], []],
      rows: [1, 1],
    },
  ];
  for (const { what, calls, added, conflicts, rows } of cases) {
    for (const restart of [false, true]) {
      test(`${what}${restart ? ', the writer restarted between calls' : ''}`, async () => {
        const root = temporaryDirectory('archive');
        let archive = new RawArchive(root, placed);
        for (const [i, call] of calls.entries()) {
          const outcomes = await archive.append(call, NOON_MS);
          assert.deepEqual(seqs(outcomes[0].added), added[i]);
          assert.deepEqual(seqs(outcomes[0].conflicts), conflicts[i]);
          if (!restart) continue;
          await archive.close();
          archive = new RawArchive(root, placed);
        }
        assert.deepEqual(
          idsIn(pathIn(root)),
          rows.map((seq) => `${SESSION}/${seq}`),
        );
        await archive.close();
      });
    }
  }

  test('an id that came on another day is compared where its row lies', async () => {
    const root = temporaryDirectory('archive');
    const archive = new RawArchive(root, placed);
    await archive.append([of([line(1)])], NOON_MS);
    const later = { ...line(1), receivedMs: NOON_MS + DAY_MS };
    assert.deepEqual(await archive.append([of([later])], NOON_MS), [{ added: [], conflicts: [] }]);
    assert.equal(existsSync(pathIn(root, 'cstar', DAY + 1)), false);
    const [{ conflicts }] = await archive.append([of([withBytes(later, 'other')])], NOON_MS);
    assert.deepEqual(seqs(conflicts), [1]);
    assert.deepEqual(idsIn(pathIn(root, 'cstar', DAY + 1)), [`${SESSION}/1`]);
    await archive.close();
  });

  test('a session named after its records were received is recognised by the next writer', async () => {
    const root = temporaryDirectory('archive');
    const early = line(1, NOON_MS - 20 * DAY_MS);
    const before = new RawArchive(root, placed);
    await before.append([of([early])], NOON_MS);
    await before.close();
    const archive = new RawArchive(root, placed);
    assert.deepEqual(await archive.append([of([early])], NOON_MS), [{ added: [], conflicts: [] }]);
    await archive.close();
  });

  test('a sensor that is not configured is archived under raw/_unconfigured, and recognised there', async () => {
    const root = temporaryDirectory('archive');
    const path = join(root, `raw/_unconfigured/mii/newcomer/${isoMonth(DAY)}/newcomer_20260301.raw`);
    for (let start = 0; start < 2; start++) {
      const archive = new RawArchive(root, placed);
      await archive.append([of(lines(1, 2), 'newcomer')], NOON_MS);
      await archive.close();
      assert.deepEqual(idsIn(path), [`${SESSION}/1`, `${SESSION}/2`]);
    }
  });

  test('whatever is redelivered, cut and restarted, every id stands once with its bytes', async () => {
    const step = fc.record({
      first: fc.integer({ min: 1, max: 20 }),
      length: fc.integer({ min: 1, max: 8 }),
      restart: fc.boolean(),
      torn: fc.nat(30),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const root = temporaryDirectory('archive');
        let archive = new RawArchive(root, placed);
        const expected = new Set<number>();
        for (const { first, length, restart, torn } of steps) {
          const records = lines(first, first + length - 1);
          await archive.append([of(records)], NOON_MS);
          for (const { seq } of records) expected.add(seq);
          if (!restart) continue;
          await archive.close();
          appendFileSync(pathIn(root), '2026-03-01T12:00:09.000Z line 20260301T115959000Z'.slice(0, torn));
          archive = new RawArchive(root, placed);
        }
        await archive.close();
        const { run, damaged } = parseRawFile(readFileSync(pathIn(root)));
        assert.deepEqual(damaged, []);
        assert.deepEqual(
          [...run.seq.subarray(0, run.count)].sort((a, b) => a - b),
          [...expected].sort((a, b) => a - b),
        );
        for (let i = 0; i < run.count; i++) {
          assert.deepEqual(Buffer.from(run.bytes.subarray(run.start[i], run.end[i])), line(run.seq[i]).bytes);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('what a crash or a disk does', () => {
  test('a torn last row is cut before anything is appended', async () => {
    const root = temporaryDirectory('archive');
    const first = new RawArchive(root, placed);
    await first.append([of(lines(1, 2))], NOON_MS);
    await first.close();
    const whole = readFileSync(pathIn(root));
    appendFileSync(pathIn(root), '2026-03-01T12:00:03.000Z line 2026');
    const second = new RawArchive(root, placed);
    assert.equal((await second.read(cstar, DAY, DAY)).count, 2);
    await second.append([of(lines(3, 3))], NOON_MS);
    await second.close();
    const bytes = readFileSync(pathIn(root));
    assert.deepEqual(bytes.subarray(0, whole.length), whole);
    assert.deepEqual(parseRawFile(bytes).damaged, []);
    assert.deepEqual(
      idsIn(pathIn(root)),
      [1, 2, 3].map((seq) => `${SESSION}/${seq}`),
    );
  });

  test('a full disk: nothing is taken for written, other files are, and the redelivery writes the rest once', async () => {
    const root = temporaryDirectory('archive');
    let full = true;
    const archive = new RawArchive(root, placed, async (path) => {
      const file = await AppendFile.open(path);
      if (!path.includes('CSTAR')) return file;
      return {
        get length() {
          return file.length;
        },
        async append(bytes: Uint8Array) {
          if (!full) return file.append(bytes);
          // What a full disk does: some of it is written, then ENOSPC.
          appendFileSync(path, bytes.subarray(0, 50));
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        },
        // The descriptor that failed knows nothing of the bytes that got through.
        cutTo: (length: number) => file.cutTo(length),
        close: () => file.close(),
      };
    });
    const call = [of(lines(1, 3)), of(lines(1, 2), 'oxygen')];
    for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(archive.append(call, NOON_MS), /no space left/);
    assert.equal(await archive.waitFor('mii', 'cstar', { session: SESSION, first: 1, last: 3 }, 0), false);
    assert.equal(await archive.waitFor('mii', 'oxygen', { session: SESSION, first: 1, last: 2 }, 0), true);
    full = false;
    const [{ added }, other] = await archive.append(call, NOON_MS);
    assert.deepEqual(seqs(added), [1, 2, 3]);
    assert.deepEqual(other, { added: [], conflicts: [] });
    await archive.close();
    assert.deepEqual(
      idsIn(pathIn(root)),
      [1, 2, 3].map((seq) => `${SESSION}/${seq}`),
    );
    assert.deepEqual(parseRawFile(readFileSync(pathIn(root))).damaged, []);
    assert.deepEqual(
      idsIn(pathIn(root, 'oxygen')),
      [1, 2].map((seq) => `${SESSION}/${seq}`),
    );
  });

  test('live rows and imported rows for one file do not get into each other', async () => {
    const root = temporaryDirectory('archive');
    let busy = 0;
    let overlaps = 0;
    const archive = new RawArchive(root, placed, async (path) => {
      const file = await AppendFile.open(path);
      const append = file.append.bind(file);
      file.append = async (bytes) => {
        if (busy++ > 0) overlaps++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        await append(bytes);
        busy--;
      };
      return file;
    });
    const imported = {
      receivedMs: NOON_MS,
      importId: 'dat/20260301T120000Z/0123456789abcdef/1',
      bytes: Buffer.from('x'),
    };
    await archive.append([of(lines(1, 2))], NOON_MS);
    await Promise.all([
      archive.append([of(lines(3, 3))], NOON_MS),
      archive.appendImports(cstar, DAY, [imported], NOON_MS),
      archive.append([of(lines(4, 6))], NOON_MS),
    ]);
    assert.equal(overlaps, 0);
    assert.equal((await archive.read(cstar, DAY, DAY)).count, 7);
    assert.deepEqual([...(await archive.read(cstar, DAY, DAY)).importId.values()], [imported.importId]);
    await archive.close();
  });

  test('who waits for a range is told when its last record is on disk', async () => {
    const archive = new RawArchive(temporaryDirectory('archive'), placed);
    let told: boolean | undefined;
    const waiting = archive.waitFor('mii', 'cstar', { session: SESSION, first: 1, last: 4 }, 20_000).then((answer) => {
      told = answer;
    });
    await archive.append([of(lines(1, 3))], NOON_MS);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(told, undefined);
    await archive.append([of(lines(4, 4))], NOON_MS);
    await waitFor(() => told === true, { what: 'the answer' });
    await waiting;
    await archive.close();
  });
});
