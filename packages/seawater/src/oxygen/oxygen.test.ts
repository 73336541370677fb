import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { eos80_sigma_theta } from '../eos80.ts';
import {
  optode_air_saturation,
  optode_pressure_comp,
  optode_pressure_comp_bittig,
  optode_salinity_comp,
  optode_svu,
  optode_to_umolkg,
} from '../optode.ts';
import { O2_saturation_percent, O2sol, umolL_to_umolkg } from './of-seawater.ts';
import * as solubility from './solubility.ts';
import * as units from './units.ts';

function near(found: number, expected: number, by: number): void {
  assert.ok(Math.abs(found - expected) <= by, `expected ${expected} within ${by}, found ${found}`);
}

describe('solubility, published and printed values', () => {
  for (const [name, found, expected, by] of [
    // Garcia and Gordon 1992 at S 35, T 10.
    ['gg92_bk_mll', solubility.gg92_bk_mll(35, 10), 6.3148, 5e-5],
    ['gg92_cf_mll', solubility.gg92_cf_mll(35, 10), 6.3161, 5e-5],
    ['gg92_bk_umolkg', solubility.gg92_bk_umolkg(35, 10), 274.61, 5e-4],
    ['gg92_cf_umolkg', solubility.gg92_cf_umolkg(35, 10), 274.646, 5e-4],
    // GSW takes T as ITS-90 and puts its IPTS-68 value into the same fit.
    ['O2sol_SP_pt', solubility.O2sol_SP_pt(35, 10), 274.596, 5e-4],
    [
      'O2sol_SP_pt, bottle 1 of the GSW documentation',
      solubility.O2sol_SP_pt(34.5487, 28.7856),
      194.95762875980523,
      1e-11,
    ],
    // The tables of the U.S. Geological Survey, fresh water.
    ['bk84_mgl at 0 degC', solubility.bk84_mgl(0, 0), 14.621, 5e-4],
    ['bk84_mgl at 20 degC', solubility.bk84_mgl(0, 20), 9.092, 5e-4],
    // Table 1 of Weiss 1970, to its digits.
    ['weiss70_mll', solubility.weiss70_mll(35, 10), 6.315, 6e-3],
    // The same formulas evaluated in another language, Weiss by python-seawater.
    ['weiss70_mll in full', solubility.weiss70_mll(38.5332, 13.4126), 5.747697932376648, 1e-12],
    ['bk84_mgl in full', solubility.bk84_mgl(38.5196, 13.4479), 8.21171618719698, 1e-11],
    ['gg92_bk_mll in full', solubility.gg92_bk_mll(38.4725, 13.1787), 5.778854759753732, 1e-12],
    ['gg92_cf_mll in full', solubility.gg92_cf_mll(38.4268, 13.6634), 5.722655880307158, 1e-12],
    ['gg92_bk_umolkg in full', solubility.gg92_bk_umolkg(38.5271, 13.3039), 250.07548539830464, 1e-11],
    ['gg92_cf_umolkg in full', solubility.gg92_cf_umolkg(38.5327, 12.9005), 252.04553001892185, 1e-11],
  ] as const) {
    test(name, () => near(found, expected, by));
  }

  test('all fits describe the same water', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 40, noNaN: true }), fc.double({ min: 0, max: 30, noNaN: true }), (S, T) => {
        const bk = solubility.gg92_bk_mll(S, T);
        near(solubility.gg92_cf_mll(S, T) / bk, 1, 0.003);
        near(solubility.weiss70_mll(S, T) / bk, 1, 0.006);
        near(units.umolL_to_mll(units.mgL_to_umolL(solubility.bk84_mgl(S, T))) / bk, 1, 0.004);
        const rho = 1000 + eos80_sigma_theta(S, T, 0);
        near(units.umolL_to_umolkg_at(units.mll_to_umolL(bk), rho) / solubility.gg92_bk_umolkg(S, T), 1, 0.001);
        near(solubility.gg92_bk_salinity_factor(S, T), bk / solubility.gg92_bk_mll(0, T), 1e-12);
      }),
    );
  });

  test('no salinity below zero, no temperature outside of the fit', () => {
    for (const [name, value] of Object.entries(solubility)) {
      const fit = value as (S: number, T: number, S0: number) => number;
      assert.equal(fit(-1, 10, 0), Number.NaN, name);
      assert.equal(fit(35, -273.15, 0), Number.NaN, name);
      assert.equal(fit(Number.NaN, 10, 0), Number.NaN, name);
    }
    assert.equal(solubility.gg92_bk_mll(35, 298.15), Number.NaN);
  });
});

