/** What our own chain makes of lines has no fault that is not one of metadata: structure, values, names and checksums hold. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Finding } from '@emso/products';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { reprocess } from '../reprocess/reprocess.ts';
import { runValidate } from './run.ts';

const LINES: Readonly<Record<string, (i: number) => string>> = {
  MICROCAT: (i) => ` ${(13.2 + i / 1e4).toFixed(4)},  4.59963, 2505.600,  38.4794`,
  // A line whose counts are far too high: flagged, not removed.
  CSTAR: (i) => `CST-2405PR\t11531\t${i === 3 ? 99_999 : 15_780 + i}\t15783\t-0.087\t544`,
};

test('files of our own making have no fault of structure, values, names or checksums', async () => {
  const raw = temporaryDirectory('own-raw');
  for (const [prefix, line] of Object.entries(LINES)) {
    const rows = Array.from({ length: 30 }, (_, i) => `20200301 00:${String(i).padStart(2, '0')}:05${line(i)}\n`);
    mkdirSync(path.join(raw, prefix));
    writeFileSync(path.join(raw, prefix, `${prefix}_20200301.dat`), rows.join(''));
  }
  const out = temporaryDirectory('own-files');
  await reprocess({ raw, out, observatory: DEFAULT_SITE_FILE, workers: 1, form: 'sealed' });
  let text = '';
  await runValidate([out], { profile: 'cf', observatory: DEFAULT_SITE_FILE, json: true }, (part) => {
    text += part;
  });
  const verdicts = text
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each) as { file: string; findings: Finding[]; unreadable?: string });
  assert.equal(verdicts.length, 4);
  for (const { file, findings, unreadable } of verdicts) {
    assert.equal(unreadable, undefined, file);
    // Attributes that the site file has no fact for are told by the rules of EMSO and ACDD.
    const faults = findings.filter(({ rule }) => /^(cf|data|file|csv)\./.test(rule));
    assert.deepEqual(faults, [], file);
  }
});
