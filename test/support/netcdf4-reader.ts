/** Reads netCDF-4 back with h5wasm, into the same form as the reader of netCDF-3 gives. */
import { type Attribute, Dataset, File, FS, ready } from 'h5wasm';
import type { ReadAttributes, ReadData, ReadNetcdf, ReadVariable } from './netcdf-reader.ts';

await ready;

const PATH = '/read.nc';
const OF_HDF5: readonly string[] = [
  'CLASS',
  'NAME',
  'DIMENSION_LIST',
  'REFERENCE_LIST',
  '_Netcdf4Dimid',
  '_nc3_strict',
];
const NO_VARIABLE = 'This is a netCDF dimension but not a netCDF variable.';

/** The content of a netCDF-4 file of ours. Throws what the library throws on anything else. */
export function readNetcdf4(bytes: Uint8Array): ReadNetcdf {
  FS!.writeFile(PATH, bytes);
  const file = new File(PATH, 'r');
  try {
    const dimensions: [id: number, name: string, { length: number; unlimited: boolean }][] = [];
    const variables = new Map<string, ReadVariable>();
    for (const name of file.keys()) {
      const dataset = file.get(name);
      if (!(dataset instanceof Dataset)) throw new Error(`${name}: expected a dataset`);
      const { metadata } = dataset;
      const id = dataset.attrs['_Netcdf4Dimid'];
      if (id !== undefined) {
        const unlimited = metadata.maxshape?.[0] !== metadata.shape?.[0];
        dimensions.push([Number(scalar(id)), name, { length: Number(metadata.shape?.[0]), unlimited }]);
        if (String(dataset.get_scale_name()).startsWith(NO_VARIABLE)) continue;
      }
      const ofScale = id === undefined ? scalesOf(dataset) : [name];
      variables.set(name, {
        type: typeOf(metadata.type, metadata.size),
        dimensions: ofScale,
        attributes: attributesOf(dataset.attrs),
        data: dataOf(dataset),
      });
    }
    dimensions.sort(([a], [b]) => a - b);
    return {
      dimensions: new Map(dimensions.map(([, name, dimension]) => [name, dimension])),
      attributes: attributesOf(file.attrs),
      variables,
    };
  } finally {
    file.close();
    FS!.unlink(PATH);
  }
}

function scalesOf(dataset: Dataset): string[] {
  const rank = dataset.metadata.shape?.length ?? 0;
  return Array.from({ length: rank }, (_, place) => {
    const [path] = dataset.get_attached_scales(place);
    return path.replace(/^\//, '');
  });
}

const STRING = 3;
const INTEGER = 0;

function typeOf(type: number, size: number): string {
  if (type === STRING) return 'char';
  if (type === INTEGER) return { 1: 'byte', 2: 'short', 4: 'int' }[size] ?? `integer of ${size} bytes`;
  return size === 4 ? 'float' : 'double';
}

/** The library decodes single characters with what the web calls ASCII, which is Windows-1252. */
const BYTE_OF: ReadonlyMap<string, number> = new Map(
  Array.from(new TextDecoder('ascii').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)), (letter, byte) => [
    letter,
    byte,
  ]),
);

function dataOf(dataset: Dataset): ReadData {
  const { type, shape } = dataset.metadata;
  if (type !== STRING) {
    const value = dataset.value as ReadData | number;
    if (typeof value !== 'number') return value;
    const one = { byte: Int8Array, short: Int16Array, int: Int32Array, float: Float32Array }[
      typeOf(type, dataset.metadata.size)
    ];
    return (one ?? Float64Array).of(value);
  }
  const value = dataset.value as string | string[];
  const letters = (shape?.length ?? 0) === 0 ? [value as string] : (value as string[]).flat();
  return Uint8Array.from(letters, (letter) => (letter === '' ? 0 : (BYTE_OF.get(letter) ?? letter.charCodeAt(0))));
}

function attributesOf(attrs: Readonly<Record<string, Attribute>>): ReadAttributes {
  return new Map(
    Object.entries(attrs)
      .filter(([name]) => !OF_HDF5.includes(name))
      .map(([name, attribute]): [string, { type: string; value: string | number[] }] => {
        const { type, size } = attribute.metadata;
        const { value } = attribute;
        if (type === STRING) return [name, { type: 'char', value: String(value) }];
        const numbers = typeof value === 'number' ? [value] : Array.from(value as Int8Array, Number);
        return [name, { type: typeOf(type, size), value: numbers }];
      }),
  );
}

function scalar(attribute: Attribute): number {
  const { value } = attribute;
  return typeof value === 'number' ? value : Number((value as Int32Array)[0]);
}
