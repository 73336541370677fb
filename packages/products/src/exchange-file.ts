/**
 * The skeleton that OceanSITES and Copernicus In Situ TAC share: `TIME, DEPTH, LATITUDE, LONGITUDE`, days since 1950, a flag
 * variable for each of them, nominal position. What the houses differ in is given to it.
 */
import { DAY_MS, FLAG, FLAG_VALUES, mapFlag, type Parameter, parameterOf, type Scheme, utcMs } from '@emso/core';
import { double, text } from './attributes.ts';
import { depthOf } from './day-input.ts';
import { type ExchangeName, exchangeName, type House } from './exchange-names.ts';
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from './netcdf-file.ts';
import { textData } from './netcdf-file.ts';
import type { Series } from './series.ts';

const FILL = { float: 99_999, double: 99_999, int: -2_147_483_647 } as const;
const FLAG_FILL = -127;
const EPOCH_1950_MS = utcMs(1950, 1, 1, 0, 0, 0);
/** Scales that the numbers are on, where a reader could mistake them. */
const SCALES: Readonly<Record<string, string>> = {
  TEMP: 'ITS-90',
  DOXY_TEMP: 'ITS-90',
  TEMP_POT: 'ITS-90',
  PSAL: 'PSS-78',
};

export interface ExchangeStyle {
  readonly house: House;
  /** Flags of the house: attribute `conventions`, values, meanings. */
  readonly flags: {
    readonly scheme: Scheme;
    readonly conventions: string;
    readonly values: readonly number[];
    readonly meanings: readonly string[];
  };
  readonly globals: (context: ExchangeContext) => readonly NetcdfAttribute[];
  /** Vertical position of every time (Copernicus) or of the file (OceanSITES). */
  readonly depth: 'each-time' | 'once';
}

export interface ExchangeContext {
  readonly series: Series;
  /** `EMSO-LO-MII`. */
  readonly platformCode: string;
  /** Codes that the house has no name for: not in the file. */
  readonly leftOut: readonly string[];
}

/** Network, site and platform, as one word: `EMSO-LO-MII`. */
export function platformCode({ input: { observatory, platform } }: Series): string {
  const { networks, site } = observatory.observatory;
  const name = platform.oso === 'unknown' ? platform.id.toUpperCase() : platform.oso;
  return [networks[0], site, name].join('-').replace(/[^A-Za-z0-9-]+/g, '-');
}

/** The file of a series. Throws when the position or depth is unknown: these houses have no place for that. */
export function exchangeFile(series: Series, style: ExchangeStyle): NetcdfFile {
  const { batch, sensor, platform, deployment, methods, release } = series.input;
  const { latitude, longitude } = platform.position;
  const depthM = depthOf(series.input);
  if (latitude === 'unknown' || longitude === 'unknown' || depthM === 'unknown') {
    throw new Error(
      `${style.house} file of ${sensor.id}: expected latitude, longitude and depth in the site file, found ${latitude}, ${longitude}, ${depthM}`,
    );
  }
  const named = batch.codes.flatMap((code, index) => {
    const parameter = parameterOf(sensor, code);
    const name = exchangeName(style.house, parameter);
    return name === undefined ? [] : [{ parameter, name, index }];
  });
  const leftOut = batch.codes.filter((code) => !named.some(({ parameter }) => parameter.code === code));
  const code = platformCode(series);
  const place = (name: string, value: number, standard: string, units: string, axis: string): NetcdfVariable => ({
    name,
    type: 'double',
    dimensions: [name],
    attributes: [
      ...text('standard_name', standard),
      ...text('long_name', `nominal ${standard} of measurement`),
      ...text('units', units),
      ...text('axis', axis),
      ...text('coverage_content_type', 'coordinate'),
    ],
    data: Float64Array.of(value),
  });
  const flag = (name: string, of: string, dimensions: readonly string[], data: Int8Array): NetcdfVariable => ({
    name,
    type: 'byte',
    dimensions,
    attributes: [
      { name: '_FillValue', type: 'byte', value: [FLAG_FILL] },
      ...text('long_name', `quality flag of ${of}`),
      ...text('conventions', style.flags.conventions),
      { name: 'flag_values', type: 'byte', value: style.flags.values },
      ...text('flag_meanings', style.flags.meanings.join(' ')),
      ...text('coverage_content_type', 'qualityInformation'),
    ],
    data,
  });
  const digits = new Int8Array(10);
  for (const value of FLAG_VALUES) digits[value] = Number(mapFlag(value, 'oceansites', style.flags.scheme));
  const flagsOf = (flags: Uint8Array): Int8Array => Int8Array.from(flags, (value) => digits[value]);
  const nominal = (length: number): Int8Array => new Int8Array(length).fill(digits[FLAG.nominal]);
  const mode = release === undefined ? 'R' : 'D';
  // CF lets a variable name a place only on dimensions of its own: OceanSITES has one of each.
  const dimensions = style.depth === 'each-time' ? ['TIME', 'DEPTH'] : ['TIME', 'DEPTH', 'LATITUDE', 'LONGITUDE'];
  const data = named.flatMap(({ parameter, name, index }): NetcdfVariable[] => [
    {
      name: name.name,
      type: parameter.type,
      dimensions,
      attributes: [
        { name: '_FillValue', type: parameter.type, value: [FILL[parameter.type]] },
        ...dataAttributes(parameter, name, methods.get(parameter.code)),
        ...text('coordinates', style.depth === 'each-time' ? 'DEPH' : dimensions.join(' ')),
        ...text('ancillary_variables', `${name.name}_QC`),
        ...text('DM_indicator', mode),
        ...(deployment.serial === 'unknown' ? [] : text('sensor_serial_number', deployment.serial)),
        ...text('sensor_name', sensor.title?.en ?? series.input.model.title),
        ...text('sensor_mount', deployment.mount),
        ...text('sensor_orientation', deployment.orientation),
        ...double('sensor_depth', depthM),
      ],
      data: filled(batch.values[index].subarray(0, batch.count), parameter.type),
    },
    flag(`${name.name}_QC`, parameter.longName, dimensions, flagsOf(batch.flags[index].subarray(0, batch.count))),
  ]);
  return {
    dimensions: [
      { name: 'TIME', length: batch.count, unlimited: true },
      { name: 'DEPTH', length: 1 },
      { name: 'LATITUDE', length: 1 },
      { name: 'LONGITUDE', length: 1 },
      { name: 'POSITION', length: 1 },
      { name: 'STATION_strlen', length: code.length },
    ],
    attributes: style.globals({ series, platformCode: code, leftOut }),
    variables: [
      timeVariable(series),
      flag('TIME_QC', 'time', ['TIME'], flagsOf(batch.timeFlag.subarray(0, batch.count))),
      place('LATITUDE', latitude, 'latitude', 'degrees_north', 'Y'),
      place('LONGITUDE', longitude, 'longitude', 'degrees_east', 'X'),
      flag('POSITION_QC', 'position', ['POSITION'], nominal(1)),
      ...depthVariables(style, depthM, batch.count, (name, dimensions, length) =>
        flag(name, 'depth', dimensions, nominal(length)),
      ),
      {
        name: 'STATION',
        type: 'char',
        dimensions: ['STATION_strlen'],
        attributes: [
          ...text('standard_name', 'platform_id'),
          ...text('long_name', 'platform code'),
          ...text('cf_role', 'timeseries_id'),
          ...text('coverage_content_type', 'referenceInformation'),
        ],
        data: textData(code),
      },
      ...data,
    ],
  };
}

