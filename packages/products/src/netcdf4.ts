/**
 * netCDF-4, classic model: HDF5 written as netCDF-C lays it out, deflated. The library writes into its own memory, no disk is
 * touched; but HDF5 stamps times into what it writes, so equal values give equal bytes only in a thread whose clock is fixed.
 * A door of its own, because loading the library takes longer than most commands run.
 */
import { type Dataset, dtype_to_metadata, File, FS, Module, ready } from 'h5wasm';
import {
  checkNetcdf,
  type NetcdfAttribute,
  type NetcdfFile,
  type NetcdfType,
  type NetcdfVariable,
} from './netcdf-file.ts';

await ready;

const DTYPE: Readonly<Record<NetcdfType, string>> = {
  byte: '<b',
  char: 'A1',
  short: '<h',
  int: '<i',
  float: '<f',
  double: '<d',
};
const PATH = '/file.nc';
const DEFLATE = 4;
/** Rows of a chunk: as many thousands as there are rows, but no more than a reader wants to unpack for one value. */
const [CHUNK_STEP, MOST_ROWS] = [1024, 8192];
/** How netCDF-C names the scale of a dimension that no variable stands for, its length right-aligned behind it. */
const NO_VARIABLE = 'This is a netCDF dimension but not a netCDF variable.';
const LENGTH_COLUMNS = 10;

type Lengths = ReadonlyMap<string, { readonly length: number; readonly unlimited: boolean; readonly id: number }>;

/** The file as bytes. Throws when the value breaks a rule of NetCDF, or holds an empty text, which netCDF-4 cannot. */
export function encodeNetcdf4(file: NetcdfFile): Uint8Array {
  checkNetcdf(file);
  const lengths: Lengths = new Map(
    file.dimensions.map(({ name, length, unlimited = false }, id) => [name, { length, unlimited, id }]),
  );
  const target = new File(PATH, 'w', { track_order: true });
  try {
    const coordinates = new Set(file.variables.filter(isScale).map(({ name }) => name));
    for (const { name } of file.dimensions) if (!coordinates.has(name)) writeBareDimension(target, name, lengths);
    for (const variable of file.variables) {
      const dataset = writeVariable(target, variable, lengths);
      if (isScale(variable)) makeScale(dataset, variable.name, lengths);
      for (const attribute of variable.attributes) writeAttribute(dataset, attribute, `variable ${variable.name}`);
    }
    // Scales are attached when all of them are there.
    for (const variable of file.variables) {
      if (isScale(variable)) continue;
      const dataset = target.get(variable.name) as Dataset;
      for (const [place, name] of variable.dimensions.entries()) dataset.attach_scale(place, `/${name}`);
    }
    for (const attribute of file.attributes) writeAttribute(target, attribute, 'file');
    // What makes netCDF-C call it the classic model.
    target.create_attribute('_nc3_strict', Int32Array.of(1), [1], DTYPE.int);
  } finally {
    target.close();
  }
  const bytes = memory().readFile(PATH);
  memory().unlink(PATH);
  return bytes;
}

function memory(): NonNullable<typeof FS> {
  if (FS === null) throw new Error('netCDF-4: expected h5wasm to be loaded, found no file system of its own');
  return FS;
}

/** A variable that has the name of its only dimension holds that dimension's coordinates. */
function isScale({ name, dimensions }: NetcdfVariable): boolean {
  return dimensions.length === 1 && dimensions[0] === name;
}

function writeBareDimension(target: File, name: string, lengths: Lengths): void {
  const { length, unlimited } = lengths.get(name)!;
  const dataset = target.create_dataset({
    name,
    data: new Float32Array(length),
    shape: [length],
    ...(unlimited && { maxshape: [null], chunks: [rowsOfChunk(length)] }),
    dtype: DTYPE.float,
    track_order: true,
  });
  makeScale(dataset, `${NO_VARIABLE}${String(length).padStart(LENGTH_COLUMNS)}`, lengths, name);
}

/** `_Netcdf4Dimid` keeps the order of the dimensions, whatever the order of the variables. */
function makeScale(dataset: Dataset, title: string, lengths: Lengths, name = title): void {
  dataset.make_scale(title);
  dataset.create_attribute('_Netcdf4Dimid', Int32Array.of(lengths.get(name)!.id), [], DTYPE.int);
}

function writeVariable(target: File, { name, type, dimensions, data }: NetcdfVariable, lengths: Lengths): Dataset {
  const own = dimensions.map((each) => lengths.get(each)!);
  const shape = own.map(({ length }) => length);
  const grows = own.some(({ unlimited }) => unlimited);
  const chunks = own.map(({ length, unlimited }) => (unlimited ? rowsOfChunk(length) : length));
  // The library itself takes text for characters only and would cut those of more than one byte: bytes go in as they are.
  const pointer = Module._malloc(Math.max(1, data.byteLength));
  try {
    Module.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), pointer);
    const metadata = {
      ...dtype_to_metadata(DTYPE[type]),
      shape: shape.map(BigInt),
      maxshape: own.map(({ length, unlimited }) => (unlimited ? UNLIMITED : BigInt(length))),
      chunks: grows ? chunks.map(BigInt) : null,
      compression: grows ? GZIP : 0,
      compression_opts: grows ? [DEFLATE] : [],
      track_order: true,
    };
    Module.create_dataset(target.file_id, `/${name}`, BigInt(pointer), metadata);
  } finally {
    Module._free(pointer);
  }
  return target.get(name) as Dataset;
}

const UNLIMITED = 0xffff_ffff_ffff_ffffn;
const GZIP = 1;

function rowsOfChunk(rows: number): number {
  return Math.min(MOST_ROWS, Math.max(1, Math.ceil(rows / CHUNK_STEP)) * CHUNK_STEP);
}

/** Text of fixed length, which reads as NC_CHAR: what CF and ACDD tools expect. */
function writeAttribute(target: File | Dataset, { name, type, value }: NetcdfAttribute, where: string): void {
  if (typeof value !== 'string') {
    const numbers = { byte: Int8Array, short: Int16Array, int: Int32Array, float: Float32Array, double: Float64Array };
    const data = (type === 'char' ? numbers.byte : numbers[type]).from(value);
    target.create_attribute(name, data, [data.length], DTYPE[type]);
    return;
  }
  const bytes = new TextEncoder().encode(value).length;
  if (bytes === 0) throw new Error(`netCDF-4 ${where}, attribute ${name}: expected a text, found an empty one`);
  target.create_attribute(name, value, [], `${bytes === value.length ? 'A' : 'S'}${bytes}`);
}
