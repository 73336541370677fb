import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CSV_FILE_RULES, type CsvSubject, csvSubject, findingsOf } from './mod.ts';

const NAME = 'MICROCAT_20261120.csv';
const COLUMNS = { Temperature: 'TEMP', Station: 'Station' };
const GOOD = `\
time,Temperature,Station,PRES,TEMP_QC,PRES_QC,time_QC
2026-11-20T00:00:00Z,13.2012,"MII, node 1",2505.100,1,1,1
2026-11-20T00:02:00.500Z,,MII,-0.001,9,3,1
`;
type Facts = Pick<CsvSubject, 'columns' | 'prefixes' | 'stored'>;

function judge(text: string | Uint8Array, name = NAME, facts: Facts = { columns: COLUMNS }): string[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return findingsOf(CSV_FILE_RULES, csvSubject(name, bytes, facts)).map(({ rule, where }) => `${rule} ${where}`);
}

const stored = { sha256: 'a', bytes: 1, manifest: { path: `csv/${NAME}`, sha256: 'b', bytes: 1 } };
const CASES: [rule: string, what: string, text: string | Uint8Array, where: string, name?: string, facts?: Facts][] = [
  ['csv.utf8', 'latin-1', Buffer.from(GOOD.replace('node 1', 'nœud é'), 'latin1'), 'line 2'],
  ['csv.utf8', 'a byte order mark', `\ufeff${GOOD}`, 'byte 0'],
  ['csv.lf', 'CRLF', GOOD.replaceAll('\n', '\r\n'), 'line 1'],
  ['csv.lf', 'a last line that is cut', GOOD.slice(0, -1), 'the last line'],
  ['csv.header', 'time somewhere', GOOD.replace('time,', 'when,'), 'line 1'],
  ['csv.header', 'a name twice', GOOD.replace('Station', 'PRES'), 'line 1'],
  ['csv.header', 'no name', GOOD.replace('Station', ''), 'line 1'],
  ['csv.flag-columns', 'flags of nothing', GOOD.replace('PRES_QC', 'PSAL_QC'), 'line 1'],
  ['csv.columns', 'another order', GOOD.replace('Temperature,Station', 'Station,Temperature'), 'line 1'],
  ['csv.fields', 'a field less', GOOD.replace(',2505.100', ''), 'line 2'],
  ['csv.time', 'no Z', GOOD.replace('00:02:00.500Z', '00:02:00'), 'line 3'],
  ['csv.time', 'a blank', GOOD.replace('2026-11-20T00:02', '2026-11-20 00:02'), 'line 3'],
  ['csv.time-order', 'backwards', GOOD.replace('00:00:00Z', '00:03:00Z'), 'line 3'],
  ['csv.day', 'another day', GOOD, 'line 2', 'MICROCAT_20261121.csv'],
  ['csv.numbers', 'a digit less', GOOD.replace('13.2012', '13.201'), 'line 2'],
  ['csv.numbers', 'a decimal comma', GOOD.replace('13.2012', '"13,2012"'), 'line 2'],
  ['csv.numbers', 'NaN', GOOD.replace('-0.001', 'NaN'), 'line 3'],
  ['csv.flags', 'of another scheme', GOOD.replace(',9,3,1', ',9,6,1'), 'line 3'],
  ['csv.flags', 'none', GOOD.replace(',9,3,1', ',9,,1'), 'line 3'],
  ['csv.missing', 'a good missing value', GOOD.replace(',9,3,1', ',1,3,1'), 'line 3'],
  ['csv.missing', 'a value under 9', GOOD.replace('2505.100,1,1', '2505.100,1,9'), 'line 2'],
  ['csv.name', 'no day', GOOD, 'microcat.csv', 'microcat.csv'],
  ['csv.name', 'an unknown sensor', GOOD, NAME, NAME, { columns: COLUMNS, prefixes: ['CSTAR'] }],
  ['file.manifest', 'no JSON', GOOD, 'manifest', NAME, { stored: { sha256: 'a', bytes: 4, manifestFault: 'no JSON' } }],
  ['file.checksum', 'another byte', GOOD, `csv/${NAME}`, NAME, { columns: COLUMNS, stored }],
];

test('nothing is found in a file as the writer makes it', () => {
  assert.deepEqual(judge(GOOD), []);
  assert.deepEqual(judge(GOOD.split('\n')[0].concat('\n')), []);
  assert.deepEqual(judge(GOOD, 'MICROCAT_20261120_D.csv', { columns: COLUMNS, prefixes: ['MICROCAT'] }), []);
  const same = { ...stored, manifest: { ...stored.manifest, sha256: 'a' } };
  assert.deepEqual(judge(GOOD, NAME, { columns: COLUMNS, stored: same }), []);
});

for (const [rule, what, text, where, name, facts] of CASES) {
  test(`${rule}: ${what}`, () => {
    const found = judge(text, name, facts);
    assert.ok(found.includes(`${rule} ${where}`), `expected ${rule} ${where}, found ${found.join('; ')}`);
  });
}

test('every rule has a file that it refuses', () => {
  const tried = new Set(CASES.map(([rule]) => rule));
  assert.deepEqual(
    CSV_FILE_RULES.map(({ id }) => id).filter((id) => !tried.has(id)),
    [],
  );
});
