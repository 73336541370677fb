/**
 * Global attributes of a day's NetCDF file, all derived from the site file, the day and its rows. What the site file calls
 * unknown stays out, or is said to be unknown where readers expect a text: nothing is invented, no clock is read.
 */
import {
  type Batch,
  compactDay,
  type Deployment,
  iso,
  isoDay,
  type Observatory,
  type Platform,
  type Release,
  type Sensor,
} from '@emso/core';
import type { NetcdfAttribute } from './netcdf-file.ts';

export interface DayInput {
  readonly observatory: Observatory;
  readonly platform: Platform;
  readonly sensor: Sensor;
  /** The deployment in force on that day. */
  readonly deployment: Deployment;
  /** Title of the instrument model and its SeaVoX L22 term (`TOOL1457`), where one fits. */
  readonly model: { readonly title: string; readonly l22?: string };
  /** Observation day, days since 1970-01-01. */
  readonly day: number;
  /** The rows of that day, in time order, flagged. */
  readonly batch: Batch;
  /** How each computed parameter was made, by code; measured ones are not in it. */
  readonly methods: ReadonlyMap<string, string>;
  /** What people decided about values of the day, in words. */
  readonly expertFlags?: readonly string[];
  /** Whose validated data it is; absent while it is real-time data. */
  readonly release?: Pick<Release, 'at' | 'by' | 'why'>;
  readonly build: string;
  /** Latest reception among the contributing records, epoch ms UTC: the file's only date of creation. */
  readonly lastReceivedMs: number;
}

const UNKNOWN = 'unknown';
const OSO = 'https://w3id.org/earthsemantics/OSO#';

/** A text attribute; nothing for a fact that is absent, or unknown where an identifier or address is meant. */
export function text(name: string, value: string | undefined, prefix = ''): NetcdfAttribute[] {
  if (value === undefined || value === '' || (value === UNKNOWN && prefix !== '')) return [];
  return [{ name, type: 'char', value: prefix !== '' && value.startsWith(prefix) ? value : prefix + value }];
}

/** A number attribute of type double; nothing where the site file says unknown. */
export function double(name: string, value: number | 'unknown' | undefined): NetcdfAttribute[] {
  return typeof value === 'number' ? [{ name, type: 'double', value: [value] }] : [];
}

/** Depth of the sensor in metres: of its deployment, else the theoretical one of its level, else unknown. */
export function depthOf({ deployment, sensor }: Pick<DayInput, 'deployment' | 'sensor'>): number | 'unknown' {
  return deployment.depthM === UNKNOWN ? (sensor.depthTheoreticM ?? UNKNOWN) : deployment.depthM;
}

/** URI of a term of the Observatories of the Seas Ontology, by its label. */
export function osoUri(label: string): string {
  return label === UNKNOWN ? UNKNOWN : OSO + label.replaceAll(' ', '_');
}

export function globalAttributes(input: DayInput): NetcdfAttribute[] {
  const { platform, sensor, model, day, build, lastReceivedMs, release, expertFlags = [] } = input;
  const site = input.observatory.observatory;
  const what = sensor.title?.en ?? model.title;
  const received = iso(lastReceivedMs);
  const computed = `${received}: computed from raw records, data versions and configuration ${build}`;
  return [
    ...text('Conventions', 'COARDS, CF-1.6, ACDD-1.3, OceanSITES-1.4, EMSO'),
    ...text(
      'title',
      `${site.title.en}, ${platform.title.en}, ${what}, ${isoDay(day)}${release ? ', delayed mode' : ''}`,
    ),
    ...text('summary', site.summary.en),
    ...text('featureType', 'timeSeries'),
    ...text('cdm_data_type', 'TimeSeries'),
    ...text('id', `${sensor.dataset}${release ? '_D' : ''}_${compactDay(day)}`),
    ...text('data_type', 'OceanSITES time-series data'),
    ...text('format_version', '1.4'),
    ...text('data_mode', release ? 'D' : 'R'),
    ...text('processing_level', release && 'L2'),
    ...text('network', 'EMSO'),
    ...text('site_code', site.site),
    ...text('emso_regional_facility_name', site.regionalFacility),
    ...uri('emso_regional_facility_uri', osoUri(site.regionalFacility)),
    ...text('emso_site_name', site.site),
    ...uri('emso_site_uri', osoUri(site.site)),
    ...text('institution', site.institution.name),
    ...text('institution_edmo_code', String(site.institution.edmo)),
    ...text('institution_edmo_uri', String(site.institution.edmo), 'https://edmo.seadatanet.org/report/'),
    ...text('institution_ror_uri', site.institution.ror, 'https://ror.org/'),
    ...people(site.contacts),
    ...text('acknowledgement', site.funding.join(', ')),
    ...text('rights_holder', site.rightsHolders.join(', ')),
    ...text('license', site.license),
    ...text('license_uri', site.license, 'https://spdx.org/licenses/'),
    ...text('doi', platform.doi, 'https://doi.org/'),
    ...geospatial(input),
    ...coverage(input),
    ...text('update_interval', 'P1D'),
    ...text('standard_name_vocabulary', 'CF Standard Name Table v83'),
    ...text('date_created', received),
    ...text('date_modified', release ? iso(release.at) : received),
    ...text(
      'history',
      release ? `${computed}\n${iso(release.at)}: released by ${release.by}: ${release.why}` : computed,
    ),
    ...text('emso_expert_flags', expertFlags.join('\n')),
    ...text('emso_build', build),
  ];
}

function uri(name: string, value: string): NetcdfAttribute[] {
  return value === UNKNOWN ? [] : text(name, value);
}

function people(contacts: Observatory['observatory']['contacts']): NetcdfAttribute[] {
  const leader = contacts.find((contact) => contact.role === 'principalInvestigator');
  return [
    ...text('principal_investigator', leader?.name ?? UNKNOWN),
    ...uri('principal_investigator_email', leader?.email ?? UNKNOWN),
    ...text('creator_name', leader?.name),
    ...text('creator_url', leader?.orcid, 'https://orcid.org/'),
    ...text('contributor_name', contacts.map((contact) => contact.name).join(', ')),
    ...text('contributor_role', contacts.map((contact) => contact.role).join(' ')),
  ];
}

function geospatial(input: DayInput): NetcdfAttribute[] {
  const { latitude, longitude } = input.platform.position;
  const depthM = depthOf(input);
  return [
    ...double('geospatial_lat_min', latitude),
    ...double('geospatial_lat_max', latitude),
    ...double('geospatial_lon_min', longitude),
    ...double('geospatial_lon_max', longitude),
    ...double('geospatial_vertical_min', depthM),
    ...double('geospatial_vertical_max', depthM),
    ...(latitude === UNKNOWN ? [] : text('geospatial_lat_units', 'degrees_north')),
    ...(longitude === UNKNOWN ? [] : text('geospatial_lon_units', 'degrees_east')),
    ...(depthM === UNKNOWN
      ? []
      : [...text('geospatial_vertical_units', 'm'), ...text('geospatial_vertical_positive', 'down')]),
  ];
}

/** Extents are those of the rows: a day without any has none. */
function coverage({ batch, sensor }: DayInput): NetcdfAttribute[] {
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

/** ISO 8601 duration of whole milliseconds ≥ 0, in days, hours, minutes and seconds: `P1DT2M0.5S`, `PT0S`. */
export function isoDuration(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const hours = Math.floor(ms / 3_600_000) % 24;
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  if (days === 0 && time === '') return 'PT0S';
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
