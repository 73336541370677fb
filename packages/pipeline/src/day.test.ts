import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Batch, DAY_MS, FLAG, iso, isoMs, type RawRecord, selectRows } from '@emso/core';
import { canonicalOrder, rawDigest } from '@emso/products';
import { qualify } from '@emso/qc';
import fc from 'fast-check';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { CHANGE, deployment, PLANS, planOf, SETTINGS } from '../test/plans.ts';
import { asText, DAY, MIDNIGHT, messages, NOON, record, runOf, SESSION, sample } from '../test/streams.ts';
import { type DayProducts, rebuildDay } from './day.ts';
import { decodeRun } from './decode-run.ts';
import type { SensorPlan } from './plan.ts';

const day = (plan: SensorPlan, records: readonly RawRecord[], form: 'open' | 'sealed' = 'open'): DayProducts =>
  rebuildDay(plan, DAY, runOf(records), form);

const column = (batch: Batch, values: ArrayLike<number>): number[] => Array.from(values).slice(0, batch.count);

for (const [name, plan] of Object.entries(PLANS)) {
  test(`PROMISE 11: ${name}: order, duplicates or cuts that show in the bytes`, () => {
    const arranged = messages.chain((sent) => {
      const records = sent.flat();
      const count = records.length;
      return fc.tuple(
        fc.constant(records),
        fc.shuffledSubarray([...records, ...records], { minLength: count, maxLength: 2 * count }),
      );
    });
    fc.assert(
      fc.property(arranged, ([records, mixed]) => {
        // Whatever was left out of the mixed ones comes at the end.
        const all = [...mixed, ...records.filter((each) => !mixed.includes(each))];
        const [is, other] = [day(plan, records), day(plan, all)];
        assert.equal(asText(other.csv), asText(is.csv));
        assert.deepEqual(other.netcdf, is.netcdf);
        assert.deepEqual(other.content, is.content);
      }),
      { numRuns: 60 },
    );
  });
}

test('CSV of a day, line by line', () => {
  const { csv } = day(PLANS['received, redeployed at noon'], [
    record(1, MIDNIGHT, sample(13.2)),
    record(2, NOON - 1, sample(12.1)),
    record(3, NOON, sample(13.05, undefined, true)),
    record(4, NOON, sample(13.2, undefined, true)),
    record(5, NOON + 1, sample(13.2)),
    record(6, MIDNIGHT + DAY_MS - 1, sample(13.2, undefined, true)),
  ]);
  assert.equal(
    asText(csv),
    `\
time,Temperature,Conductivity,PRES,PSAL,TEMP_POT,DENS,DEPH,SVEL,TEMP_QC,CNDC_QC,PRES_QC,PSAL_QC,TEMP_POT_QC,DENS_QC,DEPH_QC,SVEL_QC,time_QC
2020-03-01T00:00:00Z,13.2000,4.59963,2505.600,38.5695,12.8128,29.2002,2471.019,1546.645,1,1,1,1,1,1,1,1,1
2020-03-01T11:59:59.999Z,12.1000,4.59963,2505.600,39.6906,11.7267,30.2919,2471.019,1544.339,4,1,1,4,4,4,1,4,1
2020-03-01T12:00:00Z,13.0500,4.59963,2505.600,38.4794,12.6655,29.1604,2471.019,1546.048,3,1,1,3,3,3,1,3,1
2020-03-01T12:00:00.001Z,13.2000,4.59963,2505.600,38.4794,12.8131,29.1301,2471.019,1546.539,1,1,1,1,1,1,1,1,1
2020-03-01T23:59:59.999Z,13.2000,4.59963,2505.600,38.4794,12.8131,29.1301,2471.019,1546.539,1,1,1,1,1,1,1,1,1
`,
  );
});

test('the columns of a day are those of its deployments, whatever was sent', () => {
  const depth = { ...SETTINGS, fields: ['TEMP', 'PRES', 'DOX1'] };
  const plan = planOf({
    deployments: [
      deployment({ to: CHANGE, settings: { ...SETTINGS, fields: ['TEMP', 'PRES'] } }),
      deployment({ from: CHANGE, settings: depth }),
    ],
  });
  const header = (at: number): string => asText(rebuildDay(plan, at, runOf([]), 'open').csv);
  assert.doesNotMatch(header(DAY - 1), /DOX1/);
  assert.match(header(DAY), /PRES,DOX1,TEMP_QC/);
  assert.match(header(DAY + 1), /PRES,DOX1,TEMP_QC/);
  assert.match(header(DAY), /^[^\n]*\n$/, 'a header and no row');
});

