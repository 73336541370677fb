/** Tests whose answer can be told by looking: a table of series each. The golden files hold hundreds more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRows } from '../judge-rows.ts';
import { prepareTests } from '../registry.ts';
import { optodeSaturationPercent, tiltDegrees } from './agreement.ts';
import { type Period, periodAt } from './calendar.ts';
import { geodesicM, haversineM } from './geodesic.ts';
import { boxCorners, type Corner, locationBoundsAnswer } from './location.ts';

const _ = Number.NaN;
const MINUTE_MS = 60_000;
const START = Date.UTC(2021, 0, 1);

/** Minutes of the rows default to 0, 1, 2 …; the cadence is a minute, so neighbours are at most three minutes apart. */
const TABLE: [
  what: string,
  entry: Record<string, unknown>,
  values: number[],
  expected: number[],
  rest?: { minutes?: number[]; first?: number[]; second?: number[] },
][] = [
  [
    'spike: the slope is taken away',
    { spike: { method: 'argo', suspect: 1 } },
    [0, 0, 4, 4, 4, 9, 4],
    [2, 1, 1, 1, 1, 3, 2],
  ],
  [
    'spike: a neighbour across a gap is none',
    { spike: { method: 'average', suspect: 1 } },
    [0, 9, 0, 9, 0, 0],
    [2, 2, 2, 3, 3, 2],
    { minutes: [0, 1, 5, 6, 7, 8] },
  ],
  [
    'spike: three cadences are no gap',
    { spike: { method: 'average', suspect: 1 } },
    [0, 9, 0],
    [2, 3, 2],
    { minutes: [0, 3, 6] },
  ],
  ['spike: 0 is a threshold', { spike: { method: 'average', suspect: 0 } }, [1, 1, 1.5, 1], [2, 3, 3, 2]],
  ['rate in time: there and back', { rateInTime: { suspect: 3, fail: 10 } }, [0, 2, 0, 6, 0, 0], [2, 3, 3, 4, 3, 2]],
  [
    'rate: first, missing, and beyond a gap are not evaluated',
    { rateOfChange: { suspectPerHour: 60 } },
    [0, 1, 3, _, 9, 9],
    [2, 1, 3, 9, 2, 2],
    { minutes: [0, 1, 2, 3, 4, 8] },
  ],
  [
    'rate: equal times are not evaluated',
    { rateOfChange: { suspectPerHour: 60 } },
    [0, 5, 5],
    [2, 2, 1],
    { minutes: [0, 0, 1] },
  ],
  ['step: digit rollover', { step: { fail: 10 } }, [1, 2, 13, 12, 22], [2, 1, 4, 1, 1]],
  [
    'multi-variate: the partner follows, does not, is missing',
    { multiVariate: { partner: 'CNDC', perHour: 60, partnerPerHour: 60 } },
    [0, 5, 10, 15, 15],
    [2, 1, 3, 2, 1],
    { first: [0, 5, 5, _, 5] },
  ],
  [
    'agreement',
    { agreement: { with: 'PSAL', suspect: 0.25, fail: 1 } },
    [1, 1, 1, 1, _],
    [1, 3, 4, 2, 9],
    { first: [1.25, 1.5, 2.5, _, 1] },
  ],
  [
    'tilt',
    { tilt: { with: 'ROLL', suspectDegrees: 20, failDegrees: 30 } },
    [0, 15, 25, 0, 1, _],
    [1, 3, 4, 4, 2, 9],
    { first: [0, -15, 25, 35, _, 0] },
  ],
  [
    'optode saturation',
    { optodeSaturation: { oxygen: 'DOXY', temperature: 'DOXY_TEMP', suspectPercent: 1 } },
    [100, 102, 100, _],
    [1, 3, 2, 9],
    { first: [352.7, 352.7, _, 352.7], second: [10, 10, 10, 10] },
  ],
  [
    'local spike',
    { localSpike: { factor: 2, accuracy: 0.5 } },
    [0, 0, 0.9, 0, 0, 0, 1.5, 0, 0],
    [2, 2, 1, 1, 1, 1, 3, 2, 2],
  ],
  ['Tukey 53H', { tukey53H: { suspect: 1, fail: 5 } }, [0, 0, 0, 0, 3, 9, 0, 0, 0, 0], [2, 2, 2, 2, 3, 4, 2, 2, 2, 2]],
  [
    'time gap: the first row has one before it',
    { timeGap: { suspectMs: 3 * MINUTE_MS, failMs: 9 * MINUTE_MS } },
    [_, 1, 1, 1],
    [4, 1, 3, 4],
    { minutes: [0, 3, 7, 17] },
  ],
  [
    'impossible date',
    { impossibleDate: { first: '2021-01-01T00:01:00Z', last: '2021-01-01T00:02:00Z' } },
    [0, 0, 0, 0],
    [4, 1, 1, 4],
  ],
  [
    'duplicates: both of them, and the third',
    { duplicateTimestamp: {} },
    [1, 1, 1, 1, 1],
    [1, 3, 3, 3, 1],
    { minutes: [0, 1, 1, 1, 2] },
  ],
  ['a cast upwards', { pressureIncreasing: { direction: 'up' } }, [9, 8, 8, 7, 9, _, 1], [2, 1, 3, 1, 3, 9, 2]],
  ['pressure: the mean direction of the whole', { pressureIncreasing: {} }, [1, 2, 2, 3], [2, 1, 3, 1]],
  ['rows out of order are absent', { step: { fail: 10 } }, [0, 100, 1, _], [2, 2, 1, 9], { minutes: [2, 0, 3, 1] }],
  [
    'flat: not whole, flat, moving',
    { flatLine: { tolerance: 1, suspectMs: 2 * MINUTE_MS, failMs: 4 * MINUTE_MS } },
    [0, 0.5, 0, 0.5, 0, 7, 0, 0, 0],
    [2, 2, 3, 3, 4, 1, 1, 1, 3],
  ],
  [
    'attenuated: too few, then alike',
    { attenuatedSignal: { suspect: 0.5, fail: 0.25, windowMs: 4 * MINUTE_MS } },
    [0, 0, 1, 1, 1, 1, 1],
    [2, 4, 3, 1, 3, 4, 4],
  ],
];
for (const [what, entry, values, expected, { minutes, first, second } = {}] of TABLE) {
  test(what, () => {
    const [prepared] = prepareTests(entry, MINUTE_MS);
    const time = Float64Array.from(values, (_value, i) => START + (minutes?.[i] ?? i) * MINUTE_MS);
    const partners = [first, second].flatMap((column) => (column === undefined ? [] : [Float64Array.from(column)]));
    const out = new Uint8Array(values.length);
    judgeRows(prepared, { time, values: Float64Array.from(values), partners }, 0, values.length, out);
    assert.deepEqual([...out], expected);
  });
}

