/** PROMISE 11 and 12: what becomes of a historical daily file, byte by byte. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { compactDay, KIND } from '@emso/core';
import type { ImportReport, RefusedRow } from '@emso/instruments';
import { parseRawFile, productPaths } from '@emso/products';
import { AppendFile } from '@emso/runtime';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { filesBelow } from '../../../test/support/trees.ts';
import { DAY, fileOf, NOON_MS, openDays, placed, planOf } from './fixtures/writer-setup.ts';
import { importFile } from './import.ts';
import { RawArchive } from './raw-archive.ts';

const DATE = compactDay(DAY);
const NEXT = compactDay(DAY + 1);

/** Writes a daily file of one byte a character. */
function original(text: string, name = `CSTAR_${DATE}.dat`, dir = temporaryDirectory('originals')): string {
  writeFileSync(join(dir, name), Buffer.from(text, 'latin1'));
  return join(dir, name);
}

async function importInto(root: string, path: string, fillGaps = false): Promise<ImportReport> {
  const archive = new RawArchive(root, placed);
  try {
    return await importFile({ path, fillGaps }, { root, archive, sensors: [] });
  } finally {
    await archive.close();
  }
}

const counts = ({ rows, added, known, covered, paired, damaged }: ImportReport): number[] => [
  rows,
  added,
  known,
  covered,
  paired,
  damaged,
];

/** Stamp and payload of every imported row of a tree, as the old script would have written them, in order. */
function archivedRows(root: string): string[] {
  return filesBelow(join(root, 'raw'))
    .filter((name) => name.endsWith('.raw'))
    .flatMap((name) => {
      const { run } = parseRawFile(readFileSync(join(root, 'raw', name)));
      return Array.from({ length: run.count }, (_, i) => {
        assert.equal(run.kind[i], KIND.import);
        const stamp = new Date(run.received[i]).toISOString().replace('T', ' ').replaceAll('-', '').slice(0, 17);
        return `${stamp}${Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1')}`;
      });
    })
    .sort();
}

const refusedRows = (root: string, { refusedIn }: ImportReport): RefusedRow[] =>
  refusedIn === undefined
    ? []
    : readFileSync(join(root, refusedIn), 'utf8')
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row) as RefusedRow);

function digestsOf(root: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(root).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(root, name)))
        .digest('hex'),
    ]),
  );
}

describe('whose file it is', () => {
  const row = `${DATE} 12:00:00x\n`;
  const cases: [name: string, sensor: string | undefined, refusal?: RegExp][] = [
    [`CSTAR_${DATE}.dat`, 'cstar'],
    [`CTAR_${DATE}.dat`, 'cstar'],
    [`MICROCAT_${DATE}.dat`, 'microcat'],
    // Listed in the site file, and its model is not installed: archived all the same.
    [`Aquadopp_${DATE}.dat`, 'aquadopp'],
    [`NOBODY_${DATE}.dat`, undefined, /expected a prefix of the site file \(.*CSTAR.*\), found 'NOBODY'/],
    [`CSTAR_${DATE}.txt`, undefined, /expected a name <prefix>_YYYYMMDD\.dat, found 'CSTAR_\d+\.txt'/],
    ['CSTAR_20260231.dat', undefined, /expected a name/],
  ];
  for (const [name, sensor, refusal] of cases) {
    test(`${name} is of ${sensor ?? 'nobody'}`, async () => {
      const root = temporaryDirectory('root');
      const report = await importInto(root, original(row, name));
      assert.equal(report.sensor, sensor);
      assert.deepEqual(counts(report), sensor === undefined ? [0, 0, 0, 0, 0, 0] : [1, 1, 0, 0, 0, 0]);
      if (refusal === undefined) assert.equal(report.refusal, undefined);
      else assert.match(report.refusal ?? '', refusal);
      const folder = placed.find((each) => each.sensor.id === sensor)?.sensor.folder;
      assert.deepEqual(
        filesBelow(root).map((path) => path.split('/').slice(0, 2).join('/')),
        sensor === undefined ? [] : [`raw/${folder}`, 'raw/imports.jsonl'],
      );
    });
  }

  test('a sensor named beside takes files that are of nobody', async () => {
    const root = temporaryDirectory('root');
    const archive = new RawArchive(root, placed);
    const cases: [name: string, id: string, sensor: string | undefined, refusal?: RegExp][] = [
      [`OLD_${DATE}.dat`, 'cstar', 'cstar'],
      [`CSTAR_${DATE}.dat`, 'cstar', 'cstar'],
      [`CTAR_${DATE}.dat`, 'cstar', 'cstar'],
      [`OXYGEN_${DATE}.dat`, 'cstar', undefined, /expected a file of cstar, found one of oxygen/],
      [`OLD_${DATE}.dat`, 'nobody', undefined, /expected a sensor of the site file, found 'nobody'/],
      [`OLD_${DATE}.txt`, 'cstar', undefined, /expected a name/],
    ];
    for (const [name, id, sensor, refusal] of cases) {
      const report = await importFile({ path: original(row, name), sensor: id }, { root, archive, sensors: [] });
      assert.equal(report.sensor, sensor, name);
      assert.match(report.refusal ?? '', refusal ?? /^$/);
    }
    assert.equal((await archive.read(planOf('cstar'), DAY, DAY)).count, 1);
    await archive.close();
  });

  test('a file that the writer cannot read is refused with the reason', async () => {
    const path = join(temporaryDirectory('originals'), `CSTAR_${DATE}.dat`);
    for (const make of [() => undefined, () => mkdirSync(path)]) {
      make();
      const report = await importInto(temporaryDirectory('root'), path);
      assert.equal(report.sensor, 'cstar');
      assert.match(report.refusal ?? '', /expected a file that the writer can read, found (ENOENT|EISDIR)/);
    }
  });
});

