/** Open days: the fast path, the rebuild that judges it, and what a crash leaves. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { decodeMessageRecords, LiveFlags, type SensorPlan } from '@emso/pipeline';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { filesBelow } from '../../../test/support/trees.ts';
import { assertRebuilt } from './fixtures/rebuilt-files.ts';
import { packet, relayedPlan } from './fixtures/relayed-packets.ts';
import { csvRowsIn, DAY, fileOf, line, lines, NOON_MS, openDays, planOf, verdictsOf } from './fixtures/writer-setup.ts';

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

test('PROMISE 22: a clean stop that leaves files of different ages', async () => {
  const root = temporaryDirectory('days');
  const { days, plan, arrive, archive } = await openDays({ root });
  await arrive([line(1)]);
  await arrive(lines(2, 3));
  await days.verdicts(verdictsOf(plan, lines(2, 3)));
  assert.throws(() => assertRebuilt(root, plan), 'the NetCDF is not due yet');
  await days.close(NOON_MS + 1000);
  await archive.close();
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
  test(`PROMISE 22: ${what}: a day that is not dirty, or not right after the next tick`, async () => {
    const root = temporaryDirectory('days');
    const { days, plan, arrive, divergences, close } = await openDays({ root });
    // The first record opens the day.
    await arrive([line(1)]);
    await arrive(what === 'equal times' ? atOnce : lines(2, 4));
    for (const message of verdicts(plan)) await days.verdicts(message);
    assert.equal(days.ledger()[0].dirty, true);
    await days.tick(NOON_MS + 1000);
    assert.equal(days.ledger()[0].dirty, false);
    assert.equal(csvRowsIn(root, plan), 4);
    await days.tick(NOON_MS + 60_000);
    assertRebuilt(root, plan);
    assert.deepEqual(divergences, []);
    await close();
  });
}

test('PROMISE 2: verdicts that come twice, or after a rebuild, and add rows', async () => {
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

test('PROMISE 22: after a crash, a torn CSV line, a missing file or manifest that the first tick does not mend', async () => {
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

test('PROMISE 20: an open NetCDF that is rewritten more often than once a minute', async () => {
  const root = temporaryDirectory('days');
  const { days, plan, arrive, close } = await openDays({ root });
  const netcdf = (): string => readFileSync(fileOf(root, plan, 'netcdf')).toString('latin1');
  await arrive([line(1)]);
  const first = netcdf();
  // Dirty again and again: rows of another build, of which the fast path takes none.
  for (const seq of [2, 3, 4]) {
    await arrive([line(seq)]);
    await days.verdicts({ ...verdictsOf(plan, [line(seq)]), build: 'd9' });
    await days.tick(NOON_MS + seq * 10_000);
    assert.equal(csvRowsIn(root, plan), seq, 'the CSV is right at once');
    assert.equal(netcdf(), first);
  }
  await days.tick(NOON_MS + 59_999);
  assert.equal(netcdf(), first);
  await days.tick(NOON_MS + 60_000);
  assertRebuilt(root, plan);
  await close();
});

const blocked: { what: string; plan: SensorPlan; recordAt: (seq: number, timeMs: number) => RawRecord }[] = [
  { what: 'a raw day is a day', plan: planOf('cstar'), recordAt: (seq, timeMs) => line(seq, timeMs) },
  {
    what: 'packets come late',
    plan: relayedPlan(),
    recordAt: (seq, timeMs) => packet(seq, timeMs, NOON_MS + 9 * DAY_MS),
  },
];
for (const { what, plan, recordAt } of blocked) {
  test(`PROMISE 22: ${what}: a day that cannot be written and keeps others waiting`, async () => {
    const root = temporaryDirectory('days');
    const before = await openDays({ root, plan });
    const offsets = [-2, -1, 0, 1];
    for (const offset of offsets) await before.arrive([recordAt(3 + offset, NOON_MS + offset * DAY_MS)]);
    await before.close();
    for (const offset of offsets) rmSync(fileOf(root, plan, 'csv', DAY + offset));
    // A directory where the file belongs.
    mkdirSync(join(fileOf(root, plan, 'csv', DAY - 1), 'x'), { recursive: true });
    const { days, close } = await openDays({ root, plan });
    await assert.rejects(days.tick(NOON_MS), /EISDIR|ENOTEMPTY|EEXIST/);
    for (const offset of offsets)
      if (offset !== -1) assert.equal(csvRowsIn(root, plan, DAY + offset), 1, `day ${offset}`);
    rmSync(fileOf(root, plan, 'csv', DAY - 1), { recursive: true });
    await days.tick(NOON_MS);
    assert.equal(csvRowsIn(root, plan, DAY - 1), 1);
    await close();
  });
}

test('many days that do not grow hold no file open', async () => {
  const root = temporaryDirectory('days');
  const { plan, arrive, close } = await openDays({ root });
  for (let i = 0; i < 20; i++) await arrive([line(i + 1, NOON_MS + i * DAY_MS)]);
  const held = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      // The descriptor that listed the directory is gone by now.
      return [];
    }
  });
  assert.deepEqual(
    held.filter((path) => path.startsWith(join(root, 'csv'))),
    [],
  );
  assert.equal(csvRowsIn(root, plan, DAY + 19), 1);
  await close();
});

test('flags that a verdict on its way will change are no difference, and it changes them', async () => {
  const root = temporaryDirectory('spike');
  const { days, plan, arrive, divergences, close } = await openDays({ root });
  const { cadenceMs } = plan.sensor;
  const at = (seq: number, attenuation: string): RawRecord => ({
    ...line(seq, NOON_MS + seq * cadenceMs),
    bytes: Buffer.from(`CST-1186DR\t7000\t9219\t11982\t${attenuation}\t537\r`, 'latin1'),
  });
  const records = [at(1, '0.092'), at(2, '0.392'), at(3, '0.093')];
  const flags = new LiveFlags(plan);
  const judged = records.map((record) => flags.judge(decodeMessageRecords(plan, [record]).observations));
  const flagOf = (row: number): string => {
    const [header, ...rows] = readFileSync(fileOf(root, plan, 'csv'), 'utf8')
      .trimEnd()
      .split('\n');
    return rows[row].split(',')[header.split(',').indexOf('ATTN_QC')];
  };
  for (const i of [0, 1]) {
    await arrive([records[i]]);
    await days.verdicts(judged[i].verdicts);
  }
  assert.equal(flagOf(1), '1', 'nothing has come that shows a spike');
  await arrive([records[2]]);
  await days.tick(NOON_MS + 60_000);
  assert.equal(flagOf(1), '3', 'the rebuild knows the successor');
  assert.deepEqual(divergences, []);
  assert.equal(judged[2].revised.length, 1);
  for (const message of [...judged[2].revised, judged[2].verdicts]) await days.verdicts(message);
  await days.tick(NOON_MS + 120_000);
  assertRebuilt(root, plan);
  assert.deepEqual(divergences, []);
  await close();
});
