import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiBytes } from '../bytes.ts';
import { scanned, VALUE } from '../numbers.ts';
import { scanDateTime } from './date.ts';

// The first date of a process: nothing has been remembered yet. Keep this test the first of its file.
test('a date of zeros is none, also as the first one', () => {
  const zeros = asciiBytes('00-00-0000, 00:00:00');
  assert.ok(scanDateTime(zeros, 0, zeros.length, 'month-day-number') < 0);
  const first = asciiBytes('01-01-1970, 00:00:01');
  assert.equal(scanDateTime(first, 0, first.length, 'month-day-number'), first.length);
  assert.equal(scanned[VALUE], 1000);
});
