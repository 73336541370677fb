import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asciiBytes } from '../bytes.ts';
import { ignoredBy, PATTERN_LINE_BYTES, patternFault } from './patterns.ts';

test('patterns that can be used', () => {
  const usable = [
    '^#',
    '^S>',
    '^(BOOT|RESET) [0-9]+ of \\d+$',
    '^\\$(GP|WI)[A-Z]{3},',
    '^[)*+]',
    '\\)+',
    'a?b?c?',
    '^(?:x|y)z',
    '[(]*',
  ];
  for (const pattern of usable) assert.equal(patternFault(pattern), undefined, pattern);
});

test('patterns that could take for ever on an unlucky line, or are none, are refused with what to write', () => {
  const cases: [pattern: string, message: RegExp][] = [
    ['', /1 to 200 characters/],
    ['x'.repeat(201), /1 to 200 characters, found 201/],
    ['^(', /a regular expression, found '\^\('/],
    ['(a+)+$', /never behind a group/],
    ['(a|a)*$', /never behind a group/],
    ['(a|a)?', /never behind a group/],
    ['(a|b){2,}', /never behind a group/],
    ['[)](a)*', /never behind a group/],
    ['.*a.*b.*c', /at most 2 of/],
    ['a{1,9}b{2,}c+', /at most 2 of/],
    ['(a)\\1', /no back-reference/],
  ];
  for (const [pattern, message] of cases) assert.match(patternFault(pattern) ?? 'usable', message, pattern);
});

test('no pattern that is let through takes long on the longest line', () => {
  const part = fc.constantFrom(
    'a',
    '.',
    '[ab]',
    'a*',
    '.*',
    'a+',
    '(a|b)',
    '(a|a)*',
    '(a+)+',
    'a{1,}',
    'a?',
    '^',
    '$',
    'b',
  );
  const line = asciiBytes('a'.repeat(PATTERN_LINE_BYTES));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const pattern = parts.join('');
      if (patternFault(pattern) !== undefined) return;
      const from = performance.now();
      ignoredBy([pattern], [])(line, 0, line.length);
      // Far above what a busy machine needs for the worst of them, far below an exponential one.
      assert.ok(performance.now() - from < 5000, pattern);
    }),
    { numRuns: 200 },
  );
});

test('lines are passed over that fit one of ignore and none of reject', () => {
  const test = ignoredBy(['^#', 'ready$'], ['^#ERR']);
  const cases: [line: string, ignored: boolean][] = [
    ['# banner', true],
    ['gauge ready', true],
    ['#ERR ready', false],
    ['13.2', false],
    [`#${'x'.repeat(PATTERN_LINE_BYTES)}`, false],
  ];
  for (const [line, ignored] of cases) assert.equal(test(asciiBytes(line), 0, line.length), ignored, line.slice(0, 20));
  assert.equal(ignoredBy(['^\xb0'], [])(Uint8Array.of(0xb0, 0x43), 0, 2), true, 'one character a byte');
});
