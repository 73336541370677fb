/**
 * A run of observations as columns: what decoders append to, QC reads and flags, encoders write.
 * A live line is a batch of one. No object per value and no string per field: the speed of `reprocess` comes from here.
 */

/** Where an observation's time comes from. */
export const TIME_SOURCE = { received: 0, instrument: 1 } as const;
export type TimeSource = keyof typeof TIME_SOURCE;

/** Text facts that lines carry (serial numbers, instrument types), one small dictionary a column. */
export interface LabelColumn {
  readonly name: string;
  /** Distinct texts seen so far; `index[row]` points here, 0 is "none". */
  readonly texts: string[];
  index: Uint16Array;
}

export interface Batch {
  /** Parameter codes in column order. */
  readonly codes: readonly string[];
  /** Rows in use; every column is at least this long. */
  count: number;
  /** Observation time, epoch ms UTC. Set from `received` or `instrument` by the time policy, not by decoders. */
  time: Float64Array;
  /** Reception time of the raw record, epoch ms UTC. Set by whoever frames the records. */
  received: Float64Array;
  /** The instrument's own clock, epoch ms UTC; NaN where the line carries no time. Set by decoders. */
  instrument: Float64Array;
  /** TIME_SOURCE of `time`. */
  source: Uint8Array;
  /** OceanSITES flag of `time`. */
  timeFlag: Uint8Array;
  /** Index of the raw record in the run that was decoded. */
  record: Int32Array;
  /** One column per code, in the parameter's own unit; NaN is missing. Set by decoders. */
  values: Float64Array[];
  /** OceanSITES flags beside `values`. */
  flags: Uint8Array[];
  readonly labels: LabelColumn[];
}

/** An empty batch with room for `capacity` rows. */
export function createBatch(codes: readonly string[], labelNames: readonly string[], capacity: number): Batch {
  const rows = Math.max(1, capacity);
  return {
    codes,
    count: 0,
    time: new Float64Array(rows),
    received: new Float64Array(rows),
    instrument: new Float64Array(rows),
    source: new Uint8Array(rows),
    timeFlag: new Uint8Array(rows),
    record: new Int32Array(rows),
    values: codes.map(() => new Float64Array(rows)),
    flags: codes.map(() => new Uint8Array(rows)),
    labels: labelNames.map((name) => ({ name, texts: [''], index: new Uint16Array(rows) })),
  };
}

/**
 * Starts the next row at index `batch.count`: values and instrument time missing, labels none. The row exists once
 * `count` is raised; a decoder that rejects simply leaves it.
 */
export function openRow(batch: Batch): number {
  const row = batch.count;
  if (row === batch.time.length) grow(batch);
  batch.instrument[row] = Number.NaN;
  for (const column of batch.values) column[row] = Number.NaN;
  for (const label of batch.labels) label.index[row] = 0;
  return row;
}

/** Writes a label of a row; equal texts share one dictionary entry. */
export function setLabel(column: LabelColumn, row: number, text: string): void {
  let index = column.texts.lastIndexOf(text);
  if (index < 0) index = column.texts.push(text) - 1;
  column.index[row] = index;
}

/** The rows `order` of a batch as a batch of their own, in that order. */
export function selectRows(batch: Batch, order: ArrayLike<number>): Batch {
  const out = createBatch(
    batch.codes,
    batch.labels.map((label) => label.name),
    order.length,
  );
  out.count = order.length;
  const pairs: [Indexed, Indexed][] = [
    [batch.time, out.time],
    [batch.received, out.received],
    [batch.instrument, out.instrument],
    [batch.source, out.source],
    [batch.timeFlag, out.timeFlag],
    [batch.record, out.record],
    ...batch.values.map((column, i): [Indexed, Indexed] => [column, out.values[i]]),
    ...batch.flags.map((column, i): [Indexed, Indexed] => [column, out.flags[i]]),
    ...batch.labels.map((label, i): [Indexed, Indexed] => [label.index, out.labels[i].index]),
  ];
  for (const [from, to] of pairs) for (let i = 0; i < order.length; i++) to[i] = from[order[i]];
  batch.labels.forEach((label, i) => {
    out.labels[i].texts.splice(0, Number.POSITIVE_INFINITY, ...label.texts);
  });
  return out;
}

/** The rows `[from, to)` of a batch as a batch of their own: its columns are copies. */
export function sliceRows(batch: Batch, from: number, to: number): Batch {
  return {
    codes: batch.codes,
    count: to - from,
    time: batch.time.slice(from, to),
    received: batch.received.slice(from, to),
    instrument: batch.instrument.slice(from, to),
    source: batch.source.slice(from, to),
    timeFlag: batch.timeFlag.slice(from, to),
    record: batch.record.slice(from, to),
    values: batch.values.map((column) => column.slice(from, to)),
    flags: batch.flags.map((column) => column.slice(from, to)),
    labels: batch.labels.map(({ name, texts, index }) => ({ name, texts: [...texts], index: index.slice(from, to) })),
  };
}

/** Index of the first row that is not before `timeMs`; the number of rows when there is none. Times ascend. */
export function firstRowFrom({ time, count }: Batch, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same rows with the columns `codes`, in that order; a code the batch has no column for is missing throughout. */
export function withCodes(batch: Batch, codes: readonly string[]): Batch {
  if (codes.length === batch.codes.length && codes.every((code, i) => code === batch.codes[i])) return batch;
  const at = codes.map((code) => batch.codes.indexOf(code));
  const rows = batch.time.length;
  return {
    ...batch,
    codes,
    values: at.map((i) => (i < 0 ? new Float64Array(rows).fill(Number.NaN) : batch.values[i])),
    flags: at.map((i) => (i < 0 ? new Uint8Array(rows) : batch.flags[i])),
  };
}

type Indexed = Float64Array | Uint8Array | Int32Array | Uint16Array;

function grow(batch: Batch): void {
  const rows = batch.time.length * 2;
  const longer = <T extends Indexed>(column: T): T => {
    const wider = new (column.constructor as new (n: number) => T)(rows);
    wider.set(column as never);
    return wider;
  };
  batch.time = longer(batch.time);
  batch.received = longer(batch.received);
  batch.instrument = longer(batch.instrument);
  batch.source = longer(batch.source);
  batch.timeFlag = longer(batch.timeFlag);
  batch.record = longer(batch.record);
  batch.values = batch.values.map(longer);
  batch.flags = batch.flags.map(longer);
  for (const label of batch.labels) label.index = longer(label.index);
}
