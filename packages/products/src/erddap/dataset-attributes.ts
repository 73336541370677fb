/** What a dataset of ERDDAP says of itself: the facts of its files that hold for all of them, and what only ERDDAP asks. */
import { isMeasured, type Observatory, type Platform, type Sensor } from '@emso/core';
import type { NetcdfAttribute } from '../netcdf-file.ts';
import type { ErddapAttribute, ErddapVariable } from './dataset.ts';

/** Column of a table over several sensors that says which one a row is of, where the files themselves do not. */
export const LEVEL = 'sensor_prefix';
/** Facts of a single file, which are not those of a dataset: ERDDAP computes its own, or nobody can say. */
const OF_ONE_FILE =
  /^(title|id|history|comment|date_.*|time_coverage_(start|end|duration)|emso_(build|expert_flags)|product_version)$/;
/** Those of them that ERDDAP would take over from the last file. */
const TAKEN_AWAY = ['id', 'history', 'date_created', 'date_modified', 'emso_build', '_NCProperties'];
/** Variables that are the same in all rows of a time series, where they are there. */
const CONSTANT = [
  'stationname',
  'platform_id',
  LEVEL,
  'sensor_id',
  'latitude',
  'longitude',
  'depth',
  'sensor_theoric_depth',
];
/** What a plot shows when nobody has chosen yet, best first. */
const FIRST_LOOKED_AT = ['CSPD', 'DOXY', 'ATTN', 'TEMP', 'PSAL', 'PRES'];

const text = (name: string, value: string): NetcdfAttribute => ({ name, type: 'char', value });

/** Global attributes to add; `facts` are those of a file, for files that have none. */
export function datasetAttributes(
  { observatory: site }: Observatory,
  platform: Platform,
  sensors: readonly Sensor[],
  variables: readonly ErddapVariable[],
  facts: readonly NetcdfAttribute[],
  tree: 'csv' | 'netcdf',
): ErddapAttribute[] {
  const [sensor] = sensors;
  const names = new Set(variables.map(({ destination }) => destination));
  const known = platform.position.latitude !== 'unknown' && platform.position.longitude !== 'unknown';
  const isPlaced = known && ['time', 'latitude', 'longitude'].every((name) => names.has(name));
  // `depth` of the mooring's historical tables is computed from pressure, and changes from row to row.
  const codeOf = (name: string): string => {
    const source = variables.find(({ destination }) => destination === name)?.source ?? name;
    return tree === 'csv' ? (sensor.csvColumns[source] ?? source) : source;
  };
  const constant = CONSTANT.filter((name) => names.has(name) && !isMeasured(codeOf(name)));
  const flags = variables.filter(({ type }) => type === 'byte').map(({ destination }) => destination);
  const first = FIRST_LOOKED_AT.flatMap((code) => [...names].filter((name) => codeOf(name) === code))[0];
  const infoUrl = site.homepage ?? (platform.doi === undefined ? undefined : `https://doi.org/${platform.doi}`);
  const what = sensors.length > 1 ? platform.title.en : `${platform.title.en}, ${sensor.title?.en ?? sensor.model}`;
  const own: ErddapAttribute[] = [
    text('title', `${site.title.en}, ${what}`),
    text('summary', `${site.summary.en} This table: ${what}.`),
    text('institution', site.institution.name),
    ...(infoUrl === undefined ? [] : [text('infoUrl', infoUrl)]),
    text('sourceUrl', '(local files)'),
    text('cdm_data_type', isPlaced ? 'TimeSeries' : 'Other'),
    ...(isPlaced ? [text('cdm_timeseries_variables', constant.join(','))] : []),
    text('subsetVariables', [...constant, ...flags].join(',')),
    ...(first === undefined ? [] : [text('defaultGraphQuery', `time,${first}&time>=max(time)-30days&.draw=lines`)]),
    ...(tree === 'netcdf' ? TAKEN_AWAY.map((name) => ({ name, value: undefined })) : []),
  ];
  const said = new Set(own.map(({ name }) => name));
  return [...facts.filter(({ name }) => !OF_ONE_FILE.test(name) && !said.has(name)), ...own];
}
