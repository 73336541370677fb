/**
 * A NetCDF file as one value: dimensions, attributes, variables with their typed arrays. Every encoder takes this same
 * value, so what a file says is decided once, before anybody thinks of bytes.
 */

export type NetcdfType = 'byte' | 'char' | 'short' | 'int' | 'float' | 'double';

export interface NetcdfDimension {
  readonly name: string;
  /** For the unlimited dimension: the number of records. */
  readonly length: number;
  readonly unlimited?: boolean;
}

export interface NetcdfAttribute {
  readonly name: string;
  readonly type: NetcdfType;
  /** Text for `char`, numbers for every other type. */
  readonly value: string | readonly number[];
}

export type NetcdfData = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface NetcdfVariable {
  readonly name: string;
  readonly type: NetcdfType;
  /** Names of dimensions, slowest first; none for a scalar. */
  readonly dimensions: readonly string[];
  readonly attributes: readonly NetcdfAttribute[];
  /** Row-major values, as many as the dimensions say. */
  readonly data: NetcdfData;
}

export interface NetcdfFile {
  readonly dimensions: readonly NetcdfDimension[];
  readonly attributes: readonly NetcdfAttribute[];
  readonly variables: readonly NetcdfVariable[];
}

interface TypeFacts {
  readonly array: new (length: number) => NetcdfData;
  readonly bytes: number;
  /** What a cell holds that nobody wrote, unless the variable has a `_FillValue`. */
  readonly fill: number;
}

export const NETCDF_TYPES: Readonly<Record<NetcdfType, TypeFacts>> = {
  byte: { array: Int8Array, bytes: 1, fill: -127 },
  char: { array: Uint8Array, bytes: 1, fill: 0 },
  short: { array: Int16Array, bytes: 2, fill: -32_767 },
  int: { array: Int32Array, bytes: 4, fill: -2_147_483_647 },
  float: { array: Float32Array, bytes: 4, fill: 9.969_209_968_386_869e36 },
  double: { array: Float64Array, bytes: 8, fill: 9.969_209_968_386_869e36 },
};

/** Bytes of a text variable: UTF-8, filled up with NUL to `length` bytes. */
export function textData(text: string, length = Buffer.byteLength(text)): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(text));
  return bytes;
}

const NAME = /^[A-Za-z0-9_\u0080-\u{10ffff}][^\u0000-\u001f\u007f/]*$/u;

/** Throws on the first thing no NetCDF file can hold, naming the variable or attribute. */
export function checkNetcdf(file: NetcdfFile): void {
  const lengths = new Map<string, number>();
  let unlimited: string | undefined;
  unique(file.dimensions, 'dimension', 'file');
  for (const { name, length, unlimited: grows } of file.dimensions) {
    const least = grows ? 0 : 1;
    if (!Number.isInteger(length) || length < least) {
      throw fault(`dimension ${name}`, `a length of at least ${least}`, String(length));
    }
    if (grows && unlimited !== undefined)
      throw fault(`dimension ${name}`, `one unlimited dimension (${unlimited})`, 'two');
    if (grows) unlimited = name;
    lengths.set(name, length);
  }
  checkAttributes(file.attributes, 'file');
  unique(file.variables, 'variable', 'file');
  for (const variable of file.variables) {
    const where = `variable ${variable.name}`;
    checkAttributes(variable.attributes, where);
    let cells = 1;
    variable.dimensions.forEach((name, place) => {
      const length = lengths.get(name);
      if (length === undefined) throw fault(where, 'declared dimensions', `'${name}'`);
      if (name === unlimited && place > 0)
        throw fault(where, `the unlimited dimension ${name} first`, `it at place ${place + 1}`);
      cells *= length;
    });
    const { array } = NETCDF_TYPES[variable.type];
    if (variable.data.constructor.name !== array.name) {
      throw fault(where, `${array.name} for type ${variable.type}`, variable.data.constructor.name);
    }
    if (variable.data.length !== cells) {
      throw fault(
        where,
        `${cells} values (${variable.dimensions.join(' × ') || 'scalar'})`,
        String(variable.data.length),
      );
    }
    const fill = variable.attributes.find((attribute) => attribute.name === '_FillValue');
    if (fill && (fill.type !== variable.type || fill.value.length !== 1)) {
      throw fault(where, `one _FillValue of type ${variable.type}`, `${fill.value.length} of type ${fill.type}`);
    }
  }
}

function checkAttributes(attributes: readonly NetcdfAttribute[], where: string): void {
  unique(attributes, 'attribute', where);
  for (const { name, type, value } of attributes) {
    const at = `${where}, attribute ${name}`;
    if (typeof value === 'string') {
      if (type !== 'char') throw fault(at, `numbers for type ${type}`, 'text');
      if (!value.isWellFormed()) throw fault(at, 'text that UTF-8 can hold', 'half a surrogate pair');
      continue;
    }
    if (type === 'char') throw fault(at, 'text for type char', 'numbers');
    if (type === 'float' || type === 'double') continue;
    const limit = type === 'byte' ? 0x80 : type === 'short' ? 0x8000 : 0x8000_0000;
    const stray = value.find((number) => !Number.isInteger(number) || number < -limit || number >= limit);
    if (stray !== undefined) throw fault(at, `integers of type ${type}`, String(stray));
  }
}

function unique(list: readonly { readonly name: string }[], what: string, where: string): void {
  const seen = new Set<string>();
  for (const { name } of list) {
    if (!NAME.test(name) || name.endsWith(' ') || !name.isWellFormed()) {
      throw fault(
        where,
        `a legal ${what} name (no '/', no control character, no blank at the end)`,
        JSON.stringify(name),
      );
    }
    if (seen.has(name)) throw fault(where, `every ${what} once`, `'${name}' twice`);
    seen.add(name);
  }
}

function fault(where: string, expected: string, found: string): Error {
  return new Error(`NetCDF ${where}: expected ${expected}, found ${found}`);
}
