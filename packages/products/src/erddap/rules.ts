/**
 * What ERDDAP asks of a dataset, as rules: it cannot be run here, and it drops a dataset that breaks one with a line in a log that
 * nobody reads. From ERDDAP's administrators' documentation.
 */
import type { ErddapDataset, ErddapVariable } from './dataset.ts';

export interface ErddapFinding {
  readonly severity: 'error' | 'warning';
  readonly dataset: string;
  readonly message: string;
}

type Report = (severity: ErddapFinding['severity'], message: string) => void;
type Rule = (dataset: ErddapDataset, report: Report) => void;

const CDM_TYPES = [
  'Grid',
  'MovingGrid',
  'Other',
  'Point',
  'Profile',
  'RadialSweep',
  'TimeSeries',
  'TimeSeriesProfile',
  'Swath',
  'Trajectory',
  'TrajectoryProfile',
];
/** ERDDAP's list of categories. */
const CATEGORIES = new Set(
  'Bathymetry|Biology|Bottom Character|CO2|Colored Dissolved Organic Matter|Contaminants|Currents|Dissolved Nutrients|Dissolved O2|Ecology|Fish Abundance|Fish Species|Heat Flux|Hydrology|Ice Distribution|Identifier|Location|Meteorology|Ocean Color|Optical Properties|Other|Pathogens|Physical Oceanography|Phytoplankton Species|Pressure|Productivity|Quality|Salinity|Sea Level|Soils|Statistics|Stream Flow|Surface Waves|Taxonomy|Temperature|Time|Total Suspended Matter|Unknown|Wind|Zooplankton Species|Zooplankton Abundance'.split(
    '|',
  ),
);
const DEMANDED = ['cdm_data_type', 'infoUrl', 'institution', 'sourceUrl', 'summary', 'title'];
const WANTED = ['Conventions', 'keywords', 'license', 'standard_name_vocabulary', 'creator_name', 'publisher_name'];

const attributeOf = ({ attributes }: Pick<ErddapVariable, 'attributes'>, name: string): string | undefined => {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  return value === undefined ? undefined : String(value);
};
const isOwn = ({ type }: ErddapDataset): boolean => type !== 'EDDTableFromErddap';
/** Attributes of a NetCDF file are in the file: only what is added can be judged here. */
const isWhole = ({ type }: ErddapDataset): boolean => type === 'EDDTableFromAsciiFiles';

const identifier: Rule = ({ id }, report) => {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(id)) report('error', `datasetID: expected letters, digits and _, found '${id}'`);
};

const globals: Rule = (dataset, report) => {
  if (!isOwn(dataset)) return;
  for (const name of DEMANDED) {
    if (!attributeOf(dataset, name))
      report('error', `expected the global attribute ${name}, found none: the site file lacks what it is made of`);
  }
  for (const name of isWhole(dataset) ? WANTED : []) {
    if (!attributeOf(dataset, name))
      report('warning', `the global attribute ${name} is strongly wanted, and is not there`);
  }
  const type = attributeOf(dataset, 'cdm_data_type');
  if (type !== undefined && !CDM_TYPES.includes(type))
    report('error', `cdm_data_type: expected one of ${CDM_TYPES.join(', ')}, found '${type}'`);
};

const once: Rule = ({ attributes, variables }, report) => {
  const twice = (list: ErddapDataset['attributes'], where: string): void => {
    const found = list.find(({ name }, i) => list.findIndex((other) => other.name === name) !== i);
    if (found !== undefined) report('error', `${where}: expected every attribute once, found '${found.name}' twice`);
  };
  twice(attributes, 'global');
  for (const variable of variables) twice(variable.attributes, variable.destination);
};

const names: Rule = ({ variables }, report) => {
  const seen = new Set<string>();
  for (const { destination } of variables) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(destination))
      report('error', `destinationName: expected letters, digits and _, found '${destination}'`);
    if (seen.has(destination))
      report('error', `destinationName: expected every name once, found '${destination}' twice`);
    seen.add(destination);
  }
};

