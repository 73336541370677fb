import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { eos80_depth } from './depth.ts';
import { eos80_adtg, eos80_dens, eos80_ptmp, eos80_sigma_theta } from './eos80.ts';
import { t68_from_t90, t90_from_t68 } from './scales.ts';
import { delgrosso74_wz95, eos80_svel } from './sound-speed.ts';
import { sound_speed_t_exact } from './teos10/density.ts';
import { SR_from_SP } from './teos10/salinity.ts';

/** A pair that should agree to this much. */
function near(found: number, expected: number, by: number): void {
  assert.ok(Math.abs(found - expected) <= by, `expected ${expected} within ${by}, found ${found}`);
}

const anyS = fc.double({ min: 0, max: 42, noNaN: true });
const anyT = fc.double({ min: -2, max: 40, noNaN: true });
const anyP = fc.double({ min: 0, max: 10_000, noNaN: true });

describe('density, UNESCO 38 and 44: S, t68, p, kg/m3', () => {
  for (const [S, t68, p, expected] of [
    [0, 5, 0, 999.96675],
    [0, 5, 10_000, 1044.12802],
    [0, 25, 0, 997.04796],
    [0, 25, 10_000, 1037.90204],
    [35, 5, 0, 1027.67547],
    [35, 5, 10_000, 1069.48914],
    [35, 25, 0, 1023.34306],
    [35, 25, 10_000, 1062.53817],
  ]) {
    test(`${S} ${t68} ${p}`, () => near(eos80_dens(S, t90_from_t68(t68), p), expected, 5.1e-6));
  }
});

describe('other published checks of UNESCO 44, at S 40, t68 40 degC, 10 000 dbar', () => {
  const t = t90_from_t68(40);
  test('potential temperature', () => near(t68_from_t90(eos80_ptmp(40, t, 10_000, 0)), 36.89073, 5e-6));
  test('lapse rate', () => near(eos80_adtg(40, t, 10_000), 3.255976e-4, 5e-11));
  test('sound speed', () => near(eos80_svel(40, t, 10_000), 1731.995, 5.1e-4));
  test('depth at 30 degrees', () => near(eos80_depth(10_000, 30), 9712.653, 5.1e-4));
});

test('the formula of Wong and Zhu 1995, evaluated in another language', () => {
  near(delgrosso74_wz95(38.4273, 13.2724, 2590.35), 1547.9890642413006, 1e-11);
  near(delgrosso74_wz95(0, 20, 0), 1482.363532, 1e-9);
});

test('potential temperature comes back from its reference pressure', () => {
  fc.assert(
    fc.property(anyS, anyT, anyP, anyP, (s, t, p, pr) => {
      // One step of fourth order each way.
      near(eos80_ptmp(s, eos80_ptmp(s, t, p, pr), pr, p), t, 5e-3);
    }),
  );
  fc.assert(fc.property(anyS, anyT, anyP, (s, t, p) => near(eos80_ptmp(s, t, p, p), t, 1e-13)));
});

test('sigma-theta is the density of the water brought up', () => {
  fc.assert(
    fc.property(anyS, anyT, anyP, (s, t, p) => {
      near(eos80_sigma_theta(s, t, p), eos80_dens(s, eos80_ptmp(s, t, p), 0) - 1000, 0);
    }),
  );
});

test('three laboratories hear the same ocean', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 33, max: 39, noNaN: true }),
      fc.double({ min: 2, max: 14, noNaN: true }),
      fc.double({ min: 0, max: 3000, noNaN: true }),
      (s, t, p) => {
        const gibbs = sound_speed_t_exact(SR_from_SP(s), t, p);
        near(eos80_svel(s, t, p), gibbs, 1);
        near(delgrosso74_wz95(s, t, p), gibbs, 1);
      },
    ),
  );
});

test('depth grows with pressure and towards the equator', () => {
  fc.assert(
    fc.property(anyP, fc.double({ min: 0, max: 80, noNaN: true }), (p, lat) => {
      assert.ok(eos80_depth(p + 1, lat) > eos80_depth(p, lat));
      assert.equal(eos80_depth(p, -lat), eos80_depth(p, lat));
      if (p > 10) assert.ok(eos80_depth(p, lat) > eos80_depth(p, lat + 5));
    }),
  );
});

test('negative salinity, a latitude beyond the pole and what is missing give nothing', () => {
  for (const found of [
    eos80_dens(-1, 10, 0),
    eos80_dens(35, Number.NaN, 0),
    eos80_ptmp(-1, 10, 0),
    eos80_ptmp(35, 10, Number.NaN),
    eos80_adtg(-1, 10, 0),
    eos80_sigma_theta(Number.NaN, 10, 0),
    eos80_svel(-1, 10, 0),
    delgrosso74_wz95(-1, 10, 0),
    eos80_depth(100, 91),
    eos80_depth(Number.NaN, 42),
  ]) {
    assert.equal(found, Number.NaN);
  }
});
