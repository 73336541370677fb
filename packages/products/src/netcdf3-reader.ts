/**
 * Reads NetCDF-3, classic (CDF-1) and 64-bit offset (CDF-2), into the value that encoders take. Bytes may come from
 * anybody: nothing is allocated before the file has been shown to hold it, and every step goes forward.
 */
import {
  NETCDF_TYPES,
  type NetcdfAttribute,
  type NetcdfDimension,
  type NetcdfFile,
  type NetcdfType,
  type NetcdfVariable,
} from './netcdf-file.ts';

const TAG = { dimension: 10, variable: 11, attribute: 12 } as const;
const TYPES: readonly (NetcdfType | undefined)[] = [undefined, 'byte', 'char', 'short', 'int', 'float', 'double'];
/** Number of records of a file that its writer never closed: the length of the file says it. */
const STREAMING = 0xffff_ffff;

/** BOM kept: a text is what its bytes are. Bytes that are no UTF-8 become U+FFFD, which a rule looks for. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

interface Declared {
  readonly name: string;
  readonly type: NetcdfType;
  readonly dimensionIds: readonly number[];
  readonly attributes: readonly NetcdfAttribute[];
  readonly begin: number;
  /** Offset of the declaration, for messages. */
  readonly at: number;
}

/** A variable as it lies in the file. */
interface Place extends Declared {
  readonly isRecord: boolean;
  /** Values of the variable, or of its share of one record. */
  readonly cells: number;
  readonly bytes: number;
}

/** True when the bytes begin as a NetCDF-3 file does. */
export function isNetcdf3(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 67 && bytes[1] === 68 && bytes[2] === 70;
}

/** The content of a NetCDF-3 file. Throws with the offset, what was expected and what was found. */
export function decodeNetcdf3(bytes: Uint8Array): NetcdfFile {
  const reader = new HeaderReader(bytes);
  const version = reader.version();
  const stated = reader.u32('the number of records');
  const dimensions = reader.list(TAG.dimension, 'dimensions', 8, () => reader.dimension());
  const attributes = reader.attributes();
  const declared = reader.list(TAG.variable, 'variables', 28, () => reader.variable(version));

  const unlimited = dimensions.findIndex((dimension) => dimension.unlimited);
  if (dimensions.some((dimension, id) => dimension.unlimited && id !== unlimited)) {
    throw fault(8, 'one unlimited dimension', 'two', 'the header is damaged: fetch the file again');
  }
  const places = declared.map((variable) => placeOf(variable, dimensions, unlimited));
  const recordPlaces = places.filter((place) => place.isRecord);
  const packed = recordPlaces.length === 1;
  const recordBytes = recordPlaces.reduce((sum, place) => sum + (packed ? place.bytes : roundUp(place.bytes)), 0);
  const records = stated === STREAMING ? recordsOf(recordPlaces, recordBytes, bytes.length) : stated;

  const room = checkRoom(places, records, recordBytes, bytes.length);
  if (room > bytes.length) {
    throw fault(4, `data of at most ${bytes.length} bytes`, `${room}`, 'variables overlap: fetch the file again');
  }
  return {
    dimensions: dimensions.map((dimension) => (dimension.unlimited ? { ...dimension, length: records } : dimension)),
    attributes,
    variables: places.map((place) => variableOf(bytes, place, dimensions, records, recordBytes)),
  };
}

function placeOf(declared: Declared, dimensions: readonly NetcdfDimension[], unlimited: number): Place {
  let cells = 1;
  declared.dimensionIds.forEach((id, place) => {
    if (id === unlimited && place > 0) {
      throw fault(
        declared.at,
        `the unlimited dimension first in ${quoted(declared.name)}`,
        `it at place ${place + 1}`,
        'the header is damaged: fetch the file again',
      );
    }
    if (id !== unlimited) cells *= dimensions[id].length;
  });
  const isRecord = declared.dimensionIds[0] === unlimited && unlimited >= 0;
  return { ...declared, isRecord, cells, bytes: cells * NETCDF_TYPES[declared.type].bytes };
}

function recordsOf(places: readonly Place[], recordBytes: number, length: number): number {
  if (recordBytes === 0) return 0;
  const begin = places.reduce((least, place) => Math.min(least, place.begin), length);
  return Math.floor((length - begin) / recordBytes);
}

/** Throws unless every variable lies within the file; returns the bytes that all of them need. */
function checkRoom(places: readonly Place[], records: number, recordBytes: number, length: number): number {
  let room = 0;
  for (const { name, at, begin, bytes, isRecord } of places) {
    const slabs = isRecord ? records : 1;
    if (slabs === 0 || bytes === 0) continue;
    const end = begin + (slabs - 1) * (isRecord ? recordBytes : 0) + bytes;
    if (!(end <= length)) {
      throw fault(
        at,
        `variable ${quoted(name)} within the ${length} bytes of the file`,
        `its end at ${end}`,
        'the file is cut short or its header is damaged: fetch it again',
      );
    }
    room += slabs * bytes;
  }
  return room;
}

function variableOf(
  bytes: Uint8Array,
  place: Place,
  dimensions: readonly NetcdfDimension[],
  records: number,
  recordBytes: number,
): NetcdfVariable {
  const { name, type, attributes, isRecord, cells } = place;
  const { array, bytes: size } = NETCDF_TYPES[type];
  const slabs = isRecord ? records : 1;
  const data = new array(slabs * cells);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READ[type];
  for (let slab = 0, i = 0, from = place.begin; slab < slabs; slab++, from += recordBytes) {
    for (let cell = 0, at = from; cell < cells; cell++, at += size) data[i++] = read(view, at);
  }
  return { name, type, dimensions: place.dimensionIds.map((id) => dimensions[id].name), attributes, data };
}

