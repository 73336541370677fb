/** PROMISE 12: the months in which the old script and the acquirer both listened, through the `emso import` command. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { compactDay, DAY_MS, dayOf, encodeRawPayload, isoMs, type RawRecord, rawSubject } from '@emso/core';
import { productPaths } from '@emso/products';
import { connectBus, createLog, createMetrics, publishDurably } from '@emso/runtime';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { startChild } from '../support/child.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { productDifferences } from '../support/trees.ts';
import { digestsOf, firstDifference } from './import-facts.ts';
import { openStage } from './stage.ts';

const EMSO = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');
/** Long ago, and the same on every run of a day. */
const DAY = dayOf(Date.now()) - 400;
const NOON_MS = DAY * DAY_MS + DAY_MS / 2;
const textOf = (n: number): string => `CST-1186DR\t${7000 + n}\t9219\t11982\t0.092\t537`;

interface Summary {
  readonly sensors: readonly Record<string, number | string>[];
  readonly refusedRows: readonly { file: string; line: number; expected: string; found: string }[];
  readonly refusedIn: readonly string[];
  readonly refusedFiles: readonly { file: string; reason: string }[];
}

test('PROMISE 12: a line that both heard and that is there twice, a gap that is not filled, a refused row that is lost', {
  timeout: 100_000,
}, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const writer = await stage.start('writer');
  await waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, { what: 'the writer', timeoutMs: 20_000 });
  const fail = (error: Error): never => {
    throw error;
  };
  const log = createLog({ service: 'test', level: 'silent' });
  const bus = await connectBus({ url: stage.nats.url, name: 'test', log, metrics: createMetrics(), fail });
  t.after(() => bus.close());
  const { dataDir } = stage;
  const { sensor } = stage.plan('cstar');
  const fileOf = (kind: 'raw' | 'csv'): string => path.join(dataDir, productPaths(sensor, DAY)[kind]);

  // The acquirer heard ten lines, a minute apart, and then nothing for an hour but the last one.
  const live = [0, 1, 2, 3, 4, 5, 6, 7, 8, 69].map(
    (minute, i): RawRecord => ({
      session: '20260301T115959000Z-0000000a',
      seq: i + 1,
      receivedMs: NOON_MS + minute * 60_000 + 300,
      kind: 'line',
      bytes: Buffer.from(`${textOf(minute)}\r`, 'latin1'),
    }),
  );
  await publishDurably(bus, rawSubject('mii', 'cstar'), 'test/1', encodeRawPayload(live));
  const csvRows = (): number => readFileSync(fileOf('csv'), 'utf8').split('\n').length - 2;
  await waitFor(() => csvRows() === 10, { what: 'the live rows', timeoutMs: 20_000 });

  // The old script heard every minute from 11:58 on, a second late.
  const originals = temporaryDirectory('originals');
  const rows = Array.from({ length: 72 }, (_, i) => {
    const iso = isoMs(NOON_MS + (i - 2) * 60_000 + 1000);
    return `${iso.slice(0, 10).replaceAll('-', '')} ${iso.slice(11, 19)}${textOf(i - 2)}`;
  });
  const original = path.join(originals, `CTAR_${compactDay(DAY)}.dat`);
  writeFileSync(original, Buffer.from(`${rows.join('\n')}\nno stamp \xff\n`, 'latin1'));
  writeFileSync(path.join(originals, `NOBODY_${compactDay(DAY)}.dat`), 'x\n');
  const emso = async (...args: string[]): Promise<Summary> => {
    const report = path.join(temporaryDirectory('report'), 'import.json');
    const child = await startChild({
      command: process.execPath,
      args: [EMSO, 'import', originals, '--data', dataDir, '--report', report, ...args],
      cwd: originals,
      env: process.env,
    });
    assert.equal((await child.exited).code, 0, child.stderr.join('\n'));
    return JSON.parse(readFileSync(report, 'utf8')) as Summary;
  };
  const [taken, again, all] = await (async () => {
    // The archive needs no broker: nor does an import.
    stage.nats.pause();
    try {
      return [await emso('--fill-gaps'), await emso('--fill-gaps'), await emso()];
    } finally {
      stage.nats.resume();
    }
  })();
  const counts = ({ sensors }: Summary): unknown => sensors;
  const facts = { sensor: 'cstar', files: 1, rows: 72, damaged: 1 };
  // In the gap: 11:58 and 11:59 before the first line, 12:09 to 13:08 between the last two.
  assert.deepEqual(counts(taken), [{ ...facts, added: 62, known: 0, covered: 10, paired: 0 }]);
  assert.deepEqual(counts(again), [{ ...facts, added: 0, known: 62, covered: 10, paired: 0 }]);
  assert.deepEqual(counts(all), [{ ...facts, added: 10, known: 62, covered: 0, paired: 10 }]);
  for (const { refusedRows, refusedIn, refusedFiles } of [taken, again, all]) {
    const refused = { line: 73, expected: 'a stamp YYYYMMDD HH:MM:SS', found: 'no stamp \xff' };
    assert.deepEqual(refusedRows, [{ file: original, ...refused }]);
    assert.deepEqual(JSON.parse(readFileSync(path.join(dataDir, refusedIn[0]), 'utf8')), refused);
    assert.match(refusedFiles[0].reason, /expected a prefix of the site file .* found 'NOBODY'/);
  }

  // 10 live lines and 62 of the old script; the ten that both heard are there once.
  await waitFor(() => csvRows() === 72, { what: 'every line once', timeoutMs: 20_000 });
  const trees = ['raw', 'csv', 'netcdf', 'dat', 'manifest'];
  const built = async (): Promise<unknown> => {
    const out = temporaryDirectory('reprocessed');
    await reprocess({ raw: path.join(dataDir, 'raw'), out, observatory: stage.site, workers: 1, form: 'open' });
    const differences = productDifferences(dataDir, out);
    assert.deepEqual(differences, []);
    return true;
  };
  await waitFor(built, { what: 'the products of emso reprocess', timeoutMs: 20_000 });
  const digests = digestsOf(dataDir, trees);
  assert.deepEqual(counts(await emso('--fill-gaps')), [{ ...facts, added: 0, known: 72, covered: 0, paired: 10 }]);
  await waitFor(built, { what: 'the products of emso reprocess', timeoutMs: 20_000 });
  assert.equal(firstDifference(digests, digestsOf(dataDir, trees)), undefined);

  const named = await emso('--sensor', 'cstar');
  assert.deepEqual(counts(named), [{ ...facts, files: 2, damaged: 2, added: 0, known: 72, covered: 0, paired: 10 }]);
});
