/** An optode compensated by the MicroCAT beside it, through the services: what they seal is what `reprocess` makes (PROMISE 17). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, dayOf, encodeRawPayload, isoDay, type RawRecord, rawSubject } from '@emso/core';
import { comparisonPath, decodeManifest, type Manifest, productPaths } from '@emso/products';
import { connectBus, createLog, createMetrics, publishDurably } from '@emso/runtime';
import { untilRebuiltEqual } from '../support/rebuilt.ts';
import { type Service, waitFor } from '../support/servers.ts';
import { openStage } from './stage.ts';

const LATER_CLOCK = path.resolve(import.meta.dirname, '../support/later-clock.mjs');
const ahead = (days: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${LATER_CLOCK}`,
  EMSO_TEST_CLOCK_AHEAD_MS: String(days * DAY_MS),
});

const PAST = dayOf(Date.now()) - 400;
const NOON_MS = PAST * DAY_MS + DAY_MS / 2;
const SESSION = `${isoDay(PAST).replaceAll('-', '')}T000000000Z-0000000a`;

const record = (seq: number, receivedMs: number, text: string): RawRecord => ({
  session: SESSION,
  seq,
  receivedMs,
  kind: 'line',
  bytes: Buffer.from(`${text}\r`, 'latin1'),
});
const OXYGEN = '4831\t379\t230.000\t75.000\t13.290';
const WATER = '13.2900, 4.59963, 2505.600, 38.4794';

test('PROMISE 17: values of a donor that are there while the day is open, or other ones live than rebuilt when it is sealed', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const donors = 'prefix: OXYGEN\n        donors: { salinity: microcat, pressure: microcat }';
  const site = readFileSync(stage.site, 'utf8');
  writeFileSync(stage.site, site.replace('prefix: OXYGEN', donors));
  assert.notEqual(readFileSync(stage.site, 'utf8'), site);
  const { sensor } = stage.plan('oxygen');
  const at = (kind: 'csv' | 'manifest'): string => path.join(stage.dataDir, productPaths(sensor, PAST)[kind]);
  const manifest = (): Manifest => decodeManifest(readFileSync(at('manifest'), 'utf8'));
  const compensated = (): string[] => {
    const [header, ...rows] = readFileSync(at('csv'), 'utf8').trimEnd().split('\n');
    return rows.map((row) => row.split(',')[header.split(',').indexOf('DOXY_COMP')]);
  };
  const ready = (writer: Service): Promise<unknown> =>
    waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, { what: 'the writer', timeoutMs: 20_000 });
  const sealedAs = (version: number): Promise<unknown> =>
    waitFor(() => manifest().history.version === version && manifest().history.pending === false, {
      what: `version ${version} of the optode's day`,
      timeoutMs: 30_000,
    });

  const log = createLog({ service: 'test', level: 'silent' });
  const fail = (error: Error): never => {
    throw error;
  };
  const [early] = await Promise.all(['writer', 'decoder', 'qc'].map((role) => stage.start(role)));
  await ready(early);
  const bus = await connectBus({ url: stage.nats.url, name: 'test', log, metrics: createMetrics(), fail });
  t.after(() => bus.close());
  const publish = (id: string, records: readonly RawRecord[]): Promise<unknown> =>
    publishDurably(bus, rawSubject('mii', id), `test/${id}/${records[0].seq}`, encodeRawPayload(records));

  // An acquirer that runs over midnight: every record of a session is there.
  await publish('microcat', [record(1, NOON_MS - 60_000, WATER), record(2, NOON_MS + 60_000, WATER)]);
  for (const seq of [1, 2, 3]) await publish('oxygen', [record(seq, NOON_MS + seq * 1000, OXYGEN)]);
  await publish('oxygen', [record(4, NOON_MS + 2 * 3_600_000, OXYGEN)]);
  await waitFor(() => compensated().length === 4, { what: 'four rows', timeoutMs: 20_000 });
  assert.deepEqual(compensated(), ['', '', '', '']);
  await untilRebuiltEqual(stage.dataDir, stage.site, 'open');
  await early.stop();

  const late = await stage.start('writer', ahead(7));
  await sealedAs(1);
  assert.deepEqual(
    compensated().map((value) => value !== ''),
    [true, true, true, false],
  );
  // What the two say of each other is made of the sealed files, live and rebuilt.
  const compared = path.join(stage.dataDir, comparisonPath('temperature-optode-microcat', PAST));
  await waitFor(() => existsSync(compared), { what: 'the comparison of the two thermometers', timeoutMs: 20_000 });
  const pairs = (): number => readFileSync(compared, 'utf8').trimEnd().split('\n').length - 1;
  assert.equal(pairs(), 3, 'the row of 14:00 has no neighbour');
  await untilRebuiltEqual(stage.dataDir, stage.site, 'sealed');

  // What the old script has of the afternoon.
  const stamp = isoDay(PAST).replaceAll('-', '');
  const original = path.join(stage.dataDir, '..', `MICROCAT_${stamp}.dat`);
  writeFileSync(original, `${stamp} 14:00:10${WATER}\n`);
  const answer = await fetch(`${late.url}/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ file: original }),
  });
  assert.equal(((await answer.json()) as { added: number }).added, 1);
  assert.equal(manifest().history.pending, true);
  await late.stop();

  await stage.start('writer', ahead(14));
  await sealedAs(2);
  assert.ok(compensated().every((value) => value !== ''));
  await waitFor(() => pairs() === 4, { what: 'the comparison of the next version', timeoutMs: 20_000 });
  await untilRebuiltEqual(stage.dataDir, stage.site, 'sealed');
});
