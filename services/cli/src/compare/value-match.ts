/** Values of one column, old against new, within the digits that the old table prints. */

/** What was found of one column so far. */
export interface ColumnResult {
  readonly name: string;
  /** Decimals that the old table prints in this column. */
  digits: number;
  equal: number;
  different: number;
  onlyOld: number;
  onlyNew: number;
  /** Largest difference, new − old; of texts there is none. */
  largest?: { readonly difference: number; readonly old: string; readonly fresh: string; readonly timeMs: number };
  /** The first pair of texts that differ. */
  text?: { readonly old: string; readonly fresh: string; readonly timeMs: number };
  /** Of the different numbers: new ÷ old and new − old, smallest and largest. */
  readonly ratio: [least: number, most: number];
  readonly offset: [least: number, most: number];
}

export function columnResult(name: string): ColumnResult {
  return {
    name,
    digits: 0,
    equal: 0,
    different: 0,
    onlyOld: 0,
    onlyNew: 0,
    ratio: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    offset: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  };
}

interface Values {
  readonly old: string;
  readonly fresh: string;
  readonly timeMs: number;
}

/**
 * Adds the pairs of a day. Decimals are those of the longest number of the day: programs that print 13.2 for 13.2000 have
 * four all the same.
 */
export function addValues(result: ColumnResult, pairs: readonly Values[]): void {
  const digits = pairs.reduce((most, { old }) => Math.max(most, decimalsOf(old)), 0);
  result.digits = Math.max(result.digits, digits);
  // Half a unit of the last digit, and what binary fractions add to it.
  const tolerance = 0.5 * Number(`1e${-digits}`) * (1 + 1e-6);
  for (const pair of pairs) addPair(result, pair, tolerance);
}

function addPair(result: ColumnResult, { old, fresh, timeMs }: Values, tolerance: number): void {
  const [isOldMissing, isNewMissing] = [isMissing(old), isMissing(fresh)];
  if (isOldMissing && isNewMissing) return;
  if (isNewMissing) result.onlyOld++;
  else if (isOldMissing) result.onlyNew++;
  else {
    const [a, b] = [Number(old), Number(fresh)];
    const areNumbers = Number.isFinite(a) && Number.isFinite(b);
    const slack = tolerance + 1e-12 * Math.abs(a);
    if (areNumbers ? Math.abs(b - a) <= slack : old === fresh) result.equal++;
    else {
      result.different++;
      if (!areNumbers) result.text ??= { old, fresh, timeMs };
      else {
        const difference = b - a;
        widen(result.offset, difference);
        widen(result.ratio, b / a);
        if (Math.abs(difference) > Math.abs(result.largest?.difference ?? 0))
          result.largest = { difference, old, fresh, timeMs };
      }
    }
  }
}

/** True when two cells are the same within the digits of the old one, or both missing. */
export function agree(old: string, fresh: string): boolean {
  if (isMissing(old) || isMissing(fresh)) return isMissing(old) && isMissing(fresh);
  const [a, b] = [Number(old), Number(fresh)];
  if (!Number.isFinite(a) || !Number.isFinite(b)) return old === fresh;
  return Math.abs(b - a) <= 0.5 * Number(`1e${-decimalsOf(old)}`) * (1 + 1e-6) + 1e-12 * Math.abs(a);
}

function widen(span: [number, number], value: number): void {
  span[0] = Math.min(span[0], value);
  span[1] = Math.max(span[1], value);
}

function isMissing(text: string): boolean {
  return /^(nan|na|null|none)?$/i.test(text);
}

/** Decimals of a number as it is printed; 0 for anything else. */
export function decimalsOf(text: string): number {
  const match = /^[-+]?\d*(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text);
  if (match === null) return 0;
  return Math.max(0, (match[1]?.length ?? 0) - Number(match[2] ?? 0));
}

const FACTORS = [10, 100, 1000, 10_000, 0.1, 0.01, 0.001, 0.0001, -1];
const OFFSETS: readonly (readonly [offset: number, what: string])[] = [
  [273.15, 'kelvin and degrees Celsius'],
  [10.1325, 'pressure with and without the air, in dbar'],
  [360, 'an angle and the same angle'],
];

/** What all differences of a column have in common, in words: a unit, a zero. Empty when nothing. */
export function commonCause({ different, ratio, offset, largest }: ColumnResult): string {
  if (different < 3 || largest === undefined) return '';
  const [least, most] = ratio;
  const factor = FACTORS.find(
    (each) => Math.abs(least - each) < 0.002 * Math.abs(each) && Math.abs(most - each) < 0.002 * Math.abs(each),
  );
  if (factor !== undefined) return `new = old × ${factor}: another unit?`;
  const known = OFFSETS.find(([each]) => offset.every((value) => Math.abs(Math.abs(value) - each) < 0.01));
  if (known !== undefined) return `new = old ${largest.difference > 0 ? '+' : '−'} ${known[0]}: ${known[1]}?`;
  return '';
}
