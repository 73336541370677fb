/** `emso reprocess --compare-flags`: other thresholds, and how many flags that makes others, by test. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { flagsText } from './flags-compared.ts';
import { type ReprocessOptions, type ReprocessSummary, reprocess } from './reprocess.ts';

const SUSPECT = 'suspect: [13.05, 13.65]';

/** The site file with another suspect span of the MicroCAT's temperature. */
function siteWith(span: string): string {
  const text = readFileSync(DEFAULT_SITE_FILE, 'utf8');
  assert.equal(text.split(SUSPECT).length, 2);
  const path = join(temporaryDirectory('site'), 'site.yaml');
  writeFileSync(path, text.replace(SUSPECT, span));
  return path;
}

/** Two days of 20 values; 13.29 and a little, then 13.301 and a little, with a spike of 0.05 in each day. */
function rawTree(): string {
  const raw = temporaryDirectory('raw');
  mkdirSync(raw, { recursive: true });
  for (const day of ['20210601', '20210602']) {
    const rows = Array.from({ length: 20 }, (_, i) => {
      const temperature = (i < 10 ? 13.29 : 13.301) + (i % 3) / 1000 + (i === 5 ? 0.05 : 0);
      const minute = String(2 * i).padStart(2, '0');
      return `${day} 00:${minute}:00${temperature.toFixed(4)},  4.59963, 2505.600,  38.4800\n`;
    });
    writeFileSync(join(raw, `MICROCAT_${day}.dat`), rows.join(''));
  }
  return raw;
}

async function made(raw: string, options: Partial<ReprocessOptions>): Promise<ReprocessSummary & { out: string }> {
  const out = temporaryDirectory('made');
  const summary = await reprocess({ raw, out, observatory: DEFAULT_SITE_FILE, workers: 1, form: 'sealed', ...options });
  return { ...summary, out };
}

test('a narrower span: what it flags is its own, what follows from it says so, and back again', async () => {
  const raw = rawTree();
  const before = await made(raw, {});
  assert.equal(before.flags, undefined);
  const same = await made(raw, { compareFlags: before.out });
  const values = 2 * 20 * 8;
  assert.equal(flagsText(same.flags!), `0 of ${values} flags changed on 2 days\n`);

  const narrow = siteWith('suspect: [13.05, 13.3]');
  for (const workers of [1, 2]) {
    const after = await made(raw, { observatory: narrow, compareFlags: before.out, workers });
    // Ten values a day beyond 13.3; the spike is suspect already.
    const [heading, first] = flagsText(after.flags!).split('\n');
    assert.match(heading, /^sensor +parameter +test +was +is +values$/);
    assert.match(first, /^microcat +TEMP +grossRange +1 \(good_data\) +3 \(potentially_correctable_bad_data\) +20$/);
    const changes = after.flags!.changes.map(
      ({ code, test, was, now, count }) => `${code} ${test} ${was} ${now} ${count}`,
    );
    assert.deepEqual(changes, [
      'TEMP grossRange 1 3 20',
      'PSAL (computed from TEMP) 1 3 20',
      'TEMP_POT (computed from TEMP, PSAL) 1 3 20',
      'DENS (computed from TEMP, PSAL) 1 3 20',
      'SVEL (computed from TEMP, PSAL) 1 3 20',
    ]);
    const back = await made(raw, { compareFlags: after.out, workers });
    assert.deepEqual(
      [...new Set(back.flags!.changes.map(({ test, was, now, count }) => `${test} ${was} ${now} ${count}`))],
      ['(no test any more) 3 1 20'],
    );
  }
});

test('days and columns without an earlier file are not compared, and rows are found by their time', async () => {
  const raw = rawTree();
  const { out } = await made(raw, {});
  const csv = join(out, 'csv/Emso_Microcat/2021-06/MICROCAT_20210601.csv');
  const [header, ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n');
  // The earlier file lacks its first row, and its third has another flag of TEMP.
  const column = header.split(',').indexOf('TEMP_QC');
  const cells = rows[2].split(',');
  cells[column] = '4';
  writeFileSync(csv, `${[header, rows[1], cells.join(','), ...rows.slice(3)].join('\n')}\n`);
  rmSync(csv.replace('0601', '0602'));
  const { flags } = await made(raw, { compareFlags: out });
  assert.deepEqual(
    { ...flags, changes: flags?.changes.map(({ code, test, was, now, count }) => [code, test, was, now, count]) },
    {
      days: 1,
      withoutEarlier: 1,
      compared: 19 * 8,
      changed: 1,
      changes: [['TEMP', '(no test any more)', 4, 1, 1]],
    },
  );
});

test('the root of earlier files is another one than that of the new ones, and exists', async () => {
  const raw = rawTree();
  const out = temporaryDirectory('made');
  await assert.rejects(made(raw, { out, compareFlags: out }), {
    exitCode: 2,
    message: /^--compare-flags: expected another directory than --out/,
  });
  await assert.rejects(made(raw, { compareFlags: join(out, 'absent') }), {
    exitCode: 3,
    message: /^--compare-flags: expected a root of earlier files, found no directory/,
  });
});
