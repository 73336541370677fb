import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isoMs, KIND } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes, latin1Text } from './bytes.ts';
import type { Framing, Scan } from './framing.ts';
import { datRow, importIds, readDatRows, stripBounds } from './rows.ts';

function payloads(file: string): string[] {
  const { run } = readDatRows(asciiBytes(file));
  return Array.from(
    { length: run.count },
    (_, i) => `${isoMs(run.received[i])} ${latin1Text(run.bytes, run.start[i], run.end[i])}`,
  );
}

test('FORMATS §9.1: rows are cut at column 17, whatever the payload begins with', () => {
  const cases: [row: string, expected: string][] = [
    ['20170929 00:00:0524.8339,  0.97795', '2017-09-29T00:00:05.000Z 24.8339,  0.97795'],
    ['20100907 12:00:0209 07 2010 12 00 00', '2010-09-07T12:00:02.000Z 09 07 2010 12 00 00'],
    ['20210609 09:54:57!4831\t611', '2021-06-09T09:54:57.000Z !4831\t611'],
    ['20210609 09:54:57-0.087\r', '2021-06-09T09:54:57.000Z -0.087\r'],
    ['20170929 00:00:15', '2017-09-29T00:00:15.000Z '],
    ['20161231 23:59:60x', '2017-01-01T00:00:00.000Z x'],
    ['20200229 23:59:59\x00x', '2020-02-29T23:59:59.000Z \x00x'],
  ];
  for (const [row, expected] of cases) {
    assert.deepEqual(payloads(`${row}\n`), [expected]);
    assert.deepEqual(payloads(row), [expected], 'a last row without line feed');
  }
});

test('a date is read anew wherever it changes', () => {
  const days = ['20190801', '20190802', '20190812', '20190912', '20200912', '20190801'];
  const file = days.map((day) => `${day} 00:00:05x`).join('\n');
  assert.deepEqual(
    payloads(file).map((text) => text.slice(0, 10).replaceAll('-', '')),
    days,
  );
});

test('the run is the file itself', () => {
  const file = asciiBytes('20170929 00:00:05a\n20170929 00:00:06b');
  const { run } = readDatRows(file);
  assert.equal(run.bytes, file);
  assert.equal(run.count, 2);
  assert.deepEqual([...run.kind.subarray(0, 2)], [KIND.import, KIND.import]);
  assert.deepEqual([...run.seq.subarray(0, 2)], [0, 0]);
  assert.deepEqual(run.sessions, ['dat']);
  assert.equal(readDatRows(new Uint8Array(0)).run.count, 0);
});

test('a row without a valid stamp is kept as damaged, and the rows around it are read', () => {
  const bad = [
    '',
    '20170929 00:00:0',
    '20170929T00:00:05x',
    '20171329 00:00:05x',
    '20170931 00:00:05x',
    '20190229 00:00:05x',
    '20170929 24:00:05x',
    '20170929 00:60:05x',
    '20170929 00:00:61x',
    '20170929 00.00:05x',
    '20170929 00:00-05x',
    '2017O929 00:00:05x',
    '20170929 0a:00:05x',
    '20170929 00:00:0/x',
    ' 20170929 00:00:05x',
  ];
  for (const row of bad) {
    const file = asciiBytes(`20170929 00:00:05a\n${row}\n20170929 00:00:07b\n`);
    const { run, damaged } = readDatRows(file);
    assert.deepEqual(damaged, [{ line: 1, offset: 19, length: row.length }], `'${row}'`);
    assert.deepEqual(
      [...run.received].slice(0, run.count).map(isoMs),
      ['2017-09-29T00:00:05.000Z', '2017-09-29T00:00:07.000Z'],
      `'${row}'`,
    );
  }
});

test('every byte of any file is in a row or in a damaged row', () => {
  const row = fc.oneof(
    fc.constantFrom('20170929 00:00:05', '20170930 23:59:60 x', '20170931 00:00:00', ''),
    fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      const file = asciiBytes(rows.join('\n'));
      const { run, damaged } = readDatRows(file);
      const parts = damaged.map(({ offset, length }) => [offset, offset + length] as const);
      for (let i = 0; i < run.count; i++) parts.push([run.start[i] - 17, run.end[i]]);
      parts.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let at = 0;
      for (const [from, to] of parts) {
        assert.equal(from, at);
        assert.ok(to === file.length || file[to] === 0x0a);
        at = to + 1;
      }
      assert.ok(at >= file.length);
    }),
  );
});

