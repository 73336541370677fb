import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { importIds, readDatRows } from '@emso/instruments';
import { planObservatory } from '@emso/pipeline';
import { decodeManifest, formatImportRows, formatRawRows, type ManifestContent, parseRawFile } from '@emso/products';
import { lockDataRoot } from '@emso/runtime/lock';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { loadSiteFile } from '../site-file.ts';
import { findRawFiles } from './inventory.ts';
import { type ReprocessOptions, type ReprocessSummary, reprocess } from './reprocess.ts';
import type { RunLimits } from './runs-of-days.ts';

const SITE = resolve(import.meta.dirname, '../../../../deploy/observatory/emso-ligure-ouest.yaml');
const MIDNIGHT = Date.UTC(2020, 2, 1);
const SESSION = '20200229T120000000Z-0a1b2c3d';

const microcat = (temperature: number): string => `${temperature.toFixed(4)}, 4.59963, 2505.600, 38.4794`;
const cstar = (counts: number): string => `CST-2405PR\t11531\t${counts}\t15783\t-0.087\t544`;

/** A historical row: stamp and stripped line. */
const row = (stamp: string, line: string): string => `${stamp}${line}\n`;

/** Raw rows of one session, the first with number `seq`; a text is a line. */
function rawRows(entries: readonly [receivedMs: number, text: string][], seq = 1): Uint8Array {
  const records = entries.map(
    ([receivedMs, text], i): RawRecord => ({
      session: SESSION,
      seq: seq + i,
      receivedMs,
      kind: 'line',
      bytes: Buffer.from(`${text}\r`, 'latin1'),
    }),
  );
  return formatRawRows(records);
}

/** A directory with these files. */
function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = temporaryDirectory('reprocess');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

async function made(raw: string, options: Partial<ReprocessOptions> = {}): Promise<Made> {
  const out = temporaryDirectory('made');
  const summary = await reprocess({ raw, out, observatory: SITE, workers: 1, form: 'sealed', ...options });
  const files = new Map(filesBelow(out).map((name) => [name, readFileSync(join(out, name))]));
  files.delete('.lock');
  return { files, summary };
}

interface Made {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly summary: ReprocessSummary;
}

const text = ({ files }: Made, name: string): string => {
  const bytes = files.get(name);
  assert.ok(bytes, `expected ${name}, found ${[...files.keys()].join(' ')}`);
  return bytes.toString('latin1');
};

/** Rows of a MicroCAT or C-Star CSV: time and first value. */
function rowsOf(one: Made, name: string): string[] {
  const rows = text(one, name).trimEnd().split('\n').slice(1);
  return rows.map((each) => each.split(',').slice(0, 2).join(' '));
}

const contentOf = (one: Made, name: string): ManifestContent => decodeManifest(text(one, name)).content;

const MICROCAT_CSV = (day: string): string =>
  `csv/Emso_Microcat/${day.slice(0, 4)}-${day.slice(4, 6)}/MICROCAT_${day}.csv`;
const manifestOf = (day: string): string => MICROCAT_CSV(day).replace('csv/', 'manifest/').replace('.csv', '.json');

/** Days with rows, rejections and a row of the next day; packets that come days later. */
function variety(): string {
  const files: Record<string, string | Uint8Array> = {};
  for (let day = 0; day < 7; day++) {
    const date = `2020030${day + 1}`;
    const at = MIDNIGHT + day * DAY_MS;
    const samples = Array.from({ length: 40 }, (_, i): [number, string] => [
      at + i * 120_000,
      i % 9 === 8 ? 'nonsense' : microcat(13 + i / 100),
    ]);
    files[`a/MICROCAT_${date}.raw`] = rawRows(samples, 1 + 40 * day);
    const rows = Array.from({ length: 30 }, (_, i) => row(`${date} 00:${10 + i}:07`, cstar(i)));
    if (day % 2 === 0 && day < 6) rows.push(row(`2020030${day + 2} 00:00:00`, cstar(99)));
    files[`b/CSTAR_${date}.dat`] = rows.join('');
  }
  const late = Array.from({ length: 20 }, (_, i): [number, string] => [
    MIDNIGHT + 6 * DAY_MS + i,
    `13.2000, 4.59963, 501.600, 38.4794, ${String(1 + (i % 7)).padStart(2, '0')} Mar 2020, 0${i % 4}:00:00`,
  ]);
  files['c/ALBATROSS_MICRO_0500_20200307.raw'] = rawRows(late);
  return tree(files);
}

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

