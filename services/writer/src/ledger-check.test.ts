/** The writer's own look at its ledger: what it finds, when it stops finding it, and that it stays silent over a day in work. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { DAY_MS } from '@emso/core';
import { auditDay } from '@emso/pipeline';
import { createLog, createMetrics } from '@emso/runtime';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { DayFiles } from './day-files.ts';
import { DAY, fileOf, GRACE_MS, lines, NOON_MS, openDays } from './fixtures/writer-setup.ts';
import { LedgerCheck } from './ledger-check.ts';

const QUIET_MS = Date.now() + 30 * DAY_MS;

async function sealedRoot() {
  const root = temporaryDirectory('ledger');
  const writer = await openDays({ root });
  await writer.arrive(lines(1, 5));
  for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, false)) await writer.days.announced(each);
  await writer.close();
  const metrics = createMetrics();
  const said: string[] = [];
  const log = createLog({
    service: 'test',
    level: 'warn',
    destination: { write: (text: string) => void said.push(text) },
  });
  const check = new LedgerCheck(writer.plan, new DayFiles(writer.plan, root), log, metrics);
  const found = async (): Promise<number | undefined> => {
    await check.look(NOON_MS, new AbortController().signal);
    return (await metrics.ledgerMismatches.get()).values[0]?.value;
  };
  return { root, plan: writer.plan, said, found, check };
}

test('a sealed day whose layers agree counts nothing; one damaged file counts one day, told once, until it is put back', async () => {
  const { root, plan, said, found, check } = await sealedRoot();
  assert.equal(await found(), 0);
  const csv = fileOf(root, plan, 'csv');
  const before = readFileSync(csv);
  writeFileSync(csv, before.subarray(0, before.length - 20));
  assert.equal(await found(), 1);
  assert.equal(await found(), 1);
  assert.equal(said.length, 1);
  assert.match(said[0], /"reason":"ledger".*expected \d+ bytes, found \d+/);
  // A day that is about to be written anew says nothing: it keeps what was found.
  await check.look(NOON_MS, new AbortController().signal, () => true);
  assert.equal(await found(), 1);
  writeFileSync(csv, before);
  assert.equal(await found(), 0);
});

test('every pair of layers that can disagree is told in words', async () => {
  const { root, plan } = await sealedRoot();
  const files = new DayFiles(plan, root);
  const well = await files.layers(DAY);
  assert.deepEqual(auditDay(plan, DAY, well, QUIET_MS).mismatches, []);
  const csv = Buffer.from(well.csv!);
  const netcdf = Buffer.from(well.netcdf!);
  const raw = Buffer.from(well.raw!);
  const manifest = Buffer.from(well.manifest!).toString('utf8');
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 1;
    return copy;
  };
  const edited = (from: RegExp, to: string): { manifest: Buffer } => {
    assert.match(manifest, from);
    return { manifest: Buffer.from(manifest.replace(from, to)) };
  };
  const cases: [name: string, change: Partial<typeof well>, words: RegExp[]][] = [
    ['no CSV', { csv: undefined }, [/csv.*expected a file of \d+ bytes, found none/]],
    ['no NetCDF', { netcdf: undefined }, [/nc: expected a file/]],
    ['a byte of the CSV', { csv: flipped(csv, csv.length - 3) }, [/csv: expected SHA-256/]],
    ['a byte of the NetCDF', { netcdf: flipped(netcdf, netcdf.length - 1) }, [/nc: expected SHA-256/]],
    [
      'a torn CSV',
      { csv: csv.subarray(0, -1) },
      [/bytes, found/, /expected 5 rows in the CSV, found 4/, /no line feed/],
    ],
    [
      'a row too many in the NetCDF',
      { netcdf: flipped(netcdf, 7) },
      [/SHA-256/, /expected 5 rows in the NetCDF, found 4/],
    ],
    ['no raw file', { raw: undefined }, [/expected a raw file with 5 records, found none/]],
    [
      'a raw record lost',
      { raw: raw.subarray(0, raw.subarray(0, -1).lastIndexOf(10) + 1) },
      [/expected 5 records in the raw file, found 4/],
    ],
    ['a raw record changed', { raw: flipped(raw, raw.length - 10) }, [/expected the raw digest/]],
    ['a raw row that is none', { raw: flipped(raw, 4) }, [/1 rows of the raw file cannot be read/, /found 4/]],
    [
      'rows that nobody accounts for',
      edited(/"rows": 5/, '"rows": 4'),
      [/CSV, found 5/, /NetCDF, found 5/, /expected at least 5 rows, found 4/],
    ],
    ['no manifest that can be read', { manifest: Buffer.from('{') }, [/expected/]],
    ['no manifest', { manifest: undefined }, [/without a manifest/]],
  ];
  for (const [name, change, words] of cases) {
    const { mismatches } = auditDay(plan, DAY, { ...well, ...change }, QUIET_MS);
    assert.equal(mismatches.length, words.length, `${name}: ${mismatches.join('; ')}`);
    for (const [i, pattern] of words.entries()) assert.match(mismatches[i], pattern, name);
  }
});

test('an open day that has grown since its manifest is no mismatch', async () => {
  const root = temporaryDirectory('ledger');
  const writer = await openDays({ root });
  await writer.arrive(lines(1, 3));
  await writer.days.tick(NOON_MS);
  const files = new DayFiles(writer.plan, root);
  const line = (last: Parameters<typeof auditDay>[2]) => auditDay(writer.plan, DAY, last, NOON_MS + 3_600_000);
  await writer.close();
  const before = await files.layers(DAY);
  assert.deepEqual(
    [line(before).state, line(before).received, line(before).decoded, line(before).rows],
    ['open', 3, 3, 3],
  );
  assert.equal(line(before).expected, 13 * 60);
  appendFileSync(fileOf(root, writer.plan, 'csv'), `${Buffer.from(before.csv!).toString('utf8').split('\n')[1]}\n`);
  assert.deepEqual(line(await files.layers(DAY)).mismatches, []);
});