test('what a manifest says', () => {
  const other = '20200301T100000000Z-ffffffff';
  const records = [
    record(1, MIDNIGHT + 1000, 'session-opened', 'event'),
    record(2, MIDNIGHT + 60_000, sample(13.2)),
    record(3, MIDNIGHT + 120_000, 'S>'),
    record(5, MIDNIGHT + 180_000, 'nonsense'),
    record(6, MIDNIGHT + 240_000, sample(13.2), 'partial'),
    { ...record(4, MIDNIGHT + 300_000, sample(13.3)), session: other },
    { ...record(5, MIDNIGHT + 360_000, '13.2,'), session: other },
    record(7, MIDNIGHT + DAY_MS, sample(13.4)),
    record(8, MIDNIGHT - 1, sample(13.4)),
  ];
  const plan = PLANS['received'];
  const { content, csv, netcdf, batch } = day(plan, records);
  const own = runOf(records.slice(0, 7));
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  assert.equal(batch.count, 2);
  assert.deepEqual(content, {
    rows: 2,
    files: {
      csv: { path: 'csv/Emso_Microcat/2020-03/MICROCAT_20200301.csv', sha256: hash(csv), bytes: csv.length },
      netcdf: { path: 'netcdf/Emso_Microcat/2020-03/MICROCAT_20200301.nc', sha256: hash(netcdf), bytes: netcdf.length },
    },
    raw: {
      digest: rawDigest(own, canonicalOrder(own).order),
      records: 7,
      sessions: [
        { session: SESSION, first: 1, last: 6, contiguous: false },
        { session: other, first: 4, last: 5, contiguous: true },
      ],
    },
    build: plan.build,
    rejections: { 'field-count': 1, partial: 1, 'unknown-sentence': 1 },
    ignored: 1,
    outsideDeployments: 0,
    gaps: [],
  });
});

test('imported records are counted, and belong to no session', () => {
  const imports = [{ receivedMs: NOON, importId: 'dat/a/b/1', bytes: Buffer.from(sample(13.3)) }];
  const { content } = rebuildDay(
    PLANS['received'],
    DAY,
    runOf([record(7, NOON + 9000, sample(13.2))], imports),
    'open',
  );
  assert.deepEqual([content.rows, content.raw.records], [2, 2]);
  assert.deepEqual(content.raw.sessions, [{ session: SESSION, first: 7, last: 7, contiguous: true }]);
});

test('PROMISE 21: a date in a file that is not the latest reception among its rows', () => {
  const created = (plan: SensorPlan, records: readonly RawRecord[]): unknown => {
    const { attributes } = readNetcdf(day(plan, records).netcdf);
    return attributes.get('date_created')?.value;
  };
  const lateMs = NOON + 5 * DAY_MS;
  assert.equal(created(PLANS['received'], []), iso(MIDNIGHT));
  assert.equal(created(PLANS['received'], [record(1, NOON, sample(13.2)), record(2, NOON + 1, 'x')]), iso(NOON));
  const packets = [record(1, lateMs, sample(13.2, NOON)), record(2, NOON + 5, sample(13.2, NOON + 1000))];
  assert.equal(created(PLANS['relayed'], packets), iso(lateMs));
});

test('PROMISE 13: rows of one reception in another order than session, then seq', () => {
  const later = '20200301T000000000Z-ffffffff';
  const records = [
    { ...record(1, NOON, sample(13.4)), session: later },
    record(11, NOON, sample(13.3)),
    record(9, NOON, sample(13.1)),
    record(10, NOON, sample(13.2)),
    record(8, NOON + 1, sample(13.5)),
  ];
  for (const order of [records, records.toReversed()]) {
    const { batch } = day(PLANS['received'], order);
    assert.deepEqual(column(batch, batch.values[0]), [13.1, 13.2, 13.3, 13.4, 13.5]);
    assert.deepEqual(
      column(batch, batch.time),
      [0, 1, 2, 3, 4].map((ms) => NOON + ms),
    );
    assert.deepEqual(
      column(batch, batch.received),
      [0, 0, 0, 0, 1].map((ms) => NOON + ms),
    );
  }
});

