/** Speed of the encoders and of the raw reader. Run with the project's Node: `node packages/products/bench.ts`. */
import { createBatch, type RawRecord } from '@emso/core';
import {
  canonicalOrder,
  csvLayout,
  csvRows,
  encodeNetcdf3,
  formatRawRows,
  type NetcdfFile,
  parseRawFile,
  rawDigest,
} from './src/mod.ts';
import { encodeNetcdf4 } from './src/netcdf4.ts';

const ROUNDS = 15;

/** Best time of some rounds, seconds: the machine's other work only ever adds. */
function seconds(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    run();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
  }
  return best;
}

function report(what: string, amount: number, unit: string, run: () => unknown): void {
  const best = seconds(run);
  console.log(
    `${what.padEnd(48)} ${(amount / best / 1e6).toFixed(2).padStart(8)} M${unit}/s  ${(best * 1e3).toFixed(2).padStart(8)} ms`,
  );
}

const ROWS = 200_000;
const batch = createBatch(['TEMP', 'CNDC', 'PRES', 'PSAL'], [], ROWS);
batch.count = ROWS;
for (let i = 0; i < ROWS; i++) {
  batch.time[i] = 1_556_668_800_000 + i * 2000;
  [13.2, 4.05, 2505, 38.48].forEach((mean, column) => {
    batch.values[column][i] = mean + ((i * (column + 7)) % 1000) / 10_000;
    batch.flags[column][i] = 1;
  });
}
const layout = csvLayout(batch.codes, [], {});
report('csvRows, 4 values + 5 flags', ROWS, 'rows', () => csvRows(layout, batch, 0, ROWS));

const RECORDS = 43_200;
const floats = ['TEMP', 'CNDC', 'PRES', 'PSAL', 'DENS'];
const day: NetcdfFile = {
  dimensions: [{ name: 'time', length: RECORDS, unlimited: true }],
  attributes: [],
  variables: [
    { name: 'time', type: 'double', dimensions: ['time'], attributes: [], data: new Float64Array(RECORDS) },
    ...floats.flatMap((name) => [
      {
        name,
        type: 'float',
        dimensions: ['time'],
        attributes: [],
        data: Float32Array.from({ length: RECORDS }, (_, i) => 13 + ((i * 7) % 1000) / 1e4),
      } as const,
      { name: `${name}_QC`, type: 'byte', dimensions: ['time'], attributes: [], data: new Int8Array(RECORDS) } as const,
    ]),
  ],
};
function files(what: string, run: () => Uint8Array): void {
  const best = seconds(run);
  const bytes = run().length;
  console.log(
    `${what.padEnd(48)} ${(1 / best).toFixed(0).padStart(8)} files/s ${(best * 1e3).toFixed(2).padStart(8)} ms  ${bytes} B`,
  );
}

/** The same day with so many rows: a MicroCAT has 720 a day at the real rate. */
function dayOf(records: number): NetcdfFile {
  return {
    ...day,
    dimensions: [{ name: 'time', length: records, unlimited: true }],
    variables: day.variables.map((variable) => ({ ...variable, data: variable.data.slice(0, records) })),
  };
}
for (const records of [720, RECORDS]) {
  const value = dayOf(records);
  files(`netCDF-3, ${records} records of 11 variables`, () => encodeNetcdf3(value));
  files(`netCDF-4, ${records} records of 11 variables`, () => encodeNetcdf4(value));
}
report('encodeNetcdf3, 43 200 records of 11 variables', encodeNetcdf3(day).length, 'B', () => encodeNetcdf3(day));

for (const [what, payload] of [
  ['no escapes', '13.2345,  4.05123, 2505.123'],
  ['one escape a row', '13.2345,  4.05123, 2505.12\r'],
]) {
  const bytes = new TextEncoder().encode(payload);
  const records = Array.from({ length: ROWS }, (_, i): RawRecord => {
    return {
      session: '20190501T000000000Z-0a1b2c3d',
      seq: i + 1,
      receivedMs: 1_556_668_800_000 + i * 2000 + (i % 1000),
      kind: 'line',
      bytes,
    };
  });
  const file = formatRawRows(records);
  const { run } = parseRawFile(file);
  const { order } = canonicalOrder(run);
  const rowBytes = Math.round(file.length / ROWS);
  report(`formatRawRows, ${rowBytes} B a row, ${what}`, ROWS, 'rows', () => formatRawRows(records));
  report(`parseRawFile, ${rowBytes} B a row, ${what}`, ROWS, 'rows', () => parseRawFile(file));
  report('canonicalOrder, in order', ROWS, 'rows', () => canonicalOrder(run));
  report('rawDigest', ROWS, 'rows', () => rawDigest(run, order));
}
