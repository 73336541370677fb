/** The CSV of every sensor of the real site file: the columns that readers know, in their order, and what is printed reads back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARAMETERS } from '@emso/core';
import { describedDay, plansOf, SITE_TEXT } from '../test/described-days.ts';
import { codesOfDay } from './plan.ts';

for (const plan of plansOf(SITE_TEXT)) {
  const { sensor } = plan;
  test(`${sensor.id}: historical columns first, then codes, then flags; UTF-8, LF, Z, stable digits`, () => {
    const { csv, batch, day } = describedDay(plan);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(csv);
    assert.ok(text.startsWith('time,') && text.endsWith('\n') && !text.includes('\r'));
    const [header, ...rows] = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const codes = codesOfDay(plan, day);
    const historical = Object.entries(sensor.csvColumns);
    const targets = new Map([...codes.map((code) => [code, code] as const), ...historical]);
    const others = codes.filter((code) => !Object.values(sensor.csvColumns).includes(code));
    const names = [...historical.map(([name]) => name), ...others];
    assert.deepEqual(header, ['time', ...names, ...codes.map((code) => `${code}_QC`), 'time_QC']);
    assert.equal(rows.length, batch.count);
    assert.ok(rows.length > 0);
    rows.forEach((cells, row) => {
      assert.match(cells[0], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
      assert.equal(Date.parse(cells[0]), batch.time[row]);
      header.forEach((name, i) => {
        const column = batch.codes.indexOf(targets.get(name) ?? '');
        if (column < 0) return;
        const value = batch.values[column][row];
        if (Number.isNaN(value)) assert.equal(cells[i], '', name);
        else assert.equal(cells[i].split('.')[1]?.length ?? 0, PARAMETERS.get(batch.codes[column])?.digits, name);
        if (!Number.isNaN(value)) assert.equal(Number(cells[i]), Number(value.toFixed(8)), name);
      });
      codes.forEach((code, i) => {
        assert.equal(cells[1 + names.length + i], String(batch.flags[batch.codes.indexOf(code)][row]), `${code}_QC`);
      });
      assert.equal(cells.at(-1), String(batch.timeFlag[row]));
    });
  });
}
