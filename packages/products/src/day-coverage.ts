/** Global attributes that say where and when: extents are those of the rows, positions those of the site file. */
import { iso } from '@emso/core';
import { double, text, UNKNOWN } from './attributes.ts';
import { type DayInput, depthOf } from './day-input.ts';
import type { NetcdfAttribute } from './netcdf-file.ts';

export function geospatialAttributes(input: DayInput): NetcdfAttribute[] {
  const { latitude, longitude } = input.platform.position;
  const depthM = depthOf(input);
  const hasPlace = latitude !== UNKNOWN && longitude !== UNKNOWN;
  return [
    ...double('geospatial_lat_min', latitude),
    ...double('geospatial_lat_max', latitude),
    ...(latitude === UNKNOWN ? [] : unitsAndResolution('geospatial_lat', 'degrees_north')),
    ...double('geospatial_lon_min', longitude),
    ...double('geospatial_lon_max', longitude),
    ...(longitude === UNKNOWN ? [] : unitsAndResolution('geospatial_lon', 'degrees_east')),
    ...double('geospatial_vertical_min', depthM),
    ...double('geospatial_vertical_max', depthM),
    ...(depthM === UNKNOWN
      ? []
      : [
          ...unitsAndResolution('geospatial_vertical', 'm'),
          ...text('geospatial_vertical_positive', 'down'),
          ...text('geospatial_bounds_vertical_crs', 'EPSG:5831'),
        ]),
    // EPSG:4326 has latitude first.
    ...(hasPlace
      ? [
          ...text('geospatial_bounds', `POINT (${latitude} ${longitude})`),
          ...text('geospatial_bounds_crs', 'EPSG:4326'),
        ]
      : []),
  ];
}

function unitsAndResolution(stem: string, units: string): NetcdfAttribute[] {
  return [...text(`${stem}_units`, units), ...text(`${stem}_resolution`, 'point')];
}

/** A day without rows has no extent. */
export function coverageAttributes({ batch, sensor }: DayInput): NetcdfAttribute[] {
  const resolution = text('time_coverage_resolution', isoDuration(sensor.cadenceMs));
  if (batch.count === 0) return resolution;
  const [first, last] = [batch.time[0], batch.time[batch.count - 1]];
  return [
    ...text('time_coverage_start', iso(first)),
    ...text('time_coverage_end', iso(last)),
    ...text('time_coverage_duration', isoDuration(last - first)),
    ...resolution,
  ];
}

/** ISO 8601 duration of milliseconds ≥ 0, in days, hours, minutes and seconds: `P1DT2M0.5S`, `PT0S`. */
export function isoDuration(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const hours = Math.floor(ms / 3_600_000) % 24;
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  if (days === 0 && time === '') return 'PT0S';
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
