/** What the site file may say about tests, and what it is told when it is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRows } from './judge-rows.ts';
import { prepareTests, qcFaults, REGISTRY, reachOf, testKind } from './registry.ts';

const CADENCE_MS = 120_000;
const HOUR_MS = 3_600_000;

/** Starting values of the site for the MicroCAT's temperature. */
const TEMP = {
  grossRange: { fail: [12.5, 14], suspect: [13.05, 13.65], source: 'computed' },
  spike: { method: 'differential', suspect: 0.01, fail: 0.1 },
  rateOfChange: { suspectPerHour: 0.72, failPerHour: 7.2 },
  flatLine: { tolerance: 5e-5, suspectMs: 3 * HOUR_MS, failMs: 12 * HOUR_MS },
  attenuatedSignal: { measure: 'std', suspect: 2e-5, fail: 5e-6, windowMs: 24 * HOUR_MS },
};

test('the starting values of the site are sound, and say how far they reach', () => {
  assert.deepEqual(qcFaults(TEMP, { cadenceMs: CADENCE_MS, live: true }), []);
  const tests = prepareTests(TEMP, CADENCE_MS);
  assert.deepEqual(
    tests.map(({ name, lookbackMs, lookaheadMs, lateRows }) => [name, lookbackMs, lookaheadMs, lateRows]),
    [
      ['grossRange', 0, 0, 0],
      ['spike', 360_000, 360_000, 1],
      ['rateOfChange', 360_000, 0, 0],
      ['flatLine', 24 * HOUR_MS, 0, 0],
      ['attenuatedSignal', 24 * HOUR_MS, 0, 0],
    ],
  );
  assert.deepEqual(reachOf(tests), { lookbackMs: 24 * HOUR_MS, lookaheadMs: 360_000 });
  assert.deepEqual(reachOf([]), { lookbackMs: 0, lookaheadMs: 0 });
});

const FAULTS: [what: string, entry: Record<string, unknown>, path: (string | number)[], message: RegExp][] = [
  ['a name that is no test', { grosRange: {} }, ['grosRange'], /expected a test \(grossRange, .*\), found 'grosRange'/],
  ['a key too much', { spike: { method: 'argo', suspect: 1, suspekt: 2 } }, ['spike'], /expected no key suspekt/],
  [
    'a suspect span beyond the fail span',
    { grossRange: { fail: [0, 5], suspect: [-1, 4] } },
    ['grossRange', 'suspect'],
    /expected a suspect span within the fail span \[0, 5\], found \[-1, 4\]/,
  ],
  ['a span upside down', { grossRange: { fail: [5, 0] } }, ['grossRange', 'fail'], /low below high, found \[5,0\]/],
  [
    'an unknown method',
    { spike: { method: 'median', suspect: 1 } },
    ['spike', 'method'],
    /expected one of average, differential, argo, found "median"/,
  ],
  ['no threshold at all', { step: {} }, ['step'], /expected suspect, fail or both/],
  ['fail before suspect', { step: { suspect: 2, fail: 1 } }, ['step'], /with fail not below suspect/],
  [
    'fail before suspect, per hour',
    { rateOfChange: { suspectPerHour: 2, failPerHour: 1 } },
    ['rateOfChange'],
    /failPerHour not below suspectPerHour/,
  ],
  [
    'attenuated upside down',
    { attenuatedSignal: { suspect: 1, fail: 2, windowMs: HOUR_MS } },
    ['attenuatedSignal'],
    /fail not above suspect/,
  ],
  ['a negative threshold', { step: { suspect: -1 } }, ['step', 'suspect'], /expected a number from 0, found -1/],
  [
    'a tolerance that is never undercut',
    { flatLine: { tolerance: 0, suspectMs: HOUR_MS } },
    ['flatLine', 'tolerance'],
    /expected a number above 0, found 0/,
  ],
  [
    'a flat line shorter than two cadences',
    { flatLine: { tolerance: 1, suspectMs: 120_000 } },
    ['flatLine'],
    /expected suspectMs of at least two cadences of 120000 ms, found 120000/,
  ],
  [
    'a window shorter than three cadences',
    { attenuatedSignal: { suspect: 1, windowMs: 240_000 } },
    ['attenuatedSignal'],
    /expected windowMs of at least three cadences/,
  ],
  [
    'more of a window than there is',
    { attenuatedSignal: { suspect: 1, windowMs: HOUR_MS, minMs: 2 * HOUR_MS } },
    ['attenuatedSignal'],
    /expected minMs not above windowMs/,
  ],
  [
    'a partner that is no parameter',
    { agreement: { with: 'NOPE', suspect: 1 } },
    ['agreement', 'with'],
    /expected a code of the parameter table such as TEMP, found "NOPE"/,
  ],
  [
    'a member without a time',
    { climatology: { members: [{ suspect: [1, 2] }] } },
    ['climatology', 'members', 0],
    /expected period and numbers, or between/,
  ],
  [
    'a layer without a depth',
    { climatology: { members: [{ period: 'month', numbers: [1, 12], z: [0, 1], suspect: [1, 2] }] } },
    ['climatology'],
    /expected z: the code/,
  ],
  [
    'a date that is none',
    { impossibleDate: { first: 'yesterday' } },
    ['impossibleDate', 'first'],
    /expected a UTC time such as/,
  ],
  [
    'a whole-series statistic',
    { attenuatedSignal: { suspect: 1 } },
    ['attenuatedSignal'],
    /expected a test that can run live: .*set windowMs/,
  ],
  ['percentiles', { percentileRange: {} }, ['percentileRange'], /expected a test that can run live: .*use grossRange/],
  ['a cast without a direction', { pressureIncreasing: {} }, ['pressureIncreasing'], /set direction/],
  [
    'duplicates far apart',
    { duplicateTimestamp: { adjacentOnly: false } },
    ['duplicateTimestamp'],
    /set adjacentOnly: true/,
  ],
];
for (const [what, entry, path, message] of FAULTS) {
  test(`refused: ${what}`, () => {
    const faults = qcFaults(entry, { cadenceMs: CADENCE_MS, live: true });
    assert.equal(faults.length, 1, JSON.stringify(faults));
    assert.deepEqual(faults[0].path, path);
    assert.match(faults[0].message, message);
  });
}

test('an angle takes no test to which a turn through north is a jump', () => {
  const options = { cadenceMs: CADENCE_MS, live: true, circular: true };
  const still = { flatLine: { tolerance: 0.1, suspectMs: 24 * HOUR_MS } };
  assert.deepEqual(qcFaults({ grossRange: { fail: [0, 360] }, ...still }, options), []);
  assert.match(qcFaults({ spike: TEMP.spike }, options)[0].message, /expected no spike for an angle/);
});

test('what is wrong is said before anything is prepared', () => {
  assert.throws(
    () => prepareTests({ step: { suspect: -1 } }, CADENCE_MS),
    /qc\.step\.suspect: expected a number from 0/,
  );
  assert.throws(() => testKind('nope'), /expected a test \(.*\), found 'nope'/);
  for (const [name, kind] of REGISTRY) assert.equal(testKind(name), kind);
});

test('rows are judged within their columns only', () => {
  const [range] = prepareTests({ grossRange: { fail: [0, 1] } }, CADENCE_MS);
  const columns = { time: Float64Array.of(0, 1), values: Float64Array.of(0, 2) };
  const out = Uint8Array.of(7, 7);
  judgeRows(range, columns, 1, 2, out);
  assert.deepEqual([...out], [7, 4]);
  assert.throws(() => judgeRows(range, columns, 0, 3, new Uint8Array(3)), /expected rows within 0 to 2/);
});
