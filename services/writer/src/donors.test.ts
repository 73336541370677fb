/** Days that take values from another sensor: when they are sealed, and what makes their next version (PROMISE 17–22). */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { removeOrphans } from '@emso/runtime';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { CRASHES, runUntilCrash } from './fixtures/crashing-disk.ts';
import {
  assertRebuiltWithDonor,
  compensatedIn,
  importedMicrocat,
  microcat,
  openPair,
  oxygen,
  oxygenPlan,
} from './fixtures/donated-oxygen.ts';
import { DAY, fileOf, GRACE_MS, manifestIn, NOON_MS } from './fixtures/writer-setup.ts';

const QUIET_MS = Date.now() + 30 * DAY_MS;
const PLAN = oxygenPlan();
const AT_NOON = [microcat(1, NOON_MS, 38.4), microcat(2, NOON_MS + 120_000, 38.5)];
const ROWS = [oxygen(1), oxygen(2), oxygen(3, NOON_MS + 900_000)];

/** A data root with one sealed and announced day of three rows; the third is out of the donor's reach. */
async function sealedPair(root = temporaryDirectory('donors')) {
  const writer = await openPair({ root });
  await writer.oxygen(ROWS);
  await writer.microcat(AT_NOON);
  assert.deepEqual(await writer.seal(QUIET_MS, GRACE_MS), [DAY]);
  return { root, writer };
}

test('PROMISE 17: a column that waits for a donor: filled while the day is open, or empty when it is sealed', async () => {
  const root = temporaryDirectory('donors');
  const writer = await openPair({ root });
  await writer.microcat(AT_NOON);
  await writer.oxygen(ROWS);
  assert.deepEqual(compensatedIn(root, PLAN), ['', '', '']);
  await writer.seal(QUIET_MS, GRACE_MS);
  const [first, second, far] = compensatedIn(root, PLAN);
  assert.ok(Number(first) > 190 && first === second, first);
  assert.equal(far, '');
  assertRebuiltWithDonor(root, PLAN);
  assert.deepEqual(writer.said(), []);
  await writer.close();
});

test('PROMISE 20: a day that is sealed while its donor is still to be heard', async () => {
  const root = temporaryDirectory('donors');
  const writer = await openPair({ root });
  const { graceMs } = writer.donor.plan.platform;
  const over = (days: number): number => (DAY + days) * DAY_MS;
  await writer.oxygen(ROWS);
  // The first hour of the next day is within reach of the last one of this: that day has to be over, and quiet.
  assert.deepEqual(await writer.seal(over(1) + graceMs, 0), []);
  assert.deepEqual(await writer.seal(over(2) + graceMs - 1, 0), []);
  await writer.microcat([microcat(1, over(1) + 1000)], over(2) + 5000);
  assert.deepEqual(await writer.seal(over(2) + graceMs + 4999, 0), []);
  assert.deepEqual(await writer.seal(over(2) + graceMs + 5000, 0), [DAY]);
  await writer.close();
});

test('PROMISE 20: a day that waits for a donor whose day is sealed, or not for one whose sealed day has to be sealed again', async () => {
  const root = temporaryDirectory('donors');
  const writer = await openPair({ root });
  await writer.oxygen(ROWS);
  await writer.microcat(AT_NOON);
  // The files were written now, and by the donor's own grace time that was a moment ago.
  const soonMs = Date.now() + 60_000;
  assert.deepEqual(await writer.seal(soonMs, 0), []);
  for (const each of await writer.donor.seal(soonMs, 0, false)) await writer.donor.announced(each);
  await writer.microcat([microcat(3, NOON_MS + 240_000)], soonMs);
  assert.deepEqual(await writer.seal(soonMs + 1, 0), []);
  for (const each of await writer.donor.seal(soonMs + 1, 0, false)) await writer.donor.announced(each);
  assert.deepEqual(await writer.seal(soonMs + 2, 0), [DAY]);
  assertRebuiltWithDonor(root, PLAN);
  await writer.close();
});

