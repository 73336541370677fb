import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXEMPLARY, EXEMPLARY_NAME } from '../../test/exemplary-file.ts';
import { all, type Change, changed, set, twin, unset, value, without } from '../../test/file-changes.ts';
import type { NetcdfFile } from '../netcdf-file.ts';
import { encodeNetcdf3 } from '../netcdf3.ts';
import { decodeNetcdf3 } from '../netcdf3-reader.ts';
import { EMSO_TABLES } from './emso-tables.ts';
import { emsoScore, type Finding, findingsOf, NETCDF_RULES, type NetcdfSubject } from './mod.ts';

/** The findings of a file as it comes back from its bytes. */
function judge(file: NetcdfFile, facts: Partial<NetcdfSubject> = {}): Finding[] {
  const read = decodeNetcdf3(encodeNetcdf3(file));
  return findingsOf(NETCDF_RULES, { file: read, name: EXEMPLARY_NAME, profile: 'emso', ...facts });
}

const asIs: Change = (file) => file;
const TWO_DIMENSIONS = changed('TEMP', (variable) => ({
  ...variable,
  dimensions: ['platform_id_strlen', 'platform_id_strlen'],
  data: new Float32Array(9),
}));

/** A change, and the rule that must see it. What else it sets off does not matter. */
const CASES: [rule: string, what: string, change: Change, facts?: Partial<NetcdfSubject>][] = [
  ['cf.conventions', 'no CF', set('Conventions', 'ACDD-1.3')],
  ['cf.conventions', 'two versions', set('Conventions', 'CF-1.6, CF-1.8, ACDD-1.3')],
  ['cf.types', 'an unsigned type', asIs, { foreign: [{ where: 'TEMP_QC', type: 'ubyte' }] }],
  ['cf.names', 'a blank', set('a b', 'x')],
  ['cf.names', 'names that differ by case', twin('TEMP', 'temp')],
  ['cf.text', 'a number for a text', set('comment', [1])],
  ['cf.text', 'bytes that are no UTF-8', set('TEMP:comment', 'M\ufffdditerran\ufffde')],
  ['cf.title-history', 'no history', unset('history')],
  ['cf.units', 'not read by UDUNITS', set('TEMP:units', 'degrees of warmth')],
  ['cf.units', 'numbers', set('TEMP:units', [1])],
  ['cf.units', "EMSO's PSU under profile cf", asIs, { profile: 'cf' }],
  ['cf.units-missing', 'none', unset('TEMP:units')],
  ['cf.canonical-units', 'a length for a temperature', set('TEMP:units', 'm')],
  ['cf.standard-name', 'capitals', set('TEMP:standard_name', 'Sea Temperature')],
  ['cf.standard-name', 'a strange modifier', set('TEMP:standard_name', 'sea_water_temperature mean')],
  ['cf.described', 'no name at all', all(unset('MII:long_name'), unset('MII:standard_name'))],
  ['cf.fill-type', 'a double for a float', set('TEMP:valid_min', [-5])],
  ['cf.coordinate-fill', 'a fill value on depth', set('depth:_FillValue', [99_999])],
  ['cf.coordinate-fill', 'NaN in time', value('time', 1, Number.NaN)],
  ['cf.latitude', 'plain degrees', set('latitude:units', 'degrees')],
  ['cf.latitude', 'beyond the pole', value('latitude', 0, 91)],
  ['cf.vertical', 'no direction', unset('depth:positive')],
  ['cf.time-units', 'no zero', set('time:units', 'seconds')],
  ['cf.calendar', 'of the revolution', set('time:calendar', 'republican')],
  ['cf.flags', 'another type', set('TEMP_QC:flag_values', [0, 1, 2, 3, 4, 7, 8, 9], 'short')],
  ['cf.flags', 'a meaning less', set('TEMP_QC:flag_meanings', 'unknown good_data')],
  ['cf.flags', 'a value twice', set('TEMP_QC:flag_values', [0, 1, 1, 3, 4, 7, 8, 9], 'byte')],
  ['cf.flags', 'commas', set('TEMP_QC:flag_meanings', 'a, b, c, d, e, f, g, h')],
  ['cf.flags', 'no values', unset('TEMP_QC:flag_values')],
  ['cf.dimensions', 'one twice', TWO_DIMENSIONS],
  [
    'cf.dimension-order',
    'depth before time',
    (file) => ({
      ...file,
      dimensions: [{ name: 'depth', length: 1 }, ...file.dimensions.map(({ name, length }) => ({ name, length }))],
      variables: file.variables.map((each) =>
        each.name === 'TEMP' ? { ...each, dimensions: ['depth', 'time'] } : each,
      ),
    }),
  ],
  ['cf.axis', 'another letter', set('depth:axis', 'D')],
  ['cf.axis', 'twice', set('longitude:axis', 'Y')],
  ['cf.axis', 'on data', set('TEMP:axis', 'Z')],
  ['cf.coordinates', 'a name that is no variable', set('TEMP:coordinates', 'time height')],
  ['cf.coordinates', 'a variable on other dimensions', set('MII:coordinates', 'time')],
  ['cf.ancillary', 'a name that is no variable', set('TEMP:ancillary_variables', 'TEMP_FLAG')],
  ['cf.feature-type', 'none', unset('featureType')],
  ['cf.feature-type', 'another', set('featureType', 'station')],
  ['cf.role', 'none', unset('platform_id:cf_role')],
  ['cf.role', 'another', set('platform_id:cf_role', 'station_id')],
  ['cf.data-coordinates', 'none', unset('TEMP:coordinates')],
  ['acdd.variable.long_name', 'none', unset('TEMP:long_name')],
  ['acdd.variable.standard_name', 'none', unset('TEMP:standard_name')],
  ['acdd.variable.units', 'none', unset('depth:units')],
  ['acdd.variable.coverage_content_type', 'another', set('TEMP:coverage_content_type', 'measurement')],
  ['acdd.dates', 'no such day', set('date_modified', '2026-02-30T00:00:00Z')],
  ['emso.variable-type', 'none', unset('MII:variable_type')],
  ['emso.variable-type', 'another', set('MII:variable_type', 'mooring')],
  ['emso.mandatory-coordinates', 'no depth', without('depth')],
  ['emso.one-standard-name', 'two temperatures', twin('TEMP', 'TEMP_2')],
  ['emso.one-parameter', 'two temperatures', twin('TEMP', 'TEMP_2')],
  ['emso.identifiers', 'a sensor that nobody describes', set('SBE37_1234:sensor_id', 'SBE37_0001')],
  ['emso.identifiers', 'a platform that nobody describes', set('MII:platform_id', 'mii')],
  ['emso.keywords', 'a type less', set('keywords_type', 'site, site')],
  [
    'emso.keywords',
    'vocabularies in another order',
    set('keywords_vocabulary_uri', 'https://gcmd.earthdata.nasa.gov/ a b c d e'),
  ],
  ['emso.contributors', 'a role less', set('contributor_role', 'ProjectLeader')],
  ['emso.institution', 'another order', set('institution_edmo_code', '3078 2897')],
  [
    'emso.terms',
    'two terms',
    set('TEMP:sdn_parameter_uri', 'http://vocab.nerc.ac.uk/collection/P01/current/TEMPPR01/'),
  ],
  ['data.time', 'a time twice', value('time', 1, 1_795_132_800)],
  ['data.time', 'no time', without('time')],
  ['data.coverage', 'a row before its start', set('time_coverage_start', '2026-11-20T00:05:00Z')],
  ['data.coverage', 'a row after its end', set('time_coverage_end', '2026-11-20T00:15:00Z')],
  ['data.coverage-tight', 'a day for twenty minutes', set('time_coverage_end', '2026-11-21T00:00:00Z')],
  ['data.coverage-tight', 'a duration of its own', set('time_coverage_duration', 'P1D')],
  ['data.extents', 'another depth', set('geospatial_vertical_max', [2475])],
  ['data.extents', 'another latitude', set('geospatial_lat_min', [42.5])],
  ['data.flags', 'a flag of another scheme', value('TEMP_QC', 0, 6)],
  ['data.flags', 'a flag that nobody wrote', value('TEMP_QC', 0, -128)],
  [
    'data.flag-shape',
    'one flag for all',
    changed('TEMP_QC', (flags) => ({ ...flags, dimensions: [], data: Int8Array.of(1) })),
  ],
  ['data.missing', 'a missing value that is good', value('TEMP_QC', 1, 1)],
  ['data.missing', 'a value that is missing', value('TEMP_QC', 0, 9)],
  ['data.valid-range', 'below it', value('TEMP', 0, -6)],
  ['file.name', 'no day', asIs, { name: 'MICROCAT.nc' }],
  ['file.name', 'no such day', asIs, { name: 'MICROCAT_20261131.nc' }],
  ['file.name', 'a sensor that the site does not have', asIs, { prefixes: ['CSTAR', 'OXYGEN'] }],
  ['file.name', 'OceanSITES without a mode', asIs, { name: 'OS_MII_201905.nc' }],
  ['file.day', 'another day', asIs, { name: 'MICROCAT_20261121.nc' }],
  ['file.mode', 'delayed by name only', asIs, { name: 'MICROCAT_20261120_D.nc' }],
  ['file.mode', 'OceanSITES', asIs, { name: 'OS_MII_201905_P.nc' }],
  ['file.manifest', 'no JSON', asIs, { stored: { sha256: 'a', bytes: 4, manifestFault: 'no JSON' } }],
  [
    'file.checksum',
    'another byte',
    asIs,
    { stored: { sha256: 'a', bytes: 4, manifest: { path: 'netcdf/x.nc', sha256: 'b', bytes: 4 } } },
  ],
  [
    'file.checksum',
    'a byte more',
    asIs,
    { stored: { sha256: 'a', bytes: 5, manifest: { path: 'netcdf/x.nc', sha256: 'a', bytes: 4 } } },
  ],
];

