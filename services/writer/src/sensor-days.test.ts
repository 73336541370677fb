import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { rebuildDay, type SensorPlan } from '@emso/pipeline';
import { parseRawFile } from '@emso/products';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { filesBelow } from '../../../test/support/trees.ts';
import {
  csvRowsIn,
  DAY,
  fileOf,
  GRACE_MS,
  line,
  lines,
  manifestIn,
  NOON_MS,
  openDays,
  otherBuild,
  SESSION,
  verdictsOf,
} from './fixtures/writer-setup.ts';

const TOMORROW_MS = (DAY + 1) * DAY_MS;
const QUIET_MS = Date.now() + 30 * DAY_MS;

/** The day's files are what a rebuild from the raw file gives. */
function assertRebuilt(root: string, plan: SensorPlan, form: 'open' | 'sealed' = 'open'): void {
  const { run } = parseRawFile(readFileSync(fileOf(root, plan, 'raw')));
  const products = rebuildDay(plan, DAY, run, form);
  assert.equal(readFileSync(fileOf(root, plan, 'csv'), 'utf8'), Buffer.from(products.csv).toString('utf8'));
  assert.ok(readFileSync(fileOf(root, plan, 'netcdf')).equals(products.netcdf), 'NetCDF');
  assert.deepEqual(manifestIn(root, plan).content, JSON.parse(JSON.stringify(products.content)));
}

