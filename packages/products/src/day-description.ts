/**
 * One sensor and UTC day as a CF "single time series": `time` unlimited, position and identities scalar, a flag variable
 * beside each parameter. The value is what encoders take; equal input gives an equal value.
 */
import { CF_VERSIONS, parameterOf } from '@emso/core';
import { coordinatesOf, identityVariables, placeVariables, timeVariable } from './coordinates.ts';
import { dataVariable, flagVariable } from './data-variables.ts';
import { globalAttributes } from './day-attributes.ts';
import type { DayInput } from './day-input.ts';
import type { NetcdfFile } from './netcdf-file.ts';
import { platformVariable, sensorVariable } from './reference-variables.ts';

/** The NetCDF description of a day. Throws on a parameter that the table does not have. */
export function describeDay(input: DayInput): NetcdfFile {
  const { batch, sensor, methods, flagRules } = input;
  const { profile, cfVersion } = input.observatory.observatory.netcdf;
  const isCf111 = CF_VERSIONS.indexOf(cfVersion) >= CF_VERSIONS.indexOf('1.11');
  const identities = identityVariables(input);
  const head = [timeVariable(input, isCf111), ...placeVariables(input), ...identities];
  const coordinates = coordinatesOf(head);
  const columns = batch.codes.flatMap((code, i) => {
    const parameter = parameterOf(sensor, code);
    const facts = { coordinates, profile, isCf111, method: methods.get(code) };
    return [
      dataVariable(parameter, batch.values[i].subarray(0, batch.count), facts),
      flagVariable(code, parameter.longName, batch.flags[i].subarray(0, batch.count), flagRules?.get(code)),
    ];
  });
  return {
    dimensions: [
      { name: 'time', length: batch.count, unlimited: true },
      ...identities.map(({ name, data }) => ({ name: `${name}_strlen`, length: data.length })),
    ],
    attributes: globalAttributes(input),
    variables: [
      ...head,
      ...columns,
      flagVariable('time', 'time', batch.timeFlag.subarray(0, batch.count), flagRules?.get('time')),
      sensorVariable(input),
      platformVariable(input),
    ],
  };
}
