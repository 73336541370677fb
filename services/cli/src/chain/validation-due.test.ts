/** Two years from the oldest day that nobody has released. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dayOf, parseIso, type Release } from '@emso/core';
import { appendFact, expertFilesOf } from '@emso/runtime/expert-files';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { dueOf, validationDue } from './validation-due.ts';

const ms = (text: string): number => parseIso(text) as number;
const day = (text: string): number => dayOf(ms(text));
const release = (from: string, to: string): Release => ({
  line: 1,
  at: 0,
  by: 'A',
  why: 'b',
  sensor: 'cstar',
  from: ms(from),
  to: ms(to),
  flagLines: 0,
  files: 0,
  sha256: '',
});

test('what is due, and when', () => {
  const days = ['2024-12-01', '2024-12-02', '2024-12-04'].map(day);
  const cases: [what: string, days: number[], releases: Release[], expected: [string, string, number] | undefined][] = [
    ['nothing there', [], [], undefined],
    ['nothing released', days, [], ['2024-12-01', '2026-12-01', 12]],
    ['the first day', days, [release('2024-12-01', '2024-12-02')], ['2024-12-02', '2026-12-02', 13]],
    ['a hole in the days', days, [release('2024-12-01', '2024-12-03')], ['2024-12-04', '2026-12-04', 15]],
    ['the second day only', days, [release('2024-12-02', '2024-12-03')], ['2024-12-01', '2026-12-01', 12]],
    ['all', days, [release('2024-12-02', '2024-12-05'), release('2024-11-01', '2024-12-02')], undefined],
    ['overdue', [day('2024-11-09'), ...days], [], ['2024-11-09', '2026-11-09', -10]],
    ['today', [day('2024-11-19')], [], ['2024-11-19', '2026-11-19', 0]],
    ['a leap day', [day('2024-02-29')], [], ['2024-02-29', '2026-03-01', -263]],
  ];
  for (const [what, all, releases, expected] of cases) {
    const [oldestDay, dueDay, daysLeft] = expected ?? [null, null, null];
    assert.deepEqual(dueOf(all, releases, day('2026-11-19')), { oldestDay, dueDay, daysLeft }, what);
  }
});

test('releases of another sensor count for nothing, and damaged ones are not taken for none', async () => {
  const dir = temporaryDirectory('due');
  const site = join(dir, 'site.yaml');
  writeFileSync(site, '');
  const sensor = { platform: 'mii', sensor: 'cstar', folder: 'Emso_Cstar', prefix: 'CSTAR', cadenceMs: 1000, site };
  const { releases } = expertFilesOf(site);
  const fact = {
    at: '2026-11-22',
    by: 'A',
    why: 'b',
    from: '2024-12-01',
    to: '2024-12-02',
    flagLines: 0,
    files: 2,
    sha256: 'a'.repeat(64),
  };
  appendFact(releases, { ...fact, sensor: 'oxygen' });
  assert.equal((await validationDue(dir, sensor, 0)).oldestDay, null);
  assert.equal((await validationDue(dir, undefined, 0)).oldestDay, null);
  writeFileSync(releases, 'x\n');
  await assert.rejects(validationDue(dir, sensor, 0), /releases\.jsonl:1/);
  const { site: _site, ...unknown } = sensor;
  await assert.rejects(validationDue(dir, unknown, 0), /restart the writer/);
});
