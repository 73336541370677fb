/** Which column of the old table is which of the new one. */

export interface ColumnPair {
  /** The name that the old table has. */
  readonly name: string;
  readonly oldPlace: number;
  readonly newPlace: number;
}

export interface ColumnMatch {
  readonly pairs: readonly ColumnPair[];
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
}

export interface NamedColumns {
  readonly columns: readonly string[];
  readonly timeColumns: readonly number[];
}

/** Case, blanks, punctuation, a unit in brackets and ERDDAP's `s.` do not make another column. */
export function columnKey(name: string): string {
  return name
    .replace(/^s\./, '')
    .replace(/[[(].*[\])]/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/**
 * Pairs by name. `renamed` says old → new by the user; `historical` is column name → parameter code of the site file, so
 * that a table that uses codes finds the historical columns too.
 */
export function matchColumns(
  old: NamedColumns,
  fresh: NamedColumns,
  renamed: ReadonlyMap<string, string>,
  historical: Readonly<Record<string, string>>,
): ColumnMatch {
  const codeOf = new Map(Object.entries(historical).map(([name, code]) => [columnKey(name), columnKey(code)]));
  const nameOf = new Map([...codeOf].map(([name, code]) => [code, name]));
  const places = new Map<string, number>();
  fresh.columns.forEach((name, place) => {
    if (!fresh.timeColumns.includes(place) && !places.has(columnKey(name))) places.set(columnKey(name), place);
  });
  const pairs: ColumnPair[] = [];
  const onlyOld: string[] = [];
  old.columns.forEach((name, oldPlace) => {
    if (old.timeColumns.includes(oldPlace)) return;
    const key = columnKey(name);
    const asked = renamed.get(key);
    const candidates = asked === undefined ? [key, codeOf.get(key), nameOf.get(key)] : [columnKey(asked)];
    const newPlace = candidates.map((each) => places.get(each ?? '')).find((place) => place !== undefined);
    if (newPlace === undefined) onlyOld.push(name);
    else pairs.push({ name, oldPlace, newPlace });
  });
  const matched = new Set(pairs.map(({ newPlace }) => newPlace));
  const onlyNew = fresh.columns.filter((_, place) => !matched.has(place) && !fresh.timeColumns.includes(place));
  return { pairs, onlyOld, onlyNew };
}
