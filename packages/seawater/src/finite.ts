/** A result, or NaN where it overflowed or a logarithm or a division had nothing to work on. */
export function finite(x: number): number {
  return x - x === 0 ? x : Number.NaN;
}
