import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '@emso/core';
import { isoDuration } from './day-coverage.ts';

const DURATIONS: [ms: number, text: string][] = [
  [0, 'PT0S'],
  [500, 'PT0.5S'],
  [120_000, 'PT2M'],
  [DAY_MS, 'P1D'],
  [DAY_MS + 3_661_001, 'P1DT1H1M1.001S'],
];
for (const [ms, text] of DURATIONS) test(`${ms} ms is ${text}`, () => assert.equal(isoDuration(ms), text));
