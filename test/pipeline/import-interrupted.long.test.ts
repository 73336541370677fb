/**
 * PROMISE 11 and 12: two months of one sensor, imported while the command and twice the writer are killed; then again. Nothing is
 * there twice, a second import changes no byte, and the products are those of `emso reprocess`. `bench/import.ts` is the same over
 * ten years.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseCompactDay } from '@emso/core';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { type Child, startChild } from '../support/child.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { productDifferences } from '../support/trees.ts';
import { archiveOf, digestsOf, firstDifference, rawFilesIn } from './import-facts.ts';
import { writeHistory } from './import-history.ts';
import { openStage } from './stage.ts';

const SEED = Number(process.env.EMSO_SEED ?? 20261121);
const DAYS = 60;
const EMSO = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');
const TREES = ['raw', 'csv', 'netcdf', 'dat', 'manifest'];

interface Summary {
  readonly filesDone: number;
  readonly interrupted: boolean;
  readonly sensors: readonly { sensor: string; rows: number; added: number; known: number; damaged: number }[];
}

test('PROMISE 12: an import that is interrupted: a row lost or there twice, a byte changed by a second import', {
  timeout: 110_000,
}, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const originals = temporaryDirectory('originals');
  const history = writeHistory(originals, {
    seed: SEED,
    prefix: 'OXYGEN',
    firstDay: parseCompactDay('20190430') as number,
    days: DAYS,
    cadenceMs: 60_000,
    uptime: 0.77,
  });
  const before = digestsOf(originals, ['.']);
  const stage = await openStage(t, { lines: 0 });
  let writer = await stage.start('writer');
  const { dataDir } = stage;

  const startImport = (): Promise<Child> =>
    startChild({
      command: process.execPath,
      args: [EMSO, 'import', originals, '--data', dataDir, '--json'],
      cwd: originals,
      env: process.env,
    });
  const summaryOf = ({ stdout }: Child): Summary => JSON.parse(stdout.join('\n')) as Summary;
  const daysThere = (n: number): Promise<unknown> =>
    waitFor(() => rawFilesIn(dataDir, 'OXYGEN').length >= n, { what: `${n} raw files`, timeoutMs: 60_000 });
  const untilBuilt = (): Promise<unknown> =>
    waitFor(
      async () => {
        const ledger = (await (await fetch(`${writer.url}/ledger`)).json()) as Record<string, { dirty: boolean }[]>;
        const days = ledger['mii/oxygen'];
        return days.length === DAYS + 1 && days.every(({ dirty }) => !dirty);
      },
      { what: 'every day to be built', timeoutMs: 60_000 },
    );

  let command = await startImport();
  await daysThere(8);
  await command.kill('SIGKILL');
  command = await startImport();
  await daysThere(16);
  // Ctrl-C: the file in hand is finished, and the summary says how far it came.
  assert.equal((await command.kill('SIGINT')).code, 1);
  assert.equal(summaryOf(command).interrupted, true);
  command = await startImport();
  for (const days of [24, 40]) {
    await daysThere(days);
    await writer.kill('SIGKILL');
    writer = await stage.start('writer');
  }
  assert.equal((await command.exited).code, 0, command.stderr.join('\n'));
  assert.ok(
    command.stderr.some((line) => /the writer does not answer/.test(line)),
    'the command waited for the writer',
  );
  const whole = summaryOf(command);
  assert.deepEqual([whole.filesDone, whole.interrupted], [DAYS, false]);
  const [{ sensor, rows, added, known, damaged }] = whole.sensors;
  assert.deepEqual([sensor, rows, damaged], ['oxygen', history.rows, history.damaged]);
  assert.ok(added > 0 && known > 0 && added + known === rows, `${added} new, ${known} known`);

  assert.deepEqual(archiveOf(dataDir, 'OXYGEN'), { rows: history.rows, ids: history.rows, damaged: 0 });
  await untilBuilt();
  const digests = digestsOf(dataDir, TREES);
  assert.equal(digests.size > 5 * DAYS, true);
  const again = await startImport();
  assert.equal((await again.exited).code, 0);
  assert.equal(summaryOf(again).sensors[0].known, history.rows);
  await untilBuilt();
  assert.equal(firstDifference(digests, digestsOf(dataDir, TREES)), undefined, 'a second import changes no byte');
  assert.equal(firstDifference(before, digestsOf(originals, ['.'])), undefined, 'originals untouched');
  const notes = readFileSync(path.join(dataDir, 'raw/imports.jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    notes.map((note) => (JSON.parse(note) as { sha256: string }).sha256).sort(),
    [...before.values()].sort(),
    'every original by its SHA-256, once',
  );

  const out = temporaryDirectory('reprocessed');
  const raw = path.join(dataDir, 'raw');
  await reprocess({ raw, out, observatory: stage.site, workers: 1, form: 'open' });
  assert.deepEqual(productDifferences(dataDir, out), []);
});
