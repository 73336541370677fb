/** What an optode takes from the MicroCAT beside it, and when (PROMISE 17). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { eos80_sigma_theta, optode_pressure_comp, optode_salinity_comp, umolL_to_umolkg_at } from '@emso/seawater';
import {
  CONSTANTS,
  donorFacts,
  importRow,
  line,
  observatoryOf,
  optodeFacts,
  oxygen,
  type Pair,
  pairOf,
  readOf,
} from '../test/donated.ts';
import { deployment, type Facts, sensorFacts, site, WITH_SALINITY } from '../test/plans.ts';
import { asText, DAY, NOON, record, runOf } from '../test/streams.ts';
import { type DayForm, type DayProducts, rebuildDay } from './day.ts';
import { type DonorsRead, NO_DONORS, readDonor } from './donors.ts';
import { batchOfVerdicts, decodeMessageRecords } from './live.ts';
import { LiveFlags } from './live-flags.ts';
import { mergeRuns } from './merge-runs.ts';
import { codesOfDay, methodsOfDay, planObservatory, type SensorPlan } from './plan.ts';
import { daysInReach, donorReachMs } from './touched-days.ts';

const PAIR = pairOf();

/** What 200 umol/l are in water of this salinity and pressure. */
function compensated(salinity: number, pressure = 2505.6): number {
  const value = optode_pressure_comp(optode_salinity_comp(200, salinity, 13.29, 0), pressure);
  return Math.round(value * 1000) / 1000;
}

function column({ batch }: DayProducts, code: string): (number | null)[] {
  const values = batch.values[batch.codes.indexOf(code)];
  return Array.from({ length: batch.count }, (_, row) => (Number.isNaN(values[row]) ? null : values[row]));
}

function flags({ batch }: DayProducts, code: string): number[] {
  return [...batch.flags[batch.codes.indexOf(code)].subarray(0, batch.count)];
}

/** DOXY_COMP of a sealed day of one row at noon, beside these lines of the donor. */
function atNoon(lines: readonly RawRecord[], pair: Pair = PAIR): number | null {
  const day = rebuildDay(pair.optode, DAY, runOf([oxygen(1, NOON)]), 'sealed', undefined, readOf(pair, runOf(lines)));
  return column(day, 'DOXY_COMP')[0];
}

const REACH = 360_000;

test('PROMISE 17: a donor value that is not the good one nearest in time, the earlier of two, within reach', () => {
  assert.equal(donorReachMs(PAIR.donor), REACH);
  const cases: [what: string, lines: RawRecord[], salinity: number | null][] = [
    ['none at all', [], null],
    ['one', [line(1, NOON + 5000, 38.1)], 38.1],
    ['of the same instant', [line(1, NOON - 1, 38.1), line(2, NOON, 38.2), line(3, NOON + 1, 38.3)], 38.2],
    ['the nearer one before', [line(1, NOON - 4000, 38.1), line(2, NOON + 5000, 38.2)], 38.1],
    ['the nearer one after', [line(1, NOON - 6000, 38.1), line(2, NOON + 5000, 38.2)], 38.2],
    ['equally near', [line(1, NOON - 5000, 38.1), line(2, NOON + 5000, 38.2)], 38.1],
    ['as far as it reaches, before', [line(1, NOON - REACH, 38.1)], 38.1],
    ['as far as it reaches, after', [line(1, NOON + REACH, 38.1)], 38.1],
    ['too far before', [line(1, NOON - REACH - 1, 38.1)], null],
    ['too far after', [line(1, NOON + REACH + 1, 38.1)], null],
    ['an impossible salinity is passed over', [line(1, NOON, 380), line(2, NOON + 5000, 38.2)], 38.2],
    ['nothing but an impossible one', [line(1, NOON, 380)], null],
    ['a rejected line', [record(1, NOON, '13.2900, 4.5\r'), line(2, NOON - 9000, 38.1)], 38.1],
  ];
  for (const [what, lines, salinity] of cases) {
    assert.equal(atNoon(lines), salinity === null ? null : compensated(salinity), what);
  }
});

test('PROMISE 17: a donor value that is suspect, or of a suspect time', () => {
  const qc = [{ validFrom: '2019-01-01T00:00:00Z', PSAL: { grossRange: { fail: [38, 39], suspect: [38.2, 38.9] } } }];
  const strict = pairOf(observatoryOf(donorFacts({ qc })));
  assert.equal(atNoon([line(1, NOON, 38.1), line(2, NOON - 9000, 38.5)], strict), compensated(38.5));
  assert.equal(atNoon([line(1, NOON, 38.1)], strict), null);

  const clocked = pairOf(
    observatoryOf(donorFacts({ deployments: [deployment({ timePolicy: 'instrument', settings: WITH_SALINITY })] })),
  );
  const dated = (seq: number, receivedMs: number, time: string, salinity: number): RawRecord =>
    record(seq, receivedMs, `13.2900, 4.59963, 2505.600, ${salinity.toFixed(4)}, 01 Mar 2020, ${time}\r`);
  assert.equal(atNoon([dated(1, NOON + 1000, '12:00:00', 38.1)], clocked), compensated(38.1));
  // Right by its clock, and received so much later that the clock is not believed.
  assert.equal(atNoon([dated(1, NOON + 90_000, '12:00:00', 38.1)], clocked), null);
});