const CALENDAR: [time: string, numbers: Partial<Record<Period, number>>][] = [
  ['2021-01-01T00:00:00Z', { month: 1, quarter: 1, dayofyear: 1, dayofweek: 4, hour: 0, year: 2021, week: 53 }],
  ['2020-12-31T23:59:59Z', { month: 12, quarter: 4, dayofyear: 366, dayofweek: 3, hour: 23, year: 2020, week: 53 }],
  ['2019-12-30T12:00:00Z', { dayofyear: 364, dayofweek: 0, hour: 12, week: 1, weekofyear: 1 }],
  ['2021-04-01T00:00:00Z', { month: 4, quarter: 2, dayofyear: 91, week: 13 }],
];
test('numbers of the calendar', () => {
  for (const [time, numbers] of CALENDAR) {
    for (const [period, expected] of Object.entries(numbers)) {
      assert.equal(periodAt(period as Period, Date.parse(time)), expected, `${period} of ${time}`);
    }
  }
});

test('climatology: the last member that covers a row counts, between dates and in layers', () => {
  const [prepared] = prepareTests(
    {
      climatology: {
        z: 'PRES',
        members: [
          { between: ['2021-01-01T00:00:00Z', '2021-01-01T00:02:00Z'], suspect: [0, 1], fail: [-1, 2] },
          { period: 'hour', numbers: [0, 0], z: [10, 20], suspect: [5, 6] },
        ],
      },
    },
    MINUTE_MS,
  );
  const time = Float64Array.of(0, 1, 2, 2, 3, 3).map((minute) => START + minute * MINUTE_MS);
  const values = Float64Array.of(1, 1.5, 3, 5.5, 5.5, _);
  const out = new Uint8Array(6);
  judgeRows(prepared, { time, values, partners: [Float64Array.of(0, _, 0, 20, 0, 15)] }, 0, 6, out);
  assert.deepEqual([...out], [1, 3, 4, 1, 2, 9]);
});

// Karney's GeographicLib; the site to Toulon, a degree of latitude and of longitude, and nearly opposite points.
test('distances on the ellipsoid and on the sphere', () => {
  assert.ok(Math.abs(geodesicM(0, 0, 0, 1) - 110_574.389) < 0.01);
  assert.ok(Math.abs(geodesicM(0, 0, 1, 0) - 111_319.491) < 0.01);
  assert.ok(Math.abs(haversineM(0, 0, 1, 0) - 111_194.927) < 0.01);
  assert.equal(geodesicM(6, 42, 6, 42), 0);
  assert.ok(Math.abs(geodesicM(0, 0, 179.9, 0.1) - haversineM(0, 0, 179.9, 0.1)) < 1);
  assert.ok(Number.isNaN(geodesicM(_, 42, 6, 42)));
});

test('the border and the corners of an area are not inside', () => {
  const triangle: Corner[] = [
    [0, 0],
    [4, 0],
    [0, 4],
  ];
  const answers = (points: Corner[], corners: readonly Corner[]): number[] =>
    points.map(([lon, lat]) => locationBoundsAnswer(lon, lat, corners, false));
  const inside: Corner[] = [
    [1, 1],
    [0.5, 3],
  ];
  const outside: Corner[] = [
    [0, 0],
    [4, 0],
    [2, 2],
    [2, 0],
    [0, 2],
    [3, 3],
    [-1, 0],
    [-1, 4],
    [5, 0],
  ];
  assert.deepEqual(answers(inside, triangle), [1, 1]);
  assert.deepEqual(answers(inside, [...triangle].reverse()), [1, 1]);
  assert.deepEqual(new Set(answers(outside, triangle)), new Set([4]));
  assert.equal(locationBoundsAnswer(1, 1, boxCorners(0, 0, 2, 2), true), 4);
});

test('relations between columns', () => {
  // Fresh water at 10 degC holds 11.288 mg/l or 352.8 umol/l of oxygen (Benson and Krause 1984).
  assert.ok(Math.abs(optodeSaturationPercent(352.7, 10) - 100) < 0.3);
  assert.ok(Math.abs(tiltDegrees(30, 0) - 30) < 1e-12 && Math.abs(tiltDegrees(0, -30) - 30) < 1e-12);
  assert.ok(Math.abs(tiltDegrees(20, 20) - 27.99) < 0.01);
});
