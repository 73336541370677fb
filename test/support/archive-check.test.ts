/** The check itself: it must see a missing, doubled or strange line, and follow every explanation of equal ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lossesOf } from './archive-check.ts';

/** `a` was heard, `A` may be lost. */
const sentAs = (text: string) =>
  [...text].map((letter, atMs) => ({ latin1: letter.toLowerCase(), atMs, heard: letter === letter.toLowerCase() }));
const unheard = ({ heard }: { heard: boolean }): boolean => !heard;

const EXPLAINED: readonly [string, string, string][] = [
  ['abc', 'abc', ''],
  ['aBc', 'ac', '1-2'],
  ['aBc', 'abc', ''],
  ['ABCabc', 'abc', '0-3'],
  // The first two are lost; taking the first `a` for the archived one would leave the second unexplained.
  ['ABac', 'ac', '0-2'],
  ['ABCd', 'd', '0-3'],
  ['aBC', 'a', '1-3'],
  ['AB', '', '0-2'],
  ['', '', ''],
];

for (const [sent, archived, losses] of EXPLAINED) {
  test(`${sent || 'nothing'} sent, ${archived || 'nothing'} archived`, () => {
    const found = lossesOf(sentAs(sent), [...archived], unheard);
    assert.equal(found.map(({ from, to }) => `${from}-${to}`).join(), losses);
  });
}

for (const [sent, archived, message] of [
  ['abc', 'ac', /may not be lost is missing/],
  ['abc', 'ab', /ends early/],
  ['abc', 'acb', /archived line 1/],
  ['abc', 'abbc', /archived line 2/],
  ['abc', 'abcd', /archived line 3/],
  ['aBc', 'aBBc', /archived line/],
  ['a', '', /ends early/],
] as const) {
  test(`${sent} sent, ${archived || 'nothing'} archived is refused`, () => {
    assert.throws(() => lossesOf(sentAs(sent), [...archived.toLowerCase()], unheard), message);
  });
}

test('whatever may be lost and was: it is explained, and the losses are as many', () => {
  const entry = fc.record({ letter: fc.constantFrom('a', 'b'), mayBeLost: fc.boolean(), lost: fc.boolean() });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      const sent = entries.map(({ letter, mayBeLost }, atMs) => ({ latin1: letter, atMs, heard: !mayBeLost }));
      const archived = entries.filter(({ mayBeLost, lost }) => !(mayBeLost && lost)).map(({ letter }) => letter);
      const losses = lossesOf(sent, archived, unheard);
      const lost = losses.reduce((sum, { from, to }) => sum + to - from, 0);
      assert.equal(lost, sent.length - archived.length);
    }),
  );
});
