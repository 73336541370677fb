import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iso, parseIso } from '@emso/core';
import fc from 'fast-check';
import { nextRun } from './next-run.ts';

const CASES: [at: string, zone: string, now: string, expected: string][] = [
  ['01:30', 'Europe/Paris', '2026-01-15T00:00:00Z', '2026-01-15T00:30:00Z'],
  ['01:30', 'Europe/Paris', '2026-01-15T00:30:00Z', '2026-01-16T00:30:00Z'],
  ['01:30', 'Europe/Paris', '2026-07-15T12:00:00Z', '2026-07-15T23:30:00Z'],
  // The night in which the clock is put forward has no 02:30: an hour later.
  ['02:30', 'Europe/Paris', '2026-03-28T12:00:00Z', '2026-03-29T01:30:00Z'],
  ['02:30', 'Europe/Paris', '2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'],
  // The night in which it is put back has it twice: once is enough.
  ['02:30', 'Europe/Paris', '2026-10-24T12:00:00Z', '2026-10-25T01:30:00Z'],
  ['02:30', 'Europe/Paris', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z'],
  ['00:00', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['23:59', 'Pacific/Auckland', '2026-01-01T12:00:00Z', '2026-01-02T10:59:00Z'],
];
for (const [at, zone, now, expected] of CASES) {
  test(`${at} in ${zone} after ${now} is ${expected}`, () => {
    assert.equal(iso(nextRun(at, zone, parseIso(now) as number)), expected);
  });
}

test('whatever the time: later than now, and within 25 hours', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_700_000_000, max: 2_000_000_000 }),
      fc.constantFrom('Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'UTC'),
      fc.constantFrom('00:00', '01:30', '02:30', '23:59'),
      (seconds, zone, at) => {
        const nowMs = seconds * 1000;
        const wait = nextRun(at, zone, nowMs) - nowMs;
        assert.ok(wait > 0 && wait <= 25 * 3_600_000, `${wait}`);
      },
    ),
  );
});