/** Whatever the limits of a run, in days or in bytes. */
const RUNS: readonly RunLimits[] = [
  { days: 1, bytes: Number.POSITIVE_INFINITY },
  { days: 2, bytes: Number.POSITIVE_INFINITY },
  { days: 3, bytes: Number.POSITIVE_INFINITY },
  { days: 100, bytes: 5000 },
  { days: 100, bytes: Number.POSITIVE_INFINITY },
];

async function sameWhateverTheRuns(raw: string): Promise<Made> {
  const [alone, ...longer] = await Promise.all(RUNS.map((runs, i) => made(raw, { runs, workers: 1 + (i % 2) })));
  for (const [i, other] of longer.entries()) {
    assert.deepEqual([...other.files.keys()], [...alone.files.keys()]);
    for (const [name, bytes] of alone.files) {
      assert.ok(other.files.get(name)?.equals(bytes), `${name} in runs of ${JSON.stringify(RUNS[i + 1])}`);
    }
    assert.deepEqual(other.summary.sensors, alone.summary.sensors);
  }
  return alone;
}

test('days made one by one and in runs are the same tree, rows of other days in a file or not', async () => {
  const { summary } = await sameWhateverTheRuns(variety());
  assert.equal(summary.lines, 513);
});

test('days made in runs have the flags of days made one by one, where tests look back over midnight', async () => {
  const files: Record<string, Uint8Array> = {};
  for (let day = 0; day < 4; day++) {
    // A thermometer that stands still from the first noon on; the third day has a hole.
    const samples = Array.from({ length: 720 }, (_, i): [number, string] => [
      MIDNIGHT + day * DAY_MS + i * 120_000,
      microcat(day === 0 && i < 360 ? 13.29 + (i % 7) / 1000 : 13.3),
    ]).filter((_, i) => day !== 2 || i < 300 || i > 400);
    files[`MICROCAT_2020030${day + 1}.raw`] = rawRows(samples, 1 + 720 * day);
  }
  const alone = await sameWhateverTheRuns(tree(files));
  const flagsOf = (day: string): string[] => {
    const [header, ...rows] = text(alone, MICROCAT_CSV(day)).trimEnd().split('\n');
    const column = header.split(',').indexOf('TEMP_QC');
    return rows.map((each) => each.split(',')[column]);
  };
  const [second, third] = [flagsOf('20200302'), flagsOf('20200303')];
  assert.deepEqual([second[0], second.at(-1)], ['4', '4'], 'twelve hours of one value, most of them on the day before');
  assert.deepEqual([third[299], third[300]], ['4', '1'], 'after a hole nothing is flat');
});

test('rows of one day in files of others, far apart', async () => {
  const files: Record<string, string> = {};
  for (let day = 1; day <= 6; day++) {
    const own = Array.from({ length: 5 }, (_, i) => row(`2020030${day} 1${i}:00:00`, microcat(13.2 + i / 100)));
    if (day === 5) own.push(row('20200302 23:59:50', microcat(13.4)));
    files[`MICROCAT_2020030${day}.dat`] = own.join('');
  }
  const alone = await sameWhateverTheRuns(tree(files));
  assert.equal(rowsOf(alone, MICROCAT_CSV('20200302')).at(-1), '2020-03-02T23:59:50Z 13.4000');
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

test('which files are whose', async () => {
  const root = tree({
    'MICROCAT_20200302.raw': '',
    'deep/er/MICROCAT_20200301.raw': '',
    'CSTAR_20200301.dat': '',
    // As the old script misspelt it.
    'CTAR_20200302.dat': '',
    // Claimed by nobody: another name, no date, a date that is none, a longer prefix.
    'OTHER_20200301.dat': '',
    'MICROCAT_2020.raw': '',
    'MICROCAT_20200230.raw': '',
    'OLD_MICROCAT_20200301.raw': '',
    // Not raw files at all.
    'MICROCAT_20200301.csv': '',
    'MICROCAT_20200301.raw.gz': '',
    'README.md': '',
  });
  const { plans } = planObservatory(loadSiteFile(SITE));
  const { files, unclaimed } = await findRawFiles(root, plans);
  const found = [...files].map(([{ sensor }, own]) => [sensor.id, own.map(({ path }) => path.slice(root.length + 1))]);
  assert.deepEqual(Object.fromEntries(found), {
    microcat: ['deep/er/MICROCAT_20200301.raw', 'MICROCAT_20200302.raw'],
    cstar: ['CSTAR_20200301.dat', 'CTAR_20200302.dat'],
  });
  assert.deepEqual(unclaimed.map((path) => path.slice(root.length + 1)).sort(), [
    'MICROCAT_2020.raw',
    'MICROCAT_20200230.raw',
    'OLD_MICROCAT_20200301.raw',
    'OTHER_20200301.dat',
  ]);
});