/** Names of variables that no table row may pass with. */
CASES.push(
  ['emso.coordinate.name', 'a place that is no coordinate', twin('depth', 'bottom')],
  ['emso.environmental.name', 'a name of our own', twin('TEMP', 'WARMTH')],
  ['emso.biological.name', 'a name of our own', set('TEMP:variable_type', 'biological')],
  ['emso.quality_control.name', 'flags of nothing', twin('TEMP_QC', 'WARMTH_QC')],
);

/** A variable of each kind in the exemplary file; those it does not have are made of TEMP. */
const OF_KIND = {
  global: undefined,
  coordinate: 'time',
  environmental: 'TEMP',
  biological: 'TEMP',
  technical: 'TEMP',
  quality_control: 'TEMP_QC',
  sensor: 'SBE37_1234',
  platform: 'MII',
} as const;
const NEVER_ABSENT = new Set(['sensor.name', 'platform.name']);

// Each row of EMSO's tables: a required attribute that is absent; any attribute with a value that no test can take.
for (const kind of Object.keys(EMSO_TABLES) as (keyof typeof EMSO_TABLES)[]) {
  for (const [attribute, test, need] of EMSO_TABLES[kind]) {
    if (attribute === '$name') continue;
    const variable = OF_KIND[kind];
    const place = variable === undefined ? attribute : `${variable}:${attribute}`;
    const asKind = kind === 'biological' || kind === 'technical' ? set('TEMP:variable_type', kind) : asIs;
    const rule = `emso.${kind}.${attribute}`;
    if (/^(data_type|sdn_vocab_pref|oso_ontology_name|valid_keyword$)/.test(test)) {
      CASES.push([rule, 'empty', all(asKind, set(place, ''))]);
    } else if (attribute !== 'variable_type') CASES.push([rule, 'nonsense', all(asKind, set(place, '? nonsense'))]);
    // Without its type a variable is judged as environmental: that is the rule emso.variable-type.
    else NEVER_ABSENT.add(`${kind}.variable_type`);
    if (need === 'required' && attribute !== 'variable_type') CASES.push([rule, 'absent', all(asKind, unset(place))]);
  }
}
for (const { id } of NETCDF_RULES) {
  const [, name] = /^acdd\.([^.]+)$/.exec(id) ?? [];
  if (name !== undefined && name !== 'dates') CASES.push([id, 'absent', unset(name)]);
}
CASES.push(['emso.environmental.variable_type', 'absent', unset('TEMP:variable_type')]);
NEVER_ABSENT.delete('environmental.variable_type');

