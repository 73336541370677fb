import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch, DAY_MS, FLAG, openRow, setLabel } from '@emso/core';
import fc from 'fast-check';
import { csvFile, csvLayout } from './csv.ts';
import { goodRows } from './csv-reader.ts';

const CODES = ['TEMP', 'PRES', 'PSAL'];
const LAYOUT = csvLayout(CODES, ['Kind'], { Temperature: 'TEMP', Kind: 'Kind', 'Odd, "one"': 'PRES' });
const COLUMNS = [
  { name: 'PSAL', flag: 'PSAL_QC' },
  { name: 'Odd, "one"', flag: 'PRES_QC' },
];

test('what was written good is read, to the last bit of what is printed, and nothing else', () => {
  const value = fc.oneof(fc.double({ min: -7000, max: 7000, noNaN: true }), fc.constant(Number.NaN), fc.constant(0));
  const flag = fc.constantFrom(FLAG.good, FLAG.good, FLAG.good, FLAG.suspect, FLAG.unknown);
  const row = fc.record({
    ms: fc.integer({ min: 0, max: 1e9 }),
    values: fc.tuple(value, value, value),
    flags: fc.tuple(flag, flag, flag, flag),
    label: fc.constantFrom('', 'plain', 'a,b', 'say "hi", you', 'end"'),
  });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const batch = createBatch(CODES, ['Kind'], rows.length);
      const expected: number[][] = [];
      for (const { ms, values, flags, label } of rows) {
        const at = openRow(batch);
        batch.time[at] = 20_000 * DAY_MS + ms;
        batch.timeFlag[at] = flags[3];
        if (label !== '') setLabel(batch.labels[0], at, label);
        CODES.forEach((_, c) => {
          batch.values[c][at] = values[c];
          batch.flags[c][at] = Number.isNaN(values[c]) ? FLAG.missing : flags[c];
        });
        batch.count++;
        const good = [1, 2].every((c) => batch.flags[c][at] === FLAG.good) && flags[3] === FLAG.good;
        if (good) expected.push([batch.time[at], Number(values[2].toFixed(4)), Number(values[1].toFixed(3))]);
      }
      const { time, values } = goodRows(csvFile(LAYOUT, batch), COLUMNS);
      assert.equal(time.length, expected.length);
      expected.forEach(([at, psal, pres], i) => {
        assert.equal(time[i], at);
        // Halves are rounded away from zero in the file, and to even by toFixed.
        assert.ok(Math.abs(values[0][i] - psal) < 1.01e-4 && Math.abs(values[1][i] - pres) < 1.01e-3);
        assert.equal(values[0][i], Number(values[0][i].toFixed(4)), 'a number as its text says it');
      });
    }),
  );
});

const csv = (text: string): Uint8Array => Buffer.from(text);

test('a column that is not there holds nothing good', () => {
  const { time, values } = goodRows(csv('time,TEMP,TEMP_QC\n2020-03-01T00:00:00Z,13.3,1\n'), [
    { name: 'TEMP', flag: 'TEMP_QC' },
  ]);
  assert.deepEqual([time.length, values.length], [0, 1], 'no time_QC');
  assert.equal(goodRows(csv('time,time_QC\n'), []).time.length, 0);
});

test('a row that is none is refused: a torn one, one with another number of cells, one without a time', () => {
  const head = 'time,TEMP,TEMP_QC,time_QC\n';
  const columns = [{ name: 'TEMP', flag: 'TEMP_QC' }];
  for (const row of [
    '2020-03-01T00:00:00Z,13.3,1,1',
    '2020-03-01T00:00:00Z,13.3,1\n',
    '2020-03-01 00:00:00,13.3,1,1\n',
    '\n',
  ]) {
    assert.throws(
      () => goodRows(csv(head + row), columns),
      /expected rows of 4 cells that begin with a time, found '/,
      row,
    );
  }
  assert.deepEqual([...goodRows(csv(`${head}2020-03-01T00:00:00.250Z,-0.5,1,1\n`), columns).values[0]], [-0.5]);
});
