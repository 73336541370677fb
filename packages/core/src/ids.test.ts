import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { derivedMessageId, isSessionId, rawMessageId, SeqSet, sessionId } from './ids.ts';

const session = sessionId(Date.UTC(2026, 10, 21, 22, 51, 3, 7), '0a1b2c3d');

test('PROMISE 1: a session that is not its UTC start and eight hex digits', () => {
  assert.equal(session, '20261121T225103007Z-0a1b2c3d');
  assert.ok(isSessionId(session));
});

test('sessions sort by start', () => {
  const instant = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      assert.equal(sessionId(a, 'ffffffff') < sessionId(b, '00000000'), a < b);
    }),
  );
});

const NOT_SESSIONS = [
  '',
  'dat',
  '20261121T225103007Z',
  '20261121T225103Z-0a1b2c3d',
  `${session} `,
  session.toUpperCase(),
  `${session}0`,
];
for (const text of NOT_SESSIONS) {
  test(`'${text}' is no session`, () => assert.equal(isSessionId(text), false));
}

test('PROMISE 2: two ranges, builds or revisions that share a message id', () => {
  const range = { session, first: 1, last: 9 };
  assert.equal(rawMessageId('mii', 'oxygen', range), `mii/oxygen/${session}/1-9`);
  assert.equal(derivedMessageId('qc', 'mii', 'oxygen', range, 'd1-ab', 2), `qc/mii/oxygen/${session}/1-9/d1-ab/2`);
  const ids = [
    rawMessageId('mii', 'oxygen', range),
    rawMessageId('mii', 'oxygen', { ...range, last: 8 }),
    rawMessageId('mii', 'oxygen', { ...range, first: 2 }),
    rawMessageId('mii', 'microcat', range),
    derivedMessageId('obs', 'mii', 'oxygen', range, 'd1', 1),
    derivedMessageId('obs', 'mii', 'oxygen', range, 'd2', 1),
    derivedMessageId('obs', 'mii', 'oxygen', range, 'd1', 2),
    derivedMessageId('rej', 'mii', 'oxygen', range, 'd1', 1),
  ];
  assert.equal(new Set(ids).size, ids.length);
});

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.nat(8))
  .map(([first, more]): [number, number] => [first, first + more]);

test('PROMISE 2: membership in id ranges that differs from that of a plain set', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), range, (added, [first, last]) => {
      const ours = new SeqSet();
      const plain = new Set<number>();
      for (const [from, to] of added) {
        ours.add(from, to);
        for (let seq = from; seq <= to; seq++) plain.add(seq);
      }
      for (let seq = 0; seq < 80; seq++) assert.equal(ours.has(seq), plain.has(seq), `has(${seq})`);
      const all = Array.from({ length: last - first + 1 }, (_, i) => first + i).every((seq) => plain.has(seq));
      assert.equal(ours.hasAll(first, last), all);
      assert.equal(ours.last, Math.max(0, ...plain));
      const ranges = ours.ranges();
      assert.equal(
        ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0),
        plain.size,
      );
      ranges.forEach(([from, to], i) => {
        assert.ok(from <= to);
        if (i > 0) assert.ok(from > ranges[i - 1][1] + 1, 'neighbouring ranges are merged');
      });
    }),
    { numRuns: 300 },
  );
});

test('months of records in order stay one range', () => {
  const seen = new SeqSet();
  for (let seq = 1; seq <= 100_000; seq++) seen.add(seq, seq);
  assert.deepEqual(seen.ranges(), [[1, 100_000]]);
});
