/**
 * Reads netCDF-4 files through HDF5 (h5wasm) into the value that all NetCDF files become here. What the classic model does
 * not have (groups, unsigned and 64-bit numbers, variable-length texts) is named, and read as the nearest that it has.
 */
import path from 'node:path';
import {
  type ForeignType,
  NETCDF_TYPES,
  type NetcdfAttribute,
  type NetcdfDimension,
  type NetcdfFile,
  type NetcdfType,
  type NetcdfVariable,
} from '@emso/products';
import h5wasm, { type Attribute, type Dataset, type Group, Module } from 'h5wasm/node';

export interface Netcdf4Content {
  readonly file: NetcdfFile;
  readonly foreign: readonly ForeignType[];
}

/** More than any product of an observatory, and less than what WASM can address. */
const MAX_BYTES = 1_000_000_000;

/** Attributes that belong to HDF5 and netCDF-C, not to whoever made the file. */
const HIDDEN = new Set([
  'CLASS',
  'NAME',
  'DIMENSION_LIST',
  'REFERENCE_LIST',
  'DIMENSION_LABELS',
  '_Netcdf4Dimid',
  '_Netcdf4Coordinates',
  '_NCProperties',
  '_nc3_strict',
]);
const NO_VARIABLE = 'This is a netCDF dimension but not a netCDF variable.';
/** netCDF-C's prefix of a variable that has the name of a dimension and is not its coordinate. */
const NO_COORDINATE = '_nc4_non_coord_';

/** True when the bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);
}

/** The content of a netCDF-4 file. Throws with HDF5's own reason when it is none. */
export async function readNetcdf4(file: string): Promise<Netcdf4Content> {
  const module = await h5wasm.ready;
  // HDF5 would print its whole stack to stderr; thrown, it can be told in one line.
  module.activate_throwing_error_handler();
  try {
    const root = new h5wasm.File(path.resolve(file), 'r');
    try {
      return contentOf(root);
    } finally {
      root.close();
    }
  } catch (error) {
    throw new Error(`expected netCDF-4, found a damaged file (${reasonOf(error)}): fetch it again`, { cause: error });
  }
}

/** The innermost line of HDF5's stack of errors. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return [...text.matchAll(/#\d+: .* in \w+\(\): (.*)/g)].at(-1)?.[1] ?? text;
}

function contentOf(root: Group): Netcdf4Content {
  const foreign: ForeignType[] = [];
  const datasets = new Map<string, Dataset>();
  for (const name of root.keys()) {
    const entity = root.get(name);
    if (entity instanceof h5wasm.Dataset) datasets.set(name, entity);
    else foreign.push({ where: name, type: entity instanceof h5wasm.Group ? 'group' : 'user-defined type' });
  }
  const dimensions = dimensionsOf(datasets);
  const names = new Map(dimensions.map(({ name }, id) => [id, name]));
  const variables: NetcdfVariable[] = [];
  for (const [name, dataset] of datasets) {
    if (isPureDimension(dataset)) continue;
    variables.push(variableOf(name, dataset, dimensions, names, foreign));
  }
  return { file: { dimensions, attributes: attributesOf(root, '', foreign), variables }, foreign };
}

function isPureDimension(dataset: Dataset): boolean {
  return dataset.get_scale_name()?.startsWith(NO_VARIABLE) ?? false;
}

/** Dimensions in the order in which they were defined, where the file tells it. */
function dimensionsOf(datasets: ReadonlyMap<string, Dataset>): NetcdfDimension[] {
  const found: { id: number; dimension: NetcdfDimension }[] = [];
  for (const [name, dataset] of datasets) {
    if (dataset.get_scale_name() === null) continue;
    const { shape, maxshape } = dataset.metadata;
    const id = numbers(dataset.attrs['_Netcdf4Dimid'])[0] ?? Number.POSITIVE_INFINITY;
    const unlimited = maxshape !== null && maxshape[0] > Number.MAX_SAFE_INTEGER;
    const length = shape?.[0] ?? 0;
    found.push({ id, dimension: unlimited ? { name, length, unlimited } : { name, length } });
  }
  return found.sort((a, b) => (a.id === b.id ? 0 : a.id - b.id)).map(({ dimension }) => dimension);
}

