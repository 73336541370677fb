/**
 * The months in which the old script and the acquirer both listened: an imported row and a live record can be the same line.
 * Live wins, whichever came first, because it kept every byte (PROMISE 12).
 */
import { KIND, type RawRun } from '@emso/core';
import { stripBounds } from '@emso/instruments';

/** The old script stamped a line up to this far from its true reception. */
const PAIR_MS = 2000;

const latin1 = new TextDecoder('latin1');

/**
 * The records of `order` without the imported ones that are a live record too: equal bytes but for white space at the ends,
 * received within ±2 s, each live record taken once, the nearest first come. Order is kept.
 */
export function withoutPairedImports(run: RawRun, order: Int32Array): Int32Array {
  let imports = 0;
  for (const record of order) if (run.kind[record] === KIND.import) imports++;
  if (imports === 0 || imports === order.length) return order;
  const liveByText = new Map<string, number[]>();
  for (const record of order) {
    if (run.kind[record] === KIND.import || run.kind[record] === KIND.event) continue;
    const text = strippedText(run, record);
    const same = liveByText.get(text);
    if (same === undefined) liveByText.set(text, [record]);
    else same.push(record);
  }
  return order.filter((record) => {
    if (run.kind[record] !== KIND.import) return true;
    const candidates = liveByText.get(strippedText(run, record));
    if (candidates === undefined) return true;
    let nearest = -1;
    let distance = PAIR_MS + 1;
    candidates.forEach((live, i) => {
      const away = Math.abs(run.received[live] - run.received[record]);
      if (away < distance) [nearest, distance] = [i, away];
    });
    if (nearest < 0) return true;
    candidates.splice(nearest, 1);
    return false;
  });
}

function strippedText(run: RawRun, record: number): string {
  const [start, end] = stripBounds(run.bytes, run.start[record], run.end[record]);
  return latin1.decode(run.bytes.subarray(start, end));
}
