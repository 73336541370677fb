/**
 * Global attributes of a day's NetCDF file, all derived from the site file, the day and its rows. What the site file calls
 * unknown stays out, or is said to be unknown where readers expect a text: nothing is invented, no clock is read.
 */
import {
  type CfVersion,
  codeOfUrn,
  compactDay,
  iso,
  isoDay,
  KEYWORD_VOCABULARIES,
  osoUri,
  parameterOf,
  readBuild,
  termOf,
} from '@emso/core';
import { text, UNKNOWN } from './attributes.ts';
import { coverageAttributes, geospatialAttributes } from './day-coverage.ts';
import type { DayInput } from './day-input.ts';
import { keywordAttributes } from './day-keywords.ts';
import { peopleAttributes } from './day-people.ts';
import type { NetcdfAttribute } from './netcdf-file.ts';

export function globalAttributes(input: DayInput): NetcdfAttribute[] {
  const { observatory, platform, day, release, build, expertFlags = [] } = input;
  const site = observatory.observatory;
  return [
    ...text('Conventions', conventions(site.netcdf.cfVersion)),
    ...text(
      'title',
      `${site.title.en}, ${platform.title.en}, ${nameOf(input)}, ${isoDay(day)}${release ? ', delayed mode' : ''}`,
    ),
    ...text('summary', summaryOf(input)),
    ...text('comment', commentOf(input)),
    ...text('featureType', 'timeSeries'),
    ...text('cdm_data_type', 'TimeSeries'),
    ...text('id', idOf(input)),
    ...text('naming_authority', site.namingAuthority),
    ...text('data_type', 'OceanSITES time-series data'),
    ...text('format_version', '1.4'),
    ...text('data_mode', release ? 'D' : 'R'),
    ...levelAttributes(input),
    ...text('network', site.networks.join(' ')),
    ...text('site_code', site.site),
    ...text('emso_regional_facility_name', site.regionalFacility),
    ...text('emso_regional_facility_uri', osoUri(site.regionalFacility)),
    ...text('emso_site_name', site.site),
    ...text('emso_site_uri', osoUri(site.site)),
    ...originAttributes(input),
    ...keywordAttributes(input),
    ...peopleAttributes(site),
    ...text('license', site.license),
    ...text('license_uri', site.license, 'https://spdx.org/licenses/'),
    ...text('doi', platform.doi, 'https://doi.org/'),
    ...text('references', platform.doi, 'https://doi.org/'),
    ...text('metadata_link', platform.doi === undefined ? site.homepage : `https://doi.org/${platform.doi}`),
    ...text('infoUrl', site.homepage),
    ...geospatialAttributes(input),
    ...coverageAttributes(input),
    ...text('update_interval', release ? 'void' : 'P1D'),
    ...text('standard_name_vocabulary', 'CF Standard Name Table v83'),
    ...dateAttributes(input),
    ...text('emso_expert_flags', expertFlags.join('\n')),
    ...text('emso_build', build),
  ];
}

/** COARDS is what CF 1.6 still builds on; commas, because ACDD finds itself only between them. */
function conventions(version: CfVersion): string {
  return `${version === '1.6' ? 'COARDS, ' : ''}CF-${version}, ACDD-1.3, OceanSITES-1.4, EMSO`;
}

function nameOf({ sensor, model }: DayInput): string {
  return sensor.title?.en ?? model.title;
}

function summaryOf(input: DayInput): string {
  const { observatory, platform, sensor, batch } = input;
  const site = observatory.observatory;
  const names = batch.codes
    .map((code) => parameterOf(sensor, code))
    .filter(({ technical }) => !technical)
    .map(({ longName }) => longName);
  const what = names.length === 0 ? '' : `: ${names.join('; ')}`;
  return `${nameOf(input)} of ${platform.title.en}, ${site.title.en}${what}. ${site.summary.en}`;
}

function commentOf({ observatory, platform, release, model, deployment }: DayInput): string {
  const { licenseNote } = observatory.observatory;
  const { note } = platform.position;
  return [
    release
      ? 'Validated data: flags were looked at and confirmed by people.'
      : 'Real-time data: flags are those of automatic tests, and of people where emso_expert_flags says so.',
    `Instrument: ${model.title}, serial number ${deployment.serial}.`,
    ...(note === undefined ? [] : [`Position: ${note}`]),
    ...(licenseNote === undefined ? [] : [`Licence: ${licenseNote}`]),
  ].join(' ');
}

/**
 * One id per file within the naming authority. The prefix of the sensor's files stands in it, because it is the sensor's own: the
 * levels of a mooring share a data set.
 */
function idOf({ observatory, sensor, day, release }: DayInput): string {
  const { dataset, prefix } = sensor;
  const set = dataset === UNKNOWN ? observatory.observatory.id : dataset;
  return `${set}_${prefix}${release ? '_D' : ''}_${compactDay(day)}`;
}

/** EMSO's levels: L0a as measured, L1a calibrated here, L1b quality-controlled, L2 validated by people. */
function levelAttributes({ release, calibrated, build }: DayInput): NetcdfAttribute[] {
  const level = release ? 'L2' : 'L1';
  return [
    ...text('processing_level', level),
    ...text('data_processing_level', level),
    ...text('data_processing_steps', `L0a ${calibrated ? 'L1a ' : ''}L1b`),
    ...text('product_version', build.split('-')[0]),
  ];
}

/** What kind of platform and instrument it comes from, in the words of L06 and L05. */
function originAttributes({ platform, sensor, model }: DayInput): NetcdfAttribute[] {
  const kind = termOf('L06', codeOfUrn(platform.type))?.label;
  const device = termOf('L05', sensor.l05 ?? model.l05 ?? UNKNOWN)?.label;
  return [
    ...text('source', kind),
    ...text('platform', kind),
    ...text('platform_vocabulary', kind && KEYWORD_VOCABULARIES.L06.uri),
    ...text('instrument', device),
    ...text('instrument_vocabulary', device && KEYWORD_VOCABULARIES.L05.uri),
  ];
}

/** The clock of a file is the last reception of its records; what a release changes is later. */
function dateAttributes({ lastReceivedMs, release, build }: DayInput): NetcdfAttribute[] {
  const received = iso(lastReceivedMs);
  const changed = release ? iso(release.at) : received;
  return [
    ...text('date_created', received),
    ...text('date_modified', changed),
    ...text('date_issued', changed),
    ...text('date_metadata_modified', changed),
    ...text(
      'history',
      [
        `${received}: ${lineageOf(build)}`,
        ...(release ? [`${changed}: released by ${release.by}: ${release.why}`] : []),
      ].join('\n'),
    ),
  ];
}

function lineageOf(build: string): string {
  const read = readBuild(build);
  const whole = `computed from raw records, data versions and configuration ${build}`;
  if (read === undefined) return whole;
  const { decoder, derivation, qc, product } = read.versions;
  return `${whole} (decoder ${decoder}, derived parameters ${derivation}, quality control ${qc}, product ${product})`;
}
