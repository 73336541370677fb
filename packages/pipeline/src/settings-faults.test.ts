/** Faults of the quality tests in a site file, each with its YAML line: what only the package of the tests knows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, parseObservatory } from '@emso/core';
import { settingsFaults } from './settings-faults.ts';

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');

const CASES: [what: string, from: string, to: string, message: RegExp][] = [
  [
    'suspect outside fail',
    'suspect: [13.05, 13.65]',
    'suspect: [12, 13.65]',
    /grossRange.*suspect span within the fail span/,
  ],
  ['a missing comma', 'fail: [12.5, 14.0]', 'fail: [12.5 14.0]', /fail: expected two numbers \[low, high\]/],
  ['a decimal comma', 'fail: [12.5, 14.0]', 'fail: [12,5, 14,0]', /fail: expected two numbers \[low, high\]/],
  [
    'a test that is none',
    'TEMP: { grossRange',
    'TEMP: { spyke: { suspect: 1 }, grossRange',
    /TEMP\.spyke: expected a test \(grossRange, .*found 'spyke'/,
  ],
  [
    'a test of the whole series',
    'TEMP: { grossRange',
    'TEMP: { percentileRange: {}, grossRange',
    /TEMP\.percentileRange: expected a test that can run live/,
  ],
  [
    'a test that subtracts angles',
    'CDIR: { grossRange',
    'CDIR: { spike: { method: average, suspect: 1 }, grossRange',
    /CDIR\.spike: expected no spike for an angle/,
  ],
];

for (const [what, from, to, message] of CASES) {
  test(`${what}: one fault at its own line`, () => {
    const at = text.indexOf(from);
    assert.ok(at >= 0, from);
    const line = text.slice(0, at).split('\n').length;
    const yaml = text.slice(0, at) + to + text.slice(at + from.length);
    assert.throws(
      () => parseObservatory(yaml, 'site.yaml', settingsFaults),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual([error.faults.length, error.faults[0].line], [1, line], error.message);
        assert.match(`${error.faults[0].path}: ${error.faults[0].message}`, message);
        return true;
      },
    );
  });
}
