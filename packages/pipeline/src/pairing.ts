/**
 * The months in which the old script and the acquirer both listened: an imported row and a live record can be the same line.
 * Live wins, whichever came first, because it kept every byte (PROMISE 12).
 */
import { dayOf, KIND, type RawRun } from '@emso/core';
import { stripBounds } from '@emso/instruments';
import { IMPORT_SESSION } from '@emso/products';

/** The old script stamped a line up to this far from its true reception. */
const PAIR_MS = 2000;

const latin1 = new TextDecoder('latin1');

/** Live records with one text, in order of reception; those before `next` are taken, or too early for any import to come. */
interface SameText {
  readonly records: number[];
  next: number;
}

/**
 * The records of `order` without the imported ones that are a live record too. `order` is canonical, and kept; it is given back as
 * it is when nothing leaves it.
 */
export function withoutPairedImports(run: RawRun, order: Int32Array): Int32Array {
  const paired = pairedImports(run, order);
  return paired.size === 0 ? order : order.filter((record) => !paired.has(record));
}

/**
 * The imported records of `order`, which is canonical, that are a live record too: equal bytes but for white space at the ends,
 * received within ±2 s on the same UTC day, so that a day needs no other day's rows to be read. Each live record answers for one
 * import; as many pairs are made as can be.
 */
export function pairedImports(run: RawRun, order: Int32Array): ReadonlySet<number> {
  const paired = new Set<number>();
  // A historical file alone: there is nobody to pair with.
  if (run.sessions.length === 1 && run.sessions[0] === IMPORT_SESSION) return paired;
  let imports = 0;
  for (let i = 0; i < order.length; i++) if (run.kind[order[i]] === KIND.import) imports++;
  if (imports === 0 || imports === order.length) return paired;
  const liveByText = new Map<string, SameText>();
  for (const record of order) {
    if (run.kind[record] === KIND.import || run.kind[record] === KIND.event) continue;
    const text = strippedText(run, record);
    const same = liveByText.get(text);
    if (same === undefined) liveByText.set(text, { records: [record], next: 0 });
    else same.records.push(record);
  }
  for (const record of order) {
    if (run.kind[record] !== KIND.import) continue;
    const same = liveByText.get(strippedText(run, record));
    if (same !== undefined && takeLive(run, same, run.received[record])) paired.add(record);
  }
  return paired;
}

/**
 * Takes the earliest live record that can be the line imported at `importMs`. Imports come in order of time, so what is too early
 * for one is too early for all later ones; and taking the earliest leaves most to choose from for these.
 */
function takeLive(run: RawRun, same: SameText, importMs: number): boolean {
  const { records } = same;
  while (same.next < records.length) {
    const liveMs = run.received[records[same.next]];
    const tooEarly = liveMs < importMs - PAIR_MS || dayOf(liveMs) < dayOf(importMs);
    if (!tooEarly) break;
    same.next++;
  }
  if (same.next === records.length) return false;
  const liveMs = run.received[records[same.next]];
  if (liveMs > importMs + PAIR_MS || dayOf(liveMs) > dayOf(importMs)) return false;
  same.next++;
  return true;
}

function strippedText(run: RawRun, record: number): string {
  const [start, end] = stripBounds(run.bytes, run.start[record], run.end[record]);
  return latin1.decode(run.bytes.subarray(start, end));
}
