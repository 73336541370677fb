import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { NETCDF_TYPES, type NetcdfAttribute, type NetcdfFile, type NetcdfType, textData } from './netcdf-file.ts';
import { encodeNetcdf3 } from './netcdf3.ts';
import { decodeNetcdf3 } from './netcdf3-reader.ts';

const TYPES = Object.keys(NETCDF_TYPES) as NetcdfType[];

const numberOf: Record<NetcdfType, fc.Arbitrary<number>> = {
  byte: fc.integer({ min: -128, max: 127 }),
  char: fc.integer({ min: 0, max: 255 }),
  short: fc.integer({ min: -32_768, max: 32_767 }),
  int: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  float: fc.float({ noDefaultInfinity: true, noNaN: true }),
  double: fc.double({ noDefaultInfinity: true, noNaN: true }),
};

/** netcdfjs drops one NUL at the end of a text, and `ncdump` text has no control characters: none of either here. */
const text = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', ' ', '"', '\\', 'é', 'µ', '°', '海', '🌊'),
  maxLength: 9,
});
const attribute = fc.constantFrom(...TYPES).chain((type): fc.Arbitrary<NetcdfAttribute> => {
  const value = type === 'char' ? text : fc.array(numberOf[type], { minLength: 1, maxLength: 5 });
  return fc.record(
    { name: fc.constantFrom('a', 'ab', 'unité', 'abcd', 'valid_min'), type: fc.constant(type), value },
    { noNullPrototype: true },
  );
});
const attributes = fc.uniqueArray(attribute, { selector: ({ name }) => name, maxLength: 4 });

const file: fc.Arbitrary<NetcdfFile> = fc
  .record({
    fixed: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
    records: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    attributes,
  })
  .chain(({ fixed, records, attributes: own }) => {
    const dimensions = [
      ...fixed.map((length, i) => ({ name: `d${i}`, length })),
      ...(records === undefined ? [] : [{ name: 'time', length: records, unlimited: true }]),
    ];
    const names = fixed.map((_, i) => `d${i}`);
    const shape = fc
      .tuple(fc.boolean(), fc.subarray(names))
      .map(([grows, rest]) => (grows && records !== undefined ? ['time', ...rest] : rest));
    const variable = fc
      .tuple(fc.constantFrom(...TYPES), shape, attributes)
      .chain(([type, dims, variableAttributes]) => {
        const cells = dims.reduce((n, name) => n * (dimensions.find((d) => d.name === name)?.length ?? 0), 1);
        return fc.array(numberOf[type], { minLength: cells, maxLength: cells }).map((values) => {
          const data = new NETCDF_TYPES[type].array(cells);
          data.set(values);
          return { type, dimensions: dims, attributes: variableAttributes, data };
        });
      });
    return fc
      .array(variable, { maxLength: 4 })
      .map((list) => ({ dimensions, attributes: own, variables: list.map((v, i) => ({ name: `V${i}_é`, ...v })) }));
  });

test('what is written is read back by netcdfjs', () => {
  fc.assert(
    fc.property(file, (value) => {
      const read = readNetcdf(encodeNetcdf3(value));
      assert.deepEqual(
        [...read.dimensions].map(([name, d]) => [name, d.length, d.unlimited]),
        value.dimensions.map((d) => [d.name, d.length, d.unlimited ?? false]),
      );
      assert.deepEqual(plain(read.attributes), value.attributes);
      assert.deepEqual(
        [...read.variables.keys()],
        value.variables.map((v) => v.name),
      );
      for (const variable of value.variables) {
        const back = read.variables.get(variable.name)!;
        assert.equal(back.type, variable.type);
        assert.deepEqual(back.dimensions, variable.dimensions);
        assert.deepEqual(plain(back.attributes), variable.attributes);
        assert.deepEqual(back.data, variable.data);
      }
    }),
    { numRuns: 500 },
  );
});

test('what is written is read back by our own reader, exactly', () => {
  fc.assert(
    fc.property(file, (value) => assert.deepEqual(decodeNetcdf3(encodeNetcdf3(value)), value)),
    { numRuns: 500 },
  );
});

