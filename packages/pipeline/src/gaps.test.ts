import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, type RecordKind } from '@emso/core';
import { deployment, type Facts, PLANS, planOf } from '../test/plans.ts';
import { DAY, MIDNIGHT, record, runOf, sample } from '../test/streams.ts';
import { rebuildDay } from './day.ts';

const MINUTE = 60_000;
/** The cadence is two minutes: more than six without a sample are a gap. */
const plan = planOf();

type Entry = [minute: number, what: string, kind?: RecordKind];
/** Where a gap begins and ends, in minutes of the day. */
type Expected = [from: number, to: number, cause: string, missing: number];

function gapsOf(entries: readonly Entry[], form: 'open' | 'sealed', facts?: Facts): Expected[] {
  const records = entries.map(([minute, what, kind], i) =>
    record(i + 1, MIDNIGHT + minute * MINUTE, what === 'sample' ? sample(13.3) : what, kind),
  );
  const { content } = rebuildDay(facts === undefined ? plan : planOf(facts), DAY, runOf(records), form);
  const minute = (text: string): number => (Date.parse(text) - MIDNIGHT) / MINUTE;
  return content.gaps.map(({ from, to, cause, missing }) => [minute(from), minute(to), cause, missing]);
}

const every = (from: number, to: number): Entry[] =>
  Array.from({ length: (to - from) / 2 + 1 }, (_, i) => [from + 2 * i, 'sample']);
const END = DAY_MS / MINUTE;

test('gaps of a day, each with its cause', () => {
  const around = (...between: Entry[]): Entry[] => [[0, 'sample'], ...between, [20, 'sample']];
  const cases: [what: string, entries: Entry[], gaps: Expected[]][] = [
    ['no record', [], []],
    ['a sample every two minutes', every(0, 30), []],
    [
      'a pause of three cadences is jitter',
      [
        [0, 'sample'],
        [6, 'sample'],
      ],
      [],
    ],
    [
      'a little more is not',
      [
        [0, 'sample'],
        [6.001, 'sample'],
      ],
      [[0, 6.001, 'silence', 2]],
    ],
    ['silence', around(), [[0, 20, 'silence', 9]]],
    // The sample of midnight itself is one of those that are not there.
    ['silence from midnight on', [[10, 'sample']], [[0, 10, 'silence', 5]]],
    ['rejected pieces', around([10, 'x', 'piece']), [[0, 20, 'rejected', 9]]],
    ['rejected partials', around([10, 'x', 'partial']), [[0, 20, 'rejected', 9]]],
    ['the link was lost', around([10, 'lost ECONNRESET', 'event']), [[0, 20, 'disconnected', 9]]],
    ['the box did not answer', around([10, 'unreachable ETIMEDOUT', 'event']), [[0, 20, 'disconnected', 9]]],
    ['the acquirer was stopped', around([10, 'session-opened', 'event']), [[0, 20, 'acquirer-stopped', 9]]],
    ['the spool was full', around([10, 'spool-full', 'event']), [[0, 20, 'spool-full', 9]]],
    ['an event that explains nothing', around([10, 'midnight', 'event']), [[0, 20, 'silence', 9]]],
    ['a line that only begins like an event', around([10, 'lost']), [[0, 20, 'silence', 9]]],
    ['a word that only begins like one', around([10, 'lost-and-found', 'event']), [[0, 20, 'silence', 9]]],
    [
      'the gravest of several',
      around([5, 'lost', 'event'], [10, 'session-opened', 'event'], [15, 'x', 'partial']),
      [[0, 20, 'acquirer-stopped', 9]],
    ],
    [
      'each gap has its own',
      [...around([5, 'lost', 'event']), [30, 'session-opened', 'event'], [40, 'sample'], [50, 'sample']],
      [
        [0, 20, 'disconnected', 9],
        [20, 40, 'acquirer-stopped', 9],
        [40, 50, 'silence', 4],
      ],
    ],
  ];
  for (const [what, entries, gaps] of cases) assert.deepEqual(gapsOf(entries, 'open'), gaps, what);
});

test('only a sealed day has a gap up to midnight', () => {
  const cases: [entries: Entry[], gaps: Expected[]][] = [
    [[], [[0, END, 'silence', 720]]],
    [every(0, END - 2), []],
    [every(0, END - 6), []],
    [every(0, END - 8), [[END - 8, END, 'silence', 3]]],
    [[...every(0, 30), [40, 'lost', 'event']], [[30, END, 'disconnected', 704]]],
  ];
  for (const [entries, gaps] of cases) {
    assert.deepEqual(gapsOf(entries, 'sealed'), gaps);
    assert.deepEqual(gapsOf(entries, 'open'), []);
  }
});

test('nothing is promised before the first deployment', () => {
  const deployments = [deployment({ from: '2020-03-01T12:00:00Z' })];
  assert.deepEqual(gapsOf(every(732, 740), 'open', { deployments }), [[720, 732, 'silence', 6]]);
  assert.deepEqual(gapsOf(every(722, 740), 'open', { deployments }), []);
  // Records from before it are no reason to expect any.
  assert.deepEqual(
    gapsOf(
      [
        [0, 'sample'],
        [700, 'sample'],
        [722, 'sample'],
      ],
      'open',
      { deployments },
    ),
    [],
  );
});

test('nothing is promised after a deployment, nor between two', () => {
  const from = '2020-02-01T00:00:00Z';
  const until = (minute: number): string => new Date(MIDNIGHT + minute * MINUTE).toISOString();
  const recovered = [deployment({ from, to: until(600) })];
  const redeployed = [deployment({ from, to: until(600) }), deployment({ from: until(1000) })];
  const replaced = [deployment({ from, to: until(600) }), deployment({ from: until(600) })];
  const cases: [what: string, deployments: Facts[], entries: Entry[], open: Expected[], sealed: Expected[]][] = [
    ['up to the end', recovered, every(0, 598), [], []],
    ['a silent end', recovered, every(0, 590), [], [[590, 600, 'silence', 4]]],
    ['the day after', [deployment({ from, to: until(-60) })], [], [], []],
    ['samples on deck promise no others', recovered, [...every(0, 598), [900, 'sample']], [], []],
    [
      'a later sample closes the end',
      recovered,
      [...every(0, 590), [900, 'sample']],
      [[590, 600, 'silence', 4]],
      [[590, 600, 'silence', 4]],
    ],
    [
      'out of the water in between',
      redeployed,
      [...every(0, 598), ...every(1010, END - 2)],
      [[1000, 1010, 'silence', 5]],
      [[1000, 1010, 'silence', 5]],
    ],
    [
      'an instrument replaced at once',
      replaced,
      [...every(0, 590), ...every(620, END - 2)],
      [[590, 620, 'silence', 14]],
      [[590, 620, 'silence', 14]],
    ],
  ];
  for (const [what, deployments, entries, open, sealed] of cases) {
    assert.deepEqual(gapsOf(entries, 'open', { deployments }), open, what);
    assert.deepEqual(gapsOf(entries, 'sealed', { deployments }), sealed, what);
  }
});

test('gaps of a relayed day stand in observation time', () => {
  const relayed = PLANS['relayed'];
  const late = MIDNIGHT + 9 * DAY_MS;
  const records = [0, 2, 20].map((minute, i) => record(i + 1, late + i, sample(13.3, MIDNIGHT + minute * MINUTE)));
  const { content } = rebuildDay(relayed, DAY, runOf(records), 'open');
  assert.deepEqual(
    content.gaps.map(({ cause, missing }) => [cause, missing]),
    [['silence', 8]],
  );
});
