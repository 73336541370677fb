import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batch, createBatch, openRow, setLabel } from '@emso/core';
import fc from 'fast-check';
import { csvHeader, csvLayout, csvRows } from './csv.ts';
import { NUMBER_BYTES, writeFixed, writeInteger } from './digits.ts';

const CODES = ['CNDC', 'TEMP', 'PRES', 'PSAL'];
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function printed(write: (out: Uint8Array) => number): string {
  const out = new Uint8Array(NUMBER_BYTES);
  return text(out.subarray(0, write(out)));
}

const FIXED: [value: number, digits: number, expected: string][] = [
  [13.2345, 4, '13.2345'],
  [2505.1, 3, '2505.100'],
  [0, 3, '0.000'],
  [-0, 3, '0.000'],
  [-0.0004, 3, '0.000'],
  [-0.0005, 3, '-0.001'],
  [0.0005, 3, '0.001'],
  [2.5, 0, '3'],
  [-2.5, 0, '-3'],
  [0.49999999999999994, 0, '0'],
  [65535, 0, '65535'],
  [-9.262, 3, '-9.262'],
  [99.9999, 3, '100.000'],
  [21474836.47, 2, '21474836.47'],
  [21474836.48, 2, '21474836.48'],
  [123456789012.125, 3, '123456789012.125'],
  [9007199254740991, 0, '9007199254740991'],
  [1e300, 2, '1e+300'],
  [-1e18, 2, '-1000000000000000000.00'],
];
for (const [value, digits, expected] of FIXED) {
  test(`${value} with ${digits} decimals is ${expected}`, () => {
    assert.equal(
      printed((out) => writeFixed(out, 0, value, digits)),
      expected,
    );
  });
}

test('a number already rounded to its digits reads back as itself', () => {
  const rounded = fc.tuple(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(rounded, ([whole, digits]) => {
      const value = Number(`${whole}e-${digits}`);
      const out = printed((bytes) => writeFixed(bytes, 0, value, digits));
      assert.equal(Number(out), value);
      assert.equal(out, value.toFixed(digits).replace(/^-(0(\.0+)?)$/, '$1'));
    }),
  );
});

test('whole numbers print as they are', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (n) =>
      assert.equal(
        printed((out) => writeInteger(out, 0, n)),
        String(n),
      ),
    ),
  );
});

test('no finite number outgrows its room', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 0, max: 8 }),
      (value, digits) => {
        const out = new Uint8Array(NUMBER_BYTES);
        assert.ok(writeFixed(out, 0, value, digits) <= NUMBER_BYTES);
      },
    ),
  );
});

const T0 = Date.UTC(2026, 10, 20, 23, 59, 58);

function exampleBatch(): Batch {
  const batch = createBatch(CODES, ['Optode_Type', 'Optode_Serial'], 4);
  const rows: [ms: number, values: number[], flags: number[], timeFlag: number, label: string][] = [
    [T0, [4.05123, 13.2012, 2505.123, 38.48], [1, 1, 1, 2], 1, '4831'],
    [T0 + 1000.0, [4, Number.NaN, -0.0001, Number.NaN], [1, 9, 4, 9], 1, 'a,b'],
    [T0 + 2007, [0, 13.2, 2505, 38.4], [1, 3, 1, 8], 3, 'say "x"'],
    [T0 + 3000, [0, 13.2, 2505, 38.4], [0, 0, 0, 0], 0, ''],
  ];
  for (const [ms, values, flags, timeFlag, label] of rows) {
    const row = openRow(batch);
    batch.time[row] = ms;
    batch.timeFlag[row] = timeFlag;
    values.forEach((value, i) => {
      batch.values[i][row] = value;
      batch.flags[i][row] = flags[i];
    });
    if (label !== '') setLabel(batch.labels[0], row, label);
    batch.count++;
  }
  return batch;
}

