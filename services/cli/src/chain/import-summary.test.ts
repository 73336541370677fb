import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportReport } from '@emso/instruments';
import { summarise, summaryText } from './import-summary.ts';

const report = (more: Partial<ImportReport>): ImportReport => ({
  file: '/old/CSTAR_20190801.dat',
  sensor: 'cstar',
  rows: 0,
  added: 0,
  known: 0,
  covered: 0,
  paired: 0,
  damaged: 0,
  examples: [],
  ...more,
});

const facts = {
  dir: '/old',
  dataDir: '/data',
  fillGaps: false,
  startedAt: '2026-03-01T12:00:00Z',
  seconds: 2,
  files: 4,
  filesDone: 4,
  interrupted: false,
  refusedFiles: [{ file: '/old/notes.txt', reason: 'expected a name' }],
};

const damagedRow = (line: number) => ({ line, expected: 'a stamp', found: 'no\0stamp' });

test('the sums by sensor, what was refused, and where it is', () => {
  const summary = summarise(
    [
      report({ rows: 10, added: 4, known: 3, covered: 3, paired: 2 }),
      report({ rows: 5, added: 5, damaged: 7, examples: [1, 2, 3, 4, 5].map(damagedRow), refusedIn: 'raw/_refused/a' }),
      report({
        sensor: 'oxygen',
        rows: 1,
        known: 1,
        damaged: 1,
        examples: [damagedRow(9)],
        refusedIn: 'raw/_refused/b',
      }),
      { ...report({ refusal: 'expected a prefix', file: '/old/NOBODY_20190801.dat' }), sensor: undefined } as never,
      report({ refusal: 'expected a file that can be read' }),
    ],
    facts,
  );
  assert.deepEqual(summary.sensors, [
    { sensor: 'cstar', files: 2, rows: 15, added: 9, known: 3, covered: 3, paired: 2, damaged: 7 },
    { sensor: 'oxygen', files: 1, rows: 1, added: 0, known: 1, covered: 0, paired: 0, damaged: 1 },
  ]);
  assert.equal(summary.refusedRows.length, 6);
  assert.deepEqual(summary.refusedIn, ['raw/_refused/a', 'raw/_refused/b']);
  assert.deepEqual(
    summary.refusedFiles.map(({ file }) => file),
    ['/old/notes.txt', '/old/NOBODY_20190801.dat', '/old/CSTAR_20190801.dat'],
  );
  assert.deepEqual(summaryText(summary).split('\n'), [
    'sensor  files  rows  new  known  covered  refused',
    'cstar       2    15    9      3        3        7',
    'oxygen      1     1    0      1        0        1',
    '16 rows of 4 files in 2.0 s, 8 rows/s',
    'cstar: 2 of the rows are live records too: paired, the live ones are read',
    '8 rows refused, kept in 2 files of raw/_refused/ below the data root:',
    ...[1, 2, 3, 4, 5].map((n) => `  /old/CSTAR_20190801.dat:${n}: expected a stamp, found "no\\u0000stamp"`),
    '  … and 3 more',
    '1 files not imported, no sensor takes them: expected a name',
    '  /old/notes.txt',
    '1 files not imported, no sensor takes them: expected a prefix',
    '  /old/NOBODY_20190801.dat',
    '1 files not imported, no sensor takes them: expected a file that can be read',
    '  /old/CSTAR_20190801.dat',
    '',
  ]);
});

test('an interrupted import says how far it came', () => {
  const text = summaryText(summarise([report({ rows: 1, added: 1 })], { ...facts, filesDone: 1, interrupted: true }));
  assert.match(text, /interrupted after 1 of 4 files: the same command goes on where it was\n$/);
});
