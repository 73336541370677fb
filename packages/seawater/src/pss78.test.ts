import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { C_from_SP, eos80_salt, SP_from_C } from './pss78.ts';
import { t68_from_t90, t90_from_t68 } from './scales.ts';

const anyT = fc.double({ min: -2, max: 40, noNaN: true });
const anyP = fc.double({ min: 0, max: 11_000, noNaN: true });

describe('published checks of UNESCO 44: ratio, t68, p, salinity', () => {
  for (const [R, t68, p, S, digit] of [
    [1, 15, 0, 35, 5e-7],
    [1.2, 20, 2000, 37.245628, 5e-7],
    [0.65, 5, 1500, 27.995347, 5e-7],
    [1.888091, 40, 10_000, 40, 5e-6],
  ]) {
    test(`${R} at ${t68} degC and ${p} dbar is ${S}`, () => {
      const t = t90_from_t68(t68);
      assert.ok(Math.abs(eos80_salt(R, t, p) - S) <= digit);
      assert.ok(Math.abs(SP_from_C(42.914 * R, t, p) - S) <= digit);
      assert.ok(Math.abs(C_from_SP(S, t, p) - 42.914 * R) <= 2 * digit);
    });
  }
});

describe('answers of GSW 3.6.16', () => {
  for (const [C, t, p, SP] of [
    [34.5487, 28.7856, 10, 20.00986959908695],
    [34.56, 4.4036, 1000, 36.40030849438817],
    // Below 2 the extension of Hill et al. holds.
    [0.5, 15, 0, 0.3020199855424999],
    [1.5, 10, 100, 1.0784495730122057],
    [2.5, 5, 10, 2.1344498992581107],
    [0.01, 25, 0, 0.00326242106316621],
    [0.1, -1, 500, 0.0904126861386853],
  ]) {
    test(`SP_from_C(${C}, ${t}, ${p})`, () => assert.ok(Math.abs(SP_from_C(C, t, p) - SP) <= 1e-12));
  }
  for (const [SP, t, p, C] of [
    [34.5487, 28.7856, 10, 56.412599581571186],
    [34.56, 4.4036, 1000, 32.98655060799012],
    [0, 15, 0, 0.0013459718190490257],
    [0.01, 15, 0, 0.01960971720119387],
    [1.9, 2, 3000, 2.1577033203547544],
    [2, 20, 10, 3.4163148778269385],
    [1, 30, 1000, 2.190243308491895],
  ]) {
    // GSW stops its iteration before the last digits when the salinity is low.
    test(`C_from_SP(${SP}, ${t}, ${p})`, () => assert.ok(Math.abs(C_from_SP(SP, t, p) - C) <= 1e-8));
  }
});

describe('the inverse', () => {
  test('gives the salinity back, from fresh water to brine, at any temperature and pressure', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 45, noNaN: true }), anyT, anyP, (SP, t, p) => {
        const back = SP_from_C(C_from_SP(SP, t, p), t, p);
        // Just above zero the scale begins: a rounding below it is outside.
        assert.ok(Math.abs(back - SP) <= 1e-11 || (SP < 1e-11 && Number.isNaN(back)), `${SP} came back as ${back}`);
      }),
      { numRuns: 5000 },
    );
  });

  test('gives the conductivity back', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 80, noNaN: true }), anyT, anyP, (C, t, p) => {
        assert.ok(Math.abs(C_from_SP(SP_from_C(C, t, p), t, p) - C) <= 1e-10);
      }),
      { numRuns: 5000 },
    );
  });

  test('both scales meet at 2', () => {
    fc.assert(
      fc.property(anyT, anyP, (t, p) => {
        const C = C_from_SP(2, t, p);
        const below = SP_from_C(C * (1 - 1e-9), t, p);
        const above = SP_from_C(C * (1 + 1e-9), t, p);
        assert.ok(below < above && above - below < 1e-8, `${below} and ${above}`);
        assert.ok(Math.abs(below - 2) < 1e-8);
      }),
    );
  });
});

test('more conductivity is more salinity', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 80, noNaN: true }), anyT, anyP, (C, t, p) => {
      assert.ok(SP_from_C(C * 1.0001, t, p) > SP_from_C(C, t, p));
    }),
  );
});

test('water that does not conduct has no salt, whatever a rounding says', () => {
  fc.assert(fc.property(anyT, anyP, (t, p) => assert.equal(SP_from_C(0, t, p), 0)));
});

test('what is no conductivity or no salinity is missing', () => {
  assert.equal(SP_from_C(-1, 10, 0), Number.NaN);
  assert.equal(SP_from_C(Number.NaN, 10, 0), Number.NaN);
  assert.equal(SP_from_C(40, Number.NaN, 0), Number.NaN);
  assert.equal(C_from_SP(-0.1, 10, 0), Number.NaN);
  assert.equal(eos80_salt(-1, 10, 0), Number.NaN);
  // Between zero and the begin of the extension there is no salinity, as in GSW.
  assert.equal(SP_from_C(0.001, 15, 0), Number.NaN);
});

test('temperature scales', () => {
  assert.equal(t68_from_t90(10), 10.0024);
  fc.assert(
    fc.property(anyT, (t) => {
      assert.ok(Math.abs(t90_from_t68(t68_from_t90(t)) - t) <= 1e-14 * Math.max(1, Math.abs(t)));
    }),
  );
});
