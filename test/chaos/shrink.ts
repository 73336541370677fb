/** Cuts a schedule that fails down to strikes that all matter. */
import type { Schedule, Strike } from './schedule.ts';

/**
 * A schedule that still fails with as few strikes as can be found in `tries` runs: halves first, then smaller pieces. `fails` runs a
 * schedule and tells whether it failed; a failure that does not come every time costs strikes that could have gone, never the failure.
 */
export async function shrink(
  schedule: Schedule,
  fails: (schedule: Schedule) => Promise<boolean>,
  tries: number,
): Promise<Schedule> {
  let strikes: readonly Strike[] = schedule.strikes;
  let pieces = 2;
  let left = tries;
  while (strikes.length > 1 && left > 0) {
    const length = Math.ceil(strikes.length / pieces);
    let cut = false;
    for (let from = 0; from < strikes.length && left > 0; from += length) {
      const without = [...strikes.slice(0, from), ...strikes.slice(from + length)];
      if (without.length === 0) continue;
      left--;
      if (!(await fails({ ...schedule, strikes: without }))) continue;
      strikes = without;
      pieces = Math.max(2, pieces - 1);
      cut = true;
      break;
    }
    if (cut) continue;
    if (length === 1) break;
    pieces = Math.min(strikes.length, pieces * 2);
  }
  return { ...schedule, strikes };
}
