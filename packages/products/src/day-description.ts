/**
 * One sensor and UTC day as a CF "single time series": `time` unlimited, position and identities scalar, a flag variable
 * beside each parameter. The value is what encoders take; equal input gives an equal value.
 */
import { FLAG_MEANINGS, FLAG_VALUES, PARAMETERS, type Parameter, parameterOf } from '@emso/core';
import { type DayInput, depthOf, double, globalAttributes, osoUri, text } from './day-attributes.ts';
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from './netcdf-file.ts';
import { textData } from './netcdf-file.ts';

export type { DayInput } from './day-attributes.ts';

/** Missing values by type. 99999 is what OceanSITES files have; an `int` count can be that, so it gets the least number. */
const FILL = { float: 99_999, double: 99_999, int: -2_147_483_647 } as const;
const FLAG_FILL = -128;
const INT_LIMIT = 2_147_483_647;
/** OceanSITES name of the coordinates that every data variable refers to, in order; unknown ones are left out. */
const COORDINATES = ['time', 'depth', 'latitude', 'longitude', 'sensor_id', 'platform_id'];

/** The NetCDF description of a day. Throws on a parameter that the table does not have. */
export function describeDay(input: DayInput): NetcdfFile {
  const { batch, platform, sensor } = input;
  const place = placeVariables(input);
  const identities = [
    identity('platform_id', 'identifier of the platform', 'NMSPPF01', platform.oso, [
      ...text('standard_name', 'platform_id'),
      ...text('cf_role', 'timeseries_id'),
    ]),
    identity('sensor_id', 'identifier of the sensor', 'NMSPINST', sensor.id, []),
  ];
  const present = new Set(['time', ...[...place, ...identities].map(({ name }) => name)]);
  const coordinates = COORDINATES.filter((name) => present.has(name)).join(' ');
  const columns = batch.codes.flatMap((code, i) => {
    const parameter = parameterOf(sensor, code);
    return [
      dataVariable(parameter, batch.values[i].subarray(0, batch.count), coordinates, input.methods.get(code)),
      flagVariable(code, parameter.longName, batch.flags[i].subarray(0, batch.count)),
    ];
  });
  return {
    dimensions: [
      { name: 'time', length: batch.count, unlimited: true },
      ...identities.map(({ name, data }) => ({ name: `${name}_strlen`, length: data.length })),
    ],
    attributes: globalAttributes(input),
    variables: [
      timeVariable(input),
      ...place,
      ...identities,
      ...columns,
      flagVariable('time', 'time', batch.timeFlag.subarray(0, batch.count)),
      sensorVariable(input),
      platformVariable(input),
    ],
  };
}

function timeVariable({ batch }: DayInput): NetcdfVariable {
  const seconds = new Float64Array(batch.count);
  for (let i = 0; i < seconds.length; i++) seconds[i] = batch.time[i] / 1000;
  const parameter = tableRow('time');
  return {
    name: 'time',
    type: 'double',
    dimensions: ['time'],
    attributes: [
      ...text('standard_name', parameter.standardName),
      ...text('long_name', parameter.longName),
      ...text('units', parameter.unit),
      ...text('calendar', 'standard'),
      ...text('axis', 'T'),
      ...text('variable_type', 'coordinate'),
      ...text('coverage_content_type', 'coordinate'),
      ...text('ancillary_variables', 'time_QC'),
      ...terms(parameter.p01, parameter.p06),
    ],
    data: seconds,
  };
}

/** Depth, latitude and longitude, those that are known. */
function placeVariables(input: DayInput): NetcdfVariable[] {
  const { deployment, platform, sensor } = input;
  const theoretic = deployment.depthM === 'unknown' && sensor.depthTheoreticM !== undefined;
  const { latitude, longitude } = platform.position;
  const rows: [
    name: string,
    value: number | 'unknown',
    units: string,
    axis: string,
    longName: string,
    p01: string,
    p06: string,
  ][] = [
    [
      'depth',
      depthOf(input),
      'm',
      'Z',
      `${theoretic ? 'theoretical' : 'nominal'} depth of measurement`,
      'ADEPZZ01',
      'ULAA',
    ],
    ['latitude', latitude, 'degrees_north', 'Y', 'nominal latitude of measurement', 'ALATZZ01', 'DEGN'],
    ['longitude', longitude, 'degrees_east', 'X', 'nominal longitude of measurement', 'ALONZZ01', 'DEGE'],
  ];
  return rows.flatMap(([name, value, units, axis, longName, p01, p06]) => {
    if (value === 'unknown') return [];
    const attributes = [
      ...text('standard_name', name),
      ...text('long_name', longName),
      ...text('units', units),
      ...(axis === 'Z' ? text('positive', 'down') : []),
      ...text('axis', axis),
      ...text('variable_type', 'coordinate'),
      ...text('coverage_content_type', 'coordinate'),
      ...terms(p01, p06),
    ];
    return [{ name, type: 'double', dimensions: [], attributes, data: Float64Array.of(value) } as const];
  });
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
      ...terms(p01, undefined),
    ],
    data: textData(id),
  };
}

