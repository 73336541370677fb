/** A value against what another column of the same row says it should be. */
import { QARTOD, type Qartod } from '@emso/core';
import { gg92_cf_mll, mll_to_umolL } from '@emso/seawater';
import { above, pointwise } from '../flow.ts';
import { defineTest, LIMITS, limits, limitsFit, NEVER, notNegative, partner, positive, shape } from '../test-kind.ts';

/** 3 or 4 where two values are further apart than a threshold, strictly; 2 where there is nothing to compare with. */
export function agreementAnswer(value: number, other: number, suspect: number, fail: number): Qartod {
  if (!Number.isFinite(value)) return QARTOD.missing;
  return Number.isFinite(other) ? above(Math.abs(value - other), suspect, fail) : QARTOD.notEvaluated;
}

/**
 * Air saturation in percent as an optode computes it from its own oxygen (umol/l) and temperature: for fresh water, whatever
 * salinity it has stored, and without pressure (Aanderaa TD 269).
 */
export function optodeSaturationPercent(oxygen: number, temperature: number): number {
  return (100 * oxygen) / mll_to_umolL(gg92_cf_mll(0, temperature));
}

/** Angle of an instrument from the vertical, from pitch and roll, in degrees. */
export function tiltDegrees(pitch: number, roll: number): number {
  const degree = Math.PI / 180;
  return Math.acos(Math.cos(pitch * degree) * Math.cos(roll * degree)) / degree;
}

export const agreement = defineTest({
  name: 'agreement',
  title: 'agreement: with another column of the same row (salinity on board and computed)',
  config: shape({ with: partner, ...limits }).refine(limitsFit, LIMITS),
  prepare: ({ with: code, suspect = NEVER, fail = NEVER }) => ({
    partners: [code],
    open: pointwise((value, _time, other) => agreementAnswer(value, other, suspect, fail)),
  }),
});

export const optodeSaturation = defineTest({
  name: 'optodeSaturation',
  title: 'optode saturation: against what its own oxygen and temperature give',
  config: shape({
    oxygen: partner,
    temperature: partner,
    suspectPercent: positive,
    failPercent: positive.optional(),
  }).refine(({ suspectPercent: suspect, failPercent: fail }) => limitsFit({ suspect, fail }), {
    error: 'expected failPercent not below suspectPercent',
  }),
  prepare: ({ oxygen, temperature, suspectPercent, failPercent = NEVER }) => ({
    partners: [oxygen, temperature],
    open: pointwise((value, _time, o2, t) =>
      agreementAnswer(value, optodeSaturationPercent(o2, t), suspectPercent, failPercent),
    ),
  }),
});

export const tilt = defineTest({
  name: 'tilt',
  title: 'tilt: pitch and roll together, from the vertical (set it on either, with the other as partner)',
  config: shape({
    with: partner,
    suspectDegrees: notNegative.optional(),
    failDegrees: notNegative.optional(),
  }).refine(({ suspectDegrees: suspect, failDegrees: fail }) => limitsFit({ suspect, fail }), {
    error: 'expected suspectDegrees, failDegrees or both, with failDegrees not below suspectDegrees',
  }),
  prepare: ({ with: code, suspectDegrees = NEVER, failDegrees = NEVER }) => ({
    partners: [code],
    open: pointwise((value, _time, other) => {
      if (!Number.isFinite(value)) return QARTOD.missing;
      if (!Number.isFinite(other)) return QARTOD.notEvaluated;
      return above(tiltDegrees(value, other), suspectDegrees, failDegrees);
    }),
  }),
});