describe('open days', () => {
  test('rows in order are appended at once, and the rebuild finds them right', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, divergences, close } = await openDays({ root });
    for (const seq of [1, 2, 3]) {
      await arrive([line(seq)]);
      await days.verdicts(verdictsOf(plan, [line(seq)]));
      assert.equal(csvRowsIn(root, plan), seq);
    }
    assert.deepEqual(
      days.ledger().map(({ state, rows, dirty }) => ({ state, rows, dirty })),
      [{ state: 'open', rows: 3, dirty: false }],
    );
    await days.tick(NOON_MS + 60_000);
    assertRebuilt(root, plan);
    assert.deepEqual(divergences, []);
    await close();
  });

  test('a clean stop leaves files that agree', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive } = await openDays({ root });
    await arrive([line(1)]);
    await arrive(lines(2, 3));
    await days.verdicts(verdictsOf(plan, lines(2, 3)));
    assert.throws(() => assertRebuilt(root, plan), 'the NetCDF is not due yet');
    await days.close(NOON_MS + 1000);
    assertRebuilt(root, plan);
  });

  /** Several lines in one chunk: the same reception. */
  const atOnce = lines(2, 4).map((record) => ({ ...record, receivedMs: NOON_MS + 5000 }));
  const slow: { what: string; verdicts: (plan: SensorPlan) => ReturnType<typeof verdictsOf>[] }[] = [
    { what: 'out of order', verdicts: (plan) => [verdictsOf(plan, [line(4)]), verdictsOf(plan, lines(2, 3))] },
    {
      what: 'equal times',
      verdicts: (plan) => atOnce.map((record) => verdictsOf(plan, [record])),
    },
    { what: 'a foreign build', verdicts: (plan) => [{ ...verdictsOf(plan, lines(2, 4)), build: 'd9' }] },
    { what: 'a revision', verdicts: (plan) => [{ ...verdictsOf(plan, lines(2, 4)), revision: 1 }] },
  ];
  for (const { what, verdicts } of slow) {
    test(`${what}: the day is dirty, and right after the next tick`, async () => {
      const root = temporaryDirectory('days');
      const { days, plan, arrive, divergences, close } = await openDays({ root });
      // The first record opens the day.
      await arrive([line(1)]);
      await arrive(what === 'equal times' ? atOnce : lines(2, 4));
      for (const message of verdicts(plan)) await days.verdicts(message);
      assert.equal(days.ledger()[0].dirty, true);
      await days.tick(NOON_MS);
      assert.equal(days.ledger()[0].dirty, false);
      assert.equal(csvRowsIn(root, plan), 4);
      assertRebuilt(root, plan);
      assert.deepEqual(divergences, []);
      await close();
    });
  }

  test('verdicts that come twice, or after a rebuild, add nothing', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, close } = await openDays({ root, netcdfIntervalMs: 1 });
    await arrive(lines(1, 2));
    await days.verdicts(verdictsOf(plan, lines(1, 2)));
    await days.verdicts(verdictsOf(plan, lines(1, 2)));
    await arrive(lines(3, 4));
    await days.tick(NOON_MS + 10);
    assert.equal(csvRowsIn(root, plan), 4);
    await days.verdicts(verdictsOf(plan, lines(3, 4)));
    assert.equal(csvRowsIn(root, plan), 4);
    await close();
  });

  test('verdicts that do not come: rebuilt after the time-out, not before', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, close } = await openDays({ root, verdictTimeoutMs: 5000 });
    await arrive(lines(1, 1));
    await days.tick(NOON_MS);
    await arrive(lines(2, 3));
    await days.tick(NOON_MS + 4999);
    assert.equal(csvRowsIn(root, plan), 1);
    await days.tick(NOON_MS + 5000);
    assert.equal(csvRowsIn(root, plan), 3);
    await close();
  });

  test('a fast path that was wrong is counted, told and replaced', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, divergences, said, close } = await openDays({ root, netcdfIntervalMs: 1 });
    await arrive(lines(1, 2));
    const right = verdictsOf(plan, lines(1, 2));
    const code = plan.codes[0];
    const wrong = right.rows.map((row) => ({ ...row, values: { ...row.values, [code]: row.values[code] + 1 } }));
    // The first archived records open the day with their rows: wrong ones can only be those that come after.
    await arrive([line(3)]);
    await days.verdicts({
      ...verdictsOf(plan, [line(3)]),
      rows: [{ ...wrong[0], seq: 3, timeMs: line(3).receivedMs }],
    });
    await days.tick(NOON_MS + 10);
    assert.deepEqual(divergences, [1]);
    assert.deepEqual(said(), ['error divergence']);
    assertRebuilt(root, plan);
    await close();
  });

  test('a raw record archived after its successors is no divergence before its verdict', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, divergences, close } = await openDays({ root, netcdfIntervalMs: 1 });
    await arrive(lines(1, 1));
    await arrive([line(3)]);
    await days.verdicts(verdictsOf(plan, [line(3)]));
    await arrive([line(2)]);
    await days.tick(NOON_MS + 10);
    assert.deepEqual(divergences, []);
    assert.equal(csvRowsIn(root, plan), 3);
    assertRebuilt(root, plan);
    await close();
  });

  test('a row that the fast path was given and has not is a divergence', async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, divergences, close } = await openDays({ root, netcdfIntervalMs: 1 });
    await arrive([line(1)]);
    await arrive(lines(2, 4));
    await days.verdicts({ ...verdictsOf(plan, lines(2, 4)), rows: verdictsOf(plan, [line(2), line(4)]).rows });
    await days.tick(NOON_MS + 10);
    assert.deepEqual(divergences, [1]);
    assertRebuilt(root, plan);
    await close();
  });

  test('after a crash: a torn CSV line, a missing NetCDF, a raw day without a manifest, all right after the first tick', async () => {
    const damages: ((root: string, plan: SensorPlan) => void)[] = [
      (root, plan) => appendFileSync(fileOf(root, plan, 'csv'), '2026-03-01T12:00:04Z,CST-1186DR,70'),
      (root, plan) => rmSync(fileOf(root, plan, 'netcdf')),
      (root, plan) => rmSync(fileOf(root, plan, 'manifest')),
      (root, plan) => rmSync(fileOf(root, plan, 'dat')),
    ];
    for (const damage of damages) {
      const root = temporaryDirectory('days');
      const before = await openDays({ root });
      await before.arrive(lines(1, 3));
      await before.close();
      damage(root, before.plan);
      const { days, plan, close } = await openDays({ root });
      assert.equal(days.ledger()[0].dirty, true);
      await days.tick(NOON_MS);
      assertRebuilt(root, plan);
      assert.equal(readFileSync(fileOf(root, plan, 'dat'), 'utf8').split('\n').length, 4);
      await close();
    }
  });

  test('a manifest that is none: nothing is lost, the day is rebuilt, and somebody is told', async () => {
    const root = temporaryDirectory('days');
    const before = await openDays({ root });
    await before.arrive(lines(1, 3));
    await before.close();
    writeFileSync(fileOf(root, before.plan, 'manifest'), '{"content":');
    const { days, plan, said, checksumFailures, close } = await openDays({ root });
    await days.tick(NOON_MS);
    assertRebuilt(root, plan);
    assert.deepEqual(said(), ['error manifest-damaged']);
    assert.equal(await checksumFailures(), 1);
    assert.equal(filesBelow(join(root, 'versions')).length, 3);
    await close();
  });
});