describe('every byte once', () => {
  test('rows by their own stamp, equal ones as often as they stand there, damaged ones beside', async () => {
    const root = temporaryDirectory('root');
    const rows = [
      `${DATE} 12:00:00a`,
      `${DATE} 12:00:00a`,
      `${DATE} 12:00:00 a\t\r`,
      `${DATE} 12:00:05`,
      `${DATE} 12:00:06\0\xff\\é`,
      `${NEXT} 00:00:00b`,
    ];
    const path = original(`${rows.join('\n')}\n${DATE} 12\n\n\0\xff`);
    const report = await importInto(root, path);
    assert.deepEqual(counts(report), [6, 6, 0, 0, 0, 3]);
    assert.deepEqual(archivedRows(root), [...rows].sort());
    const expected = 'a stamp YYYYMMDD HH:MM:SS';
    const refused = [
      { line: 7, expected, found: `${DATE} 12` },
      { line: 8, expected, found: '' },
      { line: 9, expected, found: '\0\xff' },
    ];
    assert.deepEqual(report.examples, refused);
    assert.deepEqual(refusedRows(root, report), refused);
    const note = JSON.parse(readFileSync(join(root, 'raw/imports.jsonl'), 'utf8')) as Record<string, unknown>;
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const { importedAt, ...facts } = note;
    assert.deepEqual(facts, { file: path, sha256, sensor: 'cstar', rows: 6, damaged: 3 });
    assert.match(String(importedAt), /^\d{4}-.*Z$/);
    assert.equal(report.sha256, sha256);
  });

  test('any file: every row is in the archive or among the refused ones; a second import changes no byte, nor the original', async () => {
    const row = fc.oneof(
      fc.constantFrom(
        `${DATE} 12:00:00a`,
        `${DATE} 12:00:00 a`,
        `${DATE} 12:00:01`,
        `${NEXT} 00:00:00a`,
        '',
        `${DATE} 1`,
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 12 }),
      fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => `${DATE} 23:59:60${text}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), fc.boolean(), async (rows, ended) => {
        const text = rows.join('\n') + (ended ? '\n' : '');
        const path = original(text);
        const before = statSync(path);
        const root = temporaryDirectory('root');
        const report = await importInto(root, path);
        const lines = text.split('\n');
        if (lines.at(-1) === '') lines.pop();
        // `:60` is kept as the next `:00`.
        const found = [...archivedRows(root), ...refusedRows(root, report).map((refused) => refused.found)];
        const asKept = lines.map((each) => each.replace(/^(\d{8}) 23:59:60/, `${NEXT} 00:00:00`));
        assert.deepEqual(found.sort(), asKept.sort());
        assert.equal(report.rows + report.damaged, lines.length);
        const digests = digestsOf(root);
        const again = await importInto(root, path);
        assert.deepEqual(counts(again), [report.rows, 0, report.rows, 0, 0, report.damaged]);
        assert.deepEqual(digestsOf(root), digests);
        const after = statSync(path);
        assert.deepEqual([after.mtimeMs, after.size, after.mode], [before.mtimeMs, before.size, before.mode]);
        assert.equal(readFileSync(path, 'latin1'), text);
      }),
      { numRuns: 60 },
    );
  });

  test('copies, longer copies and a misspelt one bring what is missing', async () => {
    const root = temporaryDirectory('root');
    const rows = [1, 2, 3, 3, 4].map((n) => `${DATE} 12:00:0${n}x\n`);
    const whole = rows.join('');
    assert.deepEqual(counts(await importInto(root, original(rows.slice(0, 3).join('')))), [3, 3, 0, 0, 0, 0]);
    assert.deepEqual(counts(await importInto(root, original(whole, `CTAR_${DATE}.dat`))), [5, 2, 3, 0, 0, 0]);
    assert.deepEqual(counts(await importInto(root, original(whole))), [5, 0, 5, 0, 0, 0]);
    // One for each different content.
    assert.equal(readFileSync(join(root, 'raw/imports.jsonl'), 'utf8').split('\n').length - 1, 2);
  });
});

describe('interrupted', () => {
  const rows = Array.from({ length: 6 }, (_, i) => `${DATE} 12:00:0${i}payload ${i}\\`);
  const text = `${rows.join('\n')}\n${NEXT} 00:00:00late\nno stamp\n`;
  const raw = productPaths(planOf('cstar').sensor, DAY).raw;

  test('at any byte of the raw file: the next import brings what is missing, once', async () => {
    const path = original(text);
    const whole = temporaryDirectory('root');
    await importInto(whole, path);
    const length = statSync(join(whole, raw)).size;
    for (let cut = 0; cut <= length; cut += 7) {
      const root = temporaryDirectory('root');
      await importInto(root, path);
      truncateSync(join(root, raw), cut);
      const report = await importInto(root, path);
      assert.equal(report.added + report.known, 7);
      assert.equal(report.added > 0, cut < length);
      assert.deepEqual(readFileSync(join(root, raw)), readFileSync(join(whole, raw)), `cut at ${cut}`);
    }
  });

  test('before the note of the original: it is noted then, on a line of its own', async () => {
    const root = temporaryDirectory('root');
    const path = original(text);
    await importInto(root, path);
    const notes = join(root, 'raw/imports.jsonl');
    const noted = readFileSync(notes, 'utf8');
    for (const torn of ['', noted.slice(0, 1), noted.slice(0, -1)]) {
      writeFileSync(notes, torn);
      await importInto(root, path);
      const found = readFileSync(notes, 'utf8').replace(/"importedAt":"[^"]*"/, '');
      assert.equal(found, noted.replace(/"importedAt":"[^"]*"/, ''));
    }
    appendFileSync(notes, '{"sha256":"torn');
    assert.deepEqual(counts(await importInto(root, original(`${text}${DATE} 13:00:00z\n`))), [8, 1, 7, 0, 0, 1]);
    assert.equal(
      readFileSync(notes, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)).length,
      2,
    );
  });

  test('by a disk that refuses: nothing is there twice, and the same archive goes on', async () => {
    const root = temporaryDirectory('root');
    let full = true;
    const archive = new RawArchive(root, placed, async (path) => {
      const file = await AppendFile.open(path);
      const append = file.append.bind(file);
      file.append = async (bytes) => {
        if (!full || !path.includes(DATE)) return append(bytes);
        appendFileSync(path, bytes.subarray(0, bytes.length / 2));
        throw new Error('ENOSPC');
      };
      return file;
    });
    const path = original(text);
    await assert.rejects(importFile({ path }, { root, archive, sensors: [] }), /ENOSPC/);
    assert.ok(!filesBelow(root).includes('raw/imports.jsonl'), 'not noted before all of it is there');
    full = false;
    assert.deepEqual(counts(await importFile({ path }, { root, archive, sensors: [] })), [7, 7, 0, 0, 0, 1]);
    await archive.close();
    const { run, damaged } = parseRawFile(readFileSync(join(root, raw)));
    assert.deepEqual([run.count, damaged], [6, []]);
  });

  test('where time is not reception, before the days of the rows were known: repeating the import makes them', async (t) => {
    const root = temporaryDirectory('root');
    const relayed = planOf('microcat', (site) => site.replaceAll('timePolicy: received', 'timePolicy: relayed'));
    const path = original(
      `${DATE} 12:00:00 13.2974,  3.91051, 2501.987,  38.4794, 01 Feb 2026, 00:00:00\n`,
      `MICROCAT_${DATE}.dat`,
    );
    // A writer that is killed right after the rows were on disk.
    await importInto(root, path);
    const writer = await openDays({ root, plan: relayed });
    t.after(() => writer.close());
    await writer.days.tick(NOON_MS);
    const observed = DAY - 28;
    const csv = fileOf(root, relayed, 'csv', observed);
    assert.ok(!filesBelow(root).includes(csv.slice(root.length + 1)));
    const report = await importFile({ path }, { root, archive: writer.archive, sensors: [writer.days] });
    assert.deepEqual(counts(report), [1, 0, 1, 0, 0, 0]);
    await writer.days.tick(NOON_MS);
    assert.match(readFileSync(csv, 'utf8'), /\n2026-02-01T00:00:00Z,/);
  });
});

test('a sealed day is pending on disk before its first row is', async (t) => {
  const root = temporaryDirectory('root');
  const plan = planOf('cstar');
  let atFirstRow: string | undefined;
  const manifest = fileOf(root, plan, 'manifest');
  const writer = await openDays({
    root,
    plan,
    openFile: async (path) => {
      if (basename(path) === `CSTAR_${DATE}.raw`) atFirstRow ??= readFileSync(manifest, 'utf8');
      return AppendFile.open(path);
    },
  });
  t.after(() => writer.close());
  mkdirSync(dirname(manifest), { recursive: true });
  await writer.days.imported(new Set([DAY]), NOON_MS);
  await writer.days.tick(NOON_MS);
  const longAfter = NOON_MS + 1e10;
  const [sealed] = await writer.days.seal(longAfter, 0, false);
  await writer.days.announced(sealed);
  assert.match(readFileSync(manifest, 'utf8'), /"pending": ?false/);
  await importFile(
    { path: original(`${DATE} 12:00:00x\n`) },
    { root, archive: writer.archive, sensors: [writer.days] },
  );
  assert.match(atFirstRow ?? '', /"pending": ?true/);
});

test('the days of the rows are built by the next tick, whether they were open before or not', async (t) => {
  const root = temporaryDirectory('root');
  const plan = planOf('cstar');
  const writer = await openDays({ root, plan });
  t.after(() => writer.close());
  const row = (clock: string): string => `${DATE} ${clock}CST-1186DR\t7001\t9219\t11982\t0.092\t537\n`;
  for (const text of [row('12:00:00'), row('12:00:00') + row('13:00:00')]) {
    await importFile({ path: original(text) }, { root, archive: writer.archive, sensors: [writer.days] });
    await writer.days.tick(NOON_MS);
    assert.equal(readFileSync(fileOf(root, plan, 'csv'), 'utf8').split('\n').length - 2, text.split('\n').length - 1);
  }
});

test('an import of many days leaves no file open, and lets those of live days be', async () => {
  const root = temporaryDirectory('root');
  const opened: string[] = [];
  const archive = new RawArchive(root, placed, async (path) => {
    opened.push(basename(path));
    return AppendFile.open(path);
  });
  const live = { session: '20260301T115959000Z-0000000a', seq: 1, receivedMs: NOON_MS, kind: 'line' as const };
  const arrived = (seq: number) => [
    { platform: 'mii', sensor: 'cstar', records: [{ ...live, seq, bytes: Buffer.from('x') }] },
  ];
  await archive.append(arrived(1), NOON_MS);
  const open = (): number => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let day = DAY - 40; day <= DAY; day++) {
    const path = original(`${compactDay(day)} 12:00:00x\n`, `CSTAR_${compactDay(day)}.dat`);
    assert.equal((await importFile({ path }, { root, archive, sensors: [] })).added, 1);
  }
  assert.ok(open() <= before, `expected at most ${before} open files, found ${open()}`);
  await archive.append(arrived(2), NOON_MS);
  assert.equal(opened.filter((name) => name === `CSTAR_${DATE}.raw`).length, 1);
  assert.equal((await archive.read(planOf('cstar'), DAY, DAY)).count, 3);
  await archive.close();
});
