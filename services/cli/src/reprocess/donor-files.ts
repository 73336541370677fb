/** Which raw files of a tree hold what a day takes from other sensors. */
import { donorPlans, donorRawDaysOf, type SensorPlan } from '@emso/pipeline';
import type { RawFile } from './inventory.ts';

/** Files by sensor id of the donor. */
export type DonorFiles = Readonly<Record<string, readonly RawFile[]>>;

/**
 * The donors' files for a sealed day of a sensor, or for all its days. A donor whose packets come late gives the same ones for
 * every day, so that they are decoded once; the rows of a historical file may be of the day before or after its name.
 */
export function donorFilesOf(
  plan: SensorPlan,
  day: number | undefined,
  files: ReadonlyMap<SensorPlan, readonly RawFile[]>,
): DonorFiles {
  return Object.fromEntries(
    donorPlans(plan).map((donor) => {
      const all = files.get(donor) ?? [];
      if (day === undefined || !donor.byReception) return [donor.sensor.id, all];
      const { first, last } = donorRawDaysOf(donor, day);
      const near = all.filter((file) => {
        const slack = file.format === 'dat' ? 1 : 0;
        return file.day >= first - slack && file.day <= last + slack;
      });
      return [donor.sensor.id, near];
    }),
  );
}

/** Donors without a single file in a tree: who takes from them, and what stays empty. */
export function missingDonors(
  plans: readonly SensorPlan[],
  files: ReadonlyMap<SensorPlan, readonly RawFile[]>,
): string[] {
  return plans
    .filter((plan) => files.has(plan))
    .flatMap((plan) =>
      donorPlans(plan)
        .filter((donor) => !files.has(donor))
        .map((donor) => {
          const codes = new Set(plan.deployments.flatMap(({ derivation }) => derivation.waiting));
          const { prefix, id } = donor.sensor;
          return `${plan.sensor.id}: expected files ${prefix}_YYYYMMDD.raw or .dat of its donor ${id}, found none: ${[...codes].join(', ')} stay empty`;
        }),
    );
}
