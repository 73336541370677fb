/**
 * One NetCDF file of all sensors of a platform: each series keeps its own time axis, as a dimension and coordinate variable of its
 * own, and its name behind every variable (`time_microcat`, `TEMP_microcat`). Sensors measure at different times: one common axis
 * would be mostly empty. What is the same for all stands once (decision 20).
 */
import { isDeepStrictEqual } from 'node:util';
import type { NetcdfAttribute, NetcdfDimension, NetcdfFile, NetcdfVariable } from './netcdf-file.ts';
import { withTexts } from './series.ts';

export interface NamedFile {
  /** What tells its variables from those of the others: letters, digits and `_`. */
  readonly suffix: string;
  readonly file: NetcdfFile;
}

/** Attributes whose words are names of variables. */
const NAMES_OF_VARIABLES: ReadonlySet<string> = new Set(['coordinates', 'ancillary_variables']);

/**
 * The files as one. `texts` are the global texts of the whole; others stay where all files agree, and extents become those of all.
 * Throws when there is none, or two have one suffix.
 */
export function joinFiles(
  files: readonly NamedFile[],
  texts: Readonly<Record<string, string | undefined>>,
): NetcdfFile {
  const suffixes = files.map(({ suffix }) => suffix);
  const twice = suffixes.find((suffix, i) => suffixes.indexOf(suffix) !== i);
  if (files.length === 0 || twice !== undefined) {
    throw new Error(`platform file: expected series with names of their own, found ${twice ?? 'no series'}`);
  }
  const shared = sharedVariables(files);
  const dimensions = new Map<string, NetcdfDimension>();
  const variables: NetcdfVariable[] = [...shared.values()];
  for (const variable of shared.values()) {
    for (const name of variable.dimensions) {
      const own = files[0].file.dimensions.find((dimension) => dimension.name === name);
      if (own !== undefined) dimensions.set(name, own);
    }
  }
  for (const { suffix, file } of files) {
    const named = (name: string): string => (shared.has(name) ? name : withSuffix(name, suffix));
    const own = new Set(file.variables.map(({ name }) => name));
    for (const variable of file.variables) {
      if (shared.has(variable.name)) continue;
      variables.push({
        ...variable,
        name: named(variable.name),
        dimensions: variable.dimensions.map((name) => `${name}_${suffix}`),
        // Several axes of time in a file: what each is, its standard name says.
        attributes: variable.attributes
          .filter(({ name }) => name !== 'axis')
          .map((attribute) => renamed(attribute, own, named)),
      });
      for (const name of variable.dimensions) {
        // Only one dimension of a netCDF-3 file could grow: none does.
        const length = file.dimensions.find((dimension) => dimension.name === name)?.length ?? 0;
        dimensions.set(`${name}_${suffix}`, { name: `${name}_${suffix}`, length });
      }
    }
  }
  return { dimensions: [...dimensions.values()], attributes: joinedAttributes(files, texts), variables };
}

/** `TEMP_microcat`, and `TEMP_microcat_QC` for its flags. */
function withSuffix(name: string, suffix: string): string {
  return name.endsWith('_QC') ? `${name.slice(0, -'_QC'.length)}_${suffix}_QC` : `${name}_${suffix}`;
}

/** Variables without a dimension that grows, equal in all files: position, platform. */
function sharedVariables(files: readonly NamedFile[]): Map<string, NetcdfVariable> {
  const [{ file: first }, ...others] = files;
  const growing = new Set(first.dimensions.filter(({ unlimited }) => unlimited).map(({ name }) => name));
  const equal = first.variables.filter(
    (variable) =>
      !variable.dimensions.some((name) => growing.has(name)) &&
      others.every(({ file }) =>
        isDeepStrictEqual(
          file.variables.find(({ name }) => name === variable.name),
          variable,
        ),
      ),
  );
  return new Map(equal.map((variable) => [variable.name, variable]));
}