const listed: Rule = (dataset, report) => {
  const known = new Set(dataset.variables.map(({ destination }) => destination));
  for (const attribute of ['subsetVariables', 'cdm_timeseries_variables']) {
    for (const name of attributeOf(dataset, attribute)?.split(',') ?? []) {
      if (!known.has(name)) report('error', `${attribute}: expected names of variables, found '${name}'`);
    }
  }
  const graph = attributeOf(dataset, 'defaultGraphQuery');
  for (const name of graph?.split('&')[0].split(',') ?? []) {
    if (!known.has(name)) report('error', `defaultGraphQuery: expected names of variables, found '${name}'`);
  }
  if (isOwn(dataset) && graph === undefined) report('warning', 'no defaultGraphQuery: people begin with an empty plot');
};

const series: Rule = (dataset, report) => {
  if (attributeOf(dataset, 'cdm_data_type') !== 'TimeSeries') return;
  const known = new Set(dataset.variables.map(({ destination }) => destination));
  for (const name of ['time', 'latitude', 'longitude']) {
    if (!known.has(name)) report('error', `TimeSeries: expected a variable ${name}, found none`);
  }
  const inSeries = attributeOf(dataset, 'cdm_timeseries_variables')?.split(',') ?? [];
  const ids = dataset.variables.filter((variable) => attributeOf(variable, 'cf_role') === 'timeseries_id');
  if (ids.length !== 1)
    report('error', `TimeSeries: expected one variable with cf_role timeseries_id, found ${ids.length}`);
  for (const { destination } of ids) {
    if (!inSeries.includes(destination))
      report(
        'error',
        `cdm_timeseries_variables: expected '${destination}', which has cf_role timeseries_id, among them`,
      );
  }
};

const variables: Rule = (dataset, report) => {
  for (const variable of dataset.variables) {
    const { destination, type } = variable;
    const category = attributeOf(variable, 'ioos_category');
    if (category === undefined || !CATEGORIES.has(category))
      report('error', `${destination}: expected an ioos_category of ERDDAP's list, found ${category ?? 'none'}`);
    if (destination.endsWith('_QC') && type !== 'byte')
      report('error', `${destination}: expected dataType byte for flags, found ${type}`);
    if (!isWhole(dataset)) continue;
    if (!attributeOf(variable, 'long_name')) report('error', `${destination}: expected a long_name, found none`);
    if (type !== 'byte' && type !== 'String' && !attributeOf(variable, 'units'))
      report('error', `${destination}: expected units, found none`);
  }
};

const coordinates: Rule = (dataset, report) => {
  if (!isOwn(dataset)) return;
  const time = dataset.variables.find(({ destination }) => destination === 'time');
  if (time === undefined) report('error', 'expected a variable time, found none');
  if (!isWhole(dataset)) return;
  const units = time === undefined ? undefined : attributeOf(time, 'units');
  if (units !== undefined && !/ since /.test(units) && !/^yyyy/.test(units))
    report('error', `time: expected units with 'since', or a pattern for texts, found '${units}'`);
  const demanded = { latitude: 'degrees_north', longitude: 'degrees_east' };
  for (const [name, unit] of Object.entries(demanded)) {
    const variable = dataset.variables.find(({ destination }) => destination === name);
    const found = variable && attributeOf(variable, 'units');
    if (variable !== undefined && found !== unit)
      report('error', `${name}: expected units ${unit}, found ${found ?? 'none'}`);
  }
};

const files: Rule = ({ files: where, ...dataset }, report) => {
  if (where === undefined) {
    if (isOwn(dataset)) report('error', 'expected a folder of files, found none');
    return;
  }
  if (!/^\/.*\/$/.test(where.dir))
    report('error', `fileDir: expected an absolute path with a slash at its end, found '${where.dir}'`);
};

const RULES: readonly Rule[] = [identifier, globals, once, names, listed, series, variables, coordinates, files];

/** Everything that ERDDAP would refuse (error) or miss (warning) in these datasets; ids must be of one dataset each. */
export function erddapFindings(datasets: readonly ErddapDataset[]): ErddapFinding[] {
  const findings: ErddapFinding[] = [];
  const seen = new Set<string>();
  for (const dataset of datasets) {
    const report: Report = (severity, message) => findings.push({ severity, dataset: dataset.id, message });
    if (seen.has(dataset.id)) report('error', `datasetID: expected every id once, found '${dataset.id}' twice`);
    seen.add(dataset.id);
    for (const rule of RULES) rule(dataset, report);
  }
  return findings;
}
