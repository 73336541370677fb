/** Whether a found value is what a golden case expects: element by element, each number within the case's tolerance. */
import { type Input, numberOf, type Value } from './functions.ts';

/** The deviations of a found value, one line each; none when the case passes. */
export function deviations(expected: Value, found: Value, tolerance: number, at = ''): string[] {
  const wanted = numberOf(expected);
  if (wanted !== undefined) {
    const got = numberOf(found);
    if (got !== undefined && (Object.is(wanted, got) || wanted === got || Math.abs(wanted - got) <= tolerance))
      return [];
    const off = Math.abs(wanted - (got ?? Number.NaN));
    const by = Number.isNaN(off) ? '' : `, off by ${off}`;
    return [`${at}expected ${said(expected)}, found ${said(found)}, tolerance ${tolerance}${by}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) {
      return [`${at}expected ${expected.length} elements, found ${said(found)}`];
    }
    return expected.flatMap((each: Value, i) => deviations(each, found[i], tolerance, `${at}[${i}] `));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof found !== 'object' || found === null) return [`${at}expected an object, found ${said(found)}`];
    const fields = found as Input;
    return Object.entries(expected).flatMap(([key, each]) => deviations(each, fields[key], tolerance, `${at}${key} `));
  }
  return expected === found ? [] : [`${at}expected ${said(expected)}, found ${said(found)}`];
}

/** The largest distance between numbers that stand in both: 0 where there is none to compare. */
export function largestError(expected: Value, found: Value): number {
  const wanted = numberOf(expected);
  const got = numberOf(found);
  if (wanted !== undefined && got !== undefined) {
    const by = Math.abs(wanted - got);
    return Number.isFinite(by) ? by : 0;
  }
  if (typeof expected !== 'object' || expected === null || typeof found !== 'object' || found === null) return 0;
  const fields = found as Input;
  return Math.max(0, ...Object.entries(expected).map(([key, each]) => largestError(each as Value, fields[key])));
}

/** JSON, with the numbers it has no words for. */
export function said(value: Value): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(said).join(', ')}]`;
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'number' && !Number.isFinite(each) ? String(each) : each,
  );
}