function depthName({ depth }: ExchangeStyle): string {
  return depth === 'each-time' ? 'DEPH' : 'DEPTH';
}

function dataAttributes(
  { code, p01, p06, technical, longName }: Parameter,
  { standardName, unit }: ExchangeName,
  method: string | undefined,
): NetcdfAttribute[] {
  return [
    ...text('standard_name', standardName),
    ...text('long_name', longName),
    ...text('units', unit),
    ...text('reference_scale', SCALES[code]),
    ...text('coverage_content_type', technical ? 'auxiliaryInformation' : 'physicalMeasurement'),
    ...text('comment', method),
    ...(technical ? [] : text('sdn_parameter_urn', p01, 'SDN:P01::')),
    ...(technical ? [] : text('sdn_uom_urn', p06, 'SDN:P06::')),
  ];
}

function timeVariable({ input: { batch } }: Series): NetcdfVariable {
  const days = new Float64Array(batch.count);
  for (let row = 0; row < days.length; row++) days[row] = (batch.time[row] - EPOCH_1950_MS) / DAY_MS;
  return {
    name: 'TIME',
    type: 'double',
    dimensions: ['TIME'],
    attributes: [
      ...text('standard_name', 'time'),
      ...text('long_name', 'time, UTC'),
      ...text('units', 'days since 1950-01-01T00:00:00Z'),
      ...text('calendar', 'standard'),
      ...text('axis', 'T'),
      ...text('coverage_content_type', 'coordinate'),
      ...text('ancillary_variables', 'TIME_QC'),
      ...text('sdn_parameter_urn', 'SDN:P01::ELTJLD01'),
      ...text('sdn_uom_urn', 'SDN:P06::UTAA'),
    ],
    data: days,
  };
}

function depthVariables(
  style: ExchangeStyle,
  depthM: number,
  rows: number,
  flag: (name: string, dimensions: readonly string[], length: number) => NetcdfVariable,
): NetcdfVariable[] {
  const name = depthName(style);
  const each = style.depth === 'each-time';
  const dimensions = each ? ['TIME', 'DEPTH'] : ['DEPTH'];
  const length = each ? rows : 1;
  return [
    {
      name,
      type: 'float',
      dimensions,
      attributes: [
        ...text('standard_name', 'depth'),
        ...text('long_name', 'nominal depth of measurement'),
        ...text('units', 'm'),
        ...text('positive', 'down'),
        ...text('axis', 'Z'),
        ...text('coverage_content_type', 'coordinate'),
        ...text('ancillary_variables', `${name}_QC`),
        ...text('sdn_parameter_urn', 'SDN:P01::ADEPZZ01'),
        ...text('sdn_uom_urn', 'SDN:P06::ULAA'),
      ],
      data: new Float32Array(length).fill(depthM),
    },
    flag(`${name}_QC`, dimensions, length),
  ];
}

function filled(values: Float64Array, type: Parameter['type']): NetcdfVariable['data'] {
  const out = new { float: Float32Array, double: Float64Array, int: Int32Array }[type](values.length);
  for (let row = 0; row < out.length; row++) out[row] = Number.isFinite(values[row]) ? values[row] : FILL[type];
  return out;
}