function renamed(
  attribute: NetcdfAttribute,
  own: ReadonlySet<string>,
  named: (name: string) => string,
): NetcdfAttribute {
  if (!NAMES_OF_VARIABLES.has(attribute.name) || typeof attribute.value !== 'string') return attribute;
  const words = attribute.value.split(' ').map((word) => (own.has(word) ? named(word) : word));
  return { ...attribute, value: words.join(' ') };
}

type Extent = 'least' | 'greatest' | 'lines';

/** Attributes that say how far the data go, or list what is in them: those of the whole follow from those of the parts. */
const EXTENTS: Readonly<Record<string, Extent>> = {
  time_coverage_start: 'least',
  geospatial_vertical_min: 'least',
  time_coverage_end: 'greatest',
  geospatial_vertical_max: 'greatest',
  date_created: 'greatest',
  date_modified: 'greatest',
  history: 'lines',
  emso_build: 'lines',
  emso_expert_flags: 'lines',
};

function joinedAttributes(
  files: readonly NamedFile[],
  texts: Readonly<Record<string, string | undefined>>,
): NetcdfAttribute[] {
  const names = new Set(files.flatMap(({ file }) => file.attributes.map(({ name }) => name)));
  const lists = joinedLists(files);
  const joined = [...names].flatMap((name): NetcdfAttribute[] => {
    if (lists.has(name)) return lists.get(name) ?? [];
    const own = files.flatMap(({ file }) => file.attributes.filter((attribute) => attribute.name === name));
    const extent = Object.hasOwn(EXTENTS, name) ? EXTENTS[name] : undefined;
    if (extent !== undefined) return [extentOf(own, extent)];
    const same = own.length === files.length && own.every((attribute) => isDeepStrictEqual(attribute, own[0]));
    return same ? [own[0]] : [];
  });
  return withTexts(joined, Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, () => text])));
}

/** Lists that are parallel: the first of some series belongs to the first of the others. What separates their words. */
const PARALLEL: readonly Readonly<Record<string, ', ' | ' '>>[] = [
  { keywords: ', ', keywords_uri: ' ', keywords_type: ', ' },
  { keywords_vocabulary: ', ', keywords_vocabulary_uri: ' ' },
];

/** The lists of all files, every entry once; nothing where lists that should be parallel are not. */
function joinedLists(files: readonly NamedFile[]): Map<string, NetcdfAttribute[]> {
  const joined = new Map<string, NetcdfAttribute[]>();
  for (const group of PARALLEL) {
    const names = Object.keys(group);
    const rows = new Map<string, readonly string[]>();
    let parallel = true;
    for (const { file } of files) {
      const columns = names.map((name) => {
        const value = file.attributes.find((attribute) => attribute.name === name)?.value;
        return typeof value === 'string' && value !== '' ? value.split(group[name] === ' ' ? / +/ : /, */) : [];
      });
      parallel &&= columns.every(({ length }) => length === columns[0].length);
      columns[0].forEach((_, i) => {
        const row = columns.map((column) => column[i]);
        rows.set(row.join('\n'), row);
      });
    }
    names.forEach((name, i) => {
      const value = [...rows.values()].map((row) => row[i]).join(group[name]);
      joined.set(name, parallel && value !== '' ? [{ name, type: 'char', value }] : []);
    });
  }
  return joined;
}

function extentOf(own: readonly NetcdfAttribute[], extent: Extent): NetcdfAttribute {
  const [first] = own;
  if (extent === 'lines') {
    return { ...first, value: [...new Set(own.map(({ value }) => String(value)))].join('\n') };
  }
  const sign = extent === 'least' ? 1 : -1;
  // Times are ISO 8601 of one length or with milliseconds: dates decide before that matters.
  const sorted = own.toSorted((a, b) => {
    const [x, y] = [a, b].map(({ value }) => (typeof value === 'string' ? value : value[0]));
    return x < y ? -sign : x > y ? sign : 0;
  });
  return sorted[0];
}
