import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECORD_KINDS, runOfRecords } from '@emso/core';
import { asciiBytes } from './bytes.ts';
import { decodeLines, readDatRows, sbe37Microcat, wetlabsCstar } from './mod.ts';

const SETTINGS = { outputFormat: 1, fields: ['TEMP'], outputTime: true };

test('what a record is decides before what it says', () => {
  const line = asciiBytes('CST-1117DR\t13131\t13204\t13207\t0.031\t544');
  const run = runOfRecords(
    RECORD_KINDS.map((kind, i) => ({ session: 's', seq: i + 1, receivedMs: 1500, kind, bytes: line })),
  );
  const found = [...decodeLines(run, wetlabsCstar, {})].map((answer) =>
    answer.kind === 'decoded'
      ? `${answer.time} ${answer.timeSource}`
      : answer.kind === 'rejected'
        ? answer.reason
        : answer.kind,
  );
  const decoded = '1970-01-01T00:00:01.500Z received';
  assert.deepEqual(found, [decoded, 'piece', 'partial', 'ignored', decoded]);
});

test('damaged rows stand at their place, and lines are numbered as in the file', () => {
  const rows = ['x', '20190801 00:00:0513.2974, 01 Aug 2019, 00:00:00', 'y', 'z', '20190801 00:02:05abc', 'w'];
  const { run, damaged } = readDatRows(asciiBytes(rows.join('\n')));
  const damage = (line: number) => ({ kind: 'rejected', line, reason: 'damaged', position: 0 });
  const [values, raw] = [{ TEMP: 13.2974 }, {}];
  assert.deepEqual(
    [...decodeLines(run, sbe37Microcat, SETTINGS, { damaged })],
    [
      damage(0),
      { kind: 'decoded', line: 1, time: '2019-08-01T00:00:00Z', timeSource: 'instrument', values, raw },
      damage(2),
      damage(3),
      { kind: 'rejected', line: 4, reason: 'unknown-sentence', position: 0 },
      damage(5),
    ],
  );
  const [, received] = decodeLines(run, sbe37Microcat, SETTINGS, { damaged, clock: 'received' });
  assert.deepEqual(received, {
    kind: 'decoded',
    line: 1,
    time: '2019-08-01T00:00:05Z',
    timeSource: 'received',
    values,
    raw,
  });
});

test('settings that do not fit are refused before the first line', () => {
  const { run } = readDatRows(asciiBytes(''));
  assert.throws(() => [...decodeLines(run, sbe37Microcat, { fields: ['CNDC'] })], /conductivityUnit/);
});
