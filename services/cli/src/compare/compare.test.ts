/** A made-up tree of an earlier chain with faults that we know, against ours. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, dayOfCivil, iso, isoMs } from '@emso/core';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { CommandFailure } from '../command-failure.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { type CompareSettings, runCompare } from './run.ts';

const T0 = dayOfCivil(2019, 6, 1) * DAY_MS;
const ROWS = 720;

/** Temperature, conductivity and pressure of a row; every two minutes, received 0.4 s after the second. */
function sample(row: number): { timeMs: number; values: [string, string, string] } {
  const values: [string, string, string] = [
    (13.2 + (row % 50) / 1e4).toFixed(4),
    (4.6 + (row % 30) / 1e5).toFixed(5),
    (2505 + (row % 70) / 1e3).toFixed(3),
  ];
  return { timeMs: T0 + row * 120_000 + 400, values };
}

function tree(files: Readonly<Record<string, string>>): string {
  const root = temporaryDirectory('compare');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

function ours(days = 1): string {
  const files: Record<string, string> = {};
  for (let day = 0; day < days; day++) {
    const lines = Array.from({ length: ROWS }, (_, i) => sample(day * ROWS + i)).map(
      ({ timeMs, values }) => `${isoMs(timeMs)},${values.join(',')},1,1,1,1\n`,
    );
    files[`Emso_Microcat/2019-06/MICROCAT_2019060${day + 1}.csv`] =
      `time,Temperature,Conductivity,Pressure,TEMP_QC,CNDC_QC,PRES_QC,time_QC\n${lines.join('')}`;
  }
  return tree(files);
}

/** Row numbers and what the earlier program made of each: seconds without fractions, comma for point, `;` between. */
function old(
  rows: readonly { timeMs: number; values: readonly string[] }[],
  header = 'time;temperature;conductivity;pressure',
): string {
  const lines = rows.map(({ timeMs, values }) => {
    const time = iso(Math.floor(timeMs / 1000) * 1000)
      .slice(0, 19)
      .replace('T', ' ');
    return [time, ...values.map((value) => value.replace('.', ','))].join(';');
  });
  return `\ufeff${[header, ...lines].join('\r\n')}\r\n`;
}
const DAY = Array.from({ length: ROWS }, (_, row) => sample(row));
const OLD_NAME = 'MICROCAT/microcat_2019-06-01.csv';

async function compare(oldTree: string, newTree: string, settings: Partial<CompareSettings> = {}) {
  let text = '';
  const exitCode = await runCompare(
    [oldTree, newTree],
    { observatory: DEFAULT_SITE_FILE, tolerance: 1, map: [], sensor: [], ...settings },
    (part) => {
      text += part;
    },
  );
  return { exitCode, text };
}

test('the same values in another dress are the same', async () => {
  const { exitCode, text } = await compare(tree({ [OLD_NAME]: old(DAY) }), ours());
  assert.match(text, /^MICROCAT: NEW has all that OLD has\n {2}days {3}1 in both, 0 only in OLD, 0 only in NEW\n/);
  assert.match(
    text,
    /read {3}1 file of OLD: separator ;, decimal comma, BOM, CRLF, header, time YYYY-MM-DD HH:MM:SS\n/,
  );
  assert.match(text, /rows {3}720 in both, 0 only in OLD, 0 only in NEW\n/);
  assert.match(text, / conductivity +5 +720 +0 /);
  assert.match(text, /1 sensors, 720 rows in both, 2160 values equal, 0 different\n$/);
  assert.equal(exitCode, 0);
});

test('a missing row, a wrong digit, a shifted hour and another unit are found, each with its place', async () => {
  const rows = DAY.filter((_, row) => row !== 100).map(({ timeMs, values: [temperature, conductivity, pressure] }) => {
    const hour = Math.floor((timeMs - T0) / 3_600_000);
    return {
      // Rows of hour 12 were written an hour early; where they went, two rows have one time.
      timeMs: hour === 12 ? timeMs - 3_600_000 - 60_000 : timeMs,
      values: [
        timeMs === sample(200).timeMs ? '13.2009' : temperature,
        (Number(conductivity) * 10).toFixed(4),
        pressure,
      ],
    };
  });
  const newTree = ours();
  // The earlier tree also has a row that ours does not have.
  const extra = { timeMs: T0 + 60_000, values: ['13.2000', '46.0000', '2505.000'] };
  const { exitCode, text } = await compare(tree({ [OLD_NAME]: old([...rows, extra]) }), newTree, { json: true });
  const [result] = JSON.parse(text).sensors;
  assert.equal(exitCode, 1);
  assert.equal(result.same, false);
  // Row 100 and hour 12 stand in NEW alone; hour 12 as OLD has it, between the minutes, and the extra row in OLD alone.
  assert.deepEqual(result.rowsOnlyNew, { rows: 31, first: iso(sample(100).timeMs) });
  assert.deepEqual(result.rowsOnlyOld, { rows: 31, first: '2019-06-01T00:01:00Z' });
  const [temperature, conductivity, pressure] = result.columns;
  assert.deepEqual([temperature.equal, temperature.different], [688, 1]);
  assert.deepEqual(temperature.largest.time, iso(Math.floor(sample(200).timeMs / 1000) * 1000));
  assert.deepEqual([conductivity.equal, conductivity.different], [0, 689]);
  assert.equal(conductivity.cause, 'new = old × 0.1: another unit?');
  assert.deepEqual([pressure.equal, pressure.different], [689, 0]);
});

test('a tree in local time is recognised as that, though each row finds another one at its time', async () => {
  const summer = DAY.slice(0, 600).map(({ timeMs, values }) => ({ timeMs: timeMs + 2 * 3_600_000, values }));
  const { exitCode, text } = await compare(tree({ [OLD_NAME]: old(summer) }), ours());
  assert.match(text, /rows {3}600 in both, 0 only in OLD, 120 .* only in NEW\n/);
  assert.match(text, / 600 rows of OLD stand 2 h earlier in NEW: a time zone, or a clock\?\n/);
  assert.equal(exitCode, 1);
});

test('an hour whose clock was an hour ahead is recognised, though each of its times is there twice', async () => {
  const rows = DAY.map(({ timeMs, values }) => ({
    timeMs: timeMs >= T0 + 12 * 3_600_000 && timeMs < T0 + 13 * 3_600_000 ? timeMs + 3_600_000 : timeMs,
    values,
  }));
  const { exitCode, text } = await compare(tree({ [OLD_NAME]: old(rows) }), ours());
  assert.match(
    text,
    /rows {3}690 in both, 30 .* only in OLD, 30 .* only in NEW\n +30 rows of OLD stand 1 h earlier in NEW/,
  );
  assert.match(text, / temperature +4 +690 +0 /);
  assert.equal(exitCode, 1);
});

test('a row of midnight at the end of the file of yesterday belongs to today', async () => {
  const both = Array.from({ length: 2 * ROWS }, (_, row) => sample(row));
  const oldTree = tree({
    'MICROCAT_20190601.csv': old(both.slice(0, ROWS + 1)),
    'MICROCAT_20190602.csv': old(both.slice(ROWS + 1)),
  });
  const { exitCode, text } = await compare(oldTree, ours(2));
  assert.match(text, /rows {3}1440 in both, 0 only in OLD, 0 only in NEW\n/);
  assert.equal(exitCode, 0);
});

test('a column that was renamed is lost until it is mapped', async () => {
  const oldTree = tree({ [OLD_NAME]: old(DAY, 'time;Temperature;Sea Water Electrical Conductivity;Pressure') });
  const newTree = ours();
  const lost = await compare(oldTree, newTree);
  assert.match(
    lost.text,
    /lost {3}columns only in OLD, not compared: Sea Water Electrical Conductivity \(renamed\? --map OLD=NEW\)/,
  );
  assert.equal(lost.exitCode, 1);
  const map = ['Sea Water Electrical Conductivity=Conductivity'];
  assert.equal((await compare(oldTree, newTree, { map })).exitCode, 0);
  const mapFile = path.join(oldTree, 'map.yaml');
  writeFileSync(mapFile, 'MICROCAT:\n  sea water electrical conductivity: Conductivity\n');
  assert.equal((await compare(oldTree, newTree, { mapFile })).exitCode, 0);
});

test('without a header the columns are the historical ones', async () => {
  const headless = old(DAY).split('\r\n').slice(1).join('\r\n');
  const { exitCode, text } = await compare(tree({ 'MICROCAT_20190601.csv': headless }), ours());
  assert.match(text, / Conductivity +5 +720 +0 /);
  assert.equal(exitCode, 0);
});

test('days, files and lines that cannot be compared are told', async () => {
  const oldTree = tree({
    [OLD_NAME]: `${old(DAY)}broken;1;2;3\r\n`,
    'MICROCAT/microcat_2019-06-03.csv': old([]),
    'OXYGEN_20190601.csv': 'a;b\r\n1;2\r\n',
    'readme.csv': '',
  });
  const newTree = ours();
  mkdirSync(path.join(newTree, 'x'));
  writeFileSync(path.join(newTree, 'x/OXYGEN_20190601.csv'), 'time,Oxygen\n');
  const { exitCode, text } = await compare(oldTree, newTree);
  assert.match(text, /1 in both, 1 \(first 2019-06-03\) only in OLD/);
  assert.match(text, /fault {2}\S+microcat_2019-06-01\.csv: line 722: expected a time\n/);
  assert.match(text, /fault {2}\S+OXYGEN_20190601\.csv: line 2: expected a time such as .*, found '1;2'\n/);
  assert.match(text, /1 files of OLD say no day in their name, first \S+readme\.csv\n/);
  assert.equal(exitCode, 1);
});

test('folders, mappings and sensors that are not there', async () => {
  const newTree = ours();
  const fails = (exitCode: number) => (error: unknown) =>
    error instanceof CommandFailure && error.exitCode === exitCode;
  await assert.rejects(compare(path.join(newTree, 'nothing'), newTree), fails(3));
  await assert.rejects(compare(newTree, newTree, { sensor: ['NOBODY'] }), fails(3));
  await assert.rejects(compare(newTree, newTree, { map: ['a'] }), fails(2));
  await assert.rejects(compare(newTree, newTree, { mapFile: path.join(newTree, 'no.yaml') }), fails(3));
  const mapFile = path.join(newTree, 'map.yaml');
  writeFileSync(mapFile, '- a\n- 1\n');
  await assert.rejects(compare(newTree, newTree, { mapFile }), fails(2));
});
