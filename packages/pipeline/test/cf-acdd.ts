/** CF's and ACDD's demands on a file in the single-time-series form, as the pages that our products are written after list them. */
import type { ReadNetcdf, ReadVariable } from '../../../test/support/netcdf-reader.ts';

/** ACDD 1.3, highly recommended and recommended. */
const ACDD_GLOBALS =
  `title keywords summary Conventions id naming_authority history comment date_created creator_name creator_url
  creator_email institution project processing_level geospatial_bounds geospatial_bounds_crs geospatial_bounds_vertical_crs
  geospatial_lat_min geospatial_lat_max geospatial_lon_min geospatial_lon_max geospatial_vertical_min geospatial_vertical_max
  geospatial_vertical_positive time_coverage_start time_coverage_end time_coverage_duration time_coverage_resolution
  standard_name_vocabulary license publisher_name publisher_url publisher_email source acknowledgement`.split(/\s+/);
/** Those suggested that we know. */
const ACDD_SUGGESTED =
  `contributor_name contributor_role creator_type creator_institution publisher_type publisher_institution
  date_modified date_issued date_metadata_modified geospatial_lat_units geospatial_lon_units geospatial_vertical_units
  geospatial_lat_resolution geospatial_lon_resolution geospatial_vertical_resolution platform platform_vocabulary instrument
  instrument_vocabulary keywords_vocabulary metadata_link product_version references program`.split(/\s+/);
const CONTENT_TYPES = [
  'physicalMeasurement',
  'coordinate',
  'qualityInformation',
  'referenceInformation',
  'auxiliaryInformation',
];
/** Units of our variables that UDUNITS can read. */
const UDUNITS = new Set(
  `degC S/m dbar 1 kg|m-3 m|s-1 m umol/l umol/kg ml/l % m-1 degree mg/l V count mV degrees_north degrees_east m/s kg/m^3`
    .split(' ')
    .map((unit) => unit.replace('|', ' ')),
);

export function acddFaults({ attributes, variables }: ReadNetcdf): string[] {
  const missing = [...ACDD_GLOBALS, ...ACDD_SUGGESTED].filter((name) => !attributes.has(name));
  const faults = missing.map((name) => `ACDD ${name} is missing`);
  const text = (name: string): string => String(attributes.get(name)?.value);
  if (!text('Conventions').split(', ').includes('ACDD-1.3')) faults.push(`ACDD-1.3 in '${text('Conventions')}'`);
  if (/\s/.test(text('id'))) faults.push(`blank in id '${text('id')}'`);
  for (const [name, variable] of variables) {
    const has = (attribute: string): boolean => variable.attributes.has(attribute);
    if (!has('long_name')) faults.push(`${name}: long_name`);
    if (!CONTENT_TYPES.includes(String(variable.attributes.get('coverage_content_type')?.value)))
      faults.push(`${name}: coverage_content_type`);
    const type = variable.attributes.get('variable_type')?.value;
    if (type === 'environmental' && !(has('standard_name') && has('units'))) faults.push(`${name}: names and units`);
  }
  for (const axis of ['lat', 'lon', 'vertical'] as const) {
    const name = { lat: 'latitude', lon: 'longitude', vertical: 'depth' }[axis];
    const extents = ['min', 'max'].map((end) => attributes.get(`geospatial_${axis}_${end}`)?.value);
    const own = Array.from(variables.get(name)?.data ?? []);
    if (extents.some((extent) => String(extent) !== String(own))) faults.push(`${name}: extent ${extents} of ${own}`);
  }
  const seconds = variables.get('time')?.data ?? [];
  const start = new Date(1000 * Number(seconds[0])).toISOString().replace('.000Z', 'Z');
  if (text('time_coverage_start') !== start) faults.push(`time_coverage_start: ${start}`);
  return faults;
}

export function cfFaults(file: ReadNetcdf, standardNames: ReadonlySet<string>, version: string): string[] {
  const { attributes, variables } = file;
  const faults: string[] = [];
  const conventions = String(attributes.get('Conventions')?.value).split(', ');
  if (conventions.filter((each) => each.startsWith('CF-')).join() !== `CF-${version}`) faults.push(conventions.join());
  if (attributes.get('featureType')?.value !== 'timeSeries') faults.push('featureType');
  for (const each of ['title', 'history', 'institution', 'source', 'references', 'comment'])
    if (!attributes.has(each)) faults.push(each);
  for (const [name, variable] of variables) faults.push(...variableFaults(name, variable, file, standardNames));
  const roles = [...variables.values()].filter(({ attributes: own }) => own.get('cf_role')?.value === 'timeseries_id');
  if (roles.length !== 1) faults.push(`${roles.length} variables with cf_role timeseries_id`);
  const of = (name: string, attribute: string): unknown => variables.get(name)?.attributes.get(attribute)?.value;
  if (!/^seconds since \d{4}/.test(String(of('time', 'units'))) || of('time', 'calendar') !== 'standard')
    faults.push('time');
  if (of('depth', 'positive') !== 'down' || of('depth', 'axis') !== 'Z') faults.push('depth');
  if (Array.from(variables.get('time')?.data ?? []).some((value, i, all) => i > 0 && value <= all[i - 1]))
    faults.push('time does not ascend');
  return faults;
}

function variableFaults(
  name: string,
  { type, dimensions, attributes, data }: ReadVariable,
  { variables }: ReadNetcdf,
  standardNames: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  const text = (attribute: string): string | undefined => attributes.get(attribute)?.value?.toString();
  const standardName = text('standard_name');
  if (standardName !== undefined && !standardNames.has(standardName)) faults.push(`${name}: ${standardName}`);
  const units = text('units');
  if (units !== undefined && name !== 'time' && !UDUNITS.has(units))
    faults.push(`${name}: UDUNITS cannot read '${units}'`);
  for (const attribute of ['_FillValue', 'valid_min', 'valid_max', 'flag_values']) {
    const own = attributes.get(attribute);
    if (own !== undefined && own.type !== type) faults.push(`${name}: ${attribute} is ${own.type}`);
  }
  const isCoordinate = text('variable_type') === 'coordinate';
  if (attributes.has('_FillValue') === (isCoordinate || type === 'char')) faults.push(`${name}: _FillValue`);
  for (const attribute of ['coordinates', 'ancillary_variables']) {
    for (const other of text(attribute)?.split(' ') ?? [])
      if (!variables.has(other)) faults.push(`${name}: ${attribute} names ${other}`);
  }
  const meanings = text('flag_meanings')?.split(' ');
  if (meanings !== undefined) {
    const values = attributes.get('flag_values')?.value as number[];
    if (values.length !== meanings.length) faults.push(`${name}: ${values.length} flags, ${meanings.length} meanings`);
    if (Array.from(data).some((flag) => !values.includes(flag))) faults.push(`${name}: a flag without a meaning`);
    if (standardName !== undefined) faults.push(`${name}: a standard name on flags`);
  }
  if (
    dimensions.length > 0 &&
    !isCoordinate &&
    text('variable_type') !== 'quality_control' &&
    text('coordinates') === undefined
  )
    faults.push(`${name}: coordinates`);
  return faults;
}
