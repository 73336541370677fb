/**
 * The datasets of an observatory for ERDDAP. For each dataset of the site file: the historical ids over CSV and NetCDF with the
 * historical names, which scripts out there ask for, and beside them one with the codes of the parameter table.
 */
import {
  type ErddapIds,
  erddapIds,
  isMeasured,
  type Observatory,
  type Parameter,
  type Platform,
  parameterOf,
  type Sensor,
} from '@emso/core';
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from '../netcdf-file.ts';
import type { ErddapAttribute, ErddapDataset, ErddapType, ErddapVariable } from './dataset.ts';
import { datasetAttributes, LEVEL } from './dataset-attributes.ts';

/** A sensor and what its files look like on a day that has everything. */
export interface ErddapSource {
  readonly platform: Platform;
  readonly sensor: Sensor;
  /** Its NetCDF description, rows or none. */
  readonly description: NetcdfFile;
  /** Its CSV columns, in order. */
  readonly csvHeader: readonly string[];
}

export interface ErddapOptions {
  /** The data root as ERDDAP sees it, no slash at the end. */
  readonly filesDir: string;
  /** When an embargo is over or not, epoch ms UTC. */
  readonly nowMs: number;
}

/** Attributes that name other variables of the file, which have other names here. */
const NAMES_OTHERS = new Set(['coordinates', '_FillValue']);

const text = (name: string, value: string): NetcdfAttribute => ({ name, type: 'char', value });

/** The datasets of the site file, in its order. Sensors whose dataset is unknown have none. */
export function erddapDatasets(
  observatory: Observatory,
  sources: readonly ErddapSource[],
  options: ErddapOptions,
): ErddapDataset[] {
  const known = sources.filter(({ sensor }) => sensor.dataset !== 'unknown');
  return [...Map.groupBy(known, ({ sensor }) => sensor.dataset)].flatMap(([dataset, members]) => {
    const table = new Table(observatory, dataset, members, options);
    return [table.csv(), table.netcdf('netcdf'), table.netcdf('codes')];
  });
}

/** Blocks for the ERDDAP of a federation, which asks this one: only what everybody may see. */
export function federatedDatasets(datasets: readonly ErddapDataset[], url: string): ErddapDataset[] {
  return datasets
    .filter(({ accessibleTo }) => accessibleTo === undefined)
    .map(({ id }) => ({
      type: 'EDDTableFromErddap',
      id,
      sourceUrl: `${url}/tabledap/${id}`,
      attributes: [],
      variables: [],
    }));
}

class Table {
  readonly #observatory: Observatory;
  readonly #ids: ErddapIds;
  readonly #members: readonly ErddapSource[];
  readonly #options: ErddapOptions;
  readonly #first: ErddapSource;

  constructor(observatory: Observatory, dataset: string, members: readonly ErddapSource[], options: ErddapOptions) {
    this.#observatory = observatory;
    this.#members = members;
    this.#options = options;
    this.#first = members[0];
    this.#ids = erddapIds(dataset, this.#first.sensor);
  }

