/** Live and rebuilt flags are the same ones, for every test that can run live, whatever happens to the series on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSeries, seeded } from '../test/random-series.ts';
import type { Columns, PreparedTest } from './flow.ts';
import { judgeRows } from './judge-rows.ts';
import { prepareTests, REGISTRY } from './registry.ts';
import { type SeriesState, SeriesStream } from './series-stream.ts';

const CADENCE_MS = 10_000;
const SERIES = 10_000;
const ROWS = 40;

type Random = () => number;
const ordered = (random: Random, scale: number): [number, number] => {
  const low = random() * scale;
  return [low, low + random() * scale];
};
const limits = (random: Random, scale: number): { suspect: number; fail: number } => {
  const [suspect, fail] = ordered(random, scale);
  return { suspect, fail };
};

/** Thresholds at which random series get every kind of answer. */
const CONFIGS: Readonly<Record<string, (random: Random) => unknown>> = {
  grossRange: () => ({ fail: [2495, 2515], suspect: [2502, 2508] }),
  validRange: () => ({ low: 2500, high: 2510 }),
  climatology: (random) => ({
    z: 'TEMP',
    members: [
      { period: 'hour', numbers: [0, 1], suspect: [2503, 2507], fail: [2490, 2520] },
      { period: 'month', numbers: [1, 3], z: [2490, 2505], suspect: [2504, 2505 + random()] },
    ],
  }),
  spike: (random) => ({ method: ['average', 'differential', 'argo'][Math.floor(random() * 3)], ...limits(random, 2) }),
  rateOfChange: (random) => {
    const [suspectPerHour, failPerHour] = ordered(random, 600);
    return { suspectPerHour, failPerHour };
  },
  flatLine: (random) => {
    const [suspect, fail] = [2 + Math.floor(random() * 4), 4 + Math.floor(random() * 8)];
    return { tolerance: 0.001 + random(), suspectMs: Math.min(suspect, fail) * CADENCE_MS, failMs: fail * CADENCE_MS };
  },
  attenuatedSignal: (random) => ({
    measure: random() < 0.5 ? 'std' : 'range',
    suspect: 0.5 + random(),
    fail: random() * 0.5,
    windowMs: (3 + Math.floor(random() * 12)) * CADENCE_MS,
    minMs: 3 * CADENCE_MS,
  }),
  multiVariate: (random) => ({ partner: 'TEMP', perHour: random() * 600, partnerPerHour: random() * 600 }),
  step: (random) => limits(random, 2),
  rateInTime: (random) => limits(random, 3),
  localSpike: (random) => ({ factor: 1 + random() * 2, accuracy: 0.1 }),
  tukey53H: (random) => limits(random, 1),
  agreement: (random) => ({ with: 'TEMP', ...limits(random, 2) }),
  tilt: () => ({ with: 'ROLL', suspectDegrees: 20, failDegrees: 30 }),
  optodeSaturation: () => ({ oxygen: 'DOXY', temperature: 'DOXY_TEMP', suspectPercent: 1 }),
  timeGap: (random) => ({ suspectMs: 2 * CADENCE_MS, failMs: (2 + random() * 10) * CADENCE_MS }),
  impossibleDate: () => ({ first: '2021-01-01T00:20:00Z', last: '2021-01-01T02:00:00Z' }),
  duplicateTimestamp: () => ({}),
  pressureIncreasing: () => ({ direction: 'down' }),
};

/** Batch-only whatever its settings, or not about a series. */
const NEVER_LIVE = ['percentileRange', 'densityInversion'];

function batch(test: PreparedTest, columns: Columns): number[] {
  const out = new Uint8Array(columns.time.length);
  judgeRows(test, columns, 0, out.length, out);
  return [...out];
}

const partnersAt = (tests: readonly PreparedTest[], { partners = [] }: Columns, row: number): number[][] =>
  tests.map((each) => each.partners.map((_, k) => partners[k][row]));

/** Row by row, the state through JSON wherever `restarts` says so. */
function streamed(tests: readonly PreparedTest[], columns: Columns, restarts: (row: number) => boolean): number[][] {
  const flags: number[][] = tests.map(() => []);
  let stream = new SeriesStream(tests);
  for (let row = 0; row < columns.time.length; row++) {
    if (restarts(row)) stream = new SeriesStream(tests, JSON.parse(JSON.stringify(stream.save())) as SeriesState);
    const partners = partnersAt(tests, columns, row);
    const { digits, revisions } = stream.push(row, columns.time[row], columns.values[row], partners);
    digits.forEach((digit, i) => {
      flags[i][row] = digit;
    });
    for (const { id, test: name, digit } of revisions) {
      const at = tests.findIndex((each) => each.name === name);
      assert.ok(Number(id) < row && Number(id) >= 0, `${name}: only earlier rows are revised`);
      flags[at][Number(id)] = digit;
    }
  }
  return flags;
}

