import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { comparisonPath } from '@emso/products';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { comparisonFacts } from './comparison-facts.ts';

const TODAY = Date.UTC(2026, 2, 10) / 86_400_000;
const HEADER = 'time,a_TEMP,b_TEMP,difference,difference_QC\n';

function put(root: string, id: string, day: number, rows: string): void {
  const path = join(root, comparisonPath(id, day));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${HEADER}${rows}`);
}

test('the latest day on which anything was compared, with its flags', async () => {
  const root = temporaryDirectory('comparisons');
  assert.deepEqual(await comparisonFacts(root, TODAY), []);
  put(root, 'b', TODAY - 12, 't,13.4,13.3,0.1000,1\n');
  put(
    root,
    'b',
    TODAY - 4,
    't,13.4,13.3,0.1000,1\nt,13.5,13.3,0.2000,3\nt,13.9,13.3,0.6000,4\nt,13.5,13.3,-0.2000,3\n',
  );
  put(root, 'b', TODAY - 2, '');
  put(root, 'a', TODAY - 3, 't,13.4,13.3,0.1000,1\n');
  put(root, 'long-ago', TODAY - 61, 't,13.9,13.3,0.6000,4\n');
  assert.deepEqual(await comparisonFacts(root, TODAY), [
    { comparison: 'a', day: '2026-03-07', rows: 1, suspect: 0, bad: 0, latestDifference: 0.1 },
    { comparison: 'b', day: '2026-03-06', rows: 4, suspect: 2, bad: 1, latestDifference: -0.2 },
  ]);
});
