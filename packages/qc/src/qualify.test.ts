import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type Batch,
  createBatch,
  openRow,
  PARAMETERS,
  parseObservatory,
  qcConfigAt,
  type Sensor,
  sensorsOf,
} from '@emso/core';
import fc from 'fast-check';
import { qualify, verdictsOf } from './qualify.ts';
import { sensorTests } from './sensor-tests.ts';

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');
const site = sensorsOf(parseObservatory(text, 'site.yaml')).map(({ sensor }) => sensor);
const microcat = site.find(({ id }) => id === 'microcat') ?? assert.fail('the site file has no microcat');

const [MARCH, JUNE] = [Date.UTC(2020, 2, 1), Date.UTC(2020, 5, 1)];

/** A sensor whose settings change in March and June; nothing is set before, and PSAL never is. NOPE is in no table. */
const CODES = ['TEMP', 'PSAL', 'NOPE'];
const sensor: Sensor = {
  ...microcat,
  qc: [
    {
      validFrom: MARCH,
      TEMP: { grossRange: { fail: [10, 20], suspect: [12, 14] } },
    } as unknown as Sensor['qc'][number],
    { validFrom: JUNE, TEMP: { grossRange: { fail: [0, 30] } } } as unknown as Sensor['qc'][number],
  ],
};

const tests = sensorTests(sensor, CODES);

function batchOf(rows: readonly { time: number; values: readonly number[] }[]): Batch {
  const batch = createBatch(CODES, [], rows.length);
  for (const { time, values } of rows) {
    const row = openRow(batch);
    batch.time[row] = time;
    values.forEach((value, c) => {
      batch.values[c][row] = value;
    });
    batch.flags.forEach((column) => {
      column[row] = 77;
    });
    batch.count++;
  }
  return batch;
}

const flagsOf = (batch: Batch): number[][] => batch.flags.map((column) => [...column.subarray(0, batch.count)]);

// TEMP, PSAL, NOPE → OceanSITES flags
const TABLE: [what: string, time: number, values: number[], flags: number[]][] = [
  ['before any settings the range of the table counts', MARCH - 1, [21, 38.5, 1], [1, 1, 0]],
  ['the range of the table fails', MARCH - 1, [55.9, 1, 1], [4, 4, 0]],
  ['settings begin at their first instant', MARCH, [21, 38.5, 1], [4, 1, 0]],
  ['outside suspect', MARCH, [11, 38.5, 1], [3, 1, 0]],
  ['within suspect', JUNE - 1, [14, 38.5, 1], [1, 1, 0]],
  ['later settings have no suspect span', JUNE, [21, 38.5, 1], [1, 1, 0]],
  ['missing', JUNE, [Number.NaN, Number.NaN, Number.NaN], [9, 9, 9]],
];
for (const [what, time, values, flags] of TABLE) {
  test(`qualify: ${what}`, () => {
    const batch = batchOf([{ time, values }]);
    qualify(batch, tests, 0, 1);
    assert.deepEqual(flagsOf(batch).flat(), flags);
    const [verdicts] = verdictsOf(batch, tests, 0, 1);
    assert.deepEqual(
      CODES.map((code) => verdicts[code].flag),
      flags,
    );
  });
}

test('verdicts name the tests and keep their QARTOD digits', () => {
  const batch = batchOf([{ time: MARCH, values: [11, Number.NaN, 5] }]);
  assert.deepEqual(verdictsOf(batch, tests, 0, 1), [
    {
      TEMP: { flag: 3, tests: { missing: 1, grossRange: 3 } },
      PSAL: { flag: 9, tests: { missing: 9, grossRange: 9 } },
      NOPE: { flag: 0, tests: { missing: 1 } },
    },
  ]);
});

const row = fc.record({
  time: fc.oneof(fc.constantFrom(MARCH - 1, MARCH, JUNE - 1, JUNE), fc.integer({ min: MARCH - 5, max: JUNE + 5 })),
  values: fc.tuple(
    fc.oneof(fc.double({ min: -10, max: 60, noNaN: true }), fc.constantFrom(10, 12, 14, 20, Number.NaN)),
    fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.constant(Number.NaN)),
    fc.constantFrom(1, Number.NaN),
  ),
});

