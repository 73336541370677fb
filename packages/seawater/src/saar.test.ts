import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { insideTable, type SaarTable, saarOf } from './saar.ts';
import { SITE_SAAR } from './saar-site.ts';
import { SA_from_SP, SAAR, SR_from_SP } from './teos10/salinity.ts';

/** Linear in each direction, so that any interpolation that is gives it back. */
const anomaly = (p: number, lon: number, lat: number): number =>
  1e-4 + (lon - 3 * lat + (lon * lat) / 7 + p / 50) * 1e-6;
const lon = [-20, -16, -8];
const lat = [30, 34, 35, 50];
const p = [0, 10, 100, 1000];
const TABLE: SaarTable = {
  box: { west: -20, east: -8, south: 30, north: 50 },
  lon,
  lat,
  p,
  ratio: p.flatMap((each) => lat.flatMap((north) => lon.map((east) => anomaly(each, east, north)))),
};

test('a table of another region is read at its corners and between them', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -20, max: -8, noNaN: true }),
      fc.double({ min: 30, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 1000, noNaN: true }),
      (east, north, depth) => {
        assert.ok(Math.abs(saarOf(TABLE, depth, east, north) - anomaly(depth, east, north)) < 1e-17);
        assert.ok(insideTable(TABLE, depth, east, north));
      },
    ),
  );
  assert.equal(saarOf(TABLE, 1000, -8, 50), TABLE.ratio[TABLE.ratio.length - 1]);
  assert.equal(saarOf(TABLE, 0, -20, 30), TABLE.ratio[0]);
});

test('GSW 3.6.16 at the site: above the water, at the surface, in the deep, at a corner of the box', () => {
  for (const [depth, east, north, expected] of [
    [-5, 6, 43, 4.9023103184646674e-5],
    [0, 6, 43, 4.961431635546922e-5],
    [3500, 6, 43, 4.8640001006325105e-5],
    [2402.18, 6.02683, 42.80622, 5.003015529975419e-5],
  ] as const) {
    assert.ok(Math.abs(SAAR(depth, east, north) - expected) <= 1e-19);
    assert.ok(insideTable(SITE_SAAR, depth, east, north));
  }
});

test('outside of the box the anomaly is 0, Absolute is Reference Salinity, and one can know it', () => {
  for (const [depth, east, north] of [
    [100, 3.999, 43],
    [100, 8.001, 43],
    [100, 6, 41.999],
    [100, 6, 46.001],
    [3500.1, 6, 43],
    [-10.2, 6, 43],
  ]) {
    assert.equal(insideTable(SITE_SAAR, depth, east, north), false, `${depth} ${east} ${north}`);
    assert.equal(SAAR(depth, east, north), 0);
    assert.equal(SA_from_SP(38.4, depth, east, north), SR_from_SP(38.4));
  }
});

test('a missing place has no anomaly, and is in no table', () => {
  for (const at of [0, 1, 2]) {
    for (const missing of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const [depth, east, north] = [100, 6, 43].map((value, i) => (i === at ? missing : value));
      assert.equal(SAAR(depth, east, north), Number.NaN);
      assert.equal(insideTable(SITE_SAAR, depth, east, north), false);
    }
  }
});

test('a table goes with every function that takes a place', () => {
  assert.equal(SAAR(10, -16, 34, TABLE), saarOf(TABLE, 10, -16, 34));
  assert.ok(Math.abs(SA_from_SP(36, 10, -16, 34, TABLE) - SR_from_SP(36) * (1 + anomaly(10, -16, 34))) < 1e-14);
});