  /** The dataset over the CSV files, under the columns' own names. */
  csv(): ErddapDataset {
    const { csv: id } = this.#ids;
    const header = [...new Set(this.#members.flatMap(({ csvHeader }) => csvHeader))];
    const columns = header.map((name) => this.#csvVariable(name));
    const names = new Set(header);
    const { platform, sensor } = this.#first;
    const { latitude, longitude } = platform.position;
    const described = (name: string): NetcdfVariable | undefined => variableOf(this.#first.description, name);
    const fixed = (name: string, value: string | number | undefined, type: ErddapType): ErddapVariable[] => {
      if (value === undefined || value === 'unknown' || names.has(name)) return [];
      const variable = described(name);
      return [
        {
          source: typeof value === 'number' ? `=${value}` : `="${value}"`,
          destination: name,
          type,
          attributes: [
            ...(variable?.attributes ?? [text('long_name', name)]).filter(({ name: key }) => key !== 'cf_role'),
            ...this.#category(name),
          ],
        },
      ];
    };
    const several = this.#members.length > 1;
    const place = [
      ...(several
        ? [
            {
              source: '***fileName,(.*)_\\d{8}\\.csv,1',
              destination: LEVEL,
              type: 'String',
              attributes: [
                text('long_name', 'beginning of the file name: one for each sensor'),
                ...this.#category(LEVEL),
              ],
            } satisfies ErddapVariable,
          ]
        : fixed('sensor_id', sensor.id, 'String')),
      ...(names.has('stationname') ? [] : fixed('platform_id', platform.oso, 'String')),
      ...fixed('latitude', latitude, 'double'),
      ...fixed('longitude', longitude, 'double'),
      ...(several ? [] : fixed('depth', sameDepth(sensor), 'double')),
    ];
    const variables = withTimeseriesId(
      [...columns, ...place],
      several ? LEVEL : names.has('stationname') ? 'stationname' : 'platform_id',
    );
    return this.#datasetOf('EDDTableFromAsciiFiles', id, 'csv', variables, this.#first.description.attributes);
  }

  /** The dataset over the NetCDF files, under the historical names or under the codes. */
  netcdf(names: 'netcdf' | 'codes'): ErddapDataset {
    const id = this.#ids[names];
    const renamed = names === 'netcdf' ? this.#historicalNames() : new Map<string, string>();
    const several = this.#members.length > 1;
    const seen = new Set<string>();
    const variables: ErddapVariable[] = [];
    for (const { description } of this.#members) {
      for (const variable of description.variables) {
        const kind = attributeOf(variable, 'variable_type');
        // What a file says of its sensor in an empty variable has another name in each level's files.
        if (seen.has(variable.name) || (several && kind === 'sensor')) continue;
        seen.add(variable.name);
        const destination = renamed.get(variable.name) ?? variable.name;
        variables.push({
          source: variable.name,
          destination,
          type: typeOf(variable),
          attributes: [...this.#category(variable.name), ...this.#colours(variable.name)],
        });
      }
    }
    const order = ['coordinate', 'environmental', 'technical', 'quality_control', 'sensor', 'platform'];
    const kinds = new Map(
      this.#members.flatMap(({ description }) =>
        description.variables.map((variable) => [variable.name, attributeOf(variable, 'variable_type') ?? ''] as const),
      ),
    );
    const rank = ({ source }: ErddapVariable): number => order.indexOf(kinds.get(source) ?? '');
    const ordered = variables.toSorted((a, b) => rank(a) - rank(b));
    const stationName = renamed.get('platform_id') ?? 'platform_id';
    return this.#datasetOf(
      'EDDTableFromMultidimNcFiles',
      id,
      'netcdf',
      withTimeseriesId(ordered, several ? 'sensor_id' : stationName, several ? stationName : undefined),
      [],
    );
  }

  #datasetOf(
    type: ErddapDataset['type'],
    id: string,
    tree: 'csv' | 'netcdf',
    variables: readonly ErddapVariable[],
    facts: readonly NetcdfAttribute[],
  ): ErddapDataset {
    const members = this.#members.map(({ sensor }) => sensor);
    const access = accessOf(this.#observatory, this.#options.nowMs);
    return {
      type,
      id,
      ...(access === undefined ? {} : { accessibleTo: `[${access}]` }),
      files: {
        dir: `${this.#options.filesDir}/${tree}/${sharedFolder(members)}`,
        nameRegex: `(${members.map(({ prefix }) => prefix).join('|')})_\\d{8}\\.${tree === 'csv' ? 'csv' : 'nc'}`,
        timeSource: 'time',
      },
      attributes: datasetAttributes(this.#observatory, this.#first.platform, members, variables, facts, tree),
      variables,
    };
  }

  #csvVariable(name: string): ErddapVariable {
    if (name === 'time') {
      return {
        source: 'time',
        destination: 'time',
        type: 'String',
        attributes: [
          text('long_name', 'time, UTC'),
          text('standard_name', 'time'),
          // Milliseconds stand in it only where they are not zero: ERDDAP reads both by the beginning of this pattern.
          text('units', "yyyy-MM-dd'T'HH:mm:ss.SSSZ"),
          ...this.#category('time'),
        ],
      };
    }
    const owner = this.#members.find(({ csvHeader }) => csvHeader.includes(name)) ?? this.#first;
    const source = owner.sensor.csvColumns[name] ?? name;
    const variable = variableOf(owner.description, source) ?? variableOf(owner.description, PLACE[source] ?? '');
    if (variable === undefined) {
      const isPlace = source in PLACE;
      return {
        source: name,
        destination: name,
        type: isPlace && source !== 'Station_Name' ? 'double' : 'String',
        attributes: [
          text('long_name', name.replaceAll('_', ' ')),
          ...(POSITION[name] ?? []),
          ...this.#category(source),
        ],
      };
    }
    return {
      source: name,
      destination: name,
      type: typeOf(variable),
      attributes: [
        ...variable.attributes.filter(({ name: key }) => !NAMES_OTHERS.has(key)),
        ...this.#category(source),
        ...this.#colours(source),
      ],
    };
  }

  /** Name in the historical tables, by name in the NetCDF file. */
  #historicalNames(): Map<string, string> {
    const names = new Map<string, string>();
    for (const { sensor } of this.#members) {
      for (const [name, source] of Object.entries(sensor.csvColumns)) names.set(PLACE[source] ?? source, name);
    }
    return names;
  }

  #category(name: string): ErddapAttribute[] {
    const code = name.replace(/_QC$/, '');
    if (code !== name) return [text('ioos_category', 'Quality')];
    if (name === 'time') return [text('ioos_category', 'Time')];
    if (['latitude', 'longitude', 'depth', 'Latitude', 'Longitude', 'Theoretical_Depth'].includes(name)) {
      return [text('ioos_category', 'Location')];
    }
    return [text('ioos_category', parameterOrUndefined(this.#first.sensor, code)?.ioosCategory ?? 'Identifier')];
  }

  /** The span in which values are expected, for plots: what the site file calls unsuspicious, else possible. */
  #colours(code: string): ErddapAttribute[] {
    const tests = this.#first.sensor.qc.at(-1) as Readonly<Record<string, unknown>> | undefined;
    const range = (tests?.[code] as { grossRange?: { suspect?: number[]; fail?: number[] } } | undefined)?.grossRange;
    const span = range?.suspect ?? range?.fail;
    if (span === undefined) return [];
    return [
      { name: 'colorBarMinimum', type: 'double', value: [span[0]] },
      { name: 'colorBarMaximum', type: 'double', value: [span[1]] },
    ];
  }
}

/** Facts of place that a historical column can show: what holds them in a NetCDF file. */
const PLACE: Readonly<Record<string, string>> = {
  Station_Name: 'platform_id',
  Latitude: 'latitude',
  Longitude: 'longitude',
  Theoretical_Depth: 'depth',
};
const POSITION: Readonly<Record<string, readonly NetcdfAttribute[]>> = {
  latitude: [text('standard_name', 'latitude'), text('units', 'degrees_north')],
  longitude: [text('standard_name', 'longitude'), text('units', 'degrees_east')],
  sensor_theoric_depth: [text('units', 'm'), text('positive', 'down')],
};

function variableOf(file: NetcdfFile, name: string): NetcdfVariable | undefined {
  return file.variables.find((variable) => variable.name === name);
}

function attributeOf(variable: NetcdfVariable, name: string): string | undefined {
  const value = variable.attributes.find((attribute) => attribute.name === name)?.value;
  return typeof value === 'string' ? value : undefined;
}

function typeOf({ type }: NetcdfVariable): ErddapType {
  return type === 'char' ? 'String' : type === 'short' ? 'int' : type;
}

/** What the parameter table says of a name, where it is one of its codes. */
function parameterOrUndefined(sensor: Sensor, name: string): Parameter | undefined {
  return isMeasured(name) ? parameterOf(sensor, name) : undefined;
}

/** The folder that holds those of all, with a slash at the end; none when they share none. */
function sharedFolder(sensors: readonly Sensor[]): string {
  const [first, ...rest] = sensors.map(({ folder }) => folder.split('/'));
  let shared = 0;
  while (shared < first.length && rest.every((parts) => parts[shared] === first[shared])) shared++;
  return first
    .slice(0, shared)
    .map((part) => `${part}/`)
    .join('');
}

/** Depth that all deployments agree on. */
function sameDepth({ deployments, depthTheoreticM }: Sensor): number | undefined {
  const [first, ...others] = deployments.map(({ depthM }) => (depthM === 'unknown' ? depthTheoreticM : depthM));
  return others.every((depthM) => depthM === first) ? first : undefined;
}

/** Marks the variable that tells time series apart. One that the file marks so (`former`) is unmarked. */
function withTimeseriesId(variables: readonly ErddapVariable[], id: string, former?: string): ErddapVariable[] {
  return variables.map((variable) => {
    const attributes = variable.attributes.filter(({ name }) => name !== 'cf_role');
    if (variable.destination === id)
      return { ...variable, attributes: [...attributes, text('cf_role', 'timeseries_id')] };
    if (variable.destination === former)
      return { ...variable, attributes: [...attributes, { name: 'cf_role', value: undefined }] };
    return { ...variable, attributes };
  });
}

/** The role that data need now; undefined when they are public. */
function accessOf({ observatory, erddap }: Observatory, nowMs: number): string | undefined {
  const { access } = observatory;
  const isOpen = access === 'public' || (typeof access === 'object' && nowMs >= access.embargoedUntil);
  return isOpen ? undefined : (erddap?.role ?? 'emso');
}
