/**
 * NetCDF-3, 64-bit offset (CDF-2): a header, the variables of fixed size, then the records, one slab per record variable
 * in each. Big-endian, everything aligned to four bytes. Equal values give equal bytes.
 */
import {
  checkNetcdf,
  NETCDF_TYPES,
  type NetcdfAttribute,
  type NetcdfData,
  type NetcdfFile,
  type NetcdfType,
  type NetcdfVariable,
} from './netcdf-file.ts';

const TAG = { dimension: 10, variable: 11, attribute: 12 } as const;
const TYPE_CODE: Readonly<Record<NetcdfType, number>> = { byte: 1, char: 2, short: 3, int: 4, float: 5, double: 6 };
/** Greatest size of one variable (or of its share of a record) that the header can say. */
const MAX_VARIABLE_BYTES = 0xffff_fffc;

const utf8 = new TextEncoder();

interface Place {
  readonly variable: NetcdfVariable;
  readonly isRecord: boolean;
  /** Bytes of the variable, or of its share of one record, without padding. */
  readonly bytes: number;
  /** The same as it lies in the file. */
  readonly padded: number;
  begin: number;
}

/** The file as bytes. Throws when the value breaks a rule of NetCDF, naming the variable or attribute. */
export function encodeNetcdf3(file: NetcdfFile): Uint8Array {
  checkNetcdf(file);
  const unlimited = file.dimensions.find((dimension) => dimension.unlimited);
  const records = unlimited?.length ?? 0;
  const places = file.variables.map((variable) => placeOf(variable, file));
  const recordPlaces = places.filter((place) => place.isRecord);
  // A single record variable of a short type is packed without padding: the one exception of the format.
  const packed = recordPlaces.length === 1;
  const recordBytes = recordPlaces.reduce((sum, place) => sum + (packed ? place.bytes : place.padded), 0);

  const headerBytes = writeHeader(undefined, file, places, records);
  let at = headerBytes;
  for (const place of places) {
    if (place.isRecord) continue;
    place.begin = at;
    at += place.padded;
  }
  const total = at + records * recordBytes;
  for (const place of recordPlaces) {
    place.begin = at;
    at += place.padded;
  }

  const out = new Uint8Array(total);
  writeHeader(out, file, places, records);
  for (const place of places) {
    if (place.isRecord) writeSlabs(out, place, recordBytes, records, packed ? place.bytes : place.padded);
    else writeSlabs(out, place, place.padded, 1, place.padded);
  }
  return out;
}

function placeOf(variable: NetcdfVariable, file: NetcdfFile): Place {
  let cells = 1;
  let isRecord = false;
  for (const name of variable.dimensions) {
    const dimension = file.dimensions.find((candidate) => candidate.name === name);
    if (dimension?.unlimited) isRecord = true;
    else cells *= dimension?.length ?? 0;
  }
  const bytes = cells * NETCDF_TYPES[variable.type].bytes;
  const padded = roundUp(bytes);
  if (padded > MAX_VARIABLE_BYTES) {
    throw new Error(`NetCDF variable ${variable.name}: expected at most ${MAX_VARIABLE_BYTES} bytes, found ${padded}`);
  }
  return { variable, isRecord, bytes, padded, begin: 0 };
}

/** Writes the shares of a variable, `step` bytes apart, each filled up to `room` bytes with its fill value. */
function writeSlabs(out: Uint8Array, place: Place, step: number, slabs: number, room: number): void {
  const { data, type } = place.variable;
  const width = slabs === 0 ? 0 : data.length / slabs;
  if (type === 'byte' && width === 1 && room === 4) {
    writePaddedBytes(out, place, step);
    return;
  }
  WRITE[type](new DataView(out.buffer), place.begin, step, data, width);
  if (room === place.bytes) return;
  const padding = fillBytes(place.variable, room - place.bytes);
  for (let slab = 0, at = place.begin + place.bytes; slab < slabs; slab++, at += step) {
    for (let b = 0; b < padding.length; b++) out[at + b] = padding[b];
  }
}

/** One byte a slab and three of padding: flags are most of the variables of a file, and one store of four bytes is what they cost. */
function writePaddedBytes(out: Uint8Array, place: Place, step: number): void {
  const { data } = place.variable;
  const view = new DataView(out.buffer);
  const [a, b, c] = fillBytes(place.variable, 3);
  const padding = (a << 16) | (b << 8) | c;
  for (let i = 0, at = place.begin; i < data.length; i++, at += step) view.setInt32(at, (data[i] << 24) | padding);
}

type Writer = (view: DataView, at: number, step: number, data: NetcdfData, width: number) => void;

