/** What a sensor's files look like on a day before anything came: for whoever describes the files and not the values. */
import { createBatch, DAY_MS } from '@emso/core';
import { describeDay, type NetcdfFile } from '@emso/products';
import { deploymentOfDay, methodsOfDay, type SensorPlan } from './plan.ts';

/** The NetCDF description of a day without rows, with every column of any deployment. */
export function dayWithoutRows(plan: SensorPlan, day: number): NetcdfFile {
  const { observatory, platform, sensor, model, build } = plan;
  return describeDay({
    observatory,
    platform,
    sensor,
    model,
    day,
    build,
    deployment: deploymentOfDay(sensor, day),
    batch: createBatch(plan.codes, model.labels, 0),
    methods: methodsOfDay(plan, day),
    lastReceivedMs: day * DAY_MS,
  });
}