function dataVariable(
  parameter: Parameter,
  values: Float64Array,
  coordinates: string,
  method: string | undefined,
): NetcdfVariable {
  const { code, type, technical } = parameter;
  return {
    name: code,
    type,
    dimensions: ['time'],
    attributes: [
      { name: '_FillValue', type, value: [FILL[type]] },
      ...(technical ? [] : text('standard_name', parameter.standardName)),
      ...text('long_name', parameter.longName),
      ...text('units', parameter.unit),
      ...text('variable_type', technical ? 'technical' : 'environmental'),
      ...text('comment', method),
      ...text('coordinates', coordinates),
      ...text('ancillary_variables', `${code}_QC`),
      ...text('coverage_content_type', technical ? 'auxiliaryInformation' : 'physicalMeasurement'),
      ...terms(technical ? undefined : parameter.p01, parameter.p06),
    ],
    data: filled(values, type),
  };
}

/** A column in its NetCDF type, missing values as fill. A count that no 32-bit number can hold is missing too: CSV has it. */
function filled(values: Float64Array, type: Parameter['type']): NetcdfVariable['data'] {
  const fill = FILL[type];
  const isInt = type === 'int';
  const out = new (isInt ? Int32Array : type === 'float' ? Float32Array : Float64Array)(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = isInt ? Math.round(values[i]) : values[i];
    out[i] = Number.isFinite(value) && !(isInt && Math.abs(value) > INT_LIMIT) ? value : fill;
  }
  return out;
}

function flagVariable(code: string, longName: string, flags: Uint8Array): NetcdfVariable {
  return {
    name: `${code}_QC`,
    type: 'byte',
    dimensions: ['time'],
    attributes: [
      { name: '_FillValue', type: 'byte', value: [FLAG_FILL] },
      ...text('long_name', `quality flag of ${longName}`),
      ...text('variable_type', 'quality_control'),
      ...text('conventions', 'OceanSITES QC Flags'),
      { name: 'flag_values', type: 'byte', value: FLAG_VALUES },
      ...text('flag_meanings', FLAG_MEANINGS.join(' ')),
      ...text('coverage_content_type', 'qualityInformation'),
    ],
    data: Int8Array.from(flags),
  };
}

/** EMSO keeps what is known of a sensor or platform in the attributes of an empty scalar variable. */
function sensorVariable({ sensor, deployment, model }: DayInput): NetcdfVariable {
  const l22 = sensor.l22 ?? model.l22;
  return reference(`sensor_${sensor.id}`, [
    ...text('long_name', sensor.title?.en ?? model.title),
    ...text('variable_type', 'sensor'),
    ...text('coverage_content_type', 'referenceInformation'),
    ...text('sensor_id', sensor.id),
    ...text('sensor_model', model.title),
    ...text('sensor_serial_number', deployment.serial),
    ...text('sensor_mount', deployment.mount),
    ...text('sdn_instrument_urn', l22, 'SDN:L22::'),
    ...text('sensor_SeaVoX_L22_code', l22, 'SDN:L22::'),
  ]);
}

function platformVariable({ platform }: DayInput): NetcdfVariable {
  return reference(`platform_${platform.id}`, [
    ...text('long_name', platform.title.en),
    ...text('variable_type', 'platform'),
    ...text('coverage_content_type', 'referenceInformation'),
    ...text('platform_id', platform.oso),
    ...text('platform_type_urn', platform.type),
    ...text('emso_platform_name', platform.oso),
    ...(platform.oso === 'unknown' ? [] : text('emso_platform_uri', osoUri(platform.oso))),
    ...text('platform_reference', platform.doi, 'https://doi.org/'),
    ...double('latitude', platform.position.latitude),
    ...double('longitude', platform.position.longitude),
    ...double('depth', platform.position.depthM),
  ]);
}

function reference(id: string, attributes: NetcdfAttribute[]): NetcdfVariable {
  return { name: id.replaceAll('-', '_'), type: 'char', dimensions: [], attributes, data: textData(' ') };
}

/** SeaDataNet terms of a parameter (P01) and its unit (P06). */
function terms(p01: string | undefined, p06: string | undefined): NetcdfAttribute[] {
  return [
    ...text('sdn_parameter_urn', p01, 'SDN:P01::'),
    ...(p01 === undefined ? [] : text('sdn_parameter_uri', `http://vocab.nerc.ac.uk/collection/P01/current/${p01}/`)),
    ...text('sdn_uom_urn', p06, 'SDN:P06::'),
    ...(p06 === undefined ? [] : text('sdn_uom_uri', `http://vocab.nerc.ac.uk/collection/P06/current/${p06}/`)),
  ];
}

function tableRow(code: string): Parameter {
  const row = PARAMETERS.get(code);
  if (row === undefined) throw new Error(`NetCDF variable ${code}: expected a row of the parameter table, found none`);
  return row;
}
