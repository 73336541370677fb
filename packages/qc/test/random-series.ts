/** Series as the sea and a bad line make them, from a seed: for properties that must hold for any of them. */
import type { Columns } from '../src/flow.ts';

/** A generator of numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How a series is disturbed: probabilities of a row. */
export interface Disturbance {
  readonly missing: number;
  readonly gap: number;
  readonly duplicate: number;
  readonly outOfOrder: number;
  readonly spike: number;
  /** Of beginning or ending a stretch in which nothing moves. */
  readonly flat: number;
}

const ROUGH: Disturbance = { missing: 0.08, gap: 0.05, duplicate: 0.05, outOfOrder: 0.05, spike: 0.06, flat: 0.1 };

/**
 * Rows at a cadence with some jitter. Values are multiples of 1/1024, so that sums of them are exact and an oracle that adds
 * in another order agrees to the last digit.
 */
export function randomSeries(
  random: () => number,
  rows: number,
  cadenceMs: number,
  disturbance: Disturbance = ROUGH,
): Required<Columns> {
  const { missing, gap, duplicate, outOfOrder, spike, flat } = disturbance;
  const time = new Float64Array(rows);
  const columns = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  // Block boundaries of windows are met at every phase.
  let now = Date.UTC(2021, 0, 1) + Math.floor(random() * 1000) * cadenceMs;
  let level = 2505;
  let still = false;
  for (let i = 0; i < rows; i++) {
    const kind = random();
    if (kind < outOfOrder) time[i] = now - Math.ceil(random() * 4) * cadenceMs;
    else {
      if (kind < outOfOrder + gap) now += Math.ceil(random() * 30) * cadenceMs;
      else if (kind > outOfOrder + gap + duplicate) now += cadenceMs + Math.floor((random() - 0.5) * 0.2 * cadenceMs);
      time[i] = now;
    }
    if (random() < flat) still = !still;
    if (!still) level += (random() - 0.5) * 2;
    for (const column of columns) {
      const noise = still && column === columns[0] ? 0 : (random() - 0.5) * 0.5;
      const value = level + noise + (random() < spike ? (random() - 0.5) * 40 : 0);
      column[i] = random() < missing ? Number.NaN : Math.round(value * 1024) / 1024;
    }
  }
  return { time, values: columns[0], partners: columns.slice(1) };
}
