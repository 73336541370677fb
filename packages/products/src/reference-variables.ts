/** EMSO keeps what is known of a sensor or platform in the attributes of an empty scalar variable. */
import { canonicalJson, codeOfUrn, DAY_MS, inForceAt, iso, osoUri } from '@emso/core';
import { double, known, namesOf, term, text } from './attributes.ts';
import type { DayInput } from './day-input.ts';
import type { NetcdfAttribute, NetcdfVariable } from './netcdf-file.ts';
import { textData } from './netcdf-file.ts';

export function sensorVariable(input: DayInput): NetcdfVariable {
  const { sensor, deployment, model } = input;
  const l22 = sensor.l22 ?? model.l22;
  const hasSettings = Object.keys(deployment.settings).length > 0;
  return reference(`sensor_${sensor.id}`, [
    ...text('long_name', sensor.title?.en ?? model.title),
    ...text('variable_type', 'sensor'),
    ...text('coverage_content_type', 'referenceInformation'),
    ...text('sensor_id', sensor.id),
    ...text('sensor_model', model.title),
    ...text('sensor_serial_number', deployment.serial),
    ...known('sensor_mount', deployment.mount),
    ...text('sensor_orientation', deployment.orientation),
    ...term(namesOf('sdn_instrument'), 'L22', l22),
    ...text('sensor_SeaVoX_L22_code', l22, 'SDN:L22::'),
    ...term(namesOf('sensor_type'), 'L05', sensor.l05 ?? model.l05),
    ...term(namesOf('sensor_manufacturer'), 'L35', sensor.l35 ?? model.l35),
    ...text('deployment_start', iso(deployment.from)),
    ...text('deployment_end', deployment.to === undefined ? undefined : iso(deployment.to)),
    ...text('instrument_settings', hasSettings ? canonicalJson(deployment.settings) : undefined),
    ...calibrationAttributes(input),
  ]);
}

/** The sheet in force at noon, as it stands in the site file. */
function calibrationAttributes({ sensor, day }: DayInput): NetcdfAttribute[] {
  const sheet = inForceAt(sensor.calibrations, day * DAY_MS + DAY_MS / 2);
  if (sheet === undefined) return [];
  const { validFrom, source, ...coefficients } = sheet;
  return [
    ...text('calibration_valid_from', iso(validFrom)),
    ...text('calibration_source', source),
    ...text('calibration_coefficients', canonicalJson(coefficients)),
  ];
}

export function platformVariable({ platform }: DayInput): NetcdfVariable {
  return reference(`platform_${platform.id}`, [
    ...text('long_name', platform.title.en),
    ...text('variable_type', 'platform'),
    ...text('coverage_content_type', 'referenceInformation'),
    ...text('platform_id', platform.oso),
    ...term(namesOf('platform_type'), 'L06', codeOfUrn(platform.type)),
    ...text('emso_platform_name', platform.oso),
    ...text('emso_platform_uri', osoUri(platform.oso)),
    ...text('platform_reference', platform.doi, 'https://doi.org/'),
    ...double('latitude', platform.position.latitude),
    ...double('longitude', platform.position.longitude),
    ...double('depth', platform.position.depthM),
    ...text('comment', platform.position.note),
  ]);
}

function reference(id: string, attributes: NetcdfAttribute[]): NetcdfVariable {
  return { name: id.replaceAll('-', '_'), type: 'char', dimensions: [], attributes, data: textData(' ') };
}
