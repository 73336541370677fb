/** FORMATS §4.8 and PROMISE 12: historical daily files of a binary stream, beside the structures that were heard live. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compactDay, type RawRecord } from '@emso/core';
import { datRow, type ImportReport } from '@emso/instruments';
import { parseRawFile } from '@emso/products';
import { aquadoppStructure, BINARY_SETTINGS } from '../../../test/support/aquadopp-structure.ts';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { changedPlan } from './fixtures/changed-site.ts';
import { assertRebuilt } from './fixtures/rebuilt-files.ts';
import { csvRowsIn, DAY, fileOf, NOON_MS, openDays, SESSION } from './fixtures/writer-setup.ts';
import { importFile } from './import.ts';
import { RawArchive } from './raw-archive.ts';

const SLOT_MS = 600_000;
// One with an 0A inside, one whose piece loses its edge to strip (0D before 0A), one with two 0A; heard live are the first three.
const SENT = [1234, 0x0a21, 0x0a0d, 900, 0x0a0a, 901].map(aquadoppStructure);
const LIVE = 3;

test('structures that both heard are there once, those that only the old script heard are added, and twice is once', async (t) => {
  const plan = changedPlan('aquadopp', {
    from: '2014-01-01T00:00:00Z',
    timePolicy: 'received',
    settings: BINARY_SETTINGS,
  });
  const root = temporaryDirectory('root');
  const writer = await openDays({ root, plan });
  t.after(() => writer.close());
  const target = { root, archive: new RawArchive(root, [plan]), sensors: [writer.days] };
  t.after(() => target.archive.close());

  const live = SENT.slice(0, LIVE).map(
    (bytes, i): RawRecord => ({
      session: SESSION,
      seq: i + 1,
      receivedMs: NOON_MS + i * SLOT_MS + 300,
      kind: 'line',
      bytes,
    }),
  );
  await target.archive.append([{ platform: 'mii', sensor: 'aquadopp', records: live }], NOON_MS);
  // The old script wrote what it had after each silence, cut at every 0A and stripped.
  const rows = SENT.map((bytes, i) => datRow(NOON_MS + i * SLOT_MS + 1000, bytes, 0, bytes.length));
  const path = join(temporaryDirectory('originals'), `Aquadopp_${compactDay(DAY)}.dat`);
  writeFileSync(path, Buffer.concat(rows));
  const counts = ({ added, known, paired, damaged }: ImportReport): number[] => [added, known, paired, damaged];
  const first = await importFile({ path }, target);
  await writer.days.tick(NOON_MS);
  assertRebuilt(root, plan);

  const { run } = parseRawFile(readFileSync(fileOf(root, plan, 'raw')));
  // The one that lost a byte cannot be paired: it is a rejected record beside the live one.
  assert.deepEqual(counts(first), [run.count - LIVE, 0, LIVE - 1, 0]);
  assert.equal(csvRowsIn(root, plan), SENT.length, 'every structure once');

  const before = readFileSync(fileOf(root, plan, 'raw'));
  assert.deepEqual(counts(await importFile({ path }, target)), [0, first.rows, LIVE - 1, 0]);
  assert.ok(readFileSync(fileOf(root, plan, 'raw')).equals(before));
  await writer.days.tick(NOON_MS);
  assertRebuilt(root, plan);
});
