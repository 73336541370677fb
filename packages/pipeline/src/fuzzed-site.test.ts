/** Whatever somebody writes into the site file: it is refused with words, or both encoders hold what the description says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, compactDay, createBatch, openRow } from '@emso/core';
import {
  checkNetcdf,
  type DayInput,
  describeDay,
  encodeNetcdf3,
  findingsOf,
  NETCDF_RULES,
  type NetcdfAttribute,
  type NetcdfFile,
} from '@emso/products';
import { encodeNetcdf4 } from '@emso/products/netcdf4';
import fc from 'fast-check';
import { type ReadNetcdf, readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { readNetcdf4 } from '../../../test/support/netcdf4-reader.ts';
import { deployment, type Facts, planOf } from '../test/plans.ts';
import { DAY, MIDNIGHT, runOf } from '../test/streams.ts';
import { rebuildDay } from './day.ts';

const text = fc.oneof(
  { weight: 30, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }) },
  {
    weight: 8,
    arbitrary: fc.constantFrom('unknown', 'é, ü', ' blank ', 'two\nlines\n', '"quoted"', '海', '10%', '\t'),
  },
  { weight: 1, arbitrary: fc.constantFrom('', 'a\u0000b', '\u0007', '\ud800', '\u007f', '\ufffd') },
);
const bilingual = fc.record({ fr: text, en: text });
const edmo = fc.integer({ min: 1, max: 9999 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const number = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -90, max: 90, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 90, -180, 1e300, 'unknown' as const) },
);
const url = fc.constantFrom('https://a.example/x', 'http://b.example');

const observatoryFacts = fc.record({
  title: bilingual,
  summary: bilingual,
  regionalFacility: text,
  site: text,
  institution: fc.record({ name: text, edmo, ror: text }),
  partners: fc.array(fc.record({ name: text, edmo, ror: text }), { maxLength: 2 }),
  rightsHolders: fc.array(text, { minLength: 1, maxLength: 2 }),
  funding: fc.array(text, { minLength: 1, maxLength: 2 }),
  license: text,
  licenseNote: maybe(text),
  publisher: maybe(fc.record({ name: text, email: fc.constantFrom('a@b.example', 'unknown'), url })),
  project: maybe(fc.record({ name: text, code: maybe(text), url: maybe(url) })),
  program: maybe(text),
  namingAuthority: maybe(text),
  homepage: maybe(url),
  networks: fc.array(text, { maxLength: 2 }),
  keywords: fc.array(
    fc.record({ label: text, uri: url, vocabulary: fc.constantFrom('GEMET', 'GCMD', 'OSO'), type: text }),
    { maxLength: 2 },
  ),
  contacts: fc.array(
    fc.record({
      name: text,
      role: fc.oneof(text, fc.constant('principalInvestigator')),
      email: fc.constant('unknown'),
    }),
    { maxLength: 3 },
  ),
  netcdf: fc.record({
    profile: fc.constantFrom('cf', 'emso'),
    cfVersion: fc.constantFrom('1.6', '1.9', '1.11'),
  }),
});
const platformFacts = fc.record({
  title: bilingual,
  oso: text,
  type: fc.constantFrom('SDN:L06::11', 'SDN:L06::48', 'SDN:L06::999'),
  position: fc.record({
    latitude: number,
    longitude: number,
    depthM: maybe(fc.double({ noNaN: true })),
    note: maybe(text),
  }),
  doi: maybe(fc.constantFrom('10.17882/75839', '10.1/x')),
});
const sensorFacts = fc
  .record({
    title: maybe(bilingual),
    dataset: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('unknown', 'A_b.c-1') }, { weight: 1, arbitrary: text }),
    l22: maybe(fc.constantFrom('unknown', 'TOOL1457', 'TOOL9999')),
    l05: maybe(fc.constantFrom('unknown', '130', 'WPS')),
    l35: maybe(fc.constantFrom('unknown', 'MAN0013', 'MAN9999')),
    cadenceMs: fc.integer({ min: 1, max: 86_400_000 }),
    depthTheoreticM: maybe(fc.integer({ min: 0, max: 5000 })),
    parameters: maybe(
      fc.record({
        TEMP: fc.record({ longName: text, p01: fc.constantFrom('TEMPPR01', 'XXXXXXXX'), p01Label: maybe(text) }),
      }),
    ),
    calibrations: fc.constantFrom([], [{ validFrom: '2019-01-01T00:00:00Z', source: 'sheet' }]),
    serial: text,
    mount: maybe(text),
    depthM: number,
  })
  .map(({ serial, mount, depthM, ...facts }) => ({ ...facts, deployments: [deployment({ serial, mount, depthM })] }));

const OF_STRUCTURE = NETCDF_RULES.filter(({ id }) => /^(cf|data|file)\./.test(id));

/** JSON has no `undefined`: keys without a value are absent. */
const written = (facts: object): Facts => JSON.parse(JSON.stringify(facts)) as Facts;

