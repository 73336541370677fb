/** Positions: possible at all, not too far from the last one, within an area, reached at a believable speed. */
import { QARTOD, type Qartod } from '@emso/core';
import { above, type Flow } from '../flow.ts';
import type { Distance } from './geodesic.ts';

/**
 * The value is the longitude, the first partner the latitude, in degrees. 4 for an impossible position or half of one, 9 for
 * none, 3 further than `rangeMaxM` from the position before.
 */
export function locationFlow(distance: Distance, rangeMaxM: number): Flow {
  let lonBefore = Number.NaN;
  let latBefore = Number.NaN;
  return {
    settled: 0,
    push(_time, lon, lat): Qartod {
      const far = Number.isFinite(rangeMaxM) && distance(lonBefore, latBefore, lon, lat) > rangeMaxM;
      lonBefore = lon;
      latBefore = lat;
      if (!Number.isFinite(lon) && !Number.isFinite(lat)) return QARTOD.missing;
      // Half a position is impossible too: a comparison with what is missing is not true.
      if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return QARTOD.fail;
      return far ? QARTOD.suspect : QARTOD.good;
    },
  };
}

/** Speed between positions in m/s; the first position is 2, one that is missing makes itself and the next one 9. */
export function speedFlow(distance: Distance, suspect: number, fail: number): Flow {
  let [timeBefore, lonBefore, latBefore] = [Number.NaN, Number.NaN, Number.NaN];
  let begun = false;
  return {
    settled: 0,
    push(time, lon, lat): Qartod {
      const seconds = Math.abs(time - timeBefore) / 1000;
      const metres = distance(lonBefore, latBefore, lon, lat);
      const first = !begun;
      begun = true;
      timeBefore = time;
      lonBefore = lon;
      latBefore = lat;
      if (first) return QARTOD.notEvaluated;
      return Number.isFinite(metres) ? above(metres, suspect * seconds, fail * seconds) : QARTOD.missing;
    },
  };
}

/** A corner: longitude, latitude. */
export type Corner = readonly [lon: number, lat: number];

/** The corners of a box. */
export function boxCorners(west: number, south: number, east: number, north: number): Corner[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

/** 4 outside the polygon (or inside, when that is what is flagged); its border is not inside; 9 for no whole position. */
export function locationBoundsAnswer(
  lon: number,
  lat: number,
  corners: readonly Corner[],
  flagInside: boolean,
): Qartod {
  if (!Number.isFinite(lon) || !Number.isFinite(lat)) return QARTOD.missing;
  return isInside(lon, lat, corners) === flagInside ? QARTOD.fail : QARTOD.good;
}

function isInside(lon: number, lat: number, corners: readonly Corner[]): boolean {
  let inside = false;
  for (let i = 0; i < corners.length; i++) {
    const [x1, y1] = corners[i];
    const [x2, y2] = corners[(i + 1) % corners.length];
    const side = (x2 - x1) * (lat - y1) - (lon - x1) * (y2 - y1);
    const within =
      lon >= Math.min(x1, x2) && lon <= Math.max(x1, x2) && lat >= Math.min(y1, y2) && lat <= Math.max(y1, y2);
    if (side === 0 && within) return false;
    // Edges that cross the ray towards the east; a corner belongs to the edge below it.
    if (y1 > lat !== y2 > lat && side > 0 === y2 > y1) inside = !inside;
  }
  return inside;
}
