import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAG, FLAG_MEANINGS, FLAG_VALUES, oceanSitesOf, QARTOD } from './flags.ts';

// What each answer means, in words, so that a digit copied from one scheme to the other fails here.
const MAP: [keyof typeof QARTOD, keyof typeof FLAG][] = [
  ['good', 'good'],
  ['notEvaluated', 'unknown'],
  ['suspect', 'suspect'],
  ['fail', 'bad'],
  ['missing', 'missing'],
];
for (const [answer, flag] of MAP) {
  test(`QARTOD ${answer} becomes OceanSITES ${flag}`, () => assert.equal(oceanSitesOf(QARTOD[answer]), FLAG[flag]));
}

test('every QARTOD answer is mapped', () => assert.equal(MAP.length, Object.keys(QARTOD).length));

test('flag values and meanings are those that EMSO checks, pairwise', () => {
  assert.deepEqual(FLAG_VALUES, [0, 1, 2, 3, 4, 7, 8, 9]);
  assert.equal(
    FLAG_MEANINGS.join(' '),
    'unknown good_data probably_good_data potentially_correctable_bad_data bad_data nominal_value interpolated_value missing_value',
  );
  assert.deepEqual(Object.values(FLAG), [...FLAG_VALUES]);
});
