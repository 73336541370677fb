/** What a configuration, a lost manifest or a restart may do to the versions of a day. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { assertRebuilt } from './fixtures/rebuilt-files.ts';
import { packet, relayedPlan } from './fixtures/relayed-packets.ts';
import {
  csvRowsIn,
  DAY,
  fileOf,
  GRACE_MS,
  line,
  lines,
  manifestIn,
  NOON_MS,
  observatory,
  openDays,
  otherBuild,
  planOf,
  verdictsOf,
} from './fixtures/writer-setup.ts';

const QUIET_MS = Date.now() + 30 * DAY_MS;
const HOUR_MS = 3_600_000;
const seconds = (ms: number): number => ms / 1000;

test('PROMISE 20: another grace time than 48 h for the MII and 30 days for ALBATROSS', () => {
  const hours = observatory.platforms.map(({ id, graceMs }) => [id, graceMs / HOUR_MS]);
  assert.deepEqual(Object.fromEntries(hours), { mii: 48, albatross: 30 * 24 });
});

test('PROMISE 20: a restart that forgets when late packets came for a day, and seals it too early', async () => {
  const root = temporaryDirectory('grace');
  const plan = relayedPlan();
  const first = await openDays({ root, plan });
  const lateMs = NOON_MS + 5 * DAY_MS;
  await first.arrive([packet(1, NOON_MS, lateMs)], lateMs);
  await first.days.tick(lateMs);
  assert.equal(csvRowsIn(root, plan), 1);
  await first.close();
  // The clock of the disk is that of the test machine: the last change of the day was now.
  const now = Date.now();
  const next = await openDays({ root, plan });
  await next.days.tick(now);
  const sealedAt = async (nowMs: number): Promise<number[]> =>
    (await next.days.seal(nowMs, GRACE_MS, false)).map(({ day }) => day).filter((day) => day === DAY);
  assert.deepEqual(await sealedAt(now + GRACE_MS - 60_000), []);
  assert.deepEqual(await sealedAt(now + GRACE_MS + 60_000), [DAY]);
  await next.close();
});

test('PROMISE 20: a packet of a year ago that holds up the sealing of the days since', async () => {
  const root = temporaryDirectory('grace');
  const plan = relayedPlan();
  const writer = await openDays({ root, plan });
  await writer.arrive([packet(1, NOON_MS, NOON_MS + 1000), packet(2, NOON_MS + 365 * DAY_MS, NOON_MS + 365 * DAY_MS)]);
  await writer.close();
  for (const day of [DAY, DAY + 365]) {
    const writtenAt = seconds(day * DAY_MS + 13 * HOUR_MS);
    for (const kind of ['raw', 'manifest'] as const) utimesSync(fileOf(root, plan, kind, day), writtenAt, writtenAt);
  }
  const next = await openDays({ root, plan });
  await next.days.tick(NOON_MS);
  const sealed = await next.days.seal((DAY + 366) * DAY_MS - 1, GRACE_MS, false);
  assert.deepEqual(
    sealed.map(({ day }) => day - DAY),
    [0],
  );
  await next.close();
});

async function sealedRoot(records: readonly RawRecord[] = lines(1, 3)) {
  const root = temporaryDirectory('versions');
  const { days, plan, arrive, close } = await openDays({ root });
  await arrive(records);
  for (const each of await days.seal(QUIET_MS, GRACE_MS, false)) await days.announced(each);
  await close();
  return { root, plan };
}

test('PROMISE 22: a deleted manifest after which a sealed day is lost, or has other bytes', async () => {
  const { root, plan } = await sealedRoot();
  const [csv, netcdf, manifest] = (['csv', 'netcdf', 'manifest'] as const).map((kind) =>
    readFileSync(fileOf(root, plan, kind)),
  );
  rmSync(fileOf(root, plan, 'manifest'));
  const { days, said, close } = await openDays({ root });
  assert.deepEqual(
    days.ledger().map(({ state, dirty }) => [state, dirty]),
    [['open', true]],
  );
  await days.tick(NOON_MS);
  assertRebuilt(root, plan);
  for (const each of await days.seal(QUIET_MS, GRACE_MS, false)) await days.announced(each);
  assert.ok(readFileSync(fileOf(root, plan, 'csv')).equals(csv));
  assert.ok(readFileSync(fileOf(root, plan, 'netcdf')).equals(netcdf));
  assert.deepEqual(manifestIn(root, plan).content, JSON.parse(manifest.toString()).content);
  assert.equal(manifestIn(root, plan).history.version, 1);
  assert.equal(existsSync(join(root, 'versions')), false);
  assert.deepEqual(said(), []);
  await close();
});

test('PROMISE 20: a deleted manifest after which another build replaces what was sealed, or takes its version number', async () => {
  const { root, plan } = await sealedRoot();
  const netcdf = readFileSync(fileOf(root, plan, 'netcdf'));
  rmSync(fileOf(root, plan, 'manifest'));
  const { days, said, close } = await openDays({ root, plan: otherBuild() });
  await days.tick(NOON_MS);
  const [kept] = readdirSync(join(root, 'versions'));
  assert.ok(readFileSync(fileOf(join(root, 'versions', kept), plan, 'netcdf')).equals(netcdf));
  assert.deepEqual(said(), ['warn manifest-missing']);
  await days.seal(QUIET_MS, GRACE_MS, false);
  assert.equal(manifestIn(root, plan).history.version, 2);
  assert.ok(!readFileSync(fileOf(root, plan, 'netcdf')).equals(netcdf));
  await close();
});

test('PROMISE 20: a sealing that is not told because another day could not be sealed', async () => {
  const root = temporaryDirectory('versions');
  const { days, plan, arrive, close } = await openDays({ root });
  for (const offset of [0, 1, 2]) await arrive([line(offset + 1, NOON_MS + offset * DAY_MS)]);
  rmSync(fileOf(root, plan, 'netcdf', DAY + 1));
  mkdirSync(join(fileOf(root, plan, 'netcdf', DAY + 1), 'x'), { recursive: true });
  const told: number[] = [];
  await assert.rejects(days.seal(QUIET_MS, GRACE_MS, false, ({ day }) => told.push(day - DAY)));
  assert.deepEqual(told, [0, 2]);
  rmSync(fileOf(root, plan, 'netcdf', DAY + 1), { recursive: true });
  await days.seal(QUIET_MS, GRACE_MS, false, ({ day }) => told.push(day - DAY));
  assert.deepEqual(told, [0, 2, 1]);
  await close();
});

/** The site file with other thresholds from noon on, or with another order of fields in the lines. */
const THRESHOLDS_AT_NOON = (text: string): string =>
  text.replace(
    /^ *ATTN: .*near-bottom peaks of Puig 2013".*$/m,
    '$&\n          - validFrom: 2026-03-01T12:00:02Z\n            ATTN: { grossRange: { fail: [-0.1, 0.05] } }',
  );

