/** Files of every sensor, judged attribute by attribute by the tables of EMSO's specification and by what CF and ACDD ask for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { acddFaults, cfFaults } from '../test/cf-acdd.ts';
import { completed, describedDay, plansOf, SITE_TEXT, withNetcdf } from '../test/described-days.ts';
import { emsoFindings, emsoTables, TABLES_MISSING } from '../test/emso-tables.ts';

const skip = TABLES_MISSING;
const tables = skip === false ? emsoTables() : undefined;
const filesOf = (text: string) =>
  plansOf(text).map((plan) => ({ id: plan.sensor.id, file: readNetcdf(describedDay(plan).netcdf) }));

test('a complete site file, profile emso: every required attribute of every sensor', { skip }, (t) => {
  let all = 0;
  for (const { id, file } of filesOf(withNetcdf(completed(SITE_TEXT), '{ profile: emso }'))) {
    const { findings, checked } = emsoFindings(file, tables!);
    assert.deepEqual(
      findings.filter(({ required }) => required),
      [],
      id,
    );
    // What is optional may be absent; what is there must be right.
    assert.deepEqual(
      findings.filter(({ fault }) => fault !== 'is missing'),
      [],
      id,
    );
    assert.ok(checked > 150, `${id}: ${checked} rows`);
    all += checked;
  }
  t.diagnostic(`${all} rows of EMSO's tables judged`);
});

test('the real site file: nothing is missing but what it calls unknown', { skip }, () => {
  const OF_POSITION = /^(latitude|longitude|geospatial_l(at|on)_(min|max))$/;
  const OF_MODEL = /^(sdn_instrument_(name|urn|uri)|sensor_SeaVoX_L22_code|sensor_manufacturer_(name|urn|uri))$/;
  for (const { id, file } of filesOf(withNetcdf(SITE_TEXT, '{ profile: emso }'))) {
    const { findings } = emsoFindings(file, tables!);
    for (const { variable, attribute, required, fault } of findings) {
      if (!required) continue;
      assert.equal(fault, 'is missing', `${id} ${variable}:${attribute}`);
      const unknown = id.startsWith('albatross') && OF_POSITION.test(attribute === '' ? variable : attribute);
      assert.ok(unknown || OF_MODEL.test(attribute), `${id} ${variable}:${attribute}`);
    }
  }
});

test('profile cf: EMSO misses its own units and nothing else', { skip }, () => {
  for (const { id, file } of filesOf(completed(SITE_TEXT))) {
    const { findings } = emsoFindings(file, tables!);
    const others = findings.filter(({ required, attribute }) => required && attribute !== 'units');
    assert.deepEqual(others, [], id);
  }
});

for (const version of ['1.6', '1.8', '1.11']) {
  test(`profile cf, CF ${version}: no finding of CF or ACDD`, { skip }, () => {
    for (const { id, file } of filesOf(withNetcdf(completed(SITE_TEXT), `{ cfVersion: "${version}" }`))) {
      assert.deepEqual([...cfFaults(file, tables!.standardNames, version), ...acddFaults(file)], [], id);
      const scale = file.variables.get('TEMP')?.attributes.get('units_metadata')?.value;
      if (file.variables.has('TEMP'))
        assert.equal(scale, version === '1.11' ? 'temperature: on_scale' : undefined, `${id}: units_metadata`);
    }
  });
}

test('the judge sees what is wrong', { skip }, () => {
  const [{ file }] = filesOf(withNetcdf(completed(SITE_TEXT), '{ profile: emso }'));
  const temperature = file.variables.get('TEMP')!;
  temperature.attributes.set('units', { type: 'char', value: 'Celsius' });
  temperature.attributes.delete('sdn_parameter_name');
  file.variables.get('PSAL')!.attributes.set('standard_name', { type: 'char', value: 'sea_water_temperature' });
  file.attributes.delete('doi');
  file.attributes.set('keywords', { type: 'char', value: 'water' });
  const found = emsoFindings(file, tables!)
    .findings.filter(({ required }) => required)
    .map(({ variable, attribute }) => `${variable}:${attribute}`);
  assert.deepEqual(found, [':doi', 'TEMP:units', 'TEMP:sdn_parameter_name', 'PSAL:standard_name', ':keywords']);
  const cf = cfFaults(file, tables!.standardNames, '1.6').join('\n');
  assert.match(cf, /TEMP: UDUNITS cannot read 'Celsius'\nPSAL: UDUNITS cannot read 'PSU'/);
});
