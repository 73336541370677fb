/** PROMISE 15: which deployment's facts a record and a day get, and what becomes of records that no deployment covers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, FLAG, type RawRecord } from '@emso/core';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { deployment, type Facts, PLANS, planOf } from '../test/plans.ts';
import { asText, DAY, MIDNIGHT, NOON, record, runOf, sample } from '../test/streams.ts';
import { rebuildDay } from './day.ts';
import type { SensorPlan } from './plan.ts';

const HOUR = 3_600_000;
const at = (ms: number): string => new Date(ms).toISOString();
const rebuilt = (plan: SensorPlan, records: readonly RawRecord[], day = DAY) =>
  rebuildDay(plan, day, runOf(records), 'open');

/** Serial number, mount and depth as a reader of the day's NetCDF finds them. */
function publishedFacts(plan: SensorPlan, records: readonly RawRecord[], day = DAY): (string | number | undefined)[] {
  const { variables } = readNetcdf(rebuilt(plan, records, day).netcdf);
  const said = variables.get('sensor_microcat')?.attributes;
  const [depthM] = variables.get('depth')?.data ?? [];
  return [said?.get('sensor_serial_number')?.value, said?.get('sensor_mount')?.value, depthM] as string[];
}

test('PROMISE 15: a record outside every deployment that is dropped or not counted', () => {
  const plan = planOf({ deployments: [deployment({ from: at(NOON) })] });
  const { content } = rebuilt(plan, [
    record(1, NOON - 3, sample(13.2)),
    record(2, NOON - 2, 'nonsense'),
    record(3, NOON - 1, 'lost', 'event'),
    record(4, NOON, sample(13.2)),
  ]);
  assert.deepEqual([content.rows, content.outsideDeployments], [2, 2]);
  assert.deepEqual(content.rejections, { 'unknown-sentence': 1 });
});

test('PROMISE 15: a relayed record outside every deployment that is counted on no day, or on two', () => {
  const plan = planOf({
    deployments: [deployment({ from: at(MIDNIGHT - DAY_MS), to: at(NOON), timePolicy: 'relayed' })],
  });
  const records = [
    record(1, NOON - 1, sample(13.2, MIDNIGHT - HOUR)),
    // Received after the recovery of the mooring: measured the day before, today, and never.
    record(2, NOON, sample(13.2, MIDNIGHT - 2 * HOUR)),
    record(3, NOON + 1, sample(13.2, MIDNIGHT + HOUR)),
    record(4, NOON + 2, 'nonsense'),
    record(5, NOON + 3, 'S>'),
    record(6, NOON + 4, sample(13.2, MIDNIGHT - HOUR)),
  ];
  const counts = (day: number): unknown => {
    const { rows, outsideDeployments, rejections, ignored } = rebuilt(plan, records, day).content;
    return { rows, outsideDeployments, rejections, ignored };
  };
  assert.deepEqual(counts(DAY - 1), {
    rows: 2,
    outsideDeployments: 2,
    rejections: { 'duplicate-time': 1 },
    ignored: 0,
  });
  assert.deepEqual(counts(DAY), { rows: 1, outsideDeployments: 3, rejections: { 'unknown-sentence': 1 }, ignored: 1 });
});

test('PROMISE 15: a day outside every deployment that is published with the facts of the nearest one', () => {
  const sea = { serial: '5012', depthM: 2471, mount: 'mounted_on_benthic_node' };
  const lab = { serial: '777', depthM: 3, mount: 'mounted_on_surface_buoy' };
  const facts = (...deployments: Facts[]): SensorPlan => planOf({ deployments: deployments.map(deployment) });
  const [known, unknown] = [
    [sea.serial, sea.mount, sea.depthM],
    ['unknown', undefined, undefined],
  ];
  const cases: [what: string, plan: SensorPlan, expected: unknown[]][] = [
    ['in the water', facts({ ...sea }), known],
    ['before it', facts({ ...sea, from: at(MIDNIGHT + DAY_MS) }), unknown],
    ['after it', facts({ ...sea, to: at(MIDNIGHT) }), unknown],
    ['from the evening on', facts({ ...sea, from: at(MIDNIGHT + 20 * HOUR) }), known],
    ['until the morning', facts({ ...sea, to: at(MIDNIGHT + 4 * HOUR) }), known],
    ['in force at noon, of two', facts({ ...lab, to: at(NOON) }, { ...sea, from: at(NOON) }), known],
    [
      'between two, at noon none: the first that covers any of it',
      facts({ ...sea, to: at(NOON - HOUR) }, { ...lab, from: at(NOON + HOUR) }),
      known,
    ],
    ['between two', facts({ ...sea, to: at(MIDNIGHT - HOUR) }, { ...lab, from: at(MIDNIGHT + 2 * DAY_MS) }), unknown],
  ];
  for (const [what, plan, expected] of cases) {
    const records = [record(1, NOON, sample(13.2))];
    assert.deepEqual(publishedFacts(plan, records), expected, what);
    assert.equal(rebuilt(plan, records).batch.count, 1, `${what}: the row is there all the same`);
  }
});

test('PROMISE 15: thresholds in force at reception instead of those in force at the observation', () => {
  // From noon on 13.05 is suspect; both packets come after it.
  const { csv } = rebuilt(PLANS['relayed'], [
    record(1, NOON + HOUR, sample(13.05, NOON - 1000)),
    record(2, NOON + HOUR, sample(13.05, NOON)),
  ]);
  const rows = asText(csv).trimEnd().split('\n');
  const column = rows[0].split(',').indexOf('TEMP_QC');
  assert.deepEqual(
    rows.slice(1).map((row) => Number(row.split(',')[column])),
    [FLAG.good, FLAG.suspect],
  );
});
