/** Sealed days: when a day is sealed, what may replace its files, and what is kept. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { readNetcdf4 } from '../../../test/support/netcdf4-reader.ts';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { filesBelow } from '../../../test/support/trees.ts';
import { assertRebuilt } from './fixtures/rebuilt-files.ts';
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
  sealedAsNetcdf4,
  verdictsOf,
} from './fixtures/writer-setup.ts';

const TOMORROW_MS = (DAY + 1) * DAY_MS;
const QUIET_MS = Date.now() + 30 * DAY_MS;

async function sealedDay(records: readonly RawRecord[] = lines(1, 3)) {
  const root = temporaryDirectory('sealed');
  const writer = await openDays({ root });
  await writer.arrive(records);
  const sealed = await writer.days.seal(QUIET_MS, GRACE_MS, false);
  for (const each of sealed) await writer.days.announced(each);
  return { root, writer, sealed };
}

test('PROMISE 20: a day that is sealed before it is over and quiet for the grace time', async () => {
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

test('PROMISE 26: a day that is sealed as netCDF-4 and differs from its rebuild, or from itself when it is sealed again', async () => {
  const root = temporaryDirectory('sealed');
  const { days, plan, arrive, close } = await openDays({ root, plan: sealedAsNetcdf4() });
  await arrive(lines(1, 3));
  await days.tick(NOON_MS + 100_000);
  assertRebuilt(root, plan, 'open');
  const rowsOf = (read: typeof readNetcdf): number | undefined =>
    read(readFileSync(fileOf(root, plan, 'netcdf'))).dimensions.get('time')?.length;
  assert.equal(rowsOf(readNetcdf), 3);
  for (const each of await days.seal(QUIET_MS, GRACE_MS, false)) await days.announced(each);
  assert.equal(rowsOf(readNetcdf4), 3);
  assertRebuilt(root, plan, 'sealed');
  assert.deepEqual(await days.seal(QUIET_MS, GRACE_MS, true), [], 'nothing to write a second time');
  await close();
  // Another process finds its files as they should be.
  const next = await openDays({ root, plan: sealedAsNetcdf4() });
  await next.days.verify(new AbortController().signal);
  assert.deepEqual(next.said(), []);
  await next.close();
});

test('PROMISE 20: a sealing that is not announced after a crash, or a second one that changes anything', async () => {
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

test('PROMISE 20: a day with a hole in a session that is sealed as complete, or stays incomplete when it is filled', async () => {
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

test('PROMISE 20: a day that stays incomplete when the hole is filled on another day, or gets a version for it', async () => {
  const yesterday = line(1, NOON_MS - DAY_MS);
  const { root, writer } = await sealedDay([line(2)]);
  const { plan } = writer;
  assert.equal(manifestIn(root, plan).history.state, 'incomplete');
  await writer.arrive([yesterday]);
  await writer.days.seal(QUIET_MS, GRACE_MS, false);
  assert.deepEqual([manifestIn(root, plan).history.state, manifestIn(root, plan).history.version], ['sealed', 1]);
  await writer.close();
});

test('PROMISE 20: a late record that changes version 1 instead of making version 2 beside it', async () => {
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

test('PROMISE 20: a damaged file that is kept as the version that was published', async () => {
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

test('PROMISE 20: a redelivered record that makes another version', async () => {
  const { root, writer } = await sealedDay();
  await writer.arrive(lines(1, 2));
  await writer.days.seal(QUIET_MS, GRACE_MS, false);
  assert.equal(manifestIn(root, writer.plan).history.version, 1);
  assert.equal(existsSync(join(root, 'versions')), false);
  await writer.close();
});

test('PROMISE 20: killed between the files of version 2, and version 1 is lost', async () => {
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

test('PROMISE 19: a sealed day of another build that changes without emso seal --stale', async () => {
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
    test(`PROMISE 22: ${what} of a sealed ${kind} that is not made again, or is replaced by other bytes`, async () => {
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

test('PROMISE 20: a sealed day with a damaged manifest that gets a version number again', async () => {
  const { root, writer } = await sealedDay();
  await writer.arrive([line(4)]);
  for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, false)) await writer.days.announced(each);
  await writer.close();
  writeFileSync(fileOf(root, writer.plan, 'manifest'), 'x');
  const next = await openDays({ root });
  await next.days.tick(NOON_MS);
  await next.days.seal(QUIET_MS, GRACE_MS, false);
  assert.equal(manifestIn(root, next.plan).history.version, 3);
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