test('historical columns first, then codes, then flags', () => {
  const batch = exampleBatch();
  const layout = csvLayout(CODES, ['Optode_Type', 'Optode_Serial'], {
    Temperature: 'TEMP',
    'Type, of optode': 'Optode_Type',
    Oxygen: 'DOXY',
    Pressure: 'PRES',
  });
  assert.deepEqual(
    text(csvHeader(layout)) + text(csvRows(layout, batch, 0, batch.count)),
    [
      'time,Temperature,"Type, of optode",Oxygen,Pressure,CNDC,PSAL,CNDC_QC,TEMP_QC,PRES_QC,PSAL_QC,time_QC',
      '2026-11-20T23:59:58Z,13.2012,4831,,2505.123,4.05123,38.4800,1,1,1,2,1',
      '2026-11-20T23:59:59Z,,"a,b",,0.000,4.00000,,1,9,4,9,1',
      '2026-11-21T00:00:00.007Z,13.2000,"say ""x""",,2505.000,0.00000,38.4000,1,3,1,8,3',
      '2026-11-21T00:00:01Z,13.2000,,,2505.000,0.00000,38.4000,0,0,0,0,0',
      '',
    ].join('\n'),
  );
});

const randomBatch = fc
  .array(
    fc.record({
      ms: fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }),
      values: fc.array(
        fc.oneof(
          fc.double(),
          fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1000),
        ),
        {
          minLength: 4,
          maxLength: 4,
        },
      ),
      flag: fc.integer({ min: 0, max: 9 }),
      label: fc.string({ maxLength: 12, unit: 'grapheme' }),
    }),
    { maxLength: 30 },
  )
  .map((rows) => {
    const batch = createBatch(CODES, ['Label'], rows.length);
    for (const { ms, values, flag, label } of rows) {
      const row = openRow(batch);
      batch.time[row] = ms;
      batch.timeFlag[row] = flag;
      values.forEach((value, i) => {
        batch.values[i][row] = value;
        batch.flags[i][row] = (flag + i) % 10;
      });
      if (label !== '') setLabel(batch.labels[0], row, label);
      batch.count++;
    }
    return batch;
  });

test('rows do not depend on how a batch is cut', () => {
  const layout = csvLayout(CODES, ['Label'], { Label: 'Label' });
  fc.assert(
    fc.property(randomBatch, fc.array(fc.nat(30)), (batch, cuts) => {
      const whole = text(csvRows(layout, batch, 0, batch.count));
      const places = [0, ...cuts.map((cut) => Math.min(cut, batch.count)), batch.count].sort((a, b) => a - b);
      const pieces = places.slice(1).map((to, i) => text(csvRows(layout, batch, places[i], to)));
      assert.equal(pieces.join(''), whole);
    }),
  );
});

test('times are those of Date', () => {
  const layout = csvLayout(CODES, ['Label'], {});
  fc.assert(
    fc.property(randomBatch, (batch) => {
      const times = text(csvRows(layout, batch, 0, batch.count))
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(',')[0]);
      assert.deepEqual(
        times,
        Array.from(batch.time.subarray(0, batch.count), (ms) => new Date(ms).toISOString().replace('.000Z', 'Z')),
      );
    }),
  );
});

const FAULTS: [what: string, run: () => unknown, message: RegExp][] = [
  [
    'a historical column of nothing',
    () => csvLayout(CODES, [], { Oxygen: 'DOXI' }),
    /csvColumns\.Oxygen: expected a parameter code or one of the labels \[\], found 'DOXI'/,
  ],
  ['time as a historical column', () => csvLayout(CODES, [], { Time: 'time' }), /found 'time'/],
  [
    'a column name twice',
    () => csvLayout(CODES, [], { TEMP_QC: 'TEMP' }),
    /every column name once, found 'TEMP_QC' twice/,
  ],
  [
    'a code that is not in the table',
    () => csvLayout(['TEMQ'], [], {}),
    /TEMQ: expected a code of the parameter table/,
  ],
  [
    'a batch with other columns',
    () => csvRows(csvLayout(['TEMP'], [], {}), exampleBatch(), 0, 1),
    /expected columns \[TEMP\] and labels \[\], found \[CNDC,TEMP,PRES,PSAL\]/,
  ],
  [
    'a range beyond the batch',
    () => csvRows(csvLayout(CODES, ['Optode_Type', 'Optode_Serial'], {}), exampleBatch(), 0, 5),
    /range within 0\.\.4, found 0\.\.5/,
  ],
  [
    'a time that is none',
    () => {
      const batch = exampleBatch();
      batch.time[0] = Number.NaN;
      csvRows(csvLayout(CODES, ['Optode_Type', 'Optode_Serial'], {}), batch, 0, 1);
    },
    /expected epoch ms of the years 0 to 9999, found NaN/,
  ],
];
for (const [what, run, message] of FAULTS) {
  test(`refuses ${what}`, () => assert.throws(run, message));
}
