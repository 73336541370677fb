/** The data variables of a day's file and the flags beside each. */
import { FLAG_MEANINGS, FLAG_VALUES, type Parameter } from '@emso/core';
import { P01_NAMES, P06_NAMES, term, text, unitOf } from './attributes.ts';
import type { FlagRules } from './day-input.ts';
import type { NetcdfVariable } from './netcdf-file.ts';

/** Missing values by type. 99999 is what OceanSITES files have; an `int` count can be that, so it gets the least number. */
const FILL = { float: 99_999, double: 99_999, int: -2_147_483_647 } as const;
const FLAG_FILL = -128;
const INT_LIMIT = 2_147_483_647;

export interface ColumnFacts {
  /** The file's value of `coordinates`. */
  readonly coordinates: string;
  readonly profile: 'cf' | 'emso';
  readonly isCf111: boolean;
  /** How a computed parameter was made. */
  readonly method: string | undefined;
}

/**
 * A parameter's column. No `valid_min` and `valid_max`: readers hide what lies outside, and a flagged value is never taken away; what
 * is expected of a value stands beside its flag (`qc_tests`).
 */
export function dataVariable(parameter: Parameter, values: Float64Array, facts: ColumnFacts): NetcdfVariable {
  const { code, type, technical, standardName, longName, p01, p01Label, referenceScale } = parameter;
  const { units, p06 } = unitOf(parameter, facts.profile);
  return {
    name: code,
    type,
    dimensions: ['time'],
    attributes: [
      { name: '_FillValue', type, value: [FILL[type]] },
      ...(technical ? [] : text('standard_name', standardName)),
      ...text('long_name', longName),
      ...text('units', units),
      ...(facts.isCf111 && units === 'degC' ? text('units_metadata', 'temperature: on_scale') : []),
      ...text('reference_scale', referenceScale),
      ...text('variable_type', technical ? 'technical' : 'environmental'),
      ...text('comment', facts.method),
      ...text('coordinates', facts.coordinates),
      ...text('ancillary_variables', `${code}_QC`),
      ...text('coverage_content_type', technical ? 'auxiliaryInformation' : 'physicalMeasurement'),
      ...term(P01_NAMES, 'P01', technical ? undefined : p01, p01Label),
      ...term(P06_NAMES, 'P06', p06),
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

/** The flags of a variable, with the tests that gave them. */
export function flagVariable(code: string, longName: string, flags: Uint8Array, rules?: FlagRules): NetcdfVariable {
  return {
    name: `${code}_QC`,
    type: 'byte',
    dimensions: ['time'],
    attributes: [
      { name: '_FillValue', type: 'byte', value: [FLAG_FILL] },
      ...text('long_name', `${longName}, quality control flags`),
      ...text('variable_type', 'quality_control'),
      ...text('conventions', 'OceanSITES QC Flags'),
      { name: 'flag_values', type: 'byte', value: FLAG_VALUES },
      ...text('flag_meanings', FLAG_MEANINGS.join(' ')),
      ...text('coverage_content_type', 'qualityInformation'),
      ...text('comment', rules?.comment),
      ...text('qc_tests', rules?.tests),
    ],
    data: Int8Array.from(flags),
  };
}
