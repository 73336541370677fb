import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ConfigError, DAY_MS, iso, type Observatory, parseObservatory } from '@emso/core';
import fc from 'fast-check';
import { donorFacts, optodeFacts } from '../test/donated.ts';
import { siteText } from '../test/plans.ts';
import { compareDay, type PlannedComparison, planComparisons } from './comparisons.ts';
import { nearest } from './nearest.ts';
import { planObservatory } from './plan.ts';
import { settingsFaults } from './settings-faults.ts';

const DAY = Date.UTC(2020, 2, 1) / DAY_MS;
const at = (ms: number): string => iso(DAY * DAY_MS + ms);
const SITE = new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url);

const PAIR = {
  id: 'pair',
  title: { fr: 'p', en: 'p' },
  kind: 'pair',
  of: { sensor: 'oxygen', parameter: 'DOXY_TEMP' },
  against: { sensor: 'microcat', parameter: 'TEMP' },
};
const LIMITS = { validFrom: '2019-01-01T00:00:00Z', withinMs: 1000, suspectDegC: 0.1, failDegC: 0.5, source: 'test' };

function siteWith(comparisons: unknown): Observatory {
  const site = JSON.parse(siteText([optodeFacts({ donors: undefined }), donorFacts()])) as object;
  return parseObservatory(JSON.stringify({ ...site, comparisons }), 'site.yaml', settingsFaults);
}

function planned(limits: readonly unknown[], comparison: object = PAIR): PlannedComparison {
  return planComparisons(siteWith([{ ...comparison, limits }]))[0];
}

type Cell = number | string;
const csv = (header: string, rows: readonly (readonly Cell[])[]): Uint8Array =>
  Buffer.from(`${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`);
const optode = (rows: readonly (readonly [ms: number, value: Cell, flag?: number, timeFlag?: number])[]) =>
  csv(
    'time,DOXY,DOXY_TEMP,DOXY_QC,DOXY_TEMP_QC,time_QC',
    rows.map(([ms, value, flag = 1, time = 1]) => [at(ms), 200, value, 3, flag, time]),
  );
/** The MicroCAT of the test site calls TEMP `Temperature`. */
const microcat = (rows: readonly (readonly [ms: number, value: Cell, flag?: number])[]) =>
  csv(
    'time,Temperature,TEMP_QC,time_QC',
    rows.map(([ms, value, flag = 1]) => [at(ms), value, flag, 1]),
  );

const linesOf = (plan: PlannedComparison, oxygen: Uint8Array, water: Uint8Array): string[] => {
  const made = compareDay(
    plan,
    DAY,
    new Map([
      ['oxygen', oxygen],
      ['microcat', water],
    ]),
  );
  return Buffer.from(made!.csv).toString('utf8').trimEnd().split('\n');
};

test('the value nearest in time, of two equally near ones the earlier, within the tolerance', () => {
  const lines = linesOf(
    planned([LIMITS]),
    optode([
      [10_000, 13.35],
      [20_000, 13.45],
      [30_000, 13.9],
      [40_000, 13.3],
    ]),
    microcat([
      [9500, 13.3],
      [10_500, 13.9],
      [21_000, 13.3],
      [29_500, 13.3],
      [38_999, 13.3],
    ]),
  );
  assert.deepEqual(lines, [
    'time,oxygen_DOXY_TEMP,microcat_TEMP,difference,difference_QC',
    `${at(10_000)},13.3500,13.3000,0.0500,1`,
    `${at(20_000)},13.4500,13.3000,0.1500,3`,
    `${at(30_000)},13.9000,13.3000,0.6000,4`,
  ]);
});

test('a difference of exactly a threshold passes, whatever its sign and its last binary digit', () => {
  const lines = linesOf(
    planned([{ ...LIMITS, offsetDegC: 0.3 }]),
    optode([
      [0, 13.7],
      [1, 13.5],
      [2, 13.7001],
      [3, 13.4999],
    ]),
    microcat([[0, 13.3]]),
  );
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(',').slice(3).join()),
    ['0.1000,1', '-0.1000,1', '0.1001,3', '-0.1001,3'],
  );
});

test('only good values at good times are compared', () => {
  const lines = linesOf(
    planned([LIMITS]),
    optode([
      [1000, 13.3, 3],
      [2000, 13.3, 1, 4],
      [3000, '', 9],
      [4000, 13.3],
    ]),
    microcat([
      [3900, 13.9, 4],
      [4500, 13.2],
    ]),
  );
  assert.deepEqual(lines.slice(1), [`${at(4000)},13.3000,13.2000,0.1000,1`]);
});

test('medians of periods, where both sides have enough values', () => {
  const hour = 3_600_000;
  const plan = planned([
    { validFrom: LIMITS.validFrom, medianMs: hour, minSamples: 2, suspectDegC: 0.02, source: 'test' },
  ]);
  const lines = linesOf(
    plan,
    optode([
      [0, 13.3],
      [1000, 13.4],
      [2000, 99],
      [hour, 13.3],
      [2 * hour, 13.3],
      [2 * hour + 1, 13.32],
    ]),
    microcat([
      [5, 13.3],
      [6, 13.3],
      [hour, 13.3],
      [hour + 1, 13.3],
      [2 * hour, 13.3],
      [2 * hour + 60_000, 13.3],
    ]),
  );
  assert.deepEqual(lines.slice(1), [`${at(0)},13.4000,13.3000,0.1000,3`, `${at(2 * hour)},13.3100,13.3000,0.0100,1`]);
});