/** What the reader says of bytes that may be damaged: a value no greater than the file, or an error that names the offset. */
function judge(bytes: Uint8Array): void {
  try {
    const { variables } = decodeNetcdf3(bytes);
    const room = variables.reduce((sum, variable) => sum + variable.data.byteLength, 0);
    assert.ok(room <= bytes.length, `${room} bytes of data in a file of ${bytes.length}`);
  } catch (error) {
    assert.match((error as Error).message, /^NetCDF-3 at byte \d+: expected .+, found .+: .+/);
  }
}

test('a file that is cut anywhere gives an error or a value', () => {
  fc.assert(
    fc.property(file, (value) => {
      const bytes = encodeNetcdf3(value);
      for (let length = 0; length < bytes.length; length++) judge(bytes.subarray(0, length));
    }),
    { numRuns: 30 },
  );
});

test('a file with any byte changed gives an error or a value', () => {
  const change = fc.tuple(file, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(change, ([value, at, byte, other, otherByte]) => {
      const bytes = encodeNetcdf3(value);
      bytes[at % bytes.length] = byte;
      judge(bytes);
      bytes[other % bytes.length] = otherByte;
      judge(bytes);
    }),
    { numRuns: 3000 },
  );
});

function plain(attributes: Map<string, { type: string; value: string | number[] }>): unknown[] {
  return [...attributes].map(([name, { type, value }]) => ({ name, type, value }));
}

const tools = ['ncdump', 'ncgen'].every((tool) => spawnSync(tool, ['-h']).error === undefined);
const skip = tools ? false : 'ncdump and ncgen are not installed (Debian: netcdf-bin)';

