/** The proof in production: what the fast path wrote against what the raw archive gives. */

export interface Divergence {
  readonly rows: number;
  /** One of them, for the log. */
  readonly first: string;
}

/**
 * The rows in which an appended CSV differs from the rebuilt one: those it has and should not, and those that it was given and has
 * not. Being behind is no difference, also in the middle: a redelivered raw record can be archived after its successors.
 * `wasGiven(i)` tells whether the verdict of rebuilt row i has come. Undefined when nothing differs.
 */
export function divergenceOf(
  fast: Uint8Array,
  rebuilt: Uint8Array,
  wasGiven: (row: number) => boolean,
): Divergence | undefined {
  if (Buffer.compare(fast, rebuilt) === 0) return undefined;
  const [a, b] = [fast, rebuilt].map((csv) => Buffer.from(csv).toString('utf8').split('\n'));
  const [inFast, inRebuilt] = [new Set(a), new Set(b)];
  const wrong = a.filter((row) => !inRebuilt.has(row));
  // The first line is the header, behind the last line feed is nothing.
  const lacking = b.slice(1, -1).filter((row, i) => !inFast.has(row) && wasGiven(i));
  const rows = Math.max(wrong.length, lacking.length);
  return rows === 0 ? undefined : { rows, first: (wrong[0] ?? lacking[0]).slice(0, 200) };
}