test('limits hold from their date on; before the first one nothing is compared', () => {
  const noon = DAY_MS / 2;
  const lines = linesOf(
    planned([
      { ...LIMITS, validFrom: at(1000) },
      { ...LIMITS, validFrom: at(noon), suspectDegC: 0.01 },
    ]),
    optode([
      [0, 13.35],
      [1000, 13.35],
      [noon - 1, 13.35],
      [noon, 13.35],
    ]),
    microcat([
      [0, 13.3],
      [1000, 13.3],
      [noon, 13.3],
    ]),
  );
  assert.deepEqual(
    lines.slice(1).map((line) => line.slice(-1)),
    ['1', '1', '3'],
  );
});

test('one file is no comparison; a file without the column is one that says nothing', () => {
  const plan = planned([LIMITS]);
  assert.equal(compareDay(plan, DAY, new Map([['oxygen', optode([[0, 13.3]])]])), undefined);
  assert.equal(linesOf(plan, optode([[0, 13.3]]), csv('time,time_QC', [[at(0), 1]])).length, 1);
});

test('levels: from one pressure to the next, each pair with its own flag, a missing level left out', () => {
  const observatory = parseObservatory(readFileSync(SITE, 'utf8'), 'site.yaml', settingsFaults);
  const plan = planComparisons(observatory).find(({ comparison }) => comparison.id === 'density-albatross')!;
  const level = (ms: number, density: number, pressure: number, flag = 1) =>
    csv('time,pressure,sigma_theta,PRES_QC,DENS_QC,time_QC', [[at(ms), pressure, density, 1, flag, 1]]);
  const made = compareDay(
    plan,
    DAY,
    new Map([
      ['albatross-microcat-0500', level(0, 29.1, 520)],
      // Pushed down below the next one by the current: the measured pressure counts.
      ['albatross-microcat-0750', level(60_000, 29.09, 1040)],
      ['albatross-microcat-1000', level(-800_000, 29.1, 1010)],
      ['albatross-microcat-1250', level(0, 28, 1264, 4)],
      ['albatross-microcat-1500', level(900_000, 29.06, 1517)],
      ['albatross-microcat-2000', level(900_001, 29.2, 2025)],
      ['albatross-microcat-2400', level(0, 29.0299, 2433)],
    ]),
  );
  assert.equal(made?.path, 'comparison/density-albatross/2020-03/density-albatross_20200301.csv');
  const name = (metres: string): string => `albatross-microcat-${metres}`;
  assert.deepEqual(Buffer.from(made.csv).toString('utf8').trimEnd().split('\n'), [
    'time,upper,lower,upper_DENS,lower_DENS,difference,difference_QC',
    `${at(0)},${name('0500')},${name('1000')},29.1000,29.1000,0.0000,1`,
    `${at(0)},${name('1000')},${name('0750')},29.1000,29.0900,-0.0100,1`,
    `${at(0)},${name('0750')},${name('1500')},29.0900,29.0600,-0.0300,1`,
    `${at(0)},${name('1500')},${name('2400')},29.0600,29.0299,-0.0301,3`,
  ]);
});

test('nearest finds what a look at all of them finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ min: -5, max: 55 }),
      fc.nat(20),
      (times, time, reach) => {
        const sorted = Float64Array.from(times).sort();
        const found = nearest(sorted, time, reach);
        const least = Math.min(Number.POSITIVE_INFINITY, ...sorted.map((each) => Math.abs(each - time)));
        if (least > reach) assert.equal(found, -1);
        else {
          assert.equal(Math.abs(sorted[found] - time), least);
          assert.ok(sorted.includes(time - least) ? sorted[found] === time - least : true, 'the earlier one');
        }
      },
    ),
  );
});

test('a sensor that does not exist, and a parameter that a sensor does not give, are refused at their places', () => {
  const faults = (comparison: object): string[] => {
    try {
      siteWith([{ ...PAIR, ...comparison, limits: [LIMITS] }]);
    } catch (error) {
      return (error as ConfigError).faults.map(({ path, message }) => `${path}: ${message}`);
    }
    return [];
  };
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({ against: { sensor: 'micro', parameter: 'TEMP' } }), [
    "comparisons[0].against.sensor: expected the id of a sensor of this file, found 'micro'",
  ]);
  const [fault, ...others] = faults({ against: { sensor: 'microcat', parameter: 'DOXY_TEMP' } });
  assert.match(
    fault,
    /^comparisons\[0\]\.against\.parameter: expected a sensor that gives DOXY_TEMP, found 'microcat', which gives TEMP,/,
  );
  assert.deepEqual(others, []);
});

test('a comparison changes no build: what sensors say of each other is not in their files', () => {
  const builds = ([comparisons]: unknown[][]) => planObservatory(siteWith(comparisons)).plans.map(({ build }) => build);
  assert.deepEqual(builds([[{ ...PAIR, limits: [LIMITS] }]]), builds([[]]));
});
