import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagOf, MEANINGS, mapFlag, meaningOf, SCHEMES } from './flag-schemes.ts';
import { FLAG_VALUES, oceanSitesOf, QARTOD } from './flags.ts';

// From each QARTOD digit, and from each OceanSITES flag, to every other scheme: QC.md §1.
const FROM_QARTOD: Record<string, Record<string, string>> = {
  1: { oceansites: '1', l20: '1', argo: '1', copernicus: '1', somlit: '7' },
  2: { oceansites: '0', l20: '0', argo: '0', copernicus: '0', somlit: '8' },
  3: { oceansites: '3', l20: '3', argo: '3', copernicus: '3', somlit: '3' },
  4: { oceansites: '4', l20: '4', argo: '4', copernicus: '4', somlit: '4' },
  9: { oceansites: '9', l20: '9', argo: '9', copernicus: '9', somlit: '5' },
};
const FROM_OCEANSITES: Record<string, Record<string, string>> = {
  0: { qartod: '2', l20: '0', argo: '0', somlit: '8' },
  1: { qartod: '1', l20: '1', somlit: '7' },
  2: { qartod: '1', l20: '2', somlit: '2' },
  3: { qartod: '3', l20: '3' },
  4: { qartod: '4', l20: '4' },
  7: { qartod: '2', l20: 'B', copernicus: '7', argo: '0', somlit: '8' },
  8: { qartod: '2', l20: '8', argo: '8', copernicus: '8', somlit: '8' },
  9: { qartod: '9', l20: '9', somlit: '5' },
};

test('flags change scheme by meaning', () => {
  for (const [flag, row] of Object.entries(FROM_QARTOD)) {
    for (const [scheme, expected] of Object.entries(row)) {
      assert.equal(mapFlag(flag, 'qartod', scheme as 'l20'), expected, `QARTOD ${flag} in ${scheme}`);
    }
  }
  for (const [flag, row] of Object.entries(FROM_OCEANSITES)) {
    for (const [scheme, expected] of Object.entries(row)) {
      assert.equal(mapFlag(Number(flag), 'oceansites', scheme as 'l20'), expected, `OceanSITES ${flag} in ${scheme}`);
    }
  }
});

test('the map of the roll-up says the same as the table', () => {
  for (const digit of Object.values(QARTOD)) {
    assert.equal(String(oceanSitesOf(digit)), mapFlag(digit, 'qartod', 'oceansites'));
  }
});

test('every meaning has a flag in every scheme, and every OceanSITES flag a meaning', () => {
  for (const meaning of MEANINGS) for (const scheme of SCHEMES) assert.match(flagOf(meaning, scheme), /^[0-9B]$/);
  for (const flag of FLAG_VALUES) assert.equal(flagOf(meaningOf(flag, 'oceansites'), 'oceansites'), String(flag));
  assert.equal(meaningOf('7', 'oceansites'), 'nominal');
  assert.equal(meaningOf('0', 'somlit'), 'belowDetection');
});

test('a flag that a scheme does not have is refused', () => {
  assert.throws(() => meaningOf('5', 'qartod'), /expected a flag of qartod, found '5'/);
  assert.throws(() => mapFlag('7', 'l20', 'argo'), /expected a flag of l20, found '7'/);
});