const lateness: [what: string, record: RawRecord, changes: boolean][] = [
  ['beside its rows', microcat(3, NOON_MS + 900_000, 38.6), true],
  ['on the day before, out of reach', microcat(3, NOON_MS - DAY_MS), false],
  ['on the day after, out of reach', microcat(3, NOON_MS + DAY_MS), false],
];
for (const [what, record, changes] of lateness) {
  test(`PROMISE 20: a late record of a donor, ${what}: not sealed again, or as another version without need`, async () => {
    const { root, writer } = await sealedPair();
    const v1 = readFileSync(fileOf(root, PLAN, 'csv'));
    await writer.microcat([record]);
    assert.equal(manifestIn(root, PLAN).history.pending, true);
    assert.ok(readFileSync(fileOf(root, PLAN, 'csv')).equals(v1), 'files stay until the next sealing');
    assert.deepEqual(await writer.seal(QUIET_MS, GRACE_MS), [DAY]);
    const { version, pending, notes } = manifestIn(root, PLAN).history;
    assert.deepEqual([version, pending], [changes ? 2 : 1, false]);
    assertRebuiltWithDonor(root, PLAN);
    if (changes) {
      assert.deepEqual(notes, ['v2: raw records of the day or of microcat changed']);
      assert.ok(readFileSync(fileOf(join(root, 'versions', 'v1'), PLAN, 'csv')).equals(v1));
      assert.notEqual(compensatedIn(root, PLAN)[2], '');
    }
    assert.deepEqual(await writer.seal(QUIET_MS, GRACE_MS), []);
    await writer.close();
  });
}

test('PROMISE 20: a record of a donor, two days away, that makes a day pending', async () => {
  const { root, writer } = await sealedPair();
  await writer.microcat([microcat(3, NOON_MS + 2 * DAY_MS), microcat(4, NOON_MS + 2 * DAY_MS + 1)]);
  assert.equal(manifestIn(root, PLAN).history.pending, false);
  await writer.close();
});

// What `import` does, up to each of its steps; the next writer knows nothing but the disk.
for (const [what, isAppended, isTold] of [
  ['killed before the rows were added', false, false],
  ['killed after the rows were added', true, false],
  ['finished', true, true],
] as const) {
  test(`PROMISE 12: an import of a donor, ${what}, that its dependent does not follow`, async () => {
    const { root, writer } = await sealedPair();
    const days = new Set([DAY]);
    await writer.donor.expect(days);
    assert.equal(manifestIn(root, PLAN).history.pending, true, 'pending before the first row is on disk');
    const rows = [importedMicrocat(1, NOON_MS + 900_000, 38.6)];
    if (isAppended) await writer.archive.appendImports(writer.donor.plan, DAY, rows, NOON_MS);
    if (isTold) await writer.donor.imported(days, NOON_MS);
    await writer.close();
    const next = await openPair({ root });
    assert.deepEqual(await next.seal(QUIET_MS, GRACE_MS), [DAY]);
    assert.equal(manifestIn(root, PLAN).history.version, isAppended ? 2 : 1);
    assertRebuiltWithDonor(root, PLAN);
    await next.close();
  });
}

test('PROMISE 12: rows that an import adds after the day was sealed and announced in between', async () => {
  const { root, writer } = await sealedPair();
  await writer.microcat([microcat(3, NOON_MS + 240_000)]);
  for (const each of await writer.donor.seal(QUIET_MS, GRACE_MS, false)) await writer.donor.announced(each);
  await writer.seal(QUIET_MS, GRACE_MS);
  const days = new Set([DAY]);
  await writer.donor.expect(days);
  for (const each of await writer.donor.seal(QUIET_MS, GRACE_MS, false)) await writer.donor.announced(each);
  await writer.seal(QUIET_MS, GRACE_MS);
  const rows = [importedMicrocat(1, NOON_MS + 900_000, 38.6)];
  await writer.archive.appendImports(writer.donor.plan, DAY, rows, NOON_MS);
  await writer.donor.imported(days, NOON_MS);
  for (const plan of [writer.donor.plan, PLAN])
    assert.equal(manifestIn(root, plan).history.pending, true, plan.sensor.id);
  await writer.seal(QUIET_MS, GRACE_MS);
  assert.equal(manifestIn(root, PLAN).history.version, 2);
  assertRebuiltWithDonor(root, PLAN);
  await writer.close();
});

test('PROMISE 20: a redelivered record of a donor that makes another version', async () => {
  const { root, writer } = await sealedPair();
  await writer.microcat(AT_NOON);
  await writer.seal(QUIET_MS, GRACE_MS);
  assert.equal(manifestIn(root, PLAN).history.version, 1);
  assert.equal(existsSync(join(root, 'versions')), false);
  await writer.close();
});