test('PROMISE 12: a line of the donor that was imported and recorded, and is taken where only the import lies', () => {
  const live = line(1, NOON - REACH - 1000, 38.1);
  const imported = { ...importRow(live), receivedMs: NOON - REACH };
  assert.equal(atNoon([live]), null);
  const read = (records: readonly RawRecord[]): DonorsRead => readOf(PAIR, runOf(records, [imported]));
  const taken = (records: readonly RawRecord[]): unknown =>
    column(rebuildDay(PAIR.optode, DAY, runOf([oxygen(1, NOON)]), 'sealed', undefined, read(records)), 'DOXY_COMP')[0];
  assert.equal(taken([line(2, NOON - DAY_MS, 38.2)]), compensated(38.1));
  assert.equal(taken([live]), null);
});

test('PROMISE 19: the digest of a sealed day is that of its own records and of all that it could take, and of no more', () => {
  const digest = (lines: readonly RawRecord[], form: DayForm = 'sealed'): string => {
    const read = readOf(PAIR, lines.length > 0 ? runOf(lines) : mergeRuns([]));
    return rebuildDay(PAIR.optode, DAY, runOf([oxygen(1, NOON)]), form, undefined, read).content.raw.digest;
  };
  const lines = [-2, -1, 0, 1, 2].map((d, i) => line(1 + i, NOON + d * DAY_MS, 38.1));
  const whole = digest(lines);
  const changed = lines.map((_, i) => digest(lines.toSpliced(i, 1)) !== whole);
  assert.deepEqual(changed, [false, true, true, true, false]);
  assert.equal(digest([]), rebuildDay(PAIR.optode, DAY, runOf([oxygen(1, NOON)]), 'sealed').content.raw.digest);
  assert.equal(digest(lines, 'open'), digest([], 'open'));
});

test('salinity and pressure each from its own donor, or one of them from the constants', () => {
  const gauge = sensorFacts({ id: 'gauge', prefix: 'GAUGE', folder: 'Gauge', csvColumns: {} });
  const wish = (donors: Facts): readonly SensorPlan[] =>
    planObservatory(site([optodeFacts({ donors }), donorFacts(), gauge], CONSTANTS)).plans;
  const lines = runOf([line(1, NOON, 38.1, 2400)]);
  const others = runOf([record(1, NOON, '13.2900, 4.59963, 2450.000\r')]);
  const given = (donors: Facts): number | null => {
    const [optode, microcat, deep] = wish(donors);
    const read = new Map([
      ['microcat', readDonor(microcat, lines)],
      ['gauge', readDonor(deep, others)],
    ]);
    return column(rebuildDay(optode, DAY, runOf([oxygen(1, NOON)]), 'sealed', undefined, read), 'DOXY_COMP')[0];
  };
  assert.equal(given({ salinity: 'microcat', pressure: 'microcat' }), compensated(38.1, 2400));
  assert.equal(given({ salinity: 'microcat', pressure: 'gauge' }), compensated(38.1, 2450));
  assert.equal(given({ salinity: 'microcat' }), compensated(38.1, 100));
  assert.equal(given({ pressure: 'gauge' }), compensated(30, 2450));
});

test('a gauge that measures the air too gives the pressure of the sea', () => {
  const settings = { grammar: 'plain', channels: ['PRES'], pressureUnit: 'dbar', pressureKind: 'absolute' };
  const absolute = donorFacts({
    model: 'seafloor-pressure',
    csvColumns: {},
    qc: [],
    deployments: [deployment({ settings })],
  });
  const pair = pairOf(observatoryOf(absolute, optodeFacts({ donors: { pressure: 'microcat' } })));
  assert.equal(atNoon([record(1, NOON, '2515.7325\r')], pair), compensated(30, 2505.6));
});

