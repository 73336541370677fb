/** Which row of the old table is which of the new one: by time, the old one's seconds having no fractions. */

interface Timed {
  readonly timeMs: number;
}

export interface RowMatch<Row extends Timed> {
  readonly pairs: readonly (readonly [old: Row, fresh: Row])[];
  readonly onlyOld: readonly Row[];
  readonly onlyNew: readonly Row[];
}

const HOUR_MS = 3_600_000;

/**
 * First rows of the same second, in their order; then what is left with the nearest within `toleranceMs`, in the order of
 * time.
 */
export function matchRows<Row extends Timed>(
  old: readonly Row[],
  fresh: readonly Row[],
  toleranceMs: number,
): RowMatch<Row> {
  const bySecond = new Map<number, Row[]>();
  for (const row of sorted(fresh)) {
    const second = Math.floor(row.timeMs / 1000);
    const list = bySecond.get(second);
    if (list === undefined) bySecond.set(second, [row]);
    else list.push(row);
  }
  const pairs: (readonly [Row, Row])[] = [];
  const restOld: Row[] = [];
  for (const row of sorted(old)) {
    const own = bySecond.get(Math.floor(row.timeMs / 1000))?.shift();
    if (own === undefined) restOld.push(row);
    else pairs.push([row, own]);
  }
  const restNew = [...bySecond.values()].flat().sort((a, b) => a.timeMs - b.timeMs);
  const onlyOld: Row[] = [];
  const taken = new Set<Row>();
  let from = 0;
  for (const row of restOld) {
    while (from < restNew.length && restNew[from].timeMs < row.timeMs - toleranceMs) from++;
    let nearest: Row | undefined;
    for (let i = from; i < restNew.length && restNew[i].timeMs <= row.timeMs + toleranceMs; i++) {
      if (taken.has(restNew[i])) continue;
      if (nearest === undefined || Math.abs(restNew[i].timeMs - row.timeMs) < Math.abs(nearest.timeMs - row.timeMs)) {
        nearest = restNew[i];
      }
    }
    if (nearest === undefined) onlyOld.push(row);
    else {
      taken.add(nearest);
      pairs.push([row, nearest]);
    }
  }
  return { pairs, onlyOld, onlyNew: restNew.filter((row) => !taken.has(row)) };
}

function sorted<Row extends Timed>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => a.timeMs - b.timeMs);
}

/** A row of the old table that has no partner, or one with other values. */
export interface Unmatched<Row extends Timed> {
  readonly row: Row;
  /** Values that its partner has in common with it; −1 without a partner. */
  readonly agreeing: number;
}

/**
 * Whole hours by which rows would find a partner that agrees better, in most of its values: old time + hours = new time. A
 * time zone, or a clock. Undefined when no shift explains at least half of these rows, and at least three.
 */
export function shiftOf<Row extends Timed>(
  unmatched: readonly Unmatched<Row>[],
  fresh: readonly Row[],
  agreement: (old: Row, fresh: Row) => { readonly agreeing: number; readonly all: number },
): { readonly hours: number; readonly rows: number } | undefined {
  const bySecond = new Map(fresh.map((row) => [Math.floor(row.timeMs / 1000), row]));
  let best: { hours: number; rows: number } | undefined;
  for (let hours = -12; hours <= 14; hours++) {
    if (hours === 0) continue;
    const { length } = unmatched.filter(({ row, agreeing: before }) => {
      const partner = bySecond.get(Math.floor((row.timeMs + hours * HOUR_MS) / 1000));
      if (partner === undefined) return false;
      const { agreeing, all } = agreement(row, partner);
      return agreeing > before && 2 * agreeing >= all;
    });
    if (length > (best?.rows ?? 0)) best = { hours, rows: length };
  }
  return best !== undefined && best.rows >= Math.max(3, unmatched.length / 2) ? best : undefined;
}