const READ: Readonly<Record<NetcdfType, (view: DataView, at: number) => number>> = {
  byte: (view, at) => view.getInt8(at),
  char: (view, at) => view.getUint8(at),
  short: (view, at) => view.getInt16(at),
  int: (view, at) => view.getInt32(at),
  float: (view, at) => view.getFloat32(at),
  double: (view, at) => view.getFloat64(at),
};

class HeaderReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #dimensions = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  version(): 1 | 2 {
    if (!isNetcdf3(this.#bytes)) {
      const found = JSON.stringify(String.fromCharCode(...this.#bytes.subarray(0, 4)));
      throw fault(0, "'CDF'", found, 'this is no NetCDF-3 file');
    }
    const version = this.#bytes[3];
    if (version !== 1 && version !== 2) {
      const what = version === 5 ? '5 (64-bit data)' : String(version);
      throw fault(3, 'version 1 (classic) or 2 (64-bit offset)', what, 'convert it with nccopy -k nc6');
    }
    this.#at = 4;
    return version;
  }

  u32(what: string): number {
    this.#need(4, what);
    const value = this.#view.getUint32(this.#at);
    this.#at += 4;
    return value;
  }

  /** The items of a list; `least` is the bytes of the shortest item, so that a count can be seen to be too great. */
  list<T>(tag: number, what: string, least: number, item: () => T): T[] {
    const at = this.#at;
    const found = this.u32(`the list of ${what}`);
    const count = this.u32(`the number of ${what}`);
    if (found !== tag && !(found === 0 && count === 0)) {
      throw fault(at, `tag ${tag} (${what}) or an empty list`, String(found), 'the header is damaged: fetch it again');
    }
    if (count * least > this.#bytes.length - this.#at) {
      throw fault(
        at + 4,
        `as many ${what} as ${this.#bytes.length - this.#at} bytes hold`,
        String(count),
        'the file is cut short or its header is damaged: fetch it again',
      );
    }
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    if (tag === TAG.dimension) this.#dimensions = items.length;
    return items;
  }

  dimension(): NetcdfDimension {
    const name = this.#text('the name of a dimension');
    const length = this.u32(`the length of dimension ${quoted(name)}`);
    return length === 0 ? { name, length, unlimited: true } : { name, length };
  }

  attributes(): NetcdfAttribute[] {
    return this.list(TAG.attribute, 'attributes', 12, () => {
      const name = this.#text('the name of an attribute');
      const type = this.#type(`attribute ${quoted(name)}`);
      if (type === 'char') return { name, type, value: this.#text(`the text of ${quoted(name)}`) };
      const count = this.u32(`the number of values of ${quoted(name)}`);
      const { bytes: size } = NETCDF_TYPES[type];
      this.#need(count * size, `${count} values of ${quoted(name)}`);
      const value = Array.from({ length: count }, (_, i) => READ[type](this.#view, this.#at + i * size));
      this.#skip(count * size, `the values of ${quoted(name)}`);
      return { name, type, value };
    });
  }

  variable(version: 1 | 2): Declared {
    const at = this.#at;
    const name = this.#text('the name of a variable');
    const rank = this.u32(`the number of dimensions of ${quoted(name)}`);
    this.#need(rank * 4, `${rank} dimensions of ${quoted(name)}`);
    const dimensionIds = Array.from({ length: rank }, () => {
      const id = this.u32(`a dimension of ${quoted(name)}`);
      if (id >= this.#dimensions) {
        throw fault(
          this.#at - 4,
          `one of ${this.#dimensions} dimensions for ${quoted(name)}`,
          `number ${id}`,
          'the header is damaged: fetch the file again',
        );
      }
      return id;
    });
    const attributes = this.attributes();
    const type = this.#type(`variable ${quoted(name)}`);
    // The stated size is redundant and wrong in large files: it is computed from the dimensions instead.
    this.u32(`the size of ${quoted(name)}`);
    const high = version === 2 ? this.u32(`the place of ${quoted(name)}`) : 0;
    const begin = high * 0x1_0000_0000 + this.u32(`the place of ${quoted(name)}`);
    return { name, type, dimensionIds, attributes, begin, at };
  }

  #type(where: string): NetcdfType {
    const code = this.u32(`the type of ${where}`);
    const type = TYPES[code];
    if (type === undefined)
      throw fault(
        this.#at - 4,
        `a type from 1 to 6 for ${where}`,
        String(code),
        'the header is damaged: fetch it again',
      );
    return type;
  }

  #text(what: string): string {
    const length = this.u32(`the length of ${what}`);
    this.#need(length, what);
    const text = utf8.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#skip(length, what);
    return text;
  }

  /** Past `length` bytes and their padding to four. */
  #skip(length: number, what: string): void {
    this.#need(roundUp(length), what);
    this.#at += roundUp(length);
  }

  #need(length: number, what: string): void {
    const left = this.#bytes.length - this.#at;
    if (length > left) {
      throw fault(
        this.#at,
        `${length} bytes for ${what}`,
        `${left} to the end`,
        'the file is cut short or its header is damaged: fetch it again',
      );
    }
  }
}

/** A name for a message: of a damaged header it may be anything. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

function roundUp(bytes: number): number {
  return bytes + ((4 - (bytes % 4)) % 4);
}

function fault(at: number, expected: string, found: string, remedy: string): Error {
  return new Error(`NetCDF-3 at byte ${at}: expected ${expected}, found ${found}: ${remedy}`);
}