test('PROMISE 19: a donor of another build: the day is stale, and changes with new records or emso seal --stale only', async () => {
  const { root, writer } = await sealedPair();
  await writer.close();
  const before = readFileSync(fileOf(root, PLAN, 'netcdf'));
  const plan = oxygenPlan((text) => text.replace('suspect: [13.05, 13.65]', 'suspect: [13.05, 13.7]'));
  const next = await openPair({ root, plan });
  assert.equal(next.days.ledger()[0].stale, true);
  await next.microcat(AT_NOON);
  await next.seal(QUIET_MS, GRACE_MS);
  assert.ok(readFileSync(fileOf(root, PLAN, 'netcdf')).equals(before), 'a repetition is no reason');
  await next.microcat([microcat(3, NOON_MS + 900_000, 38.6)]);
  await next.seal(QUIET_MS, GRACE_MS);
  assert.deepEqual([manifestIn(root, plan).content.build, manifestIn(root, plan).history.version], [plan.build, 2]);
  assertRebuiltWithDonor(root, plan);
  await next.close();
});

test('PROMISE 22: a damaged file of a sealed day with a donor that is not made again', async () => {
  const { root, writer } = await sealedPair();
  await writer.close();
  const path = fileOf(root, PLAN, 'csv');
  const sealed = readFileSync(path);
  rmSync(path);
  const next = await openPair({ root });
  await next.days.verify(AbortSignal.timeout(10_000));
  assert.deepEqual(next.said(), ['checksum']);
  assert.ok(readFileSync(path).equals(sealed));
  assert.equal(manifestIn(root, PLAN).history.version, 1);
  await next.close();
});

test('a donor record that comes while the day is being sealed is in that version or in the next one', async () => {
  const { root, writer } = await sealedPair();
  await writer.microcat([microcat(3, NOON_MS + 240_000, 38.45)]);
  await Promise.all([
    writer.seal(QUIET_MS, GRACE_MS),
    writer.microcat([microcat(4, NOON_MS + 900_000, 38.453)]),
    writer.microcat([microcat(5, NOON_MS + 880_000, 38.456)]),
  ]);
  await writer.seal(QUIET_MS, GRACE_MS);
  assert.notEqual(compensatedIn(root, PLAN)[2], '');
  assertRebuiltWithDonor(root, PLAN);
  await writer.close();
});

for (const crash of CRASHES) {
  test(`PROMISE 22: a late record of a donor, ${crash} after any step: acknowledged, and its dependent never sealed again`, async (t) => {
    const { root: before, writer } = await sealedPair();
    await writer.close();
    const late = [microcat(3, NOON_MS + 900_000, 38.6)];
    const crashAt = async (step: number): Promise<readonly string[]> => {
      const root = temporaryDirectory('crash');
      cpSync(before, root, { recursive: true });
      let acked = false;
      const { steps, crashed } = await runUntilCrash(crash, step, async (ack) => {
        const first = await openPair({ root });
        await first.microcat(late);
        await ack('ack', () => {
          acked = true;
        });
        await first.seal(QUIET_MS, GRACE_MS);
        await first.close();
      });
      if (step !== Number.POSITIVE_INFINITY) assert.ok(crashed);
      await removeOrphans(root);
      const next = await openPair({ root });
      const where = `${crash} after step ${step}, ${steps.at(-1)}`;
      if (!acked) await next.microcat(late);
      await next.seal(QUIET_MS, GRACE_MS);
      assert.equal(manifestIn(root, PLAN).history.version, 2, where);
      assertRebuiltWithDonor(root, PLAN);
      await next.close();
      return steps;
    };
    const steps = await crashAt(Number.POSITIVE_INFINITY);
    const pending = steps.findIndex((step) => /^rename to OXYGEN.*\.json$/.test(step));
    assert.ok(pending >= 0 && pending < steps.indexOf('ack'), steps.join('\n'));
    const at = steps.flatMap((name, i) =>
      crash === 'killed in the middle of a write' && !name.startsWith('write') ? [] : [i + 1],
    );
    t.diagnostic(`${at.length} steps`);
    for (const step of at) await crashAt(step);
  });
}
