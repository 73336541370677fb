/** Delayed-mode files of a day: the rows of its sealed files, described as what somebody has validated. Value in, bytes out. */
import type { Release } from '@emso/core';
import { releasedPaths } from '@emso/products';
import type { DayProducts } from './day.ts';
import { encodedDay } from './encoded.ts';
import type { SensorPlan } from './plan.ts';

export interface ReleasedFile {
  /** Relative to the root that holds the tree `released`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a release adds to a sealed day that was computed with the flags it knew: the same rows, other words. */
export function releasedDay(
  plan: SensorPlan,
  { input, csv }: DayProducts,
  release: Pick<Release, 'at' | 'by' | 'why'>,
): ReleasedFile[] {
  const paths = releasedPaths(input.sensor, input.day);
  return [
    { path: paths.csv, bytes: csv },
    { path: paths.netcdf, bytes: encodedDay(plan, { ...input, release }, 'sealed') },
  ];
}