test('PROMISE 16: a flag that depends on samples further away than the tests look, or on when it is computed', () => {
  for (const plan of Object.values(PLANS)) {
    fc.assert(
      fc.property(messages, fc.nat(), (sent, pick) => {
        const run = runOf(sent.flat());
        const { batch } = decodeRun(plan, run, canonicalOrder(run).order);
        if (batch.count === 0) return;
        qualify(batch, plan.tests, 0, batch.count);
        const row = pick % batch.count;
        const { lookbackMs, lookaheadMs } = plan.tests;
        const [first, last] = [batch.time[row] - lookbackMs, batch.time[row] + lookaheadMs];
        const seen = [...batch.time.subarray(0, batch.count).keys()].filter(
          (i) => batch.time[i] >= first && batch.time[i] <= last,
        );
        const around = selectRows(batch, seen);
        const at = seen.indexOf(row);
        for (const flags of around.flags) flags.fill(FLAG.unknown);
        qualify(around, plan.tests, at, at + 1);
        assert.deepEqual(
          around.flags.map((flags) => flags[at]),
          batch.flags.map((flags) => flags[row]),
        );
      }),
      { numRuns: 40 },
    );
  }
});

test('PROMISE 21: bytes that depend on when they are computed', (t) => {
  const records = [record(1, NOON, sample(13.2)), record(2, NOON + 1, 'x')];
  const at = (nowMs: number): DayProducts => {
    t.mock.timers.reset();
    t.mock.timers.enable({ apis: ['Date'], now: nowMs });
    return day(PLANS['received'], records, 'sealed');
  };
  assert.deepEqual(at(NOON), at(NOON + 4000 * DAY_MS));
});

test('PROMISE 25: a minus before zero that reaches a file', () => {
  const { batch, csv, netcdf } = day(PLANS['received'], [record(1, NOON, '-0.0000, 4.59963, -0.000\r')]);
  const [temperature, , pressure] = batch.values.map(([value]) => value);
  assert.ok(Object.is(temperature, 0) && Object.is(pressure, 0), `${batch.values.map(([value]) => value)}`);
  assert.match(asText(csv), /Z,0\.0000,4\.59963,0\.000,/);
  const { variables } = readNetcdf(netcdf);
  assert.ok(Object.is(variables.get('TEMP')?.data[0], 0));
});

const ncdump = spawnSync('ncdump', ['-h', '-'], { stdio: 'ignore' }).error === undefined;

for (const [name, plan] of Object.entries(PLANS)) {
  test(`${name}: CSV and NetCDF say what the batch says`, () => {
    const dir = temporaryDirectory('ncdump');
    let dumps = 0;
    fc.assert(
      fc.property(messages, (sent) => {
        const { batch, csv, netcdf } = day(plan, sent.flat());
        const file = readNetcdf(netcdf);
        const data = (variable: string): number[] => [...(file.variables.get(variable)?.data ?? [])];
        assert.deepEqual(file.dimensions.get('time'), { length: batch.count, unlimited: true });
        const times = column(batch, batch.time);
        assert.deepEqual(
          data('time').map((seconds) => Math.round(seconds * 1000)),
          times,
        );
        assert.deepEqual(data('time_QC'), column(batch, batch.timeFlag));
        const [header, ...rows] = asText(csv)
          .trimEnd()
          .split('\n')
          .map((row) => row.split(','));
        assert.equal(rows.length, batch.count);
        const cells = (name: string): string[] => rows.map((row) => row[header.indexOf(name)]);
        assert.deepEqual(
          cells('time').map((text) => isoMs(Date.parse(text))),
          times.map(isoMs),
        );
        batch.codes.forEach((code, c) => {
          const values = column(batch, batch.values[c]);
          assert.deepEqual(
            data(code),
            values.map((value) => (Number.isNaN(value) ? 99_999 : Math.fround(value))),
          );
          assert.deepEqual(data(`${code}_QC`), column(batch, batch.flags[c]));
          assert.deepEqual(cells(`${code}_QC`).map(Number), column(batch, batch.flags[c]));
          const name = { TEMP: 'Temperature', CNDC: 'Conductivity' }[code] ?? code;
          assert.deepEqual(
            cells(name).map((text) => (text === '' ? Number.NaN : Number(text))),
            values,
          );
        });
        if (ncdump && dumps++ < 3) {
          const target = path.join(dir, 'day.nc');
          writeFileSync(target, netcdf);
          const { status, stderr, stdout } = spawnSync('ncdump', ['-h', target], { encoding: 'utf8' });
          assert.equal(status, 0, stderr);
          assert.match(stdout, new RegExp(`time = UNLIMITED ; // \\(${batch.count} currently\\)`));
        }
      }),
      { numRuns: 40 },
    );
  });
}

test('ncdump was there to judge', { skip: !ncdump && 'ncdump is not installed: netcdfjs alone read the files' }, () => {
  assert.ok(ncdump);
});
