/**
 * Million points per second of each test on one core, batch and sample by sample, beside what the Python reference reaches on a
 * machine of this kind. `node bench/qc.ts`; a part of `npm run bench`.
 */
import { judgeRows, prepareTests, SeriesStream } from '@emso/qc';

const POINTS = 1_000_000;
const STREAMED = 50_000;
const ROUNDS = 7;
/** Rounds until the engine has compiled a test. */
const WARM = 3;
const CADENCE_MS = 120_000;
const DAY_MS = 86_400_000;

/** Reference in million points per second, and how many times as fast this must be. */
const TESTS: readonly [title: string, config: Record<string, unknown>, reference?: number, factor?: number][] = [
  ['gross range', { grossRange: { fail: [2450, 2560], suspect: [2502, 2508] } }, 124, 0.5],
  ['valid range', { validRange: { low: 2450, high: 2560 } }],
  ['climatology, 12 months in 2 layers', { climatology: { z: 'TEMP', members: climate() } }, 3.9, 10],
  ['spike, average', { spike: { method: 'average', suspect: 0.3, fail: 3 } }, 5, 1],
  ['spike, differential', { spike: { method: 'differential', suspect: 0.3, fail: 3 } }, 5, 1],
  ['spike, Argo', { spike: { method: 'argo', suspect: 0.3, fail: 3 } }, 5, 1],
  ['rate of change', { rateOfChange: { suspectPerHour: 72, failPerHour: 720 } }, 39, 0.5],
  ['flat line, 1 h and 6 h', { flatLine: { tolerance: 1e-3, suspectMs: DAY_MS / 24, failMs: DAY_MS / 4 } }, 0.44, 10],
  [
    'attenuated, range of 24 h',
    { attenuatedSignal: { measure: 'range', suspect: 0.01, fail: 0.003, windowMs: DAY_MS } },
    3.4,
    1,
  ],
  ['attenuated, std of 24 h', { attenuatedSignal: { suspect: 0.01, fail: 0.003, windowMs: DAY_MS } }, 32, 1],
  ['density inversion', { densityInversion: { z: 'TEMP', suspect: -0.03 } }, 1.8, 10],
  ['step', { step: { suspect: 5 } }],
  ['multi-variate', { multiVariate: { partner: 'TEMP', perHour: 72, partnerPerHour: 1 } }],
  ['local spike (OOI)', { localSpike: { accuracy: 0.05 } }],
  ['Tukey 53H', { tukey53H: { suspect: 0.3 } }],
  ['agreement', { agreement: { with: 'TEMP', suspect: 1 } }],
  ['time gap', { timeGap: { failMs: 3 * CADENCE_MS } }],
];

function climate(): unknown[] {
  return Array.from({ length: 24 }, (_, i) => ({
    period: 'month',
    numbers: [(i % 12) + 1, (i % 12) + 1],
    z: i < 12 ? [0, 13.3] : [13.3, 40],
    suspect: [2502, 2508],
    fail: [2450, 2560],
  }));
}

const time = Float64Array.from({ length: POINTS }, (_, i) => Date.UTC(2019, 4, 1) + i * CADENCE_MS);
// A tide, noise of the last digits, a spike in a thousand, one value in a hundred missing.
const values = Float64Array.from({ length: POINTS }, (_, i) => {
  if ((i * 7919) % 101 === 0) return Number.NaN;
  const noise = Math.round((((i * 0.6180339887) % 1) - 0.5) * 40) / 1000;
  return Math.round((2505 + 0.1 * Math.sin(i / 59) + noise + (i % 1000 === 0 ? 4 : 0)) * 1000) / 1000;
});
const partner = Float64Array.from({ length: POINTS }, (_, i) => 13.288 + ((i * 0.382) % 1) / 20);
const columns = { time, values, partners: [partner] };
const out = new Uint8Array(POINTS);

/** The median of some rounds, after some that are not counted, in million points per second. */
function rateOf(points: number, run: () => void): number {
  const rates = Array.from({ length: WARM + ROUNDS }, () => {
    const startMs = performance.now();
    run();
    return points / 1000 / (performance.now() - startMs);
  }).slice(WARM);
  return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

process.stdout.write(
  `quality control, ${POINTS} points, one core; medians of ${ROUNDS} rounds, million points per second\n`,
);
process.stdout.write(`  ${'test'.padEnd(36)}   batch  by sample  reference\n`);
for (const [title, config, reference, factor] of TESTS) {
  const [test] = prepareTests(config, CADENCE_MS);
  const batch = rateOf(POINTS, () => judgeRows(test, columns, 0, POINTS, out));
  const stream = test.refusedLive === undefined ? rateOf(STREAMED, () => streamed(test)).toFixed(1) : '–';
  const goal = reference === undefined || factor === undefined ? undefined : { reference, least: reference * factor };
  const beside =
    goal === undefined
      ? ''
      : `${goal.reference} (${(batch / goal.reference).toFixed(1)} ×, ${batch >= goal.least ? 'as wanted' : `wanted ${factor} ×`})`;
  process.stdout.write(`  ${title.padEnd(36)} ${batch.toFixed(1).padStart(7)}  ${stream.padStart(9)}  ${beside}\n`);
}

function streamed(test: ReturnType<typeof prepareTests>[number]): void {
  const stream = new SeriesStream([test]);
  for (let i = 0; i < STREAMED; i++) stream.push(i, time[i], values[i], [[partner[i], partner[i]]]);
}
