/** Rows of a historical file that were one stream: put together and cut again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes, latin1Text } from './bytes.ts';
import type { Scan } from './framing.ts';
import { reframeRows } from './reframe-rows.ts';
import { importIds, readDatRows } from './rows.ts';

/** A framing as small as can be: a record ends behind `;`. */
const semicolons: Scan = (bytes, start, end) => {
  for (let at = start; at < end; at++) if (bytes[at] === 0x3b) return at + 1;
  return -1;
};

/** One row a payload, one second after the other. */
function rowsOf(payloads: readonly string[]): ReturnType<typeof readDatRows>['run'] {
  const rows = payloads.map((payload, i) => `20190801 00:00:${String(i % 60).padStart(2, '0')}${payload}\n`);
  return readDatRows(asciiBytes(rows.join(''))).run;
}

/** Each record with the second it was received in. */
function reframed(payloads: readonly string[]): string[] {
  const run = reframeRows(rowsOf(payloads), semicolons);
  return Array.from(
    { length: run.count },
    (_, i) => `${new Date(run.received[i]).getUTCSeconds()} ${latin1Text(run.bytes, run.start[i], run.end[i])}`,
  );
}

test('records over rows, each received with the row it ends in', () => {
  const cases: [payloads: string[], expected: string[]][] = [
    [[], []],
    [[''], []],
    [['ab;'], ['0 ab;']],
    [
      ['a', 'b;c;', 'd', '', 'e;f'],
      ['1 a\nb;', '1 c;', '4 \nd\n\ne;', '4 f'],
    ],
    [
      ['a;', 'b;'],
      ['0 a;', '1 \nb;'],
    ],
    [
      ['a;', ''],
      ['0 a;', '0 \n'],
    ],
    [
      ['a;', '', ''],
      ['0 a;', '1 \n\n'],
    ],
  ];
  for (const [payloads, expected] of cases) assert.deepEqual(reframed(payloads), expected, JSON.stringify(payloads));
});

test('they are imports, and get an identity of their own', () => {
  const rows = rowsOf(['a', 'b;c;']);
  const run = reframeRows(rows, semicolons);
  assert.deepEqual([...run.kind.subarray(0, 2)], [KIND.import, KIND.import]);
  assert.deepEqual([...run.seq.subarray(0, 2)], [0, 0]);
  assert.deepEqual(run.sessions, rows.sessions);
  assert.equal(run.importId.size, 0);
  const ids = importIds(run);
  assert.equal(new Set(ids).size, 2);
  assert.match(ids[1], /^dat\/20190801T000001Z\//);
});

test('no byte is lost or added but the 0A between rows', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ';', 'b') })), (payloads) => {
      const run = reframeRows(rowsOf(payloads), semicolons);
      let text = '';
      for (let i = 0; i < run.count; i++) text += latin1Text(run.bytes, run.start[i], run.end[i]);
      assert.equal(text, payloads.join('\n'));
      for (let i = 1; i < run.count; i++) assert.equal(run.start[i], run.end[i - 1]);
    }),
  );
});