test('every test that can run live is among those compared', () => {
  assert.deepEqual(Object.keys(CONFIGS).concat(NEVER_LIVE).sort(), [...REGISTRY.keys()].sort());
});

test(`${SERIES} random series: batch, any split of it, and live with a restart at every sample give the same flags`, (t) => {
  const names = Object.keys(CONFIGS);
  const seen = new Map(names.map((name) => [name, new Map<number, number>()]));
  for (let seed = 0; seed < SERIES; seed++) {
    const random = seeded(seed);
    const columns = randomSeries(random, 1 + Math.floor(random() * ROWS), CADENCE_MS);
    // Three tests a series: each of them meets more than a thousand series.
    const entry = Object.fromEntries(
      [0, 1, 2].map((k) => names[(seed + k * 7) % names.length]).map((name) => [name, CONFIGS[name](random)]),
    );
    const tests = prepareTests(entry, CADENCE_MS);
    const expected = tests.map((each) => batch(each, columns));
    const rows = columns.time.length;
    const found = streamed(tests, columns, () => seed % 2 === 0 || random() < 0.2);
    tests.forEach((each, i) => {
      const note = `seed ${seed}, ${JSON.stringify({ [each.name]: entry[each.name] })}`;
      assert.deepEqual(found[i], expected[i], `live: ${note}`);
      const split = new Uint8Array(rows);
      for (let from = 0; from < rows; ) {
        const to = Math.min(rows, from + 1 + Math.floor(random() * 9));
        judgeRows(each, columns, from, to, split);
        from = to;
      }
      assert.deepEqual([...split], expected[i], `split: ${note}`);
      const digits = seen.get(each.name) as Map<number, number>;
      for (const digit of expected[i]) digits.set(digit, (digits.get(digit) ?? 0) + 1);
    });
  }
  for (const [name, digits] of seen) {
    t.diagnostic(
      `${name}: ${[...digits]
        .sort()
        .map(([digit, n]) => `${n} × ${digit}`)
        .join(', ')}`,
    );
    if (name === 'tilt' || name === 'optodeSaturation') continue;
    const wanted = { climatology: 5, grossRange: 4 }[name] ?? 3;
    assert.ok(digits.size >= wanted, `${name}: expected at least ${wanted} kinds of answers, found ${digits.size}`);
  }
});

test('no answer depends on rows out of the reach that the test declares', () => {
  for (let seed = 0; seed < 1500; seed++) {
    const random = seeded(seed);
    const columns = sortedByTime(randomSeries(random, ROWS, CADENCE_MS));
    const names = Object.keys(CONFIGS);
    const name = names[seed % names.length];
    const [each] = prepareTests({ [name]: CONFIGS[name](random) }, CADENCE_MS);
    const expected = batch(each, columns);
    for (let row = 0; row < ROWS; row += 3) {
      const at = columns.time[row];
      const near = (time: number): boolean => time >= at - each.lookbackMs && time <= at + each.lookaheadMs;
      const rows = [...columns.time.keys()].filter((i) => near(columns.time[i]));
      const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (i) => column[i]);
      const part = { time: pick(columns.time), values: pick(columns.values), partners: columns.partners.map(pick) };
      assert.equal(batch(each, part)[rows.indexOf(row)], expected[row], `seed ${seed}, ${name}, row ${row}`);
    }
  }
});

test('the state holds no more rows than the reach needs', () => {
  const tests = prepareTests({ spike: { method: 'average', suspect: 1 } }, CADENCE_MS);
  const stream = new SeriesStream(tests);
  for (let i = 0; i < 1000; i++) stream.push(i, i * CADENCE_MS, i, []);
  assert.equal(stream.save().rows.length, 7);
});

test('what needs the whole series is refused live', () => {
  const refused = [
    { percentileRange: {} },
    { attenuatedSignal: { suspect: 1 } },
    { pressureIncreasing: {} },
    { duplicateTimestamp: { adjacentOnly: false } },
    { densityInversion: { z: 'PRES', suspect: -0.03 } },
  ];
  for (const entry of refused) {
    const tests = prepareTests(entry, CADENCE_MS);
    assert.throws(() => new SeriesStream(tests), /expected a test that can run live: /);
    const { time, values, partners } = sortedByTime(randomSeries(seeded(1), 20, CADENCE_MS));
    assert.ok(batch(tests[0], { time, values, partners }).every((digit) => [1, 2, 3, 4, 9].includes(digit)));
  }
});

function sortedByTime({ time, values, partners }: Required<Columns>): Required<Columns> {
  const rows = [...time.keys()].sort((a, b) => time[a] - time[b]);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (i) => column[i]);
  return { time: pick(time), values: pick(values), partners: partners.map(pick) };
}
