/** One dataset of ERDDAP's `datasets.xml` as a value, and the value as XML. */
import type { NetcdfAttribute } from '../netcdf-file.ts';
import { element, type Markup } from '../xml.ts';

/** ERDDAP's types that we write. A flag is a `byte`. */
export type ErddapType = 'double' | 'float' | 'int' | 'byte' | 'String';

/** An attribute to add; `undefined` as value takes away the one that the file has. */
export type ErddapAttribute = NetcdfAttribute | { readonly name: string; readonly value: undefined };

export interface ErddapVariable {
  /** Name in the file, `=value` for one that is the same everywhere, or `***fileName,…` for a part of the file's name. */
  readonly source: string;
  readonly destination: string;
  readonly type: ErddapType;
  readonly attributes: readonly ErddapAttribute[];
}

/** Where the files are, as ERDDAP sees them. */
export interface ErddapFiles {
  /** Ends with a slash. */
  readonly dir: string;
  readonly nameRegex: string;
  /** Name of the time column in the files. */
  readonly timeSource: string;
}

export interface ErddapDataset {
  readonly type: 'EDDTableFromMultidimNcFiles' | 'EDDTableFromAsciiFiles' | 'EDDTableFromErddap';
  readonly id: string;
  /** Roles that may see it; absent when everybody may. */
  readonly accessibleTo?: string;
  /** Address of the dataset on another ERDDAP, for `EDDTableFromErddap`. */
  readonly sourceUrl?: string;
  readonly files?: ErddapFiles;
  readonly attributes: readonly ErddapAttribute[];
  readonly variables: readonly ErddapVariable[];
}

/** ERDDAP reloads when it is told to (flags); this is for the day when nobody tells it. */
const RELOAD_MINUTES = 10_080;
/** Files are looked at again when a request comes, at most this often. */
const UPDATE_MS = 10_000;

/** The `<dataset>` element. */
export function datasetElement(dataset: ErddapDataset): Markup {
  const { type, id, accessibleTo, sourceUrl, files, attributes, variables } = dataset;
  const ascii = type === 'EDDTableFromAsciiFiles';
  return element(
    'dataset',
    { type, datasetID: id, active: 'true' },
    accessibleTo !== undefined && element('accessibleTo', {}, accessibleTo),
    sourceUrl !== undefined && element('sourceUrl', {}, sourceUrl),
    element('reloadEveryNMinutes', {}, RELOAD_MINUTES),
    files !== undefined && [
      element('updateEveryNMillis', {}, UPDATE_MS),
      element('fileDir', {}, files.dir),
      element('fileNameRegex', {}, files.nameRegex),
      element('recursive', {}, 'true'),
      element('pathRegex', {}, '.*'),
      element('metadataFrom', {}, 'last'),
      element('standardizeWhat', {}, 0),
      ascii && [
        element('charset', {}, 'UTF-8'),
        element('columnSeparator', {}, ','),
        element('columnNamesRow', {}, 1),
        element('firstDataRow', {}, 2),
      ],
      element('sortedColumnSourceName', {}, files.timeSource),
      element('sortFilesBySourceNames', {}, files.timeSource),
      !ascii && element('removeMVRows', {}, 'true'),
      element('fileTableInMemory', {}, 'false'),
      element('accessibleViaFiles', {}, 'true'),
    ],
    attributes.length > 0 && addAttributes(attributes),
    variables.map((variable) =>
      element(
        'dataVariable',
        {},
        element('sourceName', {}, variable.source),
        element('destinationName', {}, variable.destination),
        element('dataType', {}, variable.type),
        addAttributes(variable.attributes),
      ),
    ),
  );
}

function addAttributes(attributes: readonly ErddapAttribute[]): Markup {
  return element('addAttributes', {}, attributes.map(attributeElement));
}

function attributeElement(attribute: ErddapAttribute): Markup {
  const { name, value } = attribute;
  if (value === undefined) return element('att', { name }, 'null');
  if (typeof value === 'string') return element('att', { name }, value);
  const { type } = attribute as NetcdfAttribute;
  return element('att', { name, type: value.length > 1 ? `${type}List` : type }, value.join(' '));
}
