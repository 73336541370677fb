import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, parseObservatory } from './observatory.ts';

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');

/** The faults of a site file as `line path: message`. */
function faultsOf(yaml: string): string[] {
  try {
    parseObservatory(yaml, 'site.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((f) => `${f.line} ${f.path}: ${f.message}`);
    throw error;
  }
  return [];
}

/** The real file with one piece of text replaced, and the line where that piece begins. */
function edited(from: string, to: string): { yaml: string; line: number } {
  const at = text.indexOf(from);
  assert.ok(at >= 0, `the site file has no '${from}'`);
  return { yaml: text.slice(0, at) + to + text.slice(at + from.length), line: text.slice(0, at).split('\n').length };
}

// What a data manager mistypes, and the words that say so.
// biome-ignore format: a table, one mistake a line
const MISTAKES: [what: string, from: string, to: string, message: RegExp][] = [
  ['an endpoint without a port', '# endpoint: tcp://<address>:<port>', 'endpoint: tcp://192.0.2.1', /endpoint: expected tcp:\/\/host:port .*found 'tcp:\/\/192.0.2.1'/],
  ['a port out of range', '# endpoint: tcp://<address>:<port>', 'endpoint: tcp://192.0.2.1:70000', /found 'tcp:\/\/192.0.2.1:70000'/],
  ['a folder used twice', 'folder: Emso_Oxygen', 'folder: Emso_Microcat', /sensors\[1\]\.folder: expected a folder of its own, found 'Emso_Microcat' also at platforms\[0\]\.sensors\[0\]\.folder/],
  ['a prefix used twice', 'prefix: OXYGEN', 'prefix: MICROCAT', /expected a prefix of its own/],
  ['a sensor id used twice', 'id: oxygen', 'id: microcat', /expected a sensor id of its own/],
  ['a platform id used twice', 'id: albatross\n', 'id: mii\n', /expected a platform id of its own/],
  ['an unknown parameter code', 'TEMP: { grossRange', 'TMEP: { grossRange', /qc\[0\]\.TMEP: expected a code of the parameter table such as TEMP, found 'TMEP'/],
  ['a span for time', 'TEMP: { grossRange', 'time: { grossRange', /found 'time'/],
  ['a mistyped code in a column', 'Temperature: TEMP', 'Temperature: TMEP', /expected a parameter code or a label .*found 'TMEP'/],
  ['names for an unknown code', 'TEMP: { longName', 'TMEP: { longName', /expected a code of the parameter table such as TEMP, found 'TMEP'/],
  ['a date that cannot be', 'from: 2019-05-01T00:00:00Z', 'from: 2019-02-30T00:00:00Z', /expected a UTC time such as 2019-05-01T00:00:00Z, found '2019-02-30T00:00:00Z'/],
  ['local time', 'from: 2019-05-01T00:00:00Z', 'from: 2019-05-01T00:00:00+02:00', /expected a UTC time/],
  ['a French date', 'from: 2019-05-01T00:00:00Z', 'from: 01/05/2019', /expected a UTC time .*found '01\/05\/2019'/],
  ['a year alone', 'from: 2019-05-01T00:00:00Z', 'from: 2019', /expected a UTC time .*found 2019/],
  ['deployments out of order', 'from: 2019-05-01T00:00:00Z', 'from: 2016-05-01T00:00:00Z', /deployments\[1\]\.from: expected deployments in order and not overlapping/],
  ['an end before its beginning', '# endpoint: tcp://<address>:<port>', 'to: 2019-05-01', /deployments\[1\]\.to: expected an end after 2019-05-01T00:00:00Z, found 2019-05-01T00:00:00Z/],
  ['a map with a missing comma', 'edmo: 3078, ror', 'edmo: 3078 ror', /expected a comma between two entries in brackets, found 'institution: /],
  ['a missing bracket', 'fail: [12.5, 14.0], suspect', 'fail: [12.5, 14.0, suspect', /expected .*a closing bracket, found 'TEMP: \{ grossRange/],
  ['the same key twice', 'prefix: OXYGEN', 'prefix: OXYGEN\n        prefix: OPTODE', /expected each key only once, found 'prefix: OPTODE'/],
  ['a missing colon', 'model: sbe37-microcat', 'model sbe37-microcat', /expected a key, a colon and a blank, found 'model sbe37-microcat'/],
  ['a tab', '        prefix: OXYGEN', '\tprefix: OXYGEN', /expected blanks and no tab before the key/],
  ['model characters', 'model: sbe37-microcat', 'model: SBE37_MicroCAT', /model: expected lower-case letters, digits and hyphens, found 'SBE37_MicroCAT'/],
  ['a mistyped key', 'cadenceMs: 120000', 'cadenceMS: 120000', /cadenceMS: expected a key that the site file knows, found 'cadenceMS'/],
  ['a number for a serial', 'serial: unknown', 'serial: 3711', /serial: expected a text, found 3711: write it in quotes/],
  ['a text for a number', 'cadenceMs: 120000', 'cadenceMs: 120 s', /cadenceMs: expected a number, found '120 s'/],
  ['a cadence of zero', 'cadenceMs: 120000', 'cadenceMs: 0', /expected a number above 0, found 0/],
  ['a mistyped unknown', 'depthM: unknown', 'depthM: unkown', /depthM: expected a depth in metres or unknown, found 'unkown'/],
  ['a latitude beyond the pole', 'latitude: 42.806217', 'latitude: 428.06217', /expected a number up to 90, found 428.06217/],
  ['an unknown policy', 'timePolicy: received', 'timePolicy: recieved', /expected received, instrument, relayed \(one of them\), found 'recieved'/],
  ['an empty fact', 'serial: unknown', "serial: ''", /expected a text or unknown, found an empty text/],
  ['a bad DOI', 'doi: 10.17882/75839', 'doi: https://doi.org/10.17882/75839', /expected a DOI such as/],
  ['a mistyped driver', 'driver: geonetwork', 'driver: geonetworks', /catalogue(\.driver)?: expected a map with driver: geonetwork, csw or directory/],
  ['a key of another driver', 'portal: srv', 'cswUrl: https://a.example.org/csw', /catalogue\.cswUrl: expected a key that the site file knows/],
  ['a catalogue without a protocol', 'url: https://dataset', 'url: dataset', /catalogue\.url: expected the address of the GeoNetwork .*: http or https, without user, password/],
  ['a slash at the end', 'fr/geonetwork\n', 'fr/geonetwork/\n', /catalogue\.url: expected .* or final slash/],
  ['a group of no kind', 'group: unknown', 'group: [3]', /catalogue\.group: expected the number or the name of a group/],
  ['a word for a yes', 'publish: true', 'publish: oui', /catalogue\.publish: expected a?.*boolean/],
  ['an e-mail without @', 'maurice.libes@osupytheas.fr', 'maurice.libes', /expected an e-mail address or unknown, found 'maurice.libes'/],
  ['access in another word', 'access: public', 'access: open', /expected public, restricted or \{embargoedUntil: time\}, found 'open'/],
  ['a folder with a blank', 'folder: Emso_Oxygen', 'folder: Emso Oxygen', /folder: expected path parts .*found 'Emso Oxygen'/],
  ['a folder in the archive of unknown sensors', 'folder: Emso_Oxygen', 'folder: _unconfigured/mii/oxygen', /folder: expected a folder outside _unconfigured, .*found '_unconfigured/],
  ['a folder that leaves the tree', 'folder: Emso_Oxygen', 'folder: ../Emso_Oxygen', /folder: expected path parts/],
];
/** Two sensors whose files would be one, or whose records would share an id. */
const NOT_UNIQUE = /used twice|archive of unknown/;
for (const [what, from, to, message] of MISTAKES) {
  const title = NOT_UNIQUE.test(what)
    ? `PROMISE 4: ${what} that is taken, or told elsewhere than at its own line`
    : `${what}: one plain fault at its own line`;
  test(title, () => {
    const { yaml, line } = edited(from, to);
    const faults = faultsOf(yaml);
    const own = faults.filter((fault) => message.test(fault));
    assert.ok(own.length > 0, faults.join('\n') || 'no fault found');
    // A duplicate key stands one line below the text that was replaced.
    const lines = own.map((fault) => Number.parseInt(fault, 10));
    assert.ok(
      lines.includes(line) || (to.includes('\n') && lines.includes(line + 1)),
      `${own.join('\n')}\nexpected at line ${line}`,
    );
    for (const fault of faults)
      assert.doesNotMatch(fault, /Invalid|Too small|Too big|received (string|number|undefined)/);
  });
}

test('a password in the address of the catalogue is refused, and not shown', () => {
  const { yaml, line } = edited('url: https://dataset', 'url: https://emso:s3cret@dataset');
  const [fault, ...more] = faultsOf(yaml);
  assert.deepEqual(more, []);
  assert.match(fault, new RegExp(`^${line} catalogue\\.url: expected .*without user, password`));
  assert.doesNotMatch(fault, /s3cret/);
});

test('a missing key is reported where its map begins', () => {
  const { yaml, line } = edited('        prefix: OXYGEN\n', '');
  const [fault, ...others] = faultsOf(yaml);
  assert.deepEqual(others, []);
  assert.equal(fault, `${line - 3} platforms[0].sensors[1].prefix: expected a text, found nothing: add this key`);
});

test('faults of every kind are listed at once, each with its line', () => {
  const faults: [from: string, to: string][] = [
    ['site: LO', 'sight: LO'],
    ['edmo: 3078', 'edmo: MIO'],
    ['graceMs: 172800000', 'graceMs: 48 h'],
    ['prefix: MICROCAT', 'prefix: MICRO CAT'],
    ['folder: Emso_Oxygen', 'folder: Emso_Microcat'],
    ['DOXY: { grossRange', 'OXYG: { grossRange'],
    ['dataset: Emso_Ligure_Ouest_MII_Cstar', 'dataset: 12'],
    ['position:\n      latitude: unknown', 'position:\n      latitude: 95'],
  ];
  let yaml = text;
  const lines: number[] = [];
  for (const [from, to] of faults) {
    const at = yaml.indexOf(from);
    assert.ok(at >= 0, from);
    lines.push(yaml.slice(0, at).split('\n').length + (from.includes('\n') ? 1 : 0));
    yaml = yaml.slice(0, at) + to + yaml.slice(at + from.length);
  }
  assert.throws(
    () => parseObservatory(yaml, 'deploy/site.yaml'),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      // `sight` is one fault, the missing `site` another, reported where the map begins.
      const found = error.faults.map((fault) => fault.line);
      for (const line of lines) assert.ok(found.includes(line), `no fault at line ${line}\n${error.message}`);
      assert.equal(error.faults.length, faults.length + 1, error.message);
      assert.match(error.message, /^deploy\/site\.yaml: 9 faults\n/);
      for (const fault of error.faults)
        assert.ok(error.message.includes(`deploy/site.yaml:${fault.line} ${fault.path}: ${fault.message}`));
      return true;
    },
  );
});

for (const [what, yaml] of [
  ['an empty file', ''],
  ['a list', '- 1\n- 2\n'],
  ['a text', 'observatory\n'],
]) {
  test(`${what} is refused in words`, () => assert.match(faultsOf(yaml).join('\n'), /expected a map of keys, found/));
}

test('two sensors may not read one converter port at the same time, but one after the other', () => {
  const endpoint = 'endpoint: tcp://192.0.2.1:4001';
  const twice = text.replaceAll(
    '# endpoint: tcp://<address>:<port>\n            timePolicy',
    `${endpoint}\n            timePolicy`,
  );
  const faults = faultsOf(twice);
  assert.equal(faults.length, 4, faults.join('\n'));
  assert.match(
    faults[0],
    /endpoint: expected an endpoint of its own, found 'tcp:\/\/192.0.2.1:4001' also at sensor microcat/,
  );
  const first = edited('# endpoint: tcp://<address>:<port>', `${endpoint}\n            to: 2021-01-01`).yaml;
  const second = first.replace(
    /(id: oxygen[\s\S]*?)from: 2019-05-01T00:00:00Z/,
    `$1${endpoint}\n            from: 2021-01-01`,
  );
  assert.deepEqual(faultsOf(second), []);
});

test('what only the caller knows is listed with its line; without a fault the description comes back', () => {
  const { line } = edited('settings: { outputFormat: 1, fields: [TEMP, CNDC, PRES], ', '');
  const path = ['platforms', 0, 'sensors', 0, 'deployments', 0, 'settings', 'fields'];
  assert.throws(
    () => parseObservatory(text, 'site.yaml', (site) => [{ path, message: `expected another ${site.observatory.id}` }]),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      const pathText = 'platforms[0].sensors[0].deployments[0].settings.fields';
      assert.deepEqual(error.faults, [{ line, path: pathText, message: 'expected another emso-ligure-ouest' }]);
      return true;
    },
  );
  assert.deepEqual(
    parseObservatory(text, 'site.yaml', () => []),
    parseObservatory(text, 'site.yaml'),
  );
});

test('dated entries follow one another', () => {
  const qc = '          - validFrom: 2017-01-01T00:00:00Z\n            # High';
  const entry = '          - validFrom: 2017-01-01T00:00:00Z\n';
  const again = edited(qc, entry + qc);
  assert.deepEqual(faultsOf(again.yaml), [
    `${again.line + 1} platforms[0].sensors[2].qc[1].validFrom: expected a later time than in the entry before`,
  ]);
  const constants = '      - validFrom: 2017-01-01T00:00:00Z\n        salinity: 38.48\n        pressureDbar: 2505.6\n';
  const twice = edited(constants, constants + constants.replace('2017', '2016'));
  assert.deepEqual(faultsOf(twice.yaml), [
    `${twice.line + 3} platforms[0].siteConstants[1].validFrom: expected a later time than in the entry before`,
  ]);
});

const example = new URL('../../../../shared/design/observatory-example.yaml', import.meta.url);

test('the example of the design has the shape of the schema', (t) => {
  if (!existsSync(example))
    return t.diagnostic('../shared/design/observatory-example.yaml is not here: nothing compared');
  // It leaves out what it does not show; nothing else may be refused.
  const refused = faultsOf(readFileSync(example, 'utf8')).filter(
    (fault) => !/found nothing(: add this key)?$/.test(fault),
  );
  assert.deepEqual(refused, []);
});
