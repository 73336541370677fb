/**
 * Reads NetCDF-3 back through netcdfjs, an implementation that shares nothing with our encoder. It misreads record
 * variables of type byte, short and char (padding comes along, bytes unsigned) and takes UTF-8 for latin-1: those are put
 * right here, from the offsets of its header.
 */
import { NetCDFReader } from 'netcdfjs';

export type ReadData = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;
export type ReadAttributes = Map<string, { type: string; value: string | number[] }>;

export interface ReadVariable {
  readonly type: string;
  /** Names, slowest first. */
  readonly dimensions: string[];
  readonly attributes: ReadAttributes;
  readonly data: ReadData;
}

export interface ReadNetcdf {
  /** Length by name, in file order; the unlimited one has the number of records. */
  readonly dimensions: Map<string, { length: number; unlimited: boolean }>;
  readonly attributes: ReadAttributes;
  readonly variables: Map<string, ReadVariable>;
}

const SIZE: Record<string, number> = { byte: 1, char: 1, short: 2, int: 4, float: 4, double: 8 };
type RawAttribute = { readonly name: string; readonly type: string; readonly value: unknown };

/** The content of a NetCDF-3 file (CDF-1 or CDF-2). Throws what netcdfjs throws on anything else. */
export function readNetcdf(bytes: Uint8Array): ReadNetcdf {
  const reader = new NetCDFReader(bytes);
  const { recordDimension } = reader;
  const declared = reader.dimensions ?? [];
  const lengths = declared.map((dimension, id) =>
    id === recordDimension.id ? recordDimension.length : dimension.size,
  );
  const variables = reader.variables ?? [];
  const recordVariables = variables.filter((variable) => variable.record);

  const read = new Map<string, ReadVariable>();
  for (const variable of variables) {
    const ids = variable.record ? variable.dimensions.slice(1) : variable.dimensions;
    const width = ids.reduce((cells, id) => cells * lengths[id], 1);
    const slabs = variable.record ? recordDimension.length : 1;
    const packedStep = width * SIZE[variable.type];
    const step = recordVariables.length === 1 ? packedStep : (recordDimension.recordStep ?? 0);
    read.set(text(variable.name), {
      type: variable.type,
      dimensions: variable.dimensions.map((id) => text(declared[id].name)),
      attributes: attributesOf(variable.attributes),
      data: SIZE[variable.type] < 4 ? shortData(bytes, variable, slabs, step, width) : longData(reader, variable),
    });
  }
  return {
    dimensions: new Map(
      declared.map(({ name }, id) => [text(name), { length: lengths[id], unlimited: id === recordDimension.id }]),
    ),
    attributes: attributesOf(reader.globalAttributes),
    variables: read,
  };
}

type Declared = NetCDFReader['variables'][number];

function longData(reader: NetCDFReader, variable: Declared): ReadData {
  const values = reader.getDataVariable(variable).flat() as number[];
  if (variable.type === 'int') return Int32Array.from(values);
  return variable.type === 'float' ? Float32Array.from(values) : Float64Array.from(values);
}

function shortData(bytes: Uint8Array, variable: Declared, slabs: number, step: number, width: number): ReadData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { type } = variable;
  const data = new (type === 'short' ? Int16Array : type === 'byte' ? Int8Array : Uint8Array)(slabs * width);
  for (let slab = 0, i = 0; slab < slabs; slab++) {
    for (let at = variable.offset + slab * step, w = 0; w < width; w++, i++, at += SIZE[type]) {
      data[i] = type === 'short' ? view.getInt16(at) : view.getUint8(at);
    }
  }
  return data;
}

function attributesOf(attributes: readonly RawAttribute[]): ReadAttributes {
  return new Map(
    attributes.map(({ name, type, value }): [string, { type: string; value: string | number[] }] => {
      if (type === 'char') return [text(name), { type, value: text(value as string) }];
      const numbers = (Array.isArray(value) ? value : [value]) as number[];
      return [text(name), { type, value: type === 'byte' ? numbers.map((byte) => (byte << 24) >> 24) : numbers }];
    }),
  );
}

function text(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
