/** Windows in constant time per row against loops over each window that anybody can check. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomSeries, seeded } from '../../test/random-series.ts';
import { type Flow, reachAt, UNLIMITED } from '../flow.ts';
import { attenuatedSignalFlow } from './attenuated-signal.ts';
import { type FlatLine, flatLineFlow } from './flat-line.ts';
import { WindowStatistics } from './window-statistics.ts';

const CADENCE_MS = 10_000;
const IN_ORDER = { missing: 0.1, gap: 0.05, duplicate: 0.05, outOfOrder: 0, spike: 0.05, flat: 0.1 };

function pushed(flow: Flow, time: Float64Array, values: Float64Array): number[] {
  return Array.from(values, (value, i) => flow.push(time[i], value, Number.NaN, Number.NaN));
}

function flatByLoop(
  time: Float64Array,
  values: Float64Array,
  settings: FlatLine,
  maxGapMs: number,
  row: number,
): number {
  if (Number.isNaN(values[row])) return 9;
  const { tolerance, suspectCount, failCount, lookbackMs } = settings;
  let begin = row;
  while (begin > 0 && time[begin] - time[begin - 1] <= maxGapMs && time[begin - 1] >= time[row] - lookbackMs) begin--;
  const rangeOver = (count: number): number => {
    const there = values.slice(Math.max(begin, row - count), row + 1).filter((each) => !Number.isNaN(each));
    return Math.max(...there) - Math.min(...there);
  };
  for (const [count, digit] of [
    [failCount, 4],
    [suspectCount, 3],
  ]) {
    if (row - begin >= count && rangeOver(count) < tolerance) return digit;
  }
  return rangeOver(Math.max(suspectCount, failCount)) >= tolerance ? 1 : 2;
}

test('flat line: the same as a loop over each window, with gaps, missing values and windows that are not whole', () => {
  const answers = new Set<number>();
  for (let seed = 0; seed < 2000; seed++) {
    const random = seeded(seed);
    const { time, values } = randomSeries(random, 60, CADENCE_MS, IN_ORDER);
    const suspectCount = 1 + Math.floor(random() * 6);
    const failCount = 1 + Math.floor(random() * 12);
    const lookbackMs = Math.max(suspectCount, failCount) * CADENCE_MS * (1.1 + random());
    const settings = { tolerance: random() * 2, suspectCount, failCount, lookbackMs };
    const reach = reachAt(CADENCE_MS);
    const found = pushed(flatLineFlow(settings, reach), time, values);
    const expected = found.map((_, row) => flatByLoop(time, values, settings, reach.maxGapMs, row));
    assert.deepEqual(found, expected, `seed ${seed}`);
    for (const digit of found) answers.add(digit);
  }
  assert.deepEqual([...answers].sort(), [1, 2, 3, 4, 9]);
});

function attenuatedByLoop(
  time: Float64Array,
  values: Float64Array,
  { measure, suspect, fail, minCount }: Parameters<typeof attenuatedSignalFlow>[0],
  lengthMs: number,
  maxGapMs: number,
  row: number,
): number {
  if (Number.isNaN(values[row])) return 9;
  let begin = row;
  while (begin > 0 && time[begin] - time[begin - 1] <= maxGapMs) begin--;
  const inside = [...values.keys()].filter((i) => i >= begin && i <= row && time[i] > time[row] - lengthMs);
  const there = inside.map((i) => values[i]).filter((each) => !Number.isNaN(each));
  if (there.length < minCount) return 2;
  const mean = there.reduce((sum, each) => sum + each, 0) / there.length;
  const size =
    measure === 'range'
      ? Math.max(...there) - Math.min(...there)
      : Math.sqrt(there.reduce((sum, each) => sum + (each - mean) * (each - mean), 0) / there.length);
  if (size < fail) return 4;
  return size < suspect ? 3 : 1;
}

test('attenuated signal: the same as a loop over each window, across block boundaries and gaps', () => {
  const answers = new Set<number>();
  for (let seed = 0; seed < 2000; seed++) {
    const random = seeded(seed);
    const { time, values } = randomSeries(random, 60, CADENCE_MS, IN_ORDER);
    const measure = random() < 0.5 ? 'std' : 'range';
    const settings = {
      measure,
      suspect: 0.5 + random(),
      fail: random(),
      minCount: 1 + Math.floor(random() * 5),
    } as const;
    const lengthMs = Math.round((1 + random() * 20) * CADENCE_MS);
    const maxGapMs = random() < 0.5 ? reachAt(CADENCE_MS).maxGapMs : UNLIMITED.maxGapMs;
    const found = pushed(attenuatedSignalFlow(settings, lengthMs, maxGapMs), time, values);
    const expected = found.map((_, row) => attenuatedByLoop(time, values, settings, lengthMs, maxGapMs, row));
    assert.deepEqual(found, expected, `seed ${seed}`);
    for (const digit of found) answers.add(digit);
  }
  assert.deepEqual([...answers].sort(), [1, 2, 3, 4, 9]);
});

/** Pressures as the MicroCAT prints them, three decimals, now and then a spike: no sum of them is exact. */
function pressures(seed: number, rows: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: rows }, () =>
    random() < 0.01 ? Math.round(random() * 2_505_000) / 1000 : 2505 + Math.round((random() - 0.5) * 40) / 1000,
  );
}

test('statistics do not depend on where the series began, to the last digit', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom('std' as const, 'range' as const), (seed, measure) => {
      const values = pressures(seed, 200);
      const lengthMs = 37 * CADENCE_MS;
      const sizes = (first: number): number[] => {
        const window = new WindowStatistics(lengthMs, measure);
        return values.slice(first).map((value, i) => {
          window.moveTo((first + i) * CADENCE_MS);
          window.add((first + i) * CADENCE_MS, value);
          return window.size;
        });
      };
      const whole = sizes(0);
      for (const first of [1, 20, 50, 111]) {
        // The window of the row at `first + 36` is the first one that lies in the shorter series.
        assert.deepEqual(sizes(first).slice(36), whole.slice(first + 36), `from ${first}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('the standard deviation is good to nine digits at 2 500 dbar, spikes or not', () => {
  const values = pressures(7, 20_000);
  const rows = 720;
  const window = new WindowStatistics(rows * CADENCE_MS, 'std');
  values.forEach((value, i) => {
    window.moveTo(i * CADENCE_MS);
    window.add(i * CADENCE_MS, value);
    if (i % 97 !== 0) return;
    const inside = values.slice(Math.max(0, i - rows + 1), i + 1);
    assert.equal(window.count, inside.length);
    const mean = inside.reduce((sum, each) => sum + each - 2505, 0) / inside.length + 2505;
    const std = Math.sqrt(inside.reduce((sum, each) => sum + (each - mean) * (each - mean), 0) / inside.length);
    if (std === 0) assert.equal(window.size, 0);
    else assert.ok(Math.abs(Math.sqrt(window.size) / inside.length / std - 1) < 1e-9, `row ${i}`);
  });
});

test('rows out of order are refused by a window, with both times', () => {
  const flow = attenuatedSignalFlow({ measure: 'std', suspect: 1, fail: 0, minCount: 1 }, 1000, UNLIMITED.maxGapMs);
  flow.push(Date.UTC(2021, 0, 2), 1, Number.NaN, Number.NaN);
  assert.throws(
    () => flow.push(Date.UTC(2021, 0, 1), 1, Number.NaN, Number.NaN),
    /expected times in order, found 2021-01-01T00:00:00.*Z after 2021-01-02T00:00:00.*Z: sort the rows first/,
  );
});