test('PROMISE 17: a column that waits for a donor and is not empty while the day is open, live or rebuilt', () => {
  const { optode } = PAIR;
  const records = [oxygen(1, NOON), oxygen(2, NOON + 60_000)];
  const read = readOf(PAIR, runOf([line(1, NOON, 38.1)]));
  const day = (form: DayForm): DayProducts => rebuildDay(optode, DAY, runOf(records), form, undefined, read);
  const [open, sealed] = [day('open'), day('sealed')];
  for (const code of ['DOXY_COMP', 'DOX1', 'DOX2']) {
    assert.deepEqual(column(open, code), [null, null], code);
    assert.deepEqual(flags(open, code), [9, 9], code);
    assert.ok(
      column(sealed, code).every((value) => value !== null),
      code,
    );
    assert.deepEqual(flags(sealed, code), [1, 1], code);
  }
  assert.deepEqual(column(open, 'DOXY'), [200, 200]);
  const density = 1000 + eos80_sigma_theta(38.1, 13.29, 2505.6);
  const perKilogram = umolL_to_umolkg_at(column(sealed, 'DOXY_COMP')[0]!, density);
  assert.ok(Math.abs(column(sealed, 'DOX2')[0]! - perKilogram) < 0.001);

  const message = new LiveFlags(optode).judge(decodeMessageRecords(optode, records).observations).verdicts;
  const live = batchOfVerdicts(optode, DAY, message.rows);
  assert.deepEqual(live.codes, codesOfDay(optode, DAY));
  live.codes.forEach((code, i) => {
    const [first, last] = [live.values[i].subarray(0, 2), live.flags[i].subarray(0, 2)];
    assert.deepEqual(
      [...first].map((value) => (Number.isNaN(value) ? null : value)),
      column(open, code),
      code,
    );
    assert.deepEqual([...last], flags(open, code), code);
  });
  assert.equal(asText(open.csv).split('\n')[0], asText(sealed.csv).split('\n')[0], 'the same columns');
});

test('the files say which donor and how; without one they say the constants', () => {
  const words = methodsOfDay(PAIR.optode, DAY).get('DOXY_COMP')!;
  assert.match(
    words,
    /salinity as measured by microcat \(PSAL, .*nearest in time within 360 s.*stored in the optode: 0/,
  );
  assert.match(words, /sea pressure as measured by microcat \(PRES, .*3\.2 % per 1000 dbar/);
  const { donors: _donors, ...plain } = optodeFacts();
  const without = pairOf(observatoryOf(donorFacts(), plain)).optode;
  assert.match(
    methodsOfDay(without, DAY).get('DOXY_COMP')!,
    /salinity 30 \(site constant; .*100 dbar \(site constant;/,
  );
  // Its own description stands in the file of a sealed day.
  const day = rebuildDay(PAIR.optode, DAY, runOf([oxygen(1, NOON)]), 'sealed');
  assert.ok(asText(day.netcdf).includes(words));
});

test('PROMISE 21: a donor record that came last and is not the date of the file', () => {
  const relayed = pairOf(
    observatoryOf(donorFacts({ deployments: [deployment({ timePolicy: 'relayed', settings: WITH_SALINITY })] })),
  );
  const lateMs = NOON + 5 * DAY_MS;
  const packet = record(1, lateMs, '13.2900, 4.59963, 2505.600, 38.1000, 01 Mar 2020, 12:00:30\r');
  const made = (read: DonorsRead): string =>
    asText(rebuildDay(relayed.optode, DAY, runOf([oxygen(1, NOON)]), 'sealed', undefined, read).netcdf);
  assert.ok(made(readOf(relayed, runOf([packet]))).includes('2020-03-06T12:00:00Z'));
  assert.ok(!made(NO_DONORS).includes('2020-03-06T12:00:00Z'));
});

test('PROMISE 19: a donor whose configuration changes and leaves the build of its dependent', () => {
  const { donor, optode } = PAIR;
  const endpoint = deployment({ settings: WITH_SALINITY, endpoint: 'tcp://192.0.2.1:4001' });
  const same = pairOf(observatoryOf(donorFacts({ deployments: [endpoint] })));
  assert.equal(same.optode.build, optode.build);
  const changes: [what: string, observatory: ReturnType<typeof observatoryOf>][] = [
    ['a threshold', observatoryOf(donorFacts({ qc: [] }))],
    ['the cadence', observatoryOf(donorFacts({ cadenceMs: 60_000 }))],
    ['the settings', observatoryOf(donorFacts({ deployments: [deployment()] }))],
    ['one donor less', observatoryOf(donorFacts(), optodeFacts({ donors: { salinity: 'microcat' } }))],
    ['no donors', observatoryOf(donorFacts(), optodeFacts({ donors: undefined }))],
  ];
  const builds = new Set([optode.build, ...changes.map(([, observatory]) => pairOf(observatory).optode.build)]);
  assert.equal(builds.size, changes.length + 1);
  const alone = planObservatory(observatoryOf(donorFacts(), optodeFacts({ donors: undefined }))).plans[1];
  assert.equal(alone.build, donor.build, 'who gives does not change by giving');
});

test('the reach is that of three donor cadences, an hour at most, and the days follow from it', () => {
  const reach = (cadenceMs: number): SensorPlan => pairOf(observatoryOf(donorFacts({ cadenceMs }))).donor;
  assert.equal(donorReachMs(reach(1000)), 3000);
  assert.equal(donorReachMs(reach(1_800_000)), 3_600_000);
  for (const cadenceMs of [0.1, 1000, 1_800_000]) {
    const donor = reach(cadenceMs);
    for (const day of daysInReach(donor, DAY)) assert.ok(daysInReach(donor, day).includes(DAY));
    assert.deepEqual(daysInReach(donor, DAY), [DAY - 1, DAY, DAY + 1]);
  }
});
