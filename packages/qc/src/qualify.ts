/**
 * Flags for a batch: the tests in force at each row's time over whole columns, roll-up, what computed parameters inherit, then the
 * one step from QARTOD to OceanSITES. A pure function of values, times and settings: any split gives the same flags, as long
 * as the batch also holds the rows within reach of the tests (PROMISE 16).
 */
import { type Batch, oceanSitesOf, QARTOD, type Qartod, type QcVerdict } from '@emso/core';
import { judgeRows } from './judge-rows.ts';
import { digitUnder, finalDigit, rollUp } from './rollup.ts';
import type { SensorTests } from './sensor-tests.ts';
import { missingTest } from './tests/gross-range.ts';

/** Data version of the flags: raised whenever the same batch and settings give another flag (PROMISE 19). */
export const QC_VERSION = 3;

const OCEANSITES = Uint8Array.from({ length: 10 }, (_, digit) => oceanSitesOf(digit as Qartod));
const NO_COLUMN = new Float64Array(0);

/** Told what each test said: the QARTOD digits of rows `[from, to)`, index 0 for `from`. */
export type OnAnswers = (code: string, test: string, from: number, to: number, digits: Uint8Array) => void;

/** Writes the OceanSITES flag of every value of rows `[from, to)` into `batch.flags`; rows outside are only looked at. */
export function qualify(batch: Batch, tests: SensorTests, from: number, to: number, onAnswers?: OnAnswers): void {
  if (from < 0 || to > batch.count) {
    throw new RangeError(`qualify: expected rows within 0 to ${batch.count}, found ${from} to ${to}`);
  }
  if (from >= to) return;
  const rows = to - from;
  const digits = new Map<string, Uint8Array>();
  const time = batch.time.subarray(0, batch.count);
  const columnOf = (code: string): Float64Array =>
    batch.values[batch.codes.indexOf(code)]?.subarray(0, batch.count) ?? NO_COLUMN;
  const missing = new Uint8Array(rows);
  const answers = new Uint8Array(batch.count);
  for (const code of batch.codes) {
    const values = columnOf(code);
    const rolled = new Uint8Array(rows);
    missingTest(values.subarray(from, to), 0, rows, missing);
    for (const { start, end, prepared } of stretches(tests, code, batch.time, from, to)) {
      const columns = prepared.map((test) => {
        const partners = test.partners.map((partner) => {
          const column = columnOf(partner);
          return column.length > 0 ? column : new Float64Array(batch.count).fill(Number.NaN);
        });
        judgeRows(test, { time, values, partners }, start, end, answers);
        const said = answers.slice(start, end);
        onAnswers?.(code, test.name, start, end, said);
        return said;
      });
      rollUp(
        missing.subarray(start - from, end - from),
        columns,
        0,
        end - start,
        rolled.subarray(start - from, end - from),
      );
    }
    digits.set(code, rolled);
  }
  inherit(digits, tests, batch, from, rows);
  batch.codes.forEach((code, c) => {
    const flags = batch.flags[c];
    const rolled = digits.get(code)!;
    for (let i = 0; i < rows; i++) flags[from + i] = OCEANSITES[rolled[i]];
  });
}

/** Rows `[from, to)` in stretches whose times fall under the same entry, each with the tests of the code there. */
function* stretches(tests: SensorTests, code: string, time: Float64Array, from: number, to: number) {
  for (let start = from; start < to; ) {
    const index = tests.entries.findLastIndex(({ validFrom }) => validFrom <= time[start]);
    const low = tests.entries[index].validFrom;
    const high = tests.entries[index + 1]?.validFrom ?? Number.POSITIVE_INFINITY;
    let end = start + 1;
    while (end < to && time[end] >= low && time[end] < high) end++;
    yield { start, end, prepared: tests.entries[index].tests.get(code) ?? [] };
    start = end;
  }
}

/** Computed parameters take the worst of what they are computed from, currents what tilt says; capped ones are never good. In the order of the columns. */
function inherit(
  digits: ReadonlyMap<string, Uint8Array>,
  { inputs, conditions, cappedAt }: SensorTests,
  batch: Batch,
  from: number,
  rows: number,
): void {
  for (const [code, own] of digits) {
    const sources = (inputs.get(code) ?? []).flatMap((input) => digits.get(input) ?? []);
    for (const source of sources) for (let i = 0; i < rows; i++) own[i] = finalDigit(own[i], source[i]);
    for (const condition of (conditions.get(code) ?? []).flatMap((each) => digits.get(each) ?? [])) {
      for (let i = 0; i < rows; i++) own[i] = digitUnder(own[i], condition[i]);
    }
    if (cappedAt === undefined) continue;
    for (let i = 0; i < rows; i++) {
      if (own[i] === QARTOD.good && cappedAt(batch.received[from + i]).has(code)) own[i] = QARTOD.suspect;
    }
  }
}

/** Verdicts of rows `[from, to)` with what each test said: for live readers and the bus. Writes the flags too. */
export function verdictsOf(batch: Batch, tests: SensorTests, from: number, to: number): Record<string, QcVerdict>[] {
  const said = Array.from({ length: to - from }, () => new Map<string, Record<string, Qartod>>());
  qualify(batch, tests, from, to, (code, test, start, end, digits) => {
    for (let row = start; row < end; row++) {
      const ofRow = said[row - from];
      const ofCode = ofRow.get(code) ?? {};
      ofRow.set(code, ofCode);
      ofCode[test] = digits[row - start] as Qartod;
    }
  });
  return said.map((ofRow, i) =>
    Object.fromEntries(
      batch.codes.map((code, c): [string, QcVerdict] => {
        const missing = Number.isNaN(batch.values[c][from + i]) ? QARTOD.missing : QARTOD.good;
        const flag = batch.flags[c][from + i] as QcVerdict['flag'];
        return [code, { flag, tests: { missing, ...ofRow.get(code) } }];
      }),
    ),
  );
}
