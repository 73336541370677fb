import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { declinationDeg, declinationOfDay } from './declination.ts';

const LAT = 42.80622;
const LON = 6.02683;
const DEPTH = 2469;
const at = (date: string): number => declinationDeg(LAT, LON, Date.parse(date), DEPTH);

describe('at the observatory', () => {
  for (const [date, expected] of [
    ['2019-05-15', 2.03],
    ['2020-07-01', 2.2],
    ['2022-03-10', 2.46],
    ['2024-11-30', 2.74],
    ['2026-11-21', 2.97],
  ] as const) {
    test(date, () => assert.equal(at(date), expected));
  }
});

describe('the table of test values that NOAA prints with the model of 2020, at the surface', () => {
  // Date, geodetic latitude and longitude, declination; WMM2020 test values.
  for (const [date, latitude, longitude, expected] of [
    ['2020-01-01', 80, 0, -1.28],
    ['2020-01-01', 0, 120, 0.16],
    ['2020-01-01', -80, 240, 69.36],
  ] as const) {
    test(`${date} ${latitude} ${longitude}`, () => {
      const found = declinationDeg(latitude, longitude, Date.parse(date), 0);
      assert.ok(Math.abs(found - expected) <= 0.02, `expected ${expected}, found ${found}`);
    });
  }
});

test('beyond the editions of the model the field keeps its rate, without a step', () => {
  const rate = at('2029-11-01') - at('2028-11-01');
  assert.ok(Math.abs(at('2030-11-01') - at('2029-11-01') - rate) <= 0.02);
  assert.ok(Math.abs(at('2035-11-01') - at('2029-11-01') - 6 * rate) <= 0.06);
  assert.ok(Math.abs(at('2029-11-14') - at('2029-11-11')) <= 0.01);
  const first = at('2016-01-01') - at('2015-01-01');
  assert.ok(first > 0.08 && first < 0.16, `about 0.12 a year, found ${first}`);
  assert.ok(Math.abs(at('2015-01-01') - at('2005-01-01') - 10 * first) <= 0.11);
  assert.ok(Math.abs(at('2014-12-20') - at('2014-12-10')) <= 0.01);
});

test('from day to day it moves by 0.01 at most, but where an edition corrects the one before it', () => {
  const DAY_MS = 86_400_000;
  const steps: [string, number][] = [];
  for (let day = Date.UTC(2010, 0, 1) / DAY_MS; day < Date.UTC(2035, 0, 1) / DAY_MS; day++) {
    const moved = declinationOfDay(LAT, LON, day + 1, DEPTH) - declinationOfDay(LAT, LON, day, DEPTH);
    if (Math.abs(moved) < 0.011) continue;
    steps.push([new Date((day + 1) * DAY_MS).toISOString().slice(0, 10), Math.round(moved * 100)]);
  }
  assert.deepEqual(steps, [
    ['2018-09-18', 11],
    ['2024-11-13', -13],
  ]);
});

test('any place, any instant: a rounded angle or nothing, never a throw, never a word on the console', (t) => {
  const said = t.mock.method(console, 'error', () => {});
  const place = fc.double({ min: -400, max: 400 });
  fc.assert(
    fc.property(
      fc.double({ min: -95, max: 95 }),
      place,
      fc.double(),
      fc.double({ min: -1e5, max: 1e5 }),
      (latitude, longitude, timeMs, depthM) => {
        const found = declinationDeg(latitude, longitude, timeMs, depthM);
        const known =
          Math.abs(latitude) <= 90 &&
          Math.abs(longitude) <= 360 &&
          Math.abs(timeMs) <= 8.64e15 &&
          Math.abs(depthM) <= 20_000;
        assert.equal(Number.isNaN(found), !known);
        if (known) {
          assert.ok(found >= -180 && found <= 180);
          assert.equal(Math.round(found * 100) / 100, found);
          assert.ok(!Object.is(found, -0));
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.equal(said.mock.callCount(), 0);
});

test('of a day is that of its noon, asked once or again', () => {
  const day = Date.UTC(2022, 2, 10) / 86_400_000;
  const noon = declinationDeg(LAT, LON, day * 86_400_000 + 43_200_000, DEPTH);
  assert.equal(declinationOfDay(LAT, LON, day, DEPTH), noon);
  assert.equal(declinationOfDay(LAT, LON, day, DEPTH), noon);
  assert.notEqual(declinationOfDay(LAT + 30, LON, day, DEPTH), noon);
  assert.notEqual(declinationOfDay(LAT, LON + 60, day, DEPTH), noon);
  assert.notEqual(declinationOfDay(LAT, LON, day + 1000, DEPTH), noon);
  assert.equal(declinationOfDay(LAT, LON, Number.NaN, DEPTH), Number.NaN);
});
