import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildOf, canonicalJson } from './build.ts';

const versions = { decoder: 1, derivation: 2, qc: 3, product: 4 };
const json = fc.jsonValue({ maxDepth: 4 });

/** The same value with the keys of every map in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

test('a build names the data versions and twelve digits of the configuration', () => {
  assert.match(buildOf(versions, { a: 1 }), /^d1\.v2\.q3\.p4-[0-9a-f]{12}$/);
});

for (const key of ['decoder', 'derivation', 'qc', 'product'] as const) {
  test(`another ${key} version is another build`, () => {
    assert.notEqual(buildOf({ ...versions, [key]: 9 }, {}), buildOf(versions, {}));
  });
}

test('canonical JSON is JSON of the same value and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(reversed(value)), text);
      assert.equal(buildOf(versions, reversed(value)), buildOf(versions, value));
    }),
  );
});

const DIFFERENT: [string, unknown, unknown][] = [
  ['a changed number', { a: { b: [1, 2] } }, { a: { b: [1, 3] } }],
  ['another order in a list', [1, 2], [2, 1]],
  ['a number and its text', { a: 1 }, { a: '1' }],
  ['an added key', { a: 1 }, { a: 1, b: null }],
  ['another nesting', { a: { b: 1 } }, { 'a.b': 1 }],
];
for (const [what, one, other] of DIFFERENT) {
  test(`${what} is another build`, () => assert.notEqual(buildOf(versions, one), buildOf(versions, other)));
}

test('an absent key and an undefined one are the same configuration', () => {
  assert.equal(canonicalJson({ a: 1, b: undefined }), canonicalJson({ a: 1 }));
});
