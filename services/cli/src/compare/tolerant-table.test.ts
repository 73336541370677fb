import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iso } from '@emso/core';
import { readTolerantTable } from './tolerant-table.ts';

/** Two rows as different programs have written them; all are the same table. */
const SPELLINGS: [what: string, text: string | Uint8Array, recognised: string][] = [
  [
    'ours',
    'time,T,S\n2019-06-01T00:00:05Z,13.25,MII\n2019-06-01T00:02:05Z,,MII\n',
    'separator ,, header, time YYYY-MM-DDTHH:MM:SSZ',
  ],
  [
    'semicolons',
    'time;T;S\n2019-06-01 00:00:05;13.25;MII\n2019-06-01 00:02:05;;MII\n',
    'separator ;, header, time YYYY-MM-DD HH:MM:SS',
  ],
  [
    'a French spreadsheet',
    '\ufefftime;T;S\r\n01/06/2019 00:00:05;13,25;MII\r\n01/06/2019 00:02:05;;MII\r\n',
    'separator ;, decimal comma, BOM, CRLF, header, time DD/MM/YYYY HH:MM:SS',
  ],
  [
    'tabs, no header',
    '20190601 00:00:05\t13.25\tMII\n20190601 00:02:05\t\tMII\n',
    'separator TAB, no header, time YYYYMMDD HH:MM:SS',
  ],
  [
    'date and time apart',
    'date,heure,T,S\n2019-06-01,00:00:05,13.25,MII\n2019-06-01,00:02:05,,MII\n',
    'separator ,, header, time YYYY-MM-DD HH:MM:SS',
  ],
  [
    'time in the middle',
    'T,time,S\n13.25,2019/06/01 00:00:05,MII\n,2019/06/01 00:02:05,MII\n',
    'separator ,, header, time YYYY/MM/DD HH:MM:SS',
  ],
  [
    'quotes and blank lines',
    '"time","T","S"\n\n"2019-06-01 00:00:05", 13.25 ,"MII"\n"2019-06-01 00:02:05","","MII"',
    'separator ,, header, time YYYY-MM-DD HH:MM:SS',
  ],
  [
    'a line of units',
    's.time,s.T,s.S\nUTC,degC,\n2019-06-01T00:00:05Z,13.25,MII\n2019-06-01T00:02:05Z,,MII\n',
    'separator ,, header, time YYYY-MM-DDTHH:MM:SSZ',
  ],
  ['seconds', 'time,T,S\n1559347205,13.25,MII\n1559347325,,MII\n', 'separator ,, header, time seconds since 1970'],
  [
    'Windows',
    Buffer.from('temps;T;é\n2019-06-01 00:00:05;13.25;MII\n2019-06-01 00:02:05;;MII\n', 'latin1'),
    'separator ;, windows-1252, header, time YYYY-MM-DD HH:MM:SS',
  ],
];

for (const [what, text, recognised] of SPELLINGS) {
  test(`read: ${what}`, () => {
    const table = readTolerantTable(typeof text === 'string' ? new TextEncoder().encode(text) : text);
    assert.equal(table.recognised, recognised);
    assert.deepEqual(table.unreadableLines, []);
    const values = table.rows.map(({ timeMs, cells }) => [
      iso(timeMs),
      ...cells.filter((_, place) => !table.timeColumns.includes(place)),
    ]);
    assert.deepEqual(values, [
      ['2019-06-01T00:00:05Z', '13.25', 'MII'],
      ['2019-06-01T00:02:05Z', '', 'MII'],
    ]);
  });
}

const read = (text: string) => readTolerantTable(new TextEncoder().encode(text));

test('fractions of a second, and lines without a time', () => {
  const { rows, unreadableLines } = read('time,T\n2019-06-01T00:00:05.651Z,1\nbroken,2\n2019-02-30T00:00:00Z,3\n');
  assert.deepEqual(
    rows.map(({ timeMs }) => iso(timeMs)),
    ['2019-06-01T00:00:05.651Z'],
  );
  assert.deepEqual(unreadableLines, [3, 4]);
});

test('a header alone is a table without rows, nothing is one too', () => {
  assert.deepEqual(read('time,T\n').columns, ['time', 'T']);
  assert.deepEqual(read('').rows, []);
});

test('no time at all is an error that shows the line', () => {
  assert.throws(() => read('a,b\n1,2\n'), /line 2: expected a time such as 2019-06-01T00:00:00Z, found '1,2'/);
});
