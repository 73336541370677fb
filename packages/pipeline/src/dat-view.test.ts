import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDatRows } from '@emso/instruments';
import fc from 'fast-check';
import { ascii, asText, MIDNIGHT, messages, record, runOf, sample } from '../test/streams.ts';
import { datView } from './dat-view.ts';

test('the historical view is what the old script would have written', () => {
  const at = MIDNIGHT + 5_999;
  const records = [
    record(1, MIDNIGHT, 'session-opened', 'event'),
    record(2, at, `  ${sample(24.8339)}`),
    record(3, at, '\r'),
    record(4, at, '!4831\t507\t\r'),
    record(5, at + 1, '\x00\x11 a\xff\x0b'),
    record(6, at + 2, '13.29', 'partial'),
    record(7, at + 3, '74, 1\n', 'piece'),
    record(8, MIDNIGHT + 86_399_999, '09 07 2010'),
  ];
  const expected = `\
20200301 00:00:0524.8339, 4.59963, 2505.600
20200301 00:00:05
20200301 00:00:05!4831	507
20200301 00:00:06\x00\x11 a\xff
20200301 00:00:0613.29
20200301 00:00:0674, 1
20200301 23:59:5909 07 2010
`;
  assert.equal(asText(datView(runOf(records))), expected);
  assert.equal(asText(datView(runOf(records.toReversed()))), expected);
  assert.equal(asText(datView(runOf([...records, ...records]))), expected);
});

test('PROMISE 12: a line twice in the historical view, imported and live', () => {
  const imports = [
    { receivedMs: MIDNIGHT, importId: 'dat/a/b/1', bytes: ascii('a') },
    { receivedMs: MIDNIGHT + 9000, importId: 'dat/a/b/2', bytes: ascii('a') },
  ];
  const view = asText(datView(runOf([record(1, MIDNIGHT + 1000, 'a\r')], imports)));
  assert.equal(view, '20200301 00:00:01a\n20200301 00:00:09a\n');
});

test('every record but events is a row that can be read back', () => {
  fc.assert(
    fc.property(messages, (sent) => {
      const records = sent.flat().filter(({ kind }) => kind !== 'event');
      const { run, damaged } = readDatRows(datView(runOf(sent.flat())));
      assert.deepEqual(damaged, []);
      assert.deepEqual(
        Array.from(run.received.subarray(0, run.count)),
        records.map(({ receivedMs }) => Math.floor(receivedMs / 1000) * 1000).sort((a, b) => a - b),
      );
    }),
    { numRuns: 50 },
  );
});
