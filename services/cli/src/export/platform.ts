/** `emso export --platform P --cumulative`: every sensor and day of a platform in one NetCDF file, what its DOI points to. */
import { compactDay, dayOf, type Platform } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { describeSeries, encodeNetcdf3, joinFiles, type NamedFile, type Series } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import {
  type ExportRequest,
  type ExportStage,
  make,
  openStage,
  seriesOfSensor,
  type Written,
  write,
} from './export.ts';

/** Makes the file. Throws CommandFailure 2 for a platform that the site file does not have, 1 when it has no days. */
export async function exportPlatform(platform: string, request: ExportRequest): Promise<Written[]> {
  const stage = await openStage(request);
  const plans = plansOf(stage, platform);
  const files: NamedFile[] = [];
  let rows = 0;
  for (const plan of plans) {
    // Without raw files, and before anything is sealed, a sensor has no part in the file.
    if (!stage.files.has(plan)) {
      request.say(`${plan.sensor.id}: no raw files, not in the file`);
      continue;
    }
    for await (const series of seriesOfSensor(stage, plan, 'all')) {
      files.push({ suffix: suffixOf(plan, series), file: describeSeries(series) });
      rows += series.input.batch.count;
    }
  }
  if (files.length === 0) {
    throw new CommandFailure(EXIT.problem, `${platform}: expected days of its sensors in ${request.data}, found none`);
  }
  const { observatory } = plans[0].observatory;
  const title = `${observatory.title.en}, ${plans[0].platform.title.en}, all sensors`;
  const name = cumulativeName(plans[0].platform, request);
  const bytes = make(() =>
    encodeNetcdf3(
      joinFiles(files, {
        title: request.source === 'released' ? `${title}, delayed mode` : title,
        id: name.replace(/\.nc$/, ''),
        summary: observatory.summary.en,
        update_interval: 'P1M',
        time_coverage_duration: undefined,
        time_coverage_resolution: undefined,
      }),
    ),
  );
  return write(request.out, [{ name, bytes }], rows);
}

function plansOf({ plans }: ExportStage, platform: string): SensorPlan[] {
  const own = plans.filter((plan) => plan.platform.id === platform);
  if (own.length > 0) return own;
  const ids = [...new Set(plans.map((plan) => plan.platform.id))].join(', ');
  throw new CommandFailure(EXIT.usage, `--platform: expected one of ${ids}, found '${platform}'`);
}

/** `microcat`, and the start of the deployment behind it where the sensor had several. */
function suffixOf({ sensor }: SensorPlan, { input }: Series): string {
  const id = sensor.id.replaceAll('-', '_');
  return sensor.deployments.length === 1 ? id : `${id}_${compactDay(dayOf(input.deployment.from))}`;
}

/** `Emso_MII.nc`, `Emso_MII_D.nc`; a name that stays the same from month to month. */
function cumulativeName({ id, oso }: Platform, { source, qc }: ExportRequest): string {
  const name = oso === 'unknown' ? id : oso;
  return `Emso_${name}${source === 'released' ? '_D' : ''}${qc === 'good' ? '_good' : ''}.nc`;
}
