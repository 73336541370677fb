import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { importIds, readDatRows } from '@emso/instruments';
import { formatImportRows, parseRawFile } from '@emso/products';
import { lockDataRoot } from '@emso/runtime/lock';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import {
  contentOf,
  cstar,
  MICROCAT_CSV,
  MIDNIGHT,
  made,
  manifestOf,
  microcat,
  rawRows,
  row,
  rowsOf,
  SITE,
  text,
  tree,
  variety,
} from '../fixtures/reprocessed-tree.ts';
import { type ReprocessSummary, reprocess } from './reprocess.ts';

test('one, two and three workers make the same tree', async () => {
  const raw = variety();
  const [one, two, three] = await Promise.all([1, 2, 3].map((workers) => made(raw, { workers })));
  // 7 days each: CSV, NetCDF, manifest; and the historical view of what was .raw.
  assert.equal(one.files.size, 3 * 7 * 3 + 8);
  for (const other of [two, three]) {
    assert.deepEqual([...other.files.keys()], [...one.files.keys()]);
    for (const [name, bytes] of one.files) assert.ok(other.files.get(name)?.equals(bytes), name);
    assert.deepEqual(other.summary.sensors, one.summary.sensors);
  }
  assert.deepEqual(Object.fromEntries(one.summary.sensors), {
    microcat: { lines: 280, rows: 252, rejected: 28, damaged: 0, days: 7 },
    cstar: { lines: 213, rows: 213, rejected: 0, damaged: 0, days: 7 },
    'albatross-microcat-0500': { lines: 20, rows: 20, rejected: 0, damaged: 0, days: 7 },
  });
  assert.equal(one.summary.lines, 513);
});

test('FORMATS §9.20: a row belongs to its own day, whatever file it ends', async (t) => {
  const [first, second, third] = ['20200301', '20200302', '20200303'];
  const name = (day: string): string => `MICROCAT_${day}.dat`;
  const own = (day: string, temperature: number): string => row(`${day} 12:00:00`, microcat(temperature));
  const cases: [what: string, files: Record<string, string>, days: Record<string, string[]>][] = [
    [
      'a row of the next day, whose file exists',
      {
        [name(first)]: own(first, 13.1) + row(`${second} 00:00:00`, microcat(13.5)),
        [name(second)]: own(second, 13.2),
      },
      {
        [first]: ['2020-03-01T12:00:00Z 13.1000'],
        [second]: ['2020-03-02T00:00:00Z 13.5000', '2020-03-02T12:00:00Z 13.2000'],
      },
    ],
    [
      'a row of the next day, whose file does not exist',
      { [name(first)]: own(first, 13.1) + row(`${second} 00:00:00`, microcat(13.5)) },
      { [first]: ['2020-03-01T12:00:00Z 13.1000'], [second]: ['2020-03-02T00:00:00Z 13.5000'] },
    ],
    [
      'three files in a row',
      {
        [name(first)]: own(first, 13.1) + row(`${second} 00:00:00`, microcat(13.5)),
        [name(second)]: own(second, 13.2) + row(`${third} 00:00:00`, microcat(13.6)),
        [name(third)]: own(third, 13.3),
      },
      {
        [first]: ['2020-03-01T12:00:00Z 13.1000'],
        [second]: ['2020-03-02T00:00:00Z 13.5000', '2020-03-02T12:00:00Z 13.2000'],
        [third]: ['2020-03-03T00:00:00Z 13.6000', '2020-03-03T12:00:00Z 13.3000'],
      },
    ],
    [
      'nothing but rows of another day',
      { [name(first)]: own(second, 13.1), [name(second)]: own(second, 13.2).replace('12:', '13:') },
      { [second]: ['2020-03-02T12:00:00Z 13.1000', '2020-03-02T13:00:00Z 13.2000'] },
    ],
    [
      'second 60 is the next day',
      { [name(first)]: row(`${first} 23:59:60`, microcat(13.5)) },
      { [second]: ['2020-03-02T00:00:00Z 13.5000'] },
    ],
  ];
  for (const [what, files, days] of cases) {
    await t.test(what, async () => {
      for (const workers of [1, 2]) {
        const result = await made(tree(files), { workers });
        for (const [day, rows] of Object.entries(days)) assert.deepEqual(rowsOf(result, MICROCAT_CSV(day)), rows, day);
        const csvs = [...result.files.keys()].filter((each) => each.startsWith('csv/'));
        assert.deepEqual(csvs, Object.keys(days).map(MICROCAT_CSV));
        const lines = Object.values(files).join('').split('\n').length - 1;
        assert.deepEqual(result.summary.sensors.get('microcat'), {
          lines,
          rows: lines,
          rejected: 0,
          damaged: 0,
          days: csvs.length,
        });
      }
    });
  }
});

