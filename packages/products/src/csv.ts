/**
 * The daily CSV: the historical columns first under their historical names, then parameter codes, then flags. A row is
 * a function of its observation alone, so rows appended one by one and a file rebuilt whole are the same bytes.
 */
import { type Batch, isMeasured, PARAMETERS } from '@emso/core';
import { MAX_DIGITS, NUMBER_BYTES, writeFixed } from './digits.ts';
import { STAMP_BYTES, StampWriter } from './stamp.ts';

/** Where a column between `time` and the flags comes from; `empty` is a parameter that this deployment does not send. */
type CsvSource =
  | { readonly kind: 'value'; readonly index: number; readonly digits: number }
  | { readonly kind: 'label'; readonly index: number; readonly otherwise: Uint8Array }
  | { readonly kind: 'fact'; readonly text: Uint8Array }
  | { readonly kind: 'empty' };

export interface CsvLayout {
  readonly codes: readonly string[];
  readonly labelNames: readonly string[];
  /** Names of all columns, in order. */
  readonly header: readonly string[];
  readonly sources: readonly CsvSource[];
}

const COMMA = 44;
const LF = 10;
const utf8 = new TextEncoder();

/**
 * The columns for batches with these codes and labels: `time`, the historical columns in their order (name → code or
 * label), the other codes under their own name, `<CODE>_QC` for every code in batch order, `time_QC`. A historical column
 * of a parameter that the batch does not carry stays, empty: readers find the same columns whatever the deployment. `facts`
 * are texts that are the same in every row (the station's name), and what stands where a line does not say a label.
 * Throws on a historical column that names neither code nor label, on equal names, and on a code without a table row.
 */
export function csvLayout(
  codes: readonly string[],
  labelNames: readonly string[],
  csvColumns: Readonly<Record<string, string>>,
  facts: Readonly<Record<string, string>> = {},
): CsvLayout {
  const value = (code: string): CsvSource => ({ kind: 'value', index: codes.indexOf(code), digits: digitsOf(code) });
  const sourceOf = (name: string, target: string): CsvSource => {
    if (codes.includes(target)) return value(target);
    const fact = utf8.encode(quoted(facts[target] ?? ''));
    if (labelNames.includes(target)) return { kind: 'label', index: labelNames.indexOf(target), otherwise: fact };
    if (Object.hasOwn(facts, target)) return { kind: 'fact', text: fact };
    if (isMeasured(target)) return { kind: 'empty' };
    throw new Error(
      `csvColumns.${name}: expected a parameter code or one of the labels [${labelNames}], found '${target}'`,
    );
  };
  const mapped = new Set(Object.values(csvColumns));
  const rest = codes.filter((code) => !mapped.has(code));
  const header = ['time', ...Object.keys(csvColumns), ...rest, ...codes.map((code) => `${code}_QC`), 'time_QC'];
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`csvColumns: expected every column name once, found '${twice}' twice`);
  const sources = [...Object.entries(csvColumns).map(([name, target]) => sourceOf(name, target)), ...rest.map(value)];
  return { codes, labelNames, header, sources };
}

function digitsOf(code: string): number {
  const parameter = PARAMETERS.get(code);
  if (parameter === undefined)
    throw new Error(`CSV column ${code}: expected a code of the parameter table, found none`);
  if (parameter.digits > MAX_DIGITS) {
    throw new Error(`CSV column ${code}: expected at most ${MAX_DIGITS} digits, found ${parameter.digits}`);
  }
  return parameter.digits;
}

/** The line of column names, UTF-8, LF at the end. */
export function csvHeader(layout: CsvLayout): Uint8Array {
  return utf8.encode(`${layout.header.map(quoted).join(',')}\n`);
}

/**
 * Rows `from` (included) to `to` (excluded) of a batch as CSV lines: UTC time with `Z` and milliseconds only where not
 * zero, values with the digits of the parameter table, nothing where missing. Throws when the batch has other columns
 * than the layout.
 */
export function csvRows(layout: CsvLayout, batch: Batch, from: number, to: number): Uint8Array {
  return linesBehind(new Uint8Array(0), layout, batch, from, to);
}

/** A whole file: the header and every row of the batch. */
export function csvFile(layout: CsvLayout, batch: Batch): Uint8Array {
  return linesBehind(csvHeader(layout), layout, batch, 0, batch.count);
}

/** `lead`, then the rows, in one array: a day is megabytes, and every copy of it costs. */
function linesBehind(lead: Uint8Array, layout: CsvLayout, batch: Batch, from: number, to: number): Uint8Array {
  checkBatch(layout, batch, from, to);
  const labels = batch.labels.map((label) => label.texts.map((text) => utf8.encode(quoted(text))));
  const rowBytes = longestRow(layout, labels);
  const stamp = new StampWriter();
  const { time, timeFlag, flags } = batch;
  const { sources } = layout;
  // Missing values and short numbers make most rows less than half of the longest: start there, grow when it proves too little.
  let out = new Uint8Array(lead.length + rowBytes + Math.ceil((rowBytes * (to - from)) / 2));
  out.set(lead);
  let at = lead.length;
  for (let row = from; row < to; row++) {
    if (out.length - at < rowBytes) out = longer(out, at);
    at = stamp.write(out, at, time[row], 'not-zero');
    for (let s = 0; s < sources.length; s++) {
      const source = sources[s];
      out[at++] = COMMA;
      if (source.kind === 'value') {
        const value = batch.values[source.index][row];
        if (Number.isFinite(value)) at = writeFixed(out, at, value, source.digits);
      } else if (source.kind === 'label') {
        const known = batch.labels[source.index].index[row];
        const text = known === 0 ? source.otherwise : labels[source.index][known];
        out.set(text, at);
        at += text.length;
      } else if (source.kind === 'fact') {
        out.set(source.text, at);
        at += source.text.length;
      }
    }
    for (let f = 0; f < flags.length; f++) {
      out[at++] = COMMA;
      out[at++] = 48 + flags[f][row];
    }
    out[at++] = COMMA;
    out[at++] = 48 + timeFlag[row];
    out[at++] = LF;
  }
  return out.subarray(0, at);
}

function checkBatch(layout: CsvLayout, batch: Batch, from: number, to: number): void {
  const names = batch.labels.map((label) => label.name);
  if (batch.codes.join() !== layout.codes.join() || names.join() !== layout.labelNames.join()) {
    throw new Error(
      `CSV rows: expected columns [${layout.codes}] and labels [${layout.labelNames}], found [${batch.codes}] and [${names}]: make the layout from the batch's own codes`,
    );
  }
  if (!(from >= 0 && from <= to && to <= batch.count)) {
    throw new Error(`CSV rows: expected a range within 0..${batch.count}, found ${from}..${to}`);
  }
}

function longestRow(layout: CsvLayout, labels: readonly Uint8Array[][]): number {
  let bytes = STAMP_BYTES + 2 * (layout.codes.length + 1) + 1;
  for (const source of layout.sources) {
    if (source.kind === 'value') bytes += NUMBER_BYTES;
    if (source.kind === 'label') {
      bytes += labels[source.index].reduce((most, text) => Math.max(most, text.length), source.otherwise.length);
    }
    if (source.kind === 'fact') bytes += source.text.length;
    bytes += 1;
  }
  return bytes;
}

function longer(bytes: Uint8Array, used: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length * 2);
  out.set(bytes.subarray(0, used));
  return out;
}

/** RFC 4180: quotes round a text that holds a comma, a quote or a line end; quotes inside doubled. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
