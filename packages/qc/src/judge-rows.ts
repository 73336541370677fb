/** A test over columns: rows in, digits out, whatever part of the columns is asked for. */
import { QARTOD } from '@emso/core';
import type { Columns, PreparedTest } from './flow.ts';

/**
 * Writes the answers for rows `[from, to)` into `out`, at the same indices. Rows outside are read as far as the test looks
 * back and ahead, so any split of the rows gives the same answers. A row earlier than one before it is answered 2 (9 where
 * the value is missing) and is absent for all others: the same as when it arrives late in a live series.
 */
export function judgeRows(test: PreparedTest, columns: Columns, from: number, to: number, out: Uint8Array): void {
  const { time, values } = columns;
  if (from < 0 || to > time.length || to > out.length || values.length !== time.length) {
    throw new RangeError(
      `${test.name}: expected rows within 0 to ${time.length} of equal columns, found ${from} to ${to} of ${values.length} values, room for ${out.length}`,
    );
  }
  if (from >= to) return;
  const order = rowsInOrder(time);
  if (order === undefined) {
    judgeInOrder(test, columns, from, to, out);
    return;
  }
  const answers = new Uint8Array(order.length);
  judgeInOrder(test, gathered(columns, order), 0, order.length, answers);
  for (let i = from; i < to; i++) out[i] = Number.isFinite(values[i]) ? QARTOD.notEvaluated : QARTOD.missing;
  for (let k = 0; k < order.length; k++) {
    if (order[k] >= from && order[k] < to) out[order[k]] = answers[k];
  }
}

/** Runs a test over columns whose times do not decrease, all rows: what `judgeRows` does with the part it needs. */
export function runFlow(test: PreparedTest, { time, values, partners = [] }: Columns, out: Uint8Array): void {
  const flow = test.open();
  const late = test.lateRows;
  const first = partners[0] ?? NOTHING;
  const second = partners[1] ?? NOTHING;
  const rows = values.length;
  if (partners.length === 0) {
    for (let i = 0; i < rows; i++) {
      out[i] = flow.push(time[i], values[i], Number.NaN, Number.NaN);
      if (flow.settled !== 0) out[i - late] = flow.settled;
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    out[i] = flow.push(time[i], values[i], first[i], partners.length > 1 ? second[i] : Number.NaN);
    if (flow.settled !== 0) out[i - late] = flow.settled;
  }
}

const NOTHING = new Float64Array(0);

function judgeInOrder(test: PreparedTest, columns: Columns, from: number, to: number, out: Uint8Array): void {
  const { time } = columns;
  const begin = firstRow(time, (at) => at >= time[from] - test.lookbackMs);
  const end = firstRow(time, (at) => at > time[to - 1] + test.lookaheadMs);
  const part = begin === 0 && end === time.length ? columns : cut(columns, begin, end);
  const whole = begin === from && end === to;
  const answers = whole ? out.subarray(from, to) : new Uint8Array(end - begin);
  if (test.run === undefined) runFlow(test, part, answers);
  else test.run(part, answers);
  if (!whole) out.set(answers.subarray(from - begin, to - begin), from);
}

/** Rows that are not earlier than any before them; undefined when all are. */
function rowsInOrder(time: Float64Array): Int32Array | undefined {
  let i = 1;
  while (i < time.length && time[i] >= time[i - 1]) i++;
  if (i >= time.length && !Number.isNaN(time[0])) return undefined;
  const rows = new Int32Array(time.length);
  let count = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < time.length; row++) {
    // A time that is not a number is in no order.
    if (!(time[row] >= latest)) continue;
    latest = time[row];
    rows[count++] = row;
  }
  return rows.subarray(0, count);
}

function gathered({ time, values, partners = [] }: Columns, rows: Int32Array): Columns {
  const gather = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]);
  return { time: gather(time), values: gather(values), partners: partners.map(gather) };
}

function cut({ time, values, partners = [] }: Columns, begin: number, end: number): Columns {
  return {
    time: time.subarray(begin, end),
    values: values.subarray(begin, end),
    partners: partners.map((column) => column.subarray(begin, end)),
  };
}

/** The first row whose time passes, where times do not decrease. */
function firstRow(time: Float64Array, passes: (at: number) => boolean): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(time[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