test('identities of imported rows: second, hash of the stripped bytes, and which of its like it is', () => {
  const hash = createHash('sha256').update('a b').digest('hex').slice(0, 16);
  const file = [
    '20170929 00:00:05a b',
    '20170929 00:00:06a b',
    '20170929 00:00:05\t a b\r',
    '20170929 00:00:05A b',
    '20170929 00:00:05',
    '20170930 23:59:58a b',
  ];
  const ids = importIds(readDatRows(asciiBytes(file.join('\n'))).run);
  assert.deepEqual(ids.slice(0, 3), [
    `dat/20170929T000005Z/${hash}/1`,
    `dat/20170929T000006Z/${hash}/1`,
    `dat/20170929T000005Z/${hash}/2`,
  ]);
  assert.equal(new Set(ids).size, 6);
  assert.equal(ids[5], `dat/20170930T235958Z/${hash}/1`);
  assert.equal(ids[4], 'dat/20170929T000005Z/e3b0c44298fc1c14/1');
});

test('stripping removes 09–0D and 20 at both ends, and nothing else', () => {
  for (let byte = 0; byte < 256; byte++) {
    const stripped = byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
    const bytes = Uint8Array.of(byte, byte, 0x61, byte, 0x61, byte);
    assert.deepEqual(stripBounds(bytes, 0, 6), stripped ? [2, 5] : [0, 6], `byte ${byte}`);
  }
  assert.deepEqual(stripBounds(asciiBytes(' \t\r\n'), 1, 3), [1, 1]);
});

test('a written row reads back as it was', () => {
  const second = fc.integer({ min: 0, max: 4_102_444_799 });
  fc.assert(
    fc.property(second, fc.integer({ min: 0, max: 999 }), fc.string({ unit: 'binary-ascii' }), (at, ms, text) => {
      const payload = text.replaceAll('\n', '');
      const row = datRow(at * 1000 + ms, asciiBytes(payload), 0, payload.length);
      const { run, damaged } = readDatRows(row);
      assert.equal(run.count, 1);
      assert.deepEqual(damaged, []);
      assert.equal(run.received[0], at * 1000);
      const stripped = payload.replace(/^[\x09-\x0d ]+|[\x09-\x0d ]+$/g, '');
      assert.equal(latin1Text(row, run.start[0], row.length), `${stripped}\n`);
    }),
  );
  assert.equal(latin1Text(datRow(1_564_617_605_999, asciiBytes('x'), 0, 1), 0, 19), '20190801 00:00:05x\n');
});

/** Structures `<ab…>` of two bytes and more; what stands between two of them is a record too. */
const scan: Scan = (bytes, start, end) => {
  for (let i = start; i < end; i++) {
    if (bytes[i] === 0x3c && i > start) return i;
    if (bytes[i] === 0x3e && bytes[start] === 0x3c) return i + 1;
  }
  return -1;
};
const ANGLES: Framing = { name: 'angles', scan };

test('FORMATS §4.8: rows of a stream of structures are put together and cut again', () => {
  const rows = [
    '20170929 00:00:05<whole>',
    '20170929 00:00:06<cut',
    '20170929 00:00:07twice',
    '20170929 00:00:08here><next>',
    'no stamp',
    '20170930 00:00:01talk',
    '20170930 00:00:02<last>',
  ];
  const file = asciiBytes(`${rows.join('\n')}\n`);
  const { run, damaged } = readDatRows(file, ANGLES);
  assert.deepEqual(damaged, [{ line: 4, offset: Buffer.from(file).indexOf('no stamp'), length: 8 }]);
  const found = Array.from({ length: run.count }, (_, i) => {
    assert.deepEqual([run.kind[i], run.seq[i], run.sessions[run.session[i]]], [KIND.import, 0, 'dat']);
    return `${isoMs(run.received[i]).slice(8, 19)} ${latin1Text(run.bytes, run.start[i], run.end[i])}`;
  });
  assert.deepEqual(found, [
    '29T00:00:05 <whole>',
    // The line feed that a row ended with is of that row.
    '29T00:00:05 \n',
    '29T00:00:08 <cut\ntwice\nhere>',
    '29T00:00:08 <next>',
    '30T00:00:01 \ntalk\n',
    '30T00:00:02 <last>',
  ]);
  const ids = importIds(run);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(importIds(readDatRows(file.slice(), ANGLES).run), ids, 'read again, the same');
  assert.equal(readDatRows(new Uint8Array(0), ANGLES).run.count, 0);
});

test('a record with line feeds inside is as many rows as the old script would have cut it into', () => {
  const at = 1_564_617_605_999;
  const cases: [record: string, payloads: string[]][] = [
    ['ab', ['ab']],
    ['ab\n', ['ab']],
    ['', ['']],
    ['\n', ['']],
    ['a\n b \r\nc\t', ['a', 'b', 'c']],
    ['\na', ['', 'a']],
    ['a\n\n', ['a', '']],
    ['\n\n', ['', '']],
  ];
  for (const [record, payloads] of cases) {
    // What stands beside the record in the arena is none of it.
    const bytes = asciiBytes(`\nx${record}y\n`);
    const rows = datRow(at, bytes, 2, bytes.length - 2);
    assert.equal(
      latin1Text(rows, 0, rows.length),
      payloads.map((text) => `20190801 00:00:05${text}\n`).join(''),
      JSON.stringify(record),
    );
  }
});