function variableOf(
  stored: string,
  dataset: Dataset,
  dimensions: readonly NetcdfDimension[],
  names: ReadonlyMap<number, string>,
  foreign: ForeignType[],
): NetcdfVariable {
  const name = stored.startsWith(NO_COORDINATE) ? stored.slice(NO_COORDINATE.length) : stored;
  const { metadata } = dataset;
  const { type, stranger } = typeOf(metadata);
  if (stranger !== undefined) foreign.push({ where: name, type: stranger });
  const bytes = metadata.size * metadata.total_size;
  if (!(bytes <= MAX_BYTES)) {
    throw new Error(`variable ${name}: expected at most ${MAX_BYTES} bytes, found ${bytes}`);
  }
  const ids = numbers(dataset.attrs['_Netcdf4Coordinates']);
  const shape = metadata.shape ?? [];
  const own = shape.map((length, place): string => {
    const scale = dataset.get_attached_scales(place)[0];
    if (scale !== undefined) return path.posix.basename(scale);
    if (ids.length === shape.length) return names.get(ids[place]) ?? '';
    if (shape.length === 1 && dataset.get_scale_name() !== null) return stored;
    return dimensions.find((dimension) => dimension.length === length)?.name ?? `phony_dim_${place}`;
  });
  return {
    name,
    type,
    dimensions: own,
    attributes: attributesOf(dataset, `${name}:`, foreign),
    data: dataOf(dataset, type, metadata),
  };
}

type Metadata = Dataset['metadata'];

const STRING = 3;
const INTEGER = 0;
const FLOAT = 1;

/** The nearest type of the classic model, and the name of the type where it has another. */
function typeOf({ type, size, signed, vlen }: Metadata): { type: NetcdfType; stranger?: string } {
  if (type === STRING) return size === 1 && !vlen ? { type: 'char' } : { type: 'char', stranger: 'string' };
  if (type === FLOAT && size === 4) return { type: 'float' };
  if (type === FLOAT && size === 8) return { type: 'double' };
  if (type !== INTEGER) return { type: 'double', stranger: `HDF5 class ${type} of ${size} bytes` };
  const bits = size * 8;
  if (!signed) return { type: bits === 8 ? 'short' : bits === 16 ? 'int' : 'double', stranger: `u${bits}-bit integer` };
  if (bits === 64) return { type: 'double', stranger: '64-bit integer' };
  return { type: bits === 8 ? 'byte' : bits === 16 ? 'short' : 'int' };
}

function dataOf(dataset: Dataset, type: NetcdfType, metadata: Metadata): NetcdfVariable['data'] {
  const data = new NETCDF_TYPES[type].array(
    metadata.type === STRING || metadata.shape === null ? 0 : metadata.total_size,
  );
  if (metadata.shape === null || metadata.total_size === 0) return data;
  if (type === 'char') {
    if (metadata.size === 1 && !metadata.vlen) return bytesOf(dataset, metadata.total_size);
    return new TextEncoder().encode(textsOf(dataset.value).join('\0'));
  }
  data.set(numberList(dataset.value));
  return data;
}

/** The bytes of a character array as they stand: as texts they would be decoded one by one, and UTF-8 lost. */
function bytesOf({ file_id, path: place }: Dataset, length: number): Uint8Array {
  const pointer = Module._malloc(length);
  try {
    Module.get_dataset_data(file_id, place, null, null, null, BigInt(pointer));
    return Module.HEAPU8.slice(pointer, pointer + length);
  } finally {
    Module._free(pointer);
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap(textsOf) : [String(value ?? '')];
}

/** What TextDecoder makes of each byte where a text is said to be ASCII. */
const ASCII = new TextDecoder('ascii').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));

/** netCDF-C writes UTF-8 and calls it ASCII: the bytes again, read as what they are. */
function asUtf8(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (letter) => ASCII.indexOf(letter)));
}

/** Numbers of an array of any type, of lists of lists, or of one number. */
function numberList(value: unknown): number[] {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>, Number);
  if (Array.isArray(value)) return value.flatMap(numberList);
  return value === null || value === undefined ? [] : [Number(value)];
}

function attributesOf(
  holder: { readonly attrs: Record<string, Attribute> },
  where: string,
  foreign: ForeignType[],
): NetcdfAttribute[] {
  return Object.entries(holder.attrs)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, attribute]) => {
      const { metadata, value } = attribute;
      if (metadata.type === STRING) {
        if (metadata.vlen) foreign.push({ where: where + name, type: 'string' });
        const read = textsOf(value).join(' ');
        const text = metadata.cset === 0 && !metadata.vlen ? asUtf8(read) : read;
        return { name, type: 'char', value: text } as const;
      }
      const { type, stranger } = typeOf(metadata);
      if (stranger !== undefined) foreign.push({ where: where + name, type: stranger });
      return { name, type, value: numbers(attribute) };
    });
}

function numbers(attribute: Attribute | undefined): number[] {
  return numberList(attribute?.value);
}
