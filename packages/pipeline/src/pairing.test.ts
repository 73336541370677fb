import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, KIND, type RawRun, type RecordKind } from '@emso/core';
import { canonicalOrder, type ImportRow } from '@emso/products';
import fc from 'fast-check';
import { ascii, MIDNIGHT, NOON, record, runOf } from '../test/streams.ts';
import { withoutPairedImports } from './pairing.ts';

interface Heard {
  /** Relative to noon. */
  readonly atMs: number;
  readonly text: string;
  readonly kind?: RecordKind;
}

const importRow = ({ atMs, text }: Heard, i: number): ImportRow => ({
  receivedMs: NOON + atMs,
  importId: `dat/${atMs}/${i}`,
  bytes: ascii(text),
});

function archiveOf(live: readonly Heard[], imports: readonly Heard[]): RawRun {
  return runOf(
    live.map(({ atMs, text, kind }, i) => record(i + 1, NOON + atMs, text, kind)),
    imports.map(importRow),
  );
}

/** Times, relative to noon, of the imports that stay; every live record must stay, in order. */
function kept(run: RawRun): number[] {
  const { order } = canonicalOrder(run);
  const left = withoutPairedImports(run, order);
  const isLive = (i: number): boolean => run.kind[i] !== KIND.import;
  assert.deepEqual(left.filter(isLive), order.filter(isLive));
  assert.deepEqual(
    left,
    order.filter((i) => left.includes(i)),
  );
  return Array.from(left)
    .filter((i) => !isLive(i))
    .map((i) => run.received[i] - NOON);
}

test('which imports are live records too', () => {
  const at = (atMs: number, text = 'a', kind: RecordKind = 'line'): Heard => ({ atMs, text, kind });
  const toMidnight = DAY_MS / 2;
  const cases: [what: string, live: Heard[], imports: Heard[], kept: number[]][] = [
    ['nothing live', [], [at(0)], [0]],
    ['the same instant', [at(0)], [at(0)], []],
    ['2 s later', [at(0)], [at(2000)], []],
    ['2 s earlier', [at(2000)], [at(0)], []],
    ['more than 2 s later', [at(0)], [at(2001)], [2001]],
    ['more than 2 s earlier', [at(2001)], [at(0)], [0]],
    ['another text', [at(0, 'a')], [at(0, 'b')], [0]],
    ['white space at the ends', [at(0, ' \t a b\r')], [at(0, 'a b')], []],
    ['white space inside', [at(0, 'a  b')], [at(0, 'a b')], [0]],
    ['bytes above 7f', [at(0, '\u00e9')], [at(0, '\u00e8')], [0]],
    ['a cut line that the old script wrote too', [at(0, 'a', 'partial')], [at(0)], []],
    ['a piece', [at(0, 'a', 'piece')], [at(0)], []],
    ['an event is no line', [at(0, 'lost', 'event')], [at(0, 'lost')], [0]],
    ['one live record answers for one import', [at(0)], [at(0), at(1000)], [1000]],
    ['two for two', [at(0), at(1)], [at(0), at(1000)], []],
    ['the nearest would leave one alone', [at(-1500), at(1200)], [at(0), at(1000)], []],
    ['what one is too late for, the next one is too', [at(0), at(9000)], [at(5000), at(8000)], [5000]],
    ['empty lines', [at(0, '\r'), at(1000, '\r')], [at(0, ''), at(1000, '')], []],
    ['the day before', [at(-toMidnight - 1)], [at(-toMidnight)], [-toMidnight]],
    ['the day after', [at(toMidnight)], [at(toMidnight - 1)], [toMidnight - 1]],
    ['a day before is no hindrance', [at(-toMidnight - 1), at(-toMidnight + 9)], [at(-toMidnight)], []],
  ];
  for (const [what, live, imports, expected] of cases) assert.deepEqual(kept(archiveOf(live, imports)), expected, what);
});

test('a run without imports, or with nothing else, is given back as it is', () => {
  for (const run of [archiveOf([{ atMs: 0, text: 'a' }], []), archiveOf([], [{ atMs: 0, text: 'a' }])]) {
    const { order } = canonicalOrder(run);
    assert.equal(withoutPairedImports(run, order), order);
  }
});

const heard = fc.record({ atMs: fc.integer({ min: -8, max: 8 }).map((n) => n * 500), text: fc.constantFrom('a', 'b') });

/** The most pairs there can be, by trying all: an import is left out, or takes any live record that fits. */
function mostPairs(live: readonly Heard[], imports: readonly Heard[]): number {
  const [first, ...rest] = imports;
  if (first === undefined) return 0;
  let most = mostPairs(live, rest);
  live.forEach((candidate, i) => {
    if (candidate.text !== first.text || Math.abs(candidate.atMs - first.atMs) > 2000) return;
    most = Math.max(most, 1 + mostPairs(live.toSpliced(i, 1), rest));
  });
  return most;
}

test('as many pairs as can be, whatever came first', () => {
  fc.assert(
    fc.property(
      fc.array(heard, { maxLength: 5 }),
      fc.array(heard, { maxLength: 5 }),
      fc.nat(),
      (live, imports, turn) => {
        const run = archiveOf(live, imports);
        const left = kept(run);
        assert.equal(left.length, imports.length - mostPairs(live, imports));
        const at = imports.length === 0 ? 0 : turn % imports.length;
        const named = imports.map(importRow);
        const other = runOf(live.map(({ atMs, text }, i) => record(i + 1, NOON + atMs, text)).reverse(), [
          ...named.slice(at),
          ...named.slice(0, at),
        ]);
        assert.deepEqual(kept(other), left);
      },
    ),
    { numRuns: 300 },
  );
});

test('a day of equal lines is paired in a moment', () => {
  const rows = 86_400;
  const live = Array.from({ length: rows }, (_, i) => record(i + 1, MIDNIGHT + i * 1000 + 300, '\r'));
  const imports = Array.from({ length: rows }, (_, i) => ({
    receivedMs: MIDNIGHT + i * 1000,
    importId: `dat/${i}/e3b0/1`,
    bytes: ascii(''),
  }));
  const run = runOf(live, imports);
  const startMs = performance.now();
  assert.equal(withoutPairedImports(run, canonicalOrder(run).order).length, rows);
  // Comparing each with each would take minutes.
  assert.ok(performance.now() - startMs < 5000);
});
