/** Batches of one sensor one behind the other, as one batch: what a month or a deployment is made of. */
import { type Batch, createBatch } from './batch.ts';

/**
 * The rows of all batches in their order, with the columns and labels of any of them, in the order in which they first appear. A
 * column that a batch does not have is missing in its rows, flagged `missingFlag`. `record` is not a reference any more: 0.
 */
export function joinBatches(batches: readonly Batch[], missingFlag: number): Batch {
  const codes = [...new Set(batches.flatMap((batch) => batch.codes))];
  const names = [...new Set(batches.flatMap((batch) => batch.labels.map(({ name }) => name)))];
  const rows = batches.reduce((sum, { count }) => sum + count, 0);
  const out = createBatch(codes, names, rows);
  out.count = rows;
  let at = 0;
  for (const batch of batches) {
    const { count } = batch;
    out.time.set(batch.time.subarray(0, count), at);
    out.received.set(batch.received.subarray(0, count), at);
    out.instrument.set(batch.instrument.subarray(0, count), at);
    out.source.set(batch.source.subarray(0, count), at);
    out.timeFlag.set(batch.timeFlag.subarray(0, count), at);
    codes.forEach((code, i) => {
      const own = batch.codes.indexOf(code);
      if (own < 0) {
        out.values[i].fill(Number.NaN, at, at + count);
        out.flags[i].fill(missingFlag, at, at + count);
      } else {
        out.values[i].set(batch.values[own].subarray(0, count), at);
        out.flags[i].set(batch.flags[own].subarray(0, count), at);
      }
    });
    joinLabels(batch, out, at);
    at += count;
  }
  return out;
}

/** Texts of a day get their place in the common dictionary. */
function joinLabels(batch: Batch, out: Batch, at: number): void {
  for (const { name, texts, index } of batch.labels) {
    const column = out.labels.find((label) => label.name === name);
    if (column === undefined) continue;
    const places = texts.map((text) => {
      const known = column.texts.indexOf(text);
      return known < 0 ? column.texts.push(text) - 1 : known;
    });
    for (let row = 0; row < batch.count; row++) column.index[at + row] = places[index[row]];
  }
}
