import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, utimesSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { waitFor } from '../../../test/support/waiting.ts';
import { DAY, manifestOf, type Setup, setUp } from './fixtures/publisher-setup.ts';

const NONE: string[] = [];

describe('PROMISE 24: what is published', () => {
  test('the trees of the data root, whole rows of what grows, the manifest after what it names', async () => {
    const order: string[] = [];
    const setup = setUp();
    setup.calls.rename = async (from, to) => {
      order.push(String(to).slice(setup.nasDir.length + 1));
      await fs.rename(from, to);
    };
    setup.day('a,b\n1,2\n', 'CDF', { state: 'sealed' });
    setup.source(DAY.raw, 'row 1\nrow 2\nro');
    setup.source(DAY.dat, 'line\n');
    setup.source('versions/v1/csv/Emso_Test/2026-03/TEST_20260301.csv', 'a,b\n');
    setup.source('raw/imports.jsonl', '{}\n');
    setup.source('.lock', 'x');
    setup.source('.writer.json', '{}');
    setup.source('csv/Emso_Test/2026-03/.TEST_20260301.csv.0123456789ab.emso-tmp', 'half');
    setup.source('elsewhere/x.txt', 'x');
    const report = await setup.round();
    assert.deepEqual([report.fault, report.more, setup.publisher.state()], [undefined, false, true]);
    assert.deepEqual(order, [
      'raw/imports.jsonl',
      'versions/v1/csv/Emso_Test/2026-03/TEST_20260301.csv',
      DAY.raw,
      DAY.dat,
      DAY.csv,
      DAY.netcdf,
      DAY.manifest,
    ]);
    assert.deepEqual(setup.copies(), [...order].sort());
    assert.equal(setup.copy(DAY.raw), 'row 1\nrow 2\n');
    assert.equal(setup.copy(DAY.netcdf), 'CDF');
    assert.equal(await setup.metric('emso_publish_waiting_files'), 0);
    assert.ok((await setup.metric('emso_export_last_success_timestamp_seconds', { target: 'nas' })) > 1.7e9);
  });

  test('validated data and comparisons of sensors too, and nothing that a release has under way', async () => {
    const setup = setUp();
    const [csv, netcdf] = ['csv', 'nc'].map((ending) => `released/Emso_Test/2026-03/TEST_20260301_D.${ending}`);
    const comparison = 'comparison/t-pair/2026-03/t-pair_20260301.csv';
    setup.source(csv, 'time,TEMP\n1,2\n');
    setup.source(netcdf, 'CDF');
    setup.source(comparison, 'time,difference\n');
    setup.source('released/.lock', 'x');
    setup.source('released/.making-abc/csv/Emso_Test/2026-03/TEST_20260301.csv', 'half');
    assert.equal((await setup.round()).fault, undefined);
    assert.deepEqual(setup.copies(), [comparison, csv, netcdf]);
    assert.equal(setup.copy(csv), 'time,TEMP\n1,2\n');
    // The next release of the day.
    setup.source(netcdf, 'CDF two');
    await setup.round();
    assert.equal(setup.copy(netcdf), 'CDF two');
    assert.equal(setup.copy(csv), 'time,TEMP\n1,2\n');
  });

  test('only what changed is written again, and nothing is read of what did not', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    setup.source(DAY.raw, 'row 1\n');
    await setup.round();
    let opened = 0;
    setup.calls.open = (path, ...more) => {
      if (!String(path).endsWith('.emso-nas')) opened++;
      return fs.open(path, ...more);
    };
    await setup.round();
    assert.equal(opened, 0, 'nothing but the sentinel is opened');
    appendFileSync(join(setup.root, DAY.raw), 'row 2\n');
    await setup.round();
    assert.equal(setup.copy(DAY.raw), 'row 1\nrow 2\n');
    assert.equal(await setup.metric('emso_publish_files_total', { outcome: 'copied' }), 5);
  });

  test('a touched file is not written again', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    await setup.round();
    const writtenMs = Date.now();
    await waitFor(() => Date.now() > writtenMs, { what: 'the clock to go on' });
    setup.calls.rename = () => Promise.reject(new Error('nothing is to be renamed'));
    utimesSync(join(setup.root, DAY.csv), 1, 1);
    assert.equal((await setup.round()).fault, undefined);
    assert.equal(await setup.metric('emso_publish_files_total', { outcome: 'same' }), 1);
    setup.publisher.verifyAll(writtenMs);
    await setup.round();
    assert.equal(await setup.metric('emso_publish_verified_files_total'), 3, 'it was not read back by that');
  });

  test('the latest day first, and a round that is over begins with it again', async () => {
    const setup = setUp({ roundLimitMs: 0 });
    for (const day of ['20260301', '20260302', '20260303']) {
      setup.source(`dat/Emso_Test/2026-03/TEST_${day}.dat`, 'x\n');
    }
    setup.calls.lstat = slowOnce(5) as typeof fs.lstat;
    const reports = [await setup.round(), await setup.round()];
    assert.deepEqual(
      reports.map(({ more }) => more),
      [true, true],
    );
    assert.deepEqual(setup.copies(), NONE);
    setup.restart({ roundLimitMs: 60_000 });
    await setup.round();
    assert.equal(setup.copies().length, 3);
  });
});