describe('units', () => {
  test('factors', () => {
    near(units.mll_to_umolL(5.5425), 247.525833, 1e-9);
    near(units.mgL_to_umolL(1), 31.2512, 1e-4);
    near(units.umolL_to_umolkg_at(200, 1025), 195.1219512195122, 1e-12);
    assert.equal(units.umolL_to_umolkg_at(200, 0), Number.NaN);
    assert.equal(units.umolkg_to_umolL_at(200, -1), Number.NaN);
  });
  test('there and back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.double({ min: 990, max: 1060, noNaN: true }),
        (O2, rho) => {
          near(units.umolL_to_mll(units.mll_to_umolL(O2)), O2, 1e-12);
          near(units.mgL_to_umolL(units.umolL_to_mgL(O2)), O2, 1e-12);
          near(units.umolkg_to_umolL_at(units.umolL_to_umolkg_at(O2, rho), rho), O2, 1e-12);
        },
      ),
    );
  });
});

describe('optode', () => {
  const SVU = [0.002848, 0.000114, 1.51e-6, 70.42301, -0.10302, -12.9462, 1.265377];
  for (const [phase, T, expected] of [
    [32, 10, 367.038772],
    [39.825, 10, 206.105882],
    [63.3, 30, 0.351926228],
  ]) {
    test(`Stern-Volmer-Uchida at ${phase} degrees and ${T} degC: unit tests of the Ocean Observatories Initiative`, () =>
      near(optode_svu(phase, T, SVU), expected, 5e-7));
  }

  test('at the observatory: what the firmware reads as 200 µmol/l', () => {
    near(optode_salinity_comp(1, 38.48, 13.29, 0), 0.7873, 5e-7);
    near(optode_pressure_comp(1, 2505.6), 1.080179, 5e-7);
    const compensated = optode_pressure_comp(optode_salinity_comp(200, 38.48, 13.29, 0), 2505.6);
    near(compensated, 170.085, 5e-5);
    near(units.umolL_to_mll(compensated), 3.8085, 5e-5);
    const rho = 1000 + eos80_sigma_theta(38.48, 13.29, 2505.6);
    near(units.umolL_to_umolkg_at(compensated, rho), 165.2735, 5e-5);
    near(optode_to_umolkg(200, 38.48, 13.29, 2505.6, 0, 6.02683, 42.80622), 165.2735, 1e-3);
  });

  test('its own salinity changes nothing, two steps are one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.double({ min: -2, max: 35, noNaN: true }),
        (S, S0, T) => {
          near(optode_salinity_comp(200, S, T, S), 200, 0);
          near(optode_salinity_comp(optode_salinity_comp(200, S, T, S0), S0, T, S), 200, 1e-10);
        },
      ),
    );
  });

  test('Bittig et al. 2015: more with pressure, a little more in warm water', () => {
    near(optode_pressure_comp_bittig(100, 0, 1000), 104.19, 1e-9);
    near(optode_pressure_comp_bittig(100, 10, 1000), 104.41, 1e-9);
  });

  test('the air saturation of a 4831 in fresh water', () => near(optode_air_saturation(273.688, 19.704), 95.838, 0.01));

  test('impossible phases and settings are missing', () => {
    assert.equal(optode_svu(Number.NaN, 10, SVU), Number.NaN);
    assert.equal(optode_svu(30, 10, [0, 0, 0, 0, 0, 0, 0]), Number.NaN);
    assert.equal(optode_svu(30, 10, []), Number.NaN);
    assert.equal(optode_salinity_comp(200, 38, 10, -1), Number.NaN);
  });
});

test('water in equilibrium is saturated, wherever it went since', () => {
  fc.assert(
    fc.property(fc.double({ min: 10, max: 40, noNaN: true }), fc.double({ min: 0, max: 25, noNaN: true }), (SP, t) => {
      near(O2_saturation_percent(solubility.O2sol_SP_pt(SP, t), SP, t, 0, 6, 43), 100, 1e-9);
    }),
  );
  near(O2sol(38.671084, 13.193636, 2522.42, 6.02683, 42.80622), 250.22234253962066, 1e-9);
  near(umolL_to_umolkg(206.736, 38.4214, 13.3166, 2402.18, 6.02683, 42.80622), 200.89781934095814, 1e-9);
});
