/** Values a second that qualify flags, on one core: a day of a fast sensor, four parameters. `node packages/qc/bench.ts` */
import { readFileSync } from 'node:fs';
import { createBatch, parseObservatory } from '@emso/core';
import { qualify, sensorTests } from './src/mod.ts';

const ROWS = 86_400;
const ROUNDS = 100;
const text = readFileSync(new URL('../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');
const sensor = parseObservatory(text, 'site.yaml').platforms[0].sensors[0];
const batch = createBatch(['TEMP', 'CNDC', 'PRES', 'PSAL'], [], ROWS);
batch.count = ROWS;
const tests = sensorTests(sensor, batch.codes);
for (let i = 0; i < ROWS; i++) {
  batch.time[i] = Date.UTC(2021, 0, 1) + i * 1000;
  // About one value in a hundred is missing, a few are suspect or bad.
  batch.values.forEach((column, c) => {
    column[i] = (i * 7 + c) % 101 === 0 ? Number.NaN : [13.29, 4.6, 2505, 38.48][c] + ((i * 31) % 1000) / 1500;
  });
}

function secondsOf(rounds: number, run: () => void): number {
  const start = performance.now();
  for (let i = 0; i < rounds; i++) run();
  return (performance.now() - start) / 1000;
}

const whole = (): void => qualify(batch, tests, 0, ROWS);
const live = (): void => {
  for (let i = 0; i < 1000; i++) qualify(batch, tests, i, i + 1);
};
secondsOf(10, whole);
secondsOf(10, live);
const valuesPerSecond = (ROWS * batch.codes.length * ROUNDS) / secondsOf(ROUNDS, whole);
const linesPerSecond = (1000 * ROUNDS) / secondsOf(ROUNDS, live);
console.log(`qualify, a day at once: ${(valuesPerSecond / 1e6).toFixed(0)} M values/s`);
console.log(`qualify, line by line:  ${(linesPerSecond / 1e3).toFixed(0)} k lines/s`);