test('PROMISE 19: a configuration dated from noon that holds before noon, or not at once after a restart', async () => {
  const root = temporaryDirectory('noon');
  const before = await openDays({ root });
  await before.arrive(lines(1, 3));
  await before.days.verdicts(verdictsOf(before.plan, lines(1, 3)));
  await before.close();

  const plan = planOf('cstar', THRESHOLDS_AT_NOON);
  const { days, arrive, divergences, close } = await openDays({ root, plan });
  const flags = (): string[] => {
    const [header, ...rows] = readFileSync(fileOf(root, plan, 'csv'), 'utf8')
      .trimEnd()
      .split('\n');
    const column = header.split(',').indexOf('ATTN_QC');
    return rows.map((row) => row.split(',')[column]);
  };
  assert.deepEqual(flags(), ['1', '1', '1']);
  assert.equal(days.ledger()[0].dirty, true);
  await days.tick(NOON_MS);
  assert.deepEqual(flags(), ['1', '4', '4'], 'rebuilt, with the date that the site file gives');
  await arrive([line(4)]);
  // Verdicts of a qc that still runs with the file of yesterday are not appended.
  await days.verdicts(verdictsOf(before.plan, [line(4)]));
  await days.tick(NOON_MS + 1000);
  await arrive([line(5)]);
  await days.verdicts(verdictsOf(plan, [line(5)]));
  assert.deepEqual(flags(), ['1', '4', '4', '4', '4']);
  await days.tick(NOON_MS + 60_000);
  assert.deepEqual(divergences, []);
  assertRebuilt(root, plan);
  await close();
});

test('PROMISE 21: products that depend on when they were sealed, or on the version that they are', async () => {
  const root = temporaryDirectory('clock');
  const { days, plan, arrive, close } = await openDays({ root });
  await arrive(lines(1, 3));
  await days.seal(QUIET_MS, GRACE_MS, false);
  const elsewhere = temporaryDirectory('clock');
  const later = await openDays({ root: elsewhere });
  // A hole first, then a build of another year, then the same records: version 3.
  await later.arrive([line(1), line(3)], QUIET_MS);
  await later.days.seal(QUIET_MS + 400 * DAY_MS, GRACE_MS, false);
  await later.arrive([line(2)], QUIET_MS);
  await later.days.seal(QUIET_MS + 800 * DAY_MS, GRACE_MS, false);
  for (const kind of ['csv', 'netcdf', 'dat'] as const)
    assert.ok(readFileSync(fileOf(elsewhere, plan, kind)).equals(readFileSync(fileOf(root, plan, kind))), kind);
  const [one, two] = [manifestIn(root, plan), manifestIn(elsewhere, plan)];
  assert.deepEqual(two.content, one.content);
  assert.deepEqual([one.history.version, two.history.version], [1, 2]);
  assert.notEqual(one.history.sealedAt, two.history.sealedAt);
  await Promise.all([close(), later.close()]);
});