test('nothing is found in the exemplary file', () => {
  assert.deepEqual(judge(EXEMPLARY), []);
  assert.deepEqual(judge(EXEMPLARY, { prefixes: ['MICROCAT'] }), []);
  assert.deepEqual(judge(set('data_mode', 'D')(EXEMPLARY), { name: 'MICROCAT_20261120_D.nc' }), []);
  assert.deepEqual(judge(EXEMPLARY, { name: 'OS_MII_201905_R.nc' }), []);
  const stored = { sha256: 'a', bytes: 4, manifest: { path: 'netcdf/x.nc', sha256: 'a', bytes: 4 } };
  assert.deepEqual(judge(EXEMPLARY, { stored }), []);
});

for (const [rule, what, change, facts] of CASES) {
  test(`${rule}: ${what}`, () => {
    const found = judge(change(EXEMPLARY), facts).filter((finding) => finding.rule === rule);
    assert.notEqual(found.length, 0, 'the rule found nothing');
    for (const { where, expected, found: what, remedy } of found) {
      for (const text of [where, expected, what, remedy]) assert.notEqual(text.trim(), '');
    }
  });
}

test('every rule has a file that it refuses', () => {
  const tried = new Set(CASES.map(([rule]) => rule));
  // EMSO's row `variable_type` asks for the kind by which the table was chosen; any name will do for sensor and platform.
  const untried = NETCDF_RULES.map(({ id }) => id).filter((id) => !tried.has(id));
  assert.deepEqual(untried.sort(), [...NEVER_ABSENT].map((row) => `emso.${row}`).sort());
});

test('ids of rules are used once', () => {
  const ids = NETCDF_RULES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('the profile decides which unit is asked for, and the score counts as EMSO does', () => {
  const cf = set('PSAL:units', '1')(EXEMPLARY);
  const units = (file: NetcdfFile, profile: 'cf' | 'emso'): string[] =>
    judge(file, { profile }).map(({ rule, where }) => `${rule} ${where}`);
  assert.deepEqual(units(cf, 'cf'), []);
  assert.deepEqual(units(cf, 'emso'), ['emso.environmental.units PSAL:units']);
  assert.deepEqual(units(EXEMPLARY, 'emso'), []);
  assert.deepEqual(units(EXEMPLARY, 'cf'), ['cf.units PSAL:units']);
  const subject = { file: EXEMPLARY, name: EXEMPLARY_NAME, profile: 'cf' } as const;
  const [passed, required] = emsoScore(subject).required;
  assert.equal(passed, required);
  assert.deepEqual(emsoScore({ ...subject, file: cf }).required, [passed - 1, required]);
  assert.equal(emsoScore({ ...subject, file: cf }).unitsOfCf, 1);
});
