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

/** How many values two rows have in common, and how many there are to compare. */
export type Agreement<Row> = (old: Row, fresh: Row) => { readonly agreeing: number; readonly all: number };

/**
 * First rows of the same second, those that agree most where there are several; then what is left with the nearest within
 * `toleranceMs`, in the order of time.
 */
export function matchRows<Row extends Timed>(
  old: readonly Row[],
  fresh: readonly Row[],
  toleranceMs: number,
  agreement: Agreement<Row>,
): RowMatch<Row> {
  const newBySecond = Map.groupBy(sorted(fresh), secondOf);
  const pairs: (readonly [Row, Row])[] = [];
  const restOld: Row[] = [];
  for (const [second, rows] of Map.groupBy(sorted(old), secondOf)) {
    const own = pairsOfSecond(rows, newBySecond.get(second) ?? [], agreement);
    pairs.push(...own);
    const [used, partners] = [new Set(own.map(([row]) => row)), new Set(own.map(([, row]) => row))];
    restOld.push(...rows.filter((row) => !used.has(row)));
    newBySecond.set(
      second,
      (newBySecond.get(second) ?? []).filter((row) => !partners.has(row)),
    );
  }
  const restNew = [...newBySecond.values()].flat().sort((a, b) => a.timeMs - b.timeMs);
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

function secondOf({ timeMs }: Timed): number {
  return Math.floor(timeMs / 1000);
}

function pairsOfSecond<Row extends Timed>(
  old: readonly Row[],
  fresh: readonly Row[],
  agreement: Agreement<Row>,
): (readonly [Row, Row])[] {
  if (old.length === 1 && fresh.length === 1) return [[old[0], fresh[0]]];
  const candidates = old.flatMap((a) => fresh.map((b) => ({ a, b, ...agreement(a, b) })));
  // Stable: rows that agree equally stay in their order.
  candidates.sort((one, other) => other.agreeing - one.agreeing);
  const taken = new Set<Row>();
  return candidates.flatMap(({ a, b }): (readonly [Row, Row])[] => {
    if (taken.has(a) || taken.has(b)) return [];
    taken.add(a).add(b);
    return [[a, b]];
  });
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
 * time zone, or a clock. Of several shifts the one with most values in common. Undefined when none explains at least half of
 * these rows, and at least three.
 */
export function shiftOf<Row extends Timed>(
  unmatched: readonly Unmatched<Row>[],
  fresh: readonly Row[],
  agreement: Agreement<Row>,
): { readonly hours: number; readonly rows: number } | undefined {
  const bySecond = Map.groupBy(fresh, secondOf);
  let best = { hours: 0, rows: 0, agreeing: -1 };
  for (let hours = -12; hours <= 14; hours++) {
    if (hours === 0) continue;
    const gains = unmatched.flatMap(({ row, agreeing: before }) => {
      const there = bySecond.get(secondOf({ timeMs: row.timeMs + hours * HOUR_MS })) ?? [];
      const agreeing = there
        .map((partner) => agreement(row, partner))
        .reduce((most, own) => (2 * own.agreeing >= own.all ? Math.max(most, own.agreeing) : most), before);
      return agreeing > before ? [agreeing] : [];
    });
    const agreeing = gains.reduce((sum, each) => sum + each, 0);
    if (gains.length > 0 && agreeing > best.agreeing) best = { hours, rows: gains.length, agreeing };
  }
  return best.rows >= Math.max(3, unmatched.length / 2) ? { hours: best.hours, rows: best.rows } : undefined;
}