test('ncdump and ncgen of netCDF-C make the same file from its text', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'emso-netcdf-'));
  try {
    for (const [name, value] of Object.entries(EXAMPLES)) {
      // netCDF-C 4.9 leaves a page of zeros behind a file without variables.
      if (value.variables.length === 0) continue;
      const ours = encodeNetcdf3(value);
      const [mine, theirs, cdl] = ['ours.nc', 'theirs.nc', 'text.cdl'].map((leaf) => join(folder, leaf));
      writeFileSync(mine, ours);
      assert.equal(execFileSync('ncdump', ['-k', mine], { encoding: 'utf8' }).trim(), '64-bit offset');
      writeFileSync(cdl, execFileSync('ncdump', ['-p', '9,17', mine]));
      execFileSync('ncgen', ['-k', '64-bit offset', '-o', theirs, cdl]);
      assert.deepEqual(Buffer.from(ours), readFileSync(theirs), name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const time = { name: 'time', length: 3, unlimited: true };
const byteColumn = {
  name: 'TEMP_QC',
  type: 'byte',
  dimensions: ['time'],
  attributes: [],
  data: Int8Array.of(-1, 4, 9),
} as const;
const shortColumn = {
  name: 'S',
  type: 'short',
  dimensions: ['time'],
  attributes: [],
  data: Int16Array.of(-1, 4, 900),
} as const;
const EXAMPLES: Record<string, NetcdfFile> = {
  empty: { dimensions: [], attributes: [], variables: [] },
  'one record variable of bytes': { dimensions: [time], attributes: [], variables: [byteColumn] },
  'one record variable of shorts': { dimensions: [time], attributes: [], variables: [shortColumn] },
  'one record variable of bytes, three wide': {
    dimensions: [time, { name: 'n', length: 3 }],
    attributes: [],
    variables: [{ ...byteColumn, dimensions: ['time', 'n'], data: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) }],
  },
  'padding with default fill values': { dimensions: [time], attributes: [], variables: [byteColumn, shortColumn] },
  'padding with its own fill value': {
    dimensions: [time],
    attributes: [],
    variables: [
      { ...byteColumn, attributes: [{ name: '_FillValue', type: 'byte', value: [-128] }] },
      { ...shortColumn, attributes: [{ name: '_FillValue', type: 'short', value: [-999] }] },
    ],
  },
  'every type, scalars, text, UTF-8': {
    dimensions: [{ name: 'letters', length: 5 }, time],
    attributes: [
      { name: 'institution', type: 'char', value: 'Institut Méditerranéen d’Océanologie' },
      { name: 'flags', type: 'byte', value: [0, 1, -128] },
      { name: 'shorts', type: 'short', value: [1, -2, 3] },
      { name: 'ints', type: 'int', value: [-2_000_000_000] },
      { name: 'floats', type: 'float', value: [99999, 0.5] },
      { name: 'doubles', type: 'double', value: [42.806217, -6.02683] },
    ],
    variables: [
      { name: 'id', type: 'char', dimensions: ['letters'], attributes: [], data: textData('MII', 5) },
      { name: 'mark', type: 'char', dimensions: [], attributes: [], data: textData('x') },
      { name: 'depth', type: 'double', dimensions: [], attributes: [], data: Float64Array.of(2471.25) },
      {
        name: 'time',
        type: 'double',
        dimensions: ['time'],
        attributes: [],
        data: Float64Array.of(1.5e9, 1.5e9 + 0.001, 0),
      },
      { name: 'T', type: 'float', dimensions: ['time'], attributes: [], data: Float32Array.of(13.2012, 99999, -1e-7) },
      { name: 'N', type: 'int', dimensions: ['time'], attributes: [], data: Int32Array.of(1, -2, 2_147_483_647) },
      byteColumn,
      {
        name: 'label',
        type: 'char',
        dimensions: ['time', 'letters'],
        attributes: [],
        data: textData('abcdeFGHIJklmno'),
      },
    ],
  },
};

const FAULTS: [what: string, file: NetcdfFile, message: RegExp][] = [
  [
    'too few values',
    { ...EXAMPLES.empty, dimensions: [{ ...time, length: 4 }], variables: [byteColumn] },
    /TEMP_QC: expected 4 values \(time\), found 3/,
  ],
  [
    'array of another type',
    { ...EXAMPLES.empty, dimensions: [time], variables: [{ ...byteColumn, data: Uint8Array.of(1, 2, 3) }] },
    /TEMP_QC: expected Int8Array for type byte, found Uint8Array/,
  ],
  [
    'unknown dimension',
    { ...EXAMPLES.empty, variables: [byteColumn] },
    /TEMP_QC: expected declared dimensions, found 'time'/,
  ],
  [
    'unlimited dimension last',
    {
      ...EXAMPLES.empty,
      dimensions: [time, { name: 'n', length: 1 }],
      variables: [{ ...byteColumn, dimensions: ['n', 'time'] }],
    },
    /expected the unlimited dimension time first/,
  ],
  [
    'two unlimited dimensions',
    { ...EXAMPLES.empty, dimensions: [time, { ...time, name: 'obs' }] },
    /dimension obs: expected one unlimited dimension/,
  ],
  [
    'a fixed dimension of zero',
    { ...EXAMPLES.empty, dimensions: [{ name: 'n', length: 0 }] },
    /dimension n: expected a length of at least 1, found 0/,
  ],
  [
    'a variable twice',
    { ...EXAMPLES.empty, dimensions: [time], variables: [byteColumn, byteColumn] },
    /every variable once, found 'TEMP_QC' twice/,
  ],
  [
    'an attribute twice',
    { ...EXAMPLES.empty, attributes: ['x', 'y'].map((value) => ({ name: 'title', type: 'char', value })) },
    /every attribute once, found 'title' twice/,
  ],
  [
    'a slash in a name',
    { ...EXAMPLES.empty, attributes: [{ name: 'a/b', type: 'char', value: '' }] },
    /legal attribute name/,
  ],
  [
    'a number that does not fit',
    { ...EXAMPLES.empty, attributes: [{ name: 'a', type: 'byte', value: [128] }] },
    /attribute a: expected integers of type byte, found 128/,
  ],
  [
    'fill value of another type',
    {
      ...EXAMPLES.empty,
      dimensions: [time],
      variables: [{ ...byteColumn, attributes: [{ name: '_FillValue', type: 'int', value: [1] }] }],
    },
    /expected one _FillValue of type byte/,
  ],
  [
    'half a surrogate pair',
    { ...EXAMPLES.empty, attributes: [{ name: 'a', type: 'char', value: '\ud800' }] },
    /text that UTF-8 can hold/,
  ],
];

for (const [what, value, message] of FAULTS) {
  test(`refuses ${what}`, () => assert.throws(() => encodeNetcdf3(value), message));
}
