/** The proof in production: what the fast path wrote against what the raw archive gives. */

export interface Divergence {
  readonly rows: number;
  /** One of them, for the log. */
  readonly first: string;
}

/** What is known of the rows of a rebuilt file, by their index. */
export interface RebuiltRows {
  /** The verdict has come. */
  readonly wasGiven: (row: number) => boolean;
  /** A verdict that can still change its flags has not come. */
  readonly mayChange: (row: number) => boolean;
  /** Flag columns at the end of each row. */
  readonly flagColumns: number;
}

/**
 * The rows in which an appended CSV differs from the rebuilt one: those it has and should not, and those that it was given and has
 * not. Being behind is no difference, also in the middle: a redelivered raw record can be archived after its successors. Nor are
 * flags that the verdict about a successor will change: the raw archive knows it already. Undefined when nothing differs.
 */
export function divergenceOf(
  fast: Uint8Array,
  rebuilt: Uint8Array,
  { wasGiven, mayChange, flagColumns }: RebuiltRows,
): Divergence | undefined {
  if (Buffer.compare(fast, rebuilt) === 0) return undefined;
  const [a, b] = [fast, rebuilt].map((csv) => Buffer.from(csv).toString('utf8').split('\n'));
  const [inFast, inRebuilt] = [new Set(a), new Set(b)];
  const withoutFlags = (row: string): string => row.split(',').slice(0, -flagColumns).join(',');
  // The first line is the header, behind the last line feed is nothing.
  const rows = b.slice(1, -1);
  const changing = new Set(rows.filter((_, i) => mayChange(i)).map(withoutFlags));
  const isWrong = (row: string): boolean => !changing.has(withoutFlags(row));
  const wrong = a.filter((row) => !inRebuilt.has(row) && isWrong(row));
  const lacking = rows.filter((row, i) => !inFast.has(row) && wasGiven(i) && isWrong(row));
  const count = Math.max(wrong.length, lacking.length);
  return count === 0 ? undefined : { rows: count, first: (wrong[0] ?? lacking[0]).slice(0, 200) };
}