test('rows of one second stay in the order in which they were written, over two files too', {}, async () => {
  const midnight = '20200302 00:00:00';
  const result = await made(
    tree({
      'MICROCAT_20200301.dat': row('20200301 12:00:00', microcat(13.1)) + row(midnight, microcat(13.5)),
      'MICROCAT_20200302.dat': row(midnight, microcat(13.2)) + row(midnight, microcat(13.1)),
    }),
  );
  assert.deepEqual(rowsOf(result, MICROCAT_CSV('20200302')), [
    '2020-03-02T00:00:00Z 13.5000',
    '2020-03-02T00:00:00.001Z 13.2000',
    '2020-03-02T00:00:00.002Z 13.1000',
  ]);
});

test('.dat is ignored where .raw exists, sensor by sensor', async () => {
  const result = await made(
    tree({
      'raw/MICROCAT_20200301.raw': rawRows([[MIDNIGHT + 1500, microcat(13.1)]]),
      'dat/MICROCAT_20200301.dat': row('20200301 00:00:01', microcat(13.1)),
      'dat/MICROCAT_20200302.dat': row('20200302 00:00:01', microcat(13.1)),
      'dat/CSTAR_20200301.dat': row('20200301 00:00:01', cstar(1)),
    }),
  );
  assert.deepEqual(
    [...result.summary.sensors].map(([id, { rows }]) => [id, rows]),
    [
      ['microcat', 1],
      ['cstar', 1],
    ],
  );
  assert.deepEqual(rowsOf(result, MICROCAT_CSV('20200301')), ['2020-03-01T00:00:01.500Z 13.1000']);
  assert.equal(
    text(result, 'dat/Emso_Microcat/2020-03/MICROCAT_20200301.dat'),
    row('20200301 00:00:01', microcat(13.1)),
  );
  // A historical file is its own historical view.
  assert.ok(![...result.files.keys()].some((name) => name.startsWith('dat/Emso_Cstar')));
});

test('a historical file and the same rows imported give the same files', async () => {
  const dat = Buffer.from(
    Array.from({ length: 9 }, (_, i) =>
      row(`20200301 00:0${i}:00`, i === 4 ? 'nonsense' : `\t${microcat(13 + i / 10)} `.trim()),
    ).join(''),
  );
  const { run } = readDatRows(dat);
  const ids = importIds(run);
  const imported = formatImportRows(
    ids.map((importId, i) => ({
      importId,
      receivedMs: run.received[i],
      bytes: run.bytes.subarray(run.start[i], run.end[i]),
    })),
  );
  const [old, raw] = await Promise.all([
    made(tree({ 'MICROCAT_20200301.dat': dat })),
    made(tree({ 'MICROCAT_20200301.raw': imported })),
  ]);
  for (const name of ['csv', 'nc'].map((extension) =>
    MICROCAT_CSV('20200301')
      .replace(/^csv/, extension === 'nc' ? 'netcdf' : 'csv')
      .replace(/csv$/, extension),
  )) {
    assert.equal(text(raw, name), text(old, name), name);
  }
  assert.equal(text(raw, 'dat/Emso_Microcat/2020-03/MICROCAT_20200301.dat'), dat.toString('latin1'));
  const [a, b] = [old, raw].map((one) => contentOf(one, manifestOf('20200301')));
  assert.match(a.raw.digest, /^dat:/);
  assert.deepEqual({ ...a, raw: 0 }, { ...b, raw: 0 });
});