test('any split of the rows gives the same flags', () => {
  const split = fc
    .array(row, { maxLength: 40 })
    .chain((rows) => fc.tuple(fc.constant(rows), fc.array(fc.nat(rows.length), { maxLength: 6 })));
  fc.assert(
    fc.property(split, ([unsorted, cuts]) => {
      const rows = unsorted.toSorted((a, b) => a.time - b.time);
      const whole = batchOf(rows);
      qualify(whole, tests, 0, whole.count);
      const pieces = batchOf(rows);
      const bounds = [0, ...cuts.toSorted((a, b) => a - b), rows.length];
      for (let i = 1; i < bounds.length; i++) qualify(pieces, tests, bounds[i - 1], bounds[i]);
      assert.deepEqual(flagsOf(pieces), flagsOf(whole));
    }),
    { numRuns: 300 },
  );
});

test('each flag follows from the settings at its row alone, and the verdict agrees', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (unsorted) => {
      const rows = unsorted.toSorted((a, b) => a.time - b.time);
      const batch = batchOf(rows);
      qualify(batch, tests, 0, batch.count);
      rows.forEach(({ time, values }, i) => {
        const [verdicts] = verdictsOf(batch, tests, i, i + 1);
        CODES.forEach((code, c) => {
          const own = qcConfigAt(sensor, time)?.[code];
          const span =
            typeof own === 'object'
              ? (own['grossRange'] as { fail: number[]; suspect?: number[] })
              : { fail: PARAMETERS.get(code)?.validRange, suspect: undefined };
          const outside = (s: readonly number[] | undefined): boolean =>
            s !== undefined && (values[c] < s[0] || values[c] > s[1]);
          let expected = span.fail === undefined ? 0 : 1;
          if (outside(span.suspect)) expected = 3;
          if (outside(span.fail)) expected = 4;
          if (Number.isNaN(values[c])) expected = 9;
          assert.equal(batch.flags[c][i], expected, `${code} ${values[c]} at ${time}`);
          assert.equal(verdicts[code].flag, expected);
        });
      });
    }),
  );
});

test('only the flags of the rows asked for are written', () => {
  const batch = batchOf(Array.from({ length: 4 }, () => ({ time: JUNE, values: [13, 38.5, 1] })));
  const before = structuredClone({ ...batch, flags: [] });
  qualify(batch, tests, 1, 3);
  assert.deepEqual(flagsOf(batch), [
    [77, 1, 1, 77],
    [77, 1, 1, 77],
    [77, 0, 0, 77],
  ]);
  assert.deepEqual({ ...batch, flags: [] }, before);
  qualify(batch, tests, 4, 4);
  for (const [from, to] of [
    [-1, 2],
    [0, 5],
  ]) {
    assert.throws(() => qualify(batch, tests, from, to), /expected rows within 0 to 4/);
  }
});

test('a plausible line of the site passes the real settings, and one from the bench fails them', () => {
  const batch = createBatch(['TEMP', 'CNDC', 'PRES', 'PSAL'], [], 2);
  for (const line of [
    [13.288, 4.5993, 2505.6, 38.48],
    [24.8339, 0.97795, -9.262, 5.1],
  ]) {
    const at = openRow(batch);
    batch.time[at] = Date.UTC(2021, 0, 1);
    line.forEach((value, c) => {
      batch.values[c][at] = value;
    });
    batch.count++;
  }
  qualify(batch, sensorTests(microcat, batch.codes), 0, 2);
  assert.deepEqual(flagsOf(batch), [
    [1, 4],
    [1, 4],
    [1, 4],
    [1, 4],
  ]);
});

test('a current is never better than what its instrument says of itself; where that says nothing, it keeps its own', () => {
  const codes = ['UCUR', 'PITCH', 'ROLL'];
  const conditions = new Map([['UCUR', ['PITCH', 'ROLL']]]);
  const aquadopp = site.find(({ id }) => id === 'aquadopp') ?? assert.fail('the site file has no aquadopp');
  const batch = createBatch(codes, [], 4);
  const rows = [
    [0.1, 1, -2],
    [0.1, 25, 0],
    [0.1, 0, 80],
    [0.1, Number.NaN, Number.NaN],
  ];
  rows.forEach((values, i) => {
    const row = openRow(batch);
    batch.time[row] = JUNE + i * 600_000;
    values.forEach((value, c) => {
      batch.values[c][row] = value;
    });
    batch.count++;
  });
  qualify(batch, sensorTests(aquadopp, codes, { conditions }), 0, rows.length);
  assert.deepEqual([...batch.flags[0]], [1, 3, 4, 1]);
});
