/** The files of declared comparisons, from the sealed CSV files that a reprocessing has just made: what the writer makes of its own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareDay, LEAST_FILES, type PlannedComparison } from '@emso/pipeline';
import { productPaths } from '@emso/products';

/** Writes every comparison of the days that `made` holds by sensor id, below `out`. Gives the number of files. Throws on I/O faults. */
export function writeComparisons(
  comparisons: readonly PlannedComparison[],
  made: ReadonlyMap<string, ReadonlySet<number>>,
  out: string,
): number {
  let files = 0;
  for (const planned of comparisons) {
    const counts = new Map<number, number>();
    for (const { id } of planned.sensors)
      for (const day of made.get(id) ?? []) counts.set(day, (counts.get(day) ?? 0) + 1);
    for (const [day, sensors] of counts) {
      if (sensors < LEAST_FILES) continue;
      const sealed = planned.sensors
        .filter(({ id }) => made.get(id)?.has(day))
        .map((sensor) => [sensor.id, readFileSync(join(out, productPaths(sensor, day).csv))] as const);
      const compared = compareDay(planned, day, new Map(sealed));
      if (compared === undefined) continue;
      const path = join(out, compared.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, compared.csv);
      files++;
    }
  }
  return files;
}
