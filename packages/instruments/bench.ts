/** Lines per second of every decoder on one core, and rows per second of the daily-file reader. Run: node bench.ts */
import { createBatch, type RawRun } from '@emso/core';
import { INSTRUMENTS, importIds, readDatRows, readLines } from './src/mod.ts';

const LINES = 200_000;
const ROUNDS = 12;
const CASES: readonly { title: string; model: string; settings: unknown; line: string }[] = [
  {
    title: 'sbe37-microcat, format 1',
    model: 'sbe37-microcat',
    settings: { outputFormat: 1, fields: ['TEMP', 'CNDC', 'PRES', 'PSAL'], conductivityUnit: 'S/m', outputTime: true },
    line: '   13.2974,  3.91051, 2501.987,  38.4794, 01 Aug 2019, 00:00:00\r',
  },
  {
    title: 'aanderaa-optode, unlabelled',
    model: 'aanderaa-optode',
    settings: {},
    line: '4831\t379\t354.255\t94.962\t7.658\t32.971\t32.971\t41.373\t8.402\t738.5\t797.6\t448.6\r',
  },
  {
    title: 'aanderaa-optode, labelled',
    model: 'aanderaa-optode',
    settings: {},
    line: 'MEASUREMENT\t4330F\t832\tO2Concentration[uM]\t299.573\tAirSaturation[%]\t111.641\tTemperature[Deg.C]\t22.893\r',
  },
  {
    title: 'wetlabs-cstar',
    model: 'wetlabs-cstar',
    settings: {},
    line: 'CST-2405PR\t11531\t15780\t15783\t-0.087\t544\r',
  },
];

function best(work: () => void): number {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    work();
    fastestMs = Math.min(fastestMs, performance.now() - from);
  }
  return fastestMs;
}

function report(title: string, lines: number, ms: number): void {
  console.log(`${title.padEnd(34)} ${(lines / ms / 1000).toFixed(2).padStart(8)} M/s`);
}

for (const { title, model: id, settings, line } of CASES) {
  const model = INSTRUMENTS.get(id)!;
  const checked = model.settings.parse(settings);
  const run: RawRun = readLines(new TextEncoder().encode(`${line}\n`.repeat(LINES)));
  const batch = createBatch(model.parameters(checked), model.labels, LINES);
  const decode = model.decoder(checked);
  const ms = best(() => {
    batch.count = 0;
    for (let i = 0; i < run.count; i++) decode(run.bytes, run.start[i], run.end[i], batch);
    if (batch.count !== LINES) throw new Error(`${title}: expected ${LINES} rows, found ${batch.count}`);
  });
  report(title, LINES, ms);
}

const dat = new TextEncoder().encode(
  '20190801 00:00:0513.2974,  3.91051, 2501.987,  38.4794, 01 Aug 2019, 00:00:00\n'.repeat(LINES),
);
report(
  'readDatRows',
  LINES,
  best(() => readDatRows(dat)),
);
const { run } = readDatRows(dat);
const few = { ...run, count: 20_000 };
report(
  'importIds',
  few.count,
  best(() => importIds(few)),
);
