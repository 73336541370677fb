/** Which folders of a data root are whose: whoever reads the root without us, and without our site file, finds it there. */
import { join, resolve } from 'node:path';
import type { PlacedSensor } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { writeAtomic } from '@emso/runtime';

/** Writes `.sensors.json`: every sensor of the site file, where that file is, and the build of its products where its model is installed. */
export async function leaveSensorTable(
  root: string,
  siteFile: string,
  placed: readonly PlacedSensor[],
  plans: readonly SensorPlan[],
): Promise<void> {
  const site = resolve(siteFile);
  const sensors = placed.map(({ platform, sensor: { id, folder, prefix, cadenceMs } }) => {
    const build = plans.find((plan) => plan.sensor.id === id)?.build;
    return { platform: platform.id, sensor: id, folder, prefix, cadenceMs, build, site };
  });
  await writeAtomic(join(root, '.sensors.json'), `${JSON.stringify(sensors)}\n`, { fsync: false });
}
