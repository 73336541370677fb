/** Which times the live records of a sensor cover: `--fill-gaps` takes only what lies between (PROMISE 12). */
import { DAY_MS, KIND, type PlacedSensor } from '@emso/core';
import { firstNotBefore, GAP_CADENCES } from '@emso/pipeline';
import type { RawArchive } from './raw-archive.ts';

/**
 * A function that tells of times on `day` whether they lie between two live lines as close as the cadence promises, or on one.
 * Imported rows cover nothing: what one import brought hinders no other.
 */
export async function coveredByLive(
  archive: RawArchive,
  placed: PlacedSensor,
  day: number,
): Promise<(timeMs: number) => boolean> {
  const limitMs = GAP_CADENCES * placed.sensor.cadenceMs;
  const reach = Math.ceil(limitMs / DAY_MS);
  const live = await archive.read(placed, day - reach, day + reach);
  const lines = live.received
    .slice(0, live.count)
    .filter((_, i) => live.kind[i] === KIND.line)
    .sort();
  return (timeMs) => {
    const next = firstNotBefore(lines, timeMs);
    if (next === lines.length) return false;
    return lines[next] === timeMs || (next > 0 && lines[next] - lines[next - 1] <= limitMs);
  };
}