async function sealedDay(records: readonly RawRecord[] = lines(1, 3)) {
  const root = temporaryDirectory('sealed');
  const writer = await openDays({ root });
  await writer.arrive(records);
  const sealed = await writer.days.seal(QUIET_MS, GRACE_MS, false);
  for (const each of sealed) await writer.days.announced(each);
  return { root, writer, sealed };
}

describe('sealed days', () => {
  test('sealed once it is over and quiet for the grace time, not before', async () => {
    const root = temporaryDirectory('sealed');
    const { days, plan, arrive, close } = await openDays({ root });
    await arrive(lines(1, 3), TOMORROW_MS + 5000);
    assert.deepEqual(await days.seal(TOMORROW_MS - 1, 0, false), []);
    assert.deepEqual(await days.seal(TOMORROW_MS + 5000 + GRACE_MS - 1, GRACE_MS, false), []);
    const [{ day, manifest }] = await days.seal(TOMORROW_MS + 5000 + GRACE_MS, GRACE_MS, false);
    assert.equal(day, DAY);
    assert.deepEqual([manifest.history.state, manifest.history.version, manifest.history.pending], ['sealed', 1, true]);
    assertRebuilt(root, plan, 'sealed');
    await close();
  });

  test('pending until it is announced; sealing again changes nothing', async () => {
    const { root, writer, sealed } = await sealedDay();
    assert.equal(manifestIn(root, writer.plan).history.pending, false);
    assert.equal(sealed.length, 1);
    assert.deepEqual(await writer.days.seal(QUIET_MS, GRACE_MS, true), []);
    await writer.close();
    // Killed between the seal and its announcement: told again by the next start, as the same version.
    const manifest = manifestIn(root, writer.plan);
    writeFileSync(
      fileOf(root, writer.plan, 'manifest'),
      JSON.stringify({ ...manifest, history: { ...manifest.history, pending: true } }),
    );
    const next = await openDays({ root });
    const [again] = await next.days.seal(QUIET_MS, GRACE_MS, false);
    assert.deepEqual([again.manifest.history.version, again.manifest.history.sealedAt], [1, manifest.history.sealedAt]);
    await next.days.announced(again);
    assert.deepEqual(manifestIn(root, writer.plan), manifest);
    await next.close();
  });

  test('holes in a session: incomplete; sealed as the next version when they are filled', async () => {
    const { root, writer } = await sealedDay([line(1), line(3)].flat());
    const { plan, days } = writer;
    assert.equal(manifestIn(root, plan).history.state, 'incomplete');
    await writer.arrive([line(2)], NOON_MS);
    assert.equal(manifestIn(root, plan).history.pending, true);
    assert.equal(csvRowsIn(root, plan), 2, 'files stay as they are until the next sealing');
    await days.seal(QUIET_MS, GRACE_MS, false);
    const { state, version, notes } = manifestIn(root, plan).history;
    assert.deepEqual([state, version, notes], ['sealed', 2, ['v2: raw records 2 became 3']]);
    await writer.close();
  });

  test('a hole filled on another day makes this one sealed, its files unchanged', async () => {
    const yesterday = line(1, NOON_MS - DAY_MS);
    const { root, writer } = await sealedDay([line(2)]);
    const { plan } = writer;
    assert.equal(manifestIn(root, plan).history.state, 'incomplete');
    await writer.arrive([yesterday]);
    await writer.days.seal(QUIET_MS, GRACE_MS, false);
    assert.deepEqual([manifestIn(root, plan).history.state, manifestIn(root, plan).history.version], ['sealed', 1]);
    await writer.close();
  });

  test('a late record: pending, then version 2, and version 1 is kept as it was published', async () => {
    const { root, writer } = await sealedDay();
    const { plan, days } = writer;
    const [csv, netcdf, manifest] = (['csv', 'netcdf', 'manifest'] as const).map((kind) =>
      readFileSync(fileOf(root, plan, kind)),
    );
    await writer.arrive([line(4)]);
    await days.seal(QUIET_MS, GRACE_MS, false);
    const kept = join(root, 'versions', 'v1');
    assert.ok(readFileSync(fileOf(kept, plan, 'csv')).equals(csv));
    assert.ok(readFileSync(fileOf(kept, plan, 'netcdf')).equals(netcdf));
    assert.deepEqual(JSON.parse(readFileSync(fileOf(kept, plan, 'manifest'), 'utf8')), JSON.parse(manifest.toString()));
    assert.equal(csvRowsIn(root, plan), 4);
    assertRebuilt(root, plan, 'sealed');
    await writer.close();
  });

  test('what is kept as version 1 is what was sealed, never what a disk made of it', async () => {
    const { root, writer } = await sealedDay();
    const { plan } = writer;
    writeFileSync(fileOf(root, plan, 'csv'), 'rotten');
    await writer.arrive([line(4)]);
    await writer.days.seal(QUIET_MS, GRACE_MS, false);
    assert.equal(existsSync(fileOf(join(root, 'versions', 'v1'), plan, 'csv')), false);
    assert.equal(existsSync(fileOf(join(root, 'versions', 'v1'), plan, 'netcdf')), true);
    assert.equal(csvRowsIn(root, plan), 4);
    await writer.close();
  });

  test('a record that was known already: sealed again as the same version', async () => {
    const { root, writer } = await sealedDay();
    await writer.arrive(lines(1, 2));
    await writer.days.seal(QUIET_MS, GRACE_MS, false);
    assert.equal(manifestIn(root, writer.plan).history.version, 1);
    assert.equal(existsSync(join(root, 'versions')), false);
    await writer.close();
  });

  test('killed between the files of a next version: version 1 is still what is kept', async () => {
    const { root, writer } = await sealedDay();
    const { plan } = writer;
    const v1 = readFileSync(fileOf(root, plan, 'csv'));
    await writer.arrive([line(4)]);
    const manifest = readFileSync(fileOf(root, plan, 'manifest'));
    await writer.days.seal(QUIET_MS, GRACE_MS, false);
    await writer.close();
    // The manifest is the last to be written: this is the tree just before it was.
    writeFileSync(fileOf(root, plan, 'manifest'), manifest);
    const next = await openDays({ root });
    await next.days.verify(AbortSignal.timeout(10_000));
    assert.deepEqual(next.said(), []);
    await next.days.seal(QUIET_MS, GRACE_MS, false);
    assert.equal(manifestIn(root, plan).history.version, 2);
    assert.ok(readFileSync(fileOf(join(root, 'versions', 'v1'), plan, 'csv')).equals(v1));
    await next.close();
  });

  test('another build: stale, changed on demand only, then as the next version', async () => {
    const { root, writer } = await sealedDay();
    await writer.close();
    const before = readFileSync(fileOf(root, writer.plan, 'netcdf'));
    const next = await openDays({ root, plan: otherBuild() });
    assert.equal(next.days.ledger()[0].stale, true);
    await next.days.tick(NOON_MS);
    assert.deepEqual(await next.days.seal(QUIET_MS, GRACE_MS, false), []);
    // Redelivered records mark it pending: that alone is no reason for another build's files.
    await next.arrive(lines(1, 2));
    await next.days.seal(QUIET_MS, GRACE_MS, false);
    assert.ok(readFileSync(fileOf(root, next.plan, 'netcdf')).equals(before));
    await next.days.seal(QUIET_MS, GRACE_MS, true);
    const { history, content } = manifestIn(root, next.plan);
    assert.equal(content.build, next.plan.build);
    assert.deepEqual(history.notes, [`v2: build ${writer.plan.build} became ${next.plan.build}`]);
    assert.ok(readFileSync(fileOf(join(root, 'versions', 'v1'), next.plan, 'netcdf')).equals(before));
    assert.equal(next.days.ledger()[0].stale, false);
    await next.close();
  });

  const damages: { what: string; damage: (path: string) => void }[] = [
    { what: 'a changed byte', damage: (path) => writeFileSync(path, readFileSync(path).fill(0x30, 100, 101)) },
    { what: 'a torn tail', damage: (path) => writeFileSync(path, readFileSync(path).subarray(0, -10)) },
    { what: 'a missing file', damage: (path) => rmSync(path) },
  ];
  for (const { what, damage } of damages) {
    for (const kind of ['csv', 'netcdf'] as const) {
      test(`${what} of a sealed ${kind}: made again when the bytes are the sealed ones, left alone when not`, async () => {
        const { root, writer } = await sealedDay();
        await writer.close();
        const path = fileOf(root, writer.plan, kind);
        const sealed = readFileSync(path);
        damage(path);
        const damaged = existsSync(path) ? readFileSync(path) : undefined;

        const foreign = await openDays({ root, plan: otherBuild() });
        await foreign.days.verify(AbortSignal.timeout(10_000));
        await foreign.close();
        if (kind === 'netcdf') {
          assert.deepEqual(foreign.said(), ['error checksum']);
          assert.deepEqual(existsSync(path) ? readFileSync(path) : undefined, damaged);
        }

        const own = await openDays({ root });
        await own.days.verify(AbortSignal.timeout(10_000));
        if (kind === 'netcdf') {
          assert.deepEqual(own.said(), ['warn checksum']);
          assert.equal(await own.checksumFailures(), 1);
        }
        assert.ok(readFileSync(path).equals(sealed));
        assert.equal(manifestIn(root, own.plan).history.version, 1);
        await own.close();
      });
    }
  }

  test('a sealed day with a damaged manifest gets a version number that was not given before', async () => {
    const { root, writer } = await sealedDay();
    await writer.arrive([line(4)]);
    for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, false)) await writer.days.announced(each);
    await writer.close();
    writeFileSync(fileOf(root, writer.plan, 'manifest'), 'x');
    const next = await openDays({ root });
    await next.days.tick(NOON_MS);
    await next.days.seal(QUIET_MS, GRACE_MS, false);
    assert.equal(manifestIn(root, next.plan).history.version, 2);
    assert.equal(filesBelow(join(root, 'versions')).length, 6);
    await next.close();
  });

  test('a sealing that the disk refused is made later, and rows keep coming in between', async () => {
    const root = temporaryDirectory('sealed');
    const { days, plan, arrive, close } = await openDays({ root });
    await arrive(lines(1, 2));
    // A directory where the file belongs: what cannot be replaced.
    rmSync(fileOf(root, plan, 'netcdf'));
    const blocked = join(fileOf(root, plan, 'netcdf'), 'x');
    mkdirSync(blocked, { recursive: true });
    await assert.rejects(days.seal(QUIET_MS, GRACE_MS, false));
    rmSync(fileOf(root, plan, 'netcdf'), { recursive: true });
    await arrive([line(3)]);
    await days.verdicts(verdictsOf(plan, [line(3)]));
    await days.tick(NOON_MS + 10);
    assert.equal(csvRowsIn(root, plan), 3);
    await days.seal(QUIET_MS, GRACE_MS, false);
    assert.equal(manifestIn(root, plan).history.state, 'sealed');
    assert.equal(manifestIn(root, plan).content.raw.sessions[0].session, SESSION);
    await close();
  });
});