const writeBytes: Writer = (view, at, step, data, width) => {
  for (let i = 0; i < data.length; at += step) for (let k = 0; k < width; k++) view.setUint8(at + k, data[i++]);
};

/** `width` values, then `step` bytes further the next ones. A loop of its own for each type is what makes DataView fast. */
const WRITE: Readonly<Record<NetcdfType, Writer>> = {
  byte: writeBytes,
  char: writeBytes,
  short: (view, at, step, data, width) => {
    for (let i = 0; i < data.length; at += step) for (let k = 0; k < width; k++) view.setInt16(at + 2 * k, data[i++]);
  },
  int: (view, at, step, data, width) => {
    for (let i = 0; i < data.length; at += step) for (let k = 0; k < width; k++) view.setInt32(at + 4 * k, data[i++]);
  },
  float: (view, at, step, data, width) => {
    for (let i = 0; i < data.length; at += step) for (let k = 0; k < width; k++) view.setFloat32(at + 4 * k, data[i++]);
  },
  double: (view, at, step, data, width) => {
    for (let i = 0; i < data.length; at += step) for (let k = 0; k < width; k++) view.setFloat64(at + 8 * k, data[i++]);
  },
};

/** `length` bytes (under four) of the variable's fill value, big-endian. */
function fillBytes(variable: NetcdfVariable, length: number): Uint8Array {
  const own = variable.attributes.find((attribute) => attribute.name === '_FillValue');
  if (typeof own?.value === 'string') return new Uint8Array(length).fill(utf8.encode(own.value)[0]);
  const fill = own?.value[0] ?? NETCDF_TYPES[variable.type].fill;
  const pattern = variable.type === 'short' ? [(fill >> 8) & 0xff, fill & 0xff] : [fill & 0xff];
  return new Uint8Array(length).map((_, i) => pattern[i % pattern.length]);
}

/** Writes the header and returns its length; without `out` it only measures. */
function writeHeader(out: Uint8Array | undefined, file: NetcdfFile, places: readonly Place[], records: number): number {
  const writer = new HeaderWriter(out);
  writer.bytes(utf8.encode('CDF\u0002'));
  writer.u32(records);
  writer.list(TAG.dimension, file.dimensions.length);
  for (const dimension of file.dimensions) {
    writer.text(dimension.name);
    writer.u32(dimension.unlimited ? 0 : dimension.length);
  }
  writer.attributes(file.attributes);
  const dimensionIds = new Map(file.dimensions.map((dimension, id) => [dimension.name, id]));
  writer.list(TAG.variable, places.length);
  for (const { variable, padded, begin } of places) {
    writer.text(variable.name);
    writer.u32(variable.dimensions.length);
    for (const name of variable.dimensions) writer.u32(dimensionIds.get(name) ?? 0);
    writer.attributes(variable.attributes);
    writer.u32(TYPE_CODE[variable.type]);
    writer.u32(padded);
    writer.u32(Math.floor(begin / 0x1_0000_0000));
    writer.u32(begin >>> 0);
  }
  return writer.length;
}

class HeaderWriter {
  length = 0;
  readonly #out: Uint8Array | undefined;
  readonly #view: DataView | undefined;

  constructor(out: Uint8Array | undefined) {
    this.#out = out;
    this.#view = out && new DataView(out.buffer);
  }

  u32(value: number): void {
    this.#view?.setUint32(this.length, value);
    this.length += 4;
  }

  /** Bytes and zeros up to the next multiple of four. */
  bytes(bytes: Uint8Array): void {
    this.#out?.set(bytes, this.length);
    this.length = roundUp(this.length + bytes.length);
  }

  text(text: string): void {
    const bytes = utf8.encode(text);
    this.u32(bytes.length);
    this.bytes(bytes);
  }

  /** An absent list is two zeros, not a tag with a count of zero. */
  list(tag: number, count: number): void {
    this.u32(count === 0 ? 0 : tag);
    this.u32(count);
  }

  attributes(attributes: readonly NetcdfAttribute[]): void {
    this.list(TAG.attribute, attributes.length);
    for (const { name, type, value } of attributes) {
      this.text(name);
      this.u32(TYPE_CODE[type]);
      if (typeof value === 'string') {
        this.text(value);
        continue;
      }
      this.u32(value.length);
      const { array, bytes } = NETCDF_TYPES[type];
      const data = new array(value.length);
      data.set(value);
      if (this.#view) WRITE[type](this.#view, this.length, 0, data, data.length);
      this.length = roundUp(this.length + data.length * bytes);
    }
  }
}

function roundUp(bytes: number): number {
  return bytes + ((4 - (bytes % 4)) % 4);
}
