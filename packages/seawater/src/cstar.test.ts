import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cstar_beam_c, cstar_beam_c_from_Tr, cstar_sbe_M, cstar_Tr_from_beam_c, cstar_transmittance } from './cstar.ts';

test('counts between blocked beam and clean water', () => {
  assert.equal(cstar_transmittance(8000, 0, 16_000), 0.5);
  assert.equal(cstar_transmittance(16_000, 0, 16_000), 1);
  assert.equal(cstar_beam_c(16_000, 0, 16_000, 0.25), 0);
  assert.ok(Object.is(cstar_beam_c(16_000, 0, 16_000, 0.25), 0), 'not -0');
  assert.ok(Math.abs(cstar_beam_c(8000, 0, 16_000, 0.25) - 4 * Math.LN2) < 1e-15);
});

test('clearer than the water of the calibration is negative, not missing: a line of a real sensor', () => {
  assert.ok(Math.abs(cstar_Tr_from_beam_c(-0.087, 0.25) - 1.022) < 5e-5);
  assert.ok(cstar_beam_c(16_500, 50, 16_000, 0.25) < 0);
});

test('attenuation and transmittance are each other’s inverse', () => {
  fc.assert(
    fc.property(fc.double({ min: -2, max: 40, noNaN: true }), fc.constantFrom(0.1, 0.25), (c, path) => {
      assert.ok(Math.abs(cstar_beam_c_from_Tr(cstar_Tr_from_beam_c(c, path), path) - c) < 1e-12);
    }),
  );
});

test('a blocked beam, a wrong calibration and a path of no length give nothing', () => {
  for (const found of [
    cstar_transmittance(50, 50, 16_000),
    cstar_transmittance(40, 50, 16_000),
    cstar_transmittance(40, 50, 30),
    cstar_transmittance(Number.NaN, 50, 16_000),
    cstar_beam_c(50, 50, 16_000, 0.25),
    cstar_beam_c(8000, 50, 16_000, 0),
    cstar_beam_c(8000, 50, 16_000, -0.25),
    cstar_beam_c_from_Tr(0, 0.25),
    cstar_beam_c_from_Tr(-0.1, 0.25),
    cstar_Tr_from_beam_c(1, 0),
  ]) {
    assert.equal(found, Number.NaN);
  }
});

test('Sea-Bird application note 91, printed example', () => {
  const { M, B } = cstar_sbe_M(100, 4.565, 0.002, 4.743, 4.719, 0.006);
  assert.ok(Math.abs(M - 22.046) < 6e-4 && Math.abs(B - -0.132) < 6e-4, `${M} ${B}`);
});