function plain(attributes: readonly NetcdfAttribute[]): unknown {
  return attributes.map(({ name, type, value }) => [
    name,
    { type, value: typeof value === 'string' ? value : [...value] },
  ]);
}

function holds(read: ReadNetcdf, file: NetcdfFile, reader: string): void {
  assert.deepEqual([...read.attributes], plain(file.attributes), reader);
  assert.deepEqual(
    [...read.dimensions],
    file.dimensions.map(({ name, length, unlimited = false }) => [name, { length, unlimited }]),
  );
  assert.deepEqual(
    [...read.variables.keys()],
    file.variables.map(({ name }) => name),
  );
  for (const { name, type, dimensions, attributes, data } of file.variables) {
    const back = read.variables.get(name)!;
    assert.deepEqual([back.type, back.dimensions], [type, dimensions], `${reader} ${name}`);
    assert.deepEqual([...back.attributes], plain(attributes), `${reader} ${name}`);
    assert.deepEqual(back.data, data, `${reader} ${name}`);
  }
}

/** What `emso validate` would refuse: attributes that a data centre wants and the description has no fact for are told, not refused. */
function faultsOf(file: NetcdfFile, { observatory, sensor }: DayInput): unknown[] {
  const { profile } = observatory.observatory.netcdf;
  const name = `${sensor.prefix}_${compactDay(DAY)}.nc`;
  return findingsOf(OF_STRUCTURE, { file, name, profile }).filter(({ severity }) => severity === 'error');
}

test('a description is refused with words, or both kinds of file hold it', (t) => {
  let [accepted, refused] = [0, 0];
  fc.assert(
    fc.property(
      observatoryFacts,
      platformFacts,
      sensorFacts,
      fc.integer({ min: 0, max: 3 }),
      (site, platform, sensor, rows) => {
        let plan: ReturnType<typeof planOf>;
        try {
          plan = planOf(written(sensor), written(platform), written(site));
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
          assert.match(error.message, /expected .*found /s);
          refused++;
          return;
        }
        accepted++;
        const { input } = rebuildDay(plan, DAY, runOf([]), 'open');
        const batch = createBatch(input.batch.codes, [], rows);
        for (let i = 0; i < rows; i++) {
          const row = openRow(batch);
          batch.time[row] = MIDNIGHT + i * 1000;
          batch.codes.forEach((_, column) => {
            batch.values[column][row] = i / 8;
            batch.flags[column][row] = 1;
          });
          batch.count++;
        }
        const file = describeDay({ ...input, batch });
        checkNetcdf(file);
        assert.deepEqual(faultsOf(file, input), []);
        holds(readNetcdf(encodeNetcdf3(file)), file, 'netCDF-3');
        holds(readNetcdf4(encodeNetcdf4(file)), file, 'netCDF-4');
      },
    ),
    { numRuns: 100 },
  );
  t.diagnostic(`${accepted} accepted, ${refused} refused`);
  assert.ok(accepted > 10 && refused > 0, `${accepted} accepted, ${refused} refused`);
});