test('rows of one second that were imported keep the order of their file', async () => {
  const dat = Buffer.from([13.4, 13.1, 13.3, 13.2].map((t) => row('20200301 00:00:00', microcat(t))).join(''));
  const { run } = readDatRows(dat);
  const rows = importIds(run).map((importId, i) => ({
    importId,
    receivedMs: run.received[i],
    bytes: run.bytes.subarray(run.start[i], run.end[i]),
  }));
  const old = await made(tree({ 'MICROCAT_20200301.dat': dat }));
  const raw = await made(tree({ 'MICROCAT_20200301.raw': formatImportRows(rows) }));
  assert.deepEqual(rowsOf(raw, MICROCAT_CSV('20200301')), rowsOf(old, MICROCAT_CSV('20200301')));
});

test('damaged rows are counted once, and what is between files does not matter', async () => {
  const result = await made(
    tree({
      'x/MICROCAT_20200301.dat': `no stamp\n${row('20200301 12:00:00', microcat(13.1))}${row('20200302 00:00:00', microcat(13.5))}`,
      'y/MICROCAT_20200302.raw.orig': 'not read',
      'y/MICROCAT_20200302.dat': `${row('20200302 12:00:00', microcat(13.2))}20200302 12:02:00${microcat(13.3)}`,
    }),
  );
  assert.deepEqual(result.summary.sensors.get('microcat'), { lines: 4, rows: 4, rejected: 0, damaged: 1, days: 2 });
});

test('several files of one sensor and day are one day', async () => {
  const [early, late]: [number, string][] = [
    [MIDNIGHT, microcat(13.1)],
    [MIDNIGHT + 120_000, microcat(13.2)],
  ];
  const result = await made(
    tree({ 'x/MICROCAT_20200301.raw': rawRows([early]), 'y/MICROCAT_20200301.raw': rawRows([early, late]) }),
  );
  assert.deepEqual(rowsOf(result, MICROCAT_CSV('20200301')), [
    '2020-03-01T00:00:00Z 13.1000',
    '2020-03-01T00:02:00Z 13.2000',
  ]);
  const both = parseRawFile(rawRows([early, late])).run;
  assert.equal(contentOf(result, manifestOf('20200301')).raw.records, both.count);
});

test('the historical view of a day is made of all its files', {}, async () => {
  const files = {
    'x/MICROCAT_20200301.raw': rawRows([[MIDNIGHT, microcat(13.1)]]),
    'y/MICROCAT_20200301.raw': rawRows([[MIDNIGHT + 120_000, microcat(13.2)]], 2),
  };
  const result = await made(tree(files));
  assert.equal(
    text(result, 'dat/Emso_Microcat/2020-03/MICROCAT_20200301.dat'),
    row('20200301 00:00:00', microcat(13.1)) + row('20200301 00:02:00', microcat(13.2)),
  );
});

test('open days have no gap up to midnight, sealed ones have', async () => {
  const raw = tree({ 'MICROCAT_20200301.raw': rawRows([[MIDNIGHT, microcat(13.1)]]) });
  const gaps = await Promise.all(
    (['open', 'sealed'] as const).map(
      async (form) => contentOf(await made(raw, { form }), manifestOf('20200301')).gaps,
    ),
  );
  assert.deepEqual(
    gaps.map((each) => each.map(({ to }) => to)),
    [[], ['2020-03-02T00:00:00Z']],
  );
});

test('a directory that a writer holds is refused, and left as it was', async () => {
  const raw = tree({ 'MICROCAT_20200301.raw': rawRows([[MIDNIGHT, microcat(13.1)]]) });
  const out = temporaryDirectory('locked');
  const lock = lockDataRoot(out);
  const again = (): Promise<ReprocessSummary> => reprocess({ raw, out, observatory: SITE, workers: 1, form: 'open' });
  try {
    await assert.rejects(again(), /expected no other writer, found it locked by/);
    assert.deepEqual(filesBelow(out), ['.lock']);
  } finally {
    lock.release();
  }
  await again();
  await again();
  assert.ok(filesBelow(out).length > 1, 'the lock was released each time');
});

test('a tree without raw files, or none at all, is a failure in words', async () => {
  await assert.rejects(made(tree({ 'MICROCAT_20200301.txt': 'x', 'OTHER_20200301.raw': '' })), {
    name: 'CommandFailure',
    exitCode: 1,
    message: /expected files <prefix>_YYYYMMDD\.raw or \.dat of MICROCAT, .*found none/,
  });
  await assert.rejects(made(join(tree({}), 'absent')), {
    name: 'CommandFailure',
    exitCode: 3,
    message: /--raw: expected a readable directory, found ENOENT/,
  });
});
