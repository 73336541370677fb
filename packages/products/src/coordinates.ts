/** The coordinate variables of a day's file: time, the place that is known, and which platform and sensor it is. */
import { PARAMETERS, type TimePolicy } from '@emso/core';
import { P01_NAMES, P06_NAMES, term, text } from './attributes.ts';
import { type DayInput, depthOf } from './day-input.ts';
import type { NetcdfAttribute, NetcdfVariable } from './netcdf-file.ts';
import { textData } from './netcdf-file.ts';

/** OceanSITES name of the coordinates that every data variable refers to, in order; unknown ones are left out. */
const COORDINATES = ['time', 'depth', 'latitude', 'longitude', 'sensor_id', 'platform_id'];

/** Whose clock the times are of. */
const CLOCK: Readonly<Record<TimePolicy, string>> = {
  received: 'UTC: when the line was received ashore',
  instrument: 'UTC: the clock of the instrument, whose offset from reception is watched',
  relayed: 'UTC: the clock of the instrument',
};

/** The value of `coordinates` for data variables of a file with these coordinates. */
export function coordinatesOf(variables: readonly NetcdfVariable[]): string {
  const present = new Set(variables.map(({ name }) => name));
  return COORDINATES.filter((name) => present.has(name)).join(' ');
}

export function timeVariable(input: DayInput, isCf111: boolean): NetcdfVariable {
  const { batch, deployment } = input;
  const seconds = new Float64Array(batch.count);
  for (let i = 0; i < seconds.length; i++) seconds[i] = batch.time[i] / 1000;
  const parameter = PARAMETERS.get('time')!;
  return {
    name: 'time',
    type: 'double',
    dimensions: ['time'],
    attributes: [
      ...text('standard_name', parameter.standardName),
      ...text('long_name', parameter.longName),
      ...text('units', parameter.unit),
      ...(isCf111 ? text('units_metadata', 'leap_seconds: unknown') : []),
      ...text('calendar', 'standard'),
      ...text('axis', 'T'),
      ...text('variable_type', 'coordinate'),
      ...text('comment', CLOCK[deployment.timePolicy]),
      ...text('coverage_content_type', 'coordinate'),
      ...text('ancillary_variables', 'time_QC'),
      ...term(P01_NAMES, 'P01', parameter.p01),
      ...term(P06_NAMES, 'P06', parameter.p06),
    ],
    data: seconds,
  };
}

/** Depth, latitude and longitude, those that are known. */
export function placeVariables(input: DayInput): NetcdfVariable[] {
  const { deployment, platform, sensor } = input;
  const theoretic = deployment.depthM === 'unknown' && sensor.depthTheoreticM !== undefined;
  const { latitude, longitude } = platform.position;
  const depthName = `${theoretic ? 'theoretical' : 'nominal'} depth of measurement`;
  return [
    ...place('depth', depthOf(input), depthName, [...text('positive', 'down'), ...text('axis', 'Z')], 'm', [
      'ADEPZZ01',
      'ULAA',
    ]),
    ...place('latitude', latitude, 'nominal latitude of measurement', text('axis', 'Y'), 'degrees_north', [
      'ALATZZ01',
      'DEGN',
    ]),
    ...place('longitude', longitude, 'nominal longitude of measurement', text('axis', 'X'), 'degrees_east', [
      'ALONZZ01',
      'DEGE',
    ]),
  ];
}

function place(
  name: string,
  value: number | 'unknown',
  longName: string,
  axis: NetcdfAttribute[],
  units: string,
  [p01, p06]: readonly [p01: string, p06: string],
): NetcdfVariable[] {
  if (value === 'unknown') return [];
  const attributes = [
    ...text('standard_name', name),
    ...text('long_name', longName),
    ...text('units', units),
    ...axis,
    ...text('variable_type', 'coordinate'),
    ...text('coverage_content_type', 'coordinate'),
    ...term(P01_NAMES, 'P01', p01),
    ...term(P06_NAMES, 'P06', p06),
  ];
  return [{ name, type: 'double', dimensions: [], attributes, data: Float64Array.of(value) }];
}

export function identityVariables({ platform, sensor }: DayInput): NetcdfVariable[] {
  return [
    identity('platform_id', 'identifier of the platform', 'NMSPPF01', platform.oso, [
      ...text('standard_name', 'platform_id'),
      ...text('cf_role', 'timeseries_id'),
    ]),
    identity('sensor_id', 'identifier of the sensor', 'NMSPINST', sensor.id, []),
  ];
}

function identity(name: string, longName: string, p01: string, id: string, more: NetcdfAttribute[]): NetcdfVariable {
  return {
    name,
    type: 'char',
    dimensions: [`${name}_strlen`],
    attributes: [
      ...text('long_name', longName),
      ...more,
      ...text('variable_type', 'coordinate'),
      ...text('coverage_content_type', 'referenceInformation'),
      ...term(P01_NAMES, 'P01', p01),
    ],
    data: textData(id),
  };
}
