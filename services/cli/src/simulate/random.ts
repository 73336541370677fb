/** Seeded numbers: the same seed gives the same lines on every machine. */

/** Numbers in [0, 1), each call the next one of a fixed sequence (mulberry32). */
export type Random = () => number;

/** The sequence of a seed and a name, so that what one sensor draws does not depend on the others. */
export function randomOf(seed: number, name: string): Random {
  let state = seed | 0;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number in [low, high], both ends included. */
export function wholeBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Noise around 0, roughly bell-shaped, never beyond ±3 `sigma`. */
export function noise(random: Random, sigma: number): number {
  return (random() + random() + random() + random() - 2) * 1.5 * sigma;
}