/** `lstat` that takes some ms: a round of no length is over before its first file. */
function slowOnce(ms: number) {
  return async (...args: Parameters<typeof fs.lstat>) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return fs.lstat(...args);
  };
}

describe('PROMISE 24: the manifest', () => {
  const CASES: {
    name: string;
    arrange: (setup: Setup) => void;
    csv: string | undefined;
    manifest: 'published' | 'not published';
    errors: string[];
  }[] = [
    {
      name: 'an open day’s CSV may have grown past it',
      arrange: (setup) => setup.source(DAY.manifest, manifestOf('a\n', 'CDF', { state: 'open', version: 0 })),
      csv: 'a\nb\n',
      manifest: 'published',
      errors: NONE,
    },
    {
      name: 'a sealed day whose CSV is another one is damage: not published, said',
      arrange: (setup) => setup.source(DAY.manifest, manifestOf('a\n', 'CDF')),
      csv: undefined,
      manifest: 'not published',
      errors: ['source-damaged'],
    },
    {
      name: 'a day that is being sealed again: awaited without a word',
      arrange: (setup) => setup.source(DAY.manifest, manifestOf('a\n', 'CDF', { pending: true })),
      csv: undefined,
      manifest: 'not published',
      errors: NONE,
    },
    {
      name: 'a manifest that is none: the products go without it',
      arrange: (setup) => setup.source(DAY.manifest, '{"content'),
      csv: 'a\nb\n',
      manifest: 'not published',
      errors: ['source-damaged'],
    },
  ];
  for (const { name, arrange, csv, manifest, errors } of CASES) {
    test(name, async () => {
      const setup = setUp();
      setup.source(DAY.csv, 'a\nb\n');
      setup.source(DAY.netcdf, 'CDF');
      arrange(setup);
      await setup.round();
      assert.deepEqual([setup.copy(DAY.csv), setup.copy(DAY.netcdf)], [csv, 'CDF']);
      assert.equal(setup.copy(DAY.manifest) !== undefined, manifest === 'published');
      assert.deepEqual(setup.errors(), errors);
      await setup.round();
      assert.deepEqual(setup.errors(), errors, 'said once');
      setup.day('a\nb\n', 'CDF');
      await setup.round();
      assert.equal(setup.copy(DAY.csv), 'a\nb\n');
      assert.equal(setup.copy(DAY.manifest), manifestOf('a\nb\n', 'CDF'));
      assert.equal(setup.publisher.state(), true);
    });
  }

  test('damage in the data root does not reach a good copy', async () => {
    const setup = setUp();
    setup.day('good\n', 'CDF');
    await setup.round();
    setup.source(DAY.csv, 'gXod\n');
    const report = await setup.round();
    assert.equal(report.fault, undefined, 'other files go on');
    assert.equal(setup.copy(DAY.csv), 'good\n');
    assert.match(String(setup.publisher.state()), /TEST_20260301\.csv: expected the bytes that manifest\/.* names/);
    setup.source(DAY.csv, 'good\n');
    await setup.round();
    assert.equal(setup.publisher.state(), true);
  });

  test('the writer seals the next version in the middle: nothing mixed, and all of it in the next round', async () => {
    const setup = setUp();
    setup.day('one\n', 'CDF1');
    let sealed = false;
    setup.calls.rename = async (from, to) => {
      await fs.rename(from, to);
      if (sealed || !String(to).endsWith('.csv')) return;
      sealed = true;
      setup.day('two\n', 'CDF2', { version: 2 });
    };
    await setup.round();
    assert.ok(sealed);
    assert.deepEqual([setup.copy(DAY.csv), setup.copy(DAY.netcdf)], ['one\n', undefined]);
    assert.equal(setup.copy(DAY.manifest), undefined, 'it names what is not there yet');
    assert.deepEqual(setup.errors(), NONE);
    await setup.round();
    assert.deepEqual([setup.copy(DAY.csv), setup.copy(DAY.netcdf)], ['two\n', 'CDF2']);
    assert.equal(setup.copy(DAY.manifest), manifestOf('two\n', 'CDF2', { version: 2 }));
  });
});

