/** Looking up a time among many: what donors give and what comparisons compare is the value nearest in time. */

/** Index of the first of the ascending `times` that is not before `timeMs`; their number when there is none. */
export function firstNotBefore(times: Float64Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the ascending time nearest to `timeMs`, of two equally near ones the earlier; −1 when none is within `reachMs`. */
export function nearest(times: Float64Array, timeMs: number, reachMs: number): number {
  const next = firstNotBefore(times, timeMs);
  const before = next > 0 ? timeMs - times[next - 1] : Number.POSITIVE_INFINITY;
  const after = next < times.length ? times[next] - timeMs : Number.POSITIVE_INFINITY;
  if (Math.min(before, after) > reachMs) return -1;
  return before <= after ? next - 1 : next;
}