describe('PROMISE 24: ERDDAP', () => {
  test('a flag for each dataset whose files changed, after they did', async () => {
    const set: string[] = [];
    const setup = setUp({
      flags: {
        datasetsOf: (path) => (path.startsWith('csv') || path.startsWith('netcdf') ? [path.split('/')[0]] : []),
        set: async (dataset) => {
          set.push(`${dataset} ${setup.copies().length}`);
        },
      },
    });
    setup.day('a\n', 'CDF');
    await setup.round();
    assert.deepEqual(set.splice(0), ['csv 3', 'netcdf 3']);
    await setup.round();
    assert.deepEqual(set, NONE);
    setup.source(DAY.netcdf, 'CDF2');
    setup.source(DAY.manifest, manifestOf('a\n', 'CDF2', { version: 2 }));
    await setup.round();
    assert.deepEqual(set, ['netcdf 3']);
  });

  test('a flag that could not be set is set later, by the next process too', async () => {
    const set: string[] = [];
    const flags = { datasetsOf: () => ['d'], set: () => Promise.reject(new Error('no such folder')) };
    const setup = setUp({ flags });
    setup.source(DAY.dat, 'x\n');
    for (let i = 0; i < 2; i++) await setup.round();
    assert.deepEqual(setup.errors(), ['erddap-flag']);
    assert.match(String(setup.publisher.state()), /no such folder/);
    setup.restart({ flags: { ...flags, set: async (dataset) => void set.push(dataset) } });
    await setup.round();
    assert.deepEqual(set, ['d']);
    assert.equal(setup.publisher.state(), true);
  });
});

test('PROMISE 24: a source that is replaced at every step is published whole or not at all', async () => {
  const setup = setUp();
  const allowed = new Set<string>();
  let version = 0;
  const replace = (): void => {
    const text = `${version++}`.repeat(5000);
    allowed.add(text);
    setup.source(DAY.netcdf, text);
  };
  replace();
  setup.calls.lstat = (async (...args: Parameters<typeof fs.lstat>) => {
    replace();
    return fs.lstat(...args);
  }) as typeof fs.lstat;
  for (let i = 0; i < 20; i++) {
    await setup.round();
    assert.ok(allowed.has(setup.copy(DAY.netcdf) ?? ''));
  }
  setup.calls.lstat = fs.lstat;
  await setup.round();
  assert.equal(setup.copy(DAY.netcdf), readFileSync(join(setup.root, DAY.netcdf), 'utf8'));
});
