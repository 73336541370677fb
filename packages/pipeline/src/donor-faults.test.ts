/** Donors that cannot be are faults of the site file, each with its line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, parseObservatory } from '@emso/core';
import { CONSTANTS, donorFacts, optodeFacts } from '../test/donated.ts';
import { deployment, type Facts, siteText } from '../test/plans.ts';
import { planObservatory } from './plan.ts';
import { settingsFaults } from './settings-faults.ts';

/** Faults as `what stands on the line | path: message`; the JSON is written one key a line. */
function faultsOf(sensors: readonly Facts[], platform: Facts): string[] {
  const text = JSON.stringify(JSON.parse(siteText(sensors, platform)), undefined, 1);
  try {
    parseObservatory(text, 'site.yaml', settingsFaults);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = text.split('\n');
    return error.faults.map(({ line, path, message }) => `${lines[line - 1].trim()} | ${path}: ${message}`);
  }
  return [];
}

const wants = (donors: unknown): Facts => optodeFacts({ donors });
const cstar: Facts = {
  ...donorFacts({ id: 'cstar', prefix: 'CSTAR', folder: 'Cstar', model: 'wetlabs-cstar', csvColumns: {}, qc: [] }),
  deployments: [deployment({ settings: {} })],
};
const second: Facts = optodeFacts({ id: 'second', prefix: 'SECOND', folder: 'Second' });
const unstored = { deployments: [deployment({ settings: { storedSalinity: 'x' } })] };

test('donors that cannot be', () => {
  const cases: [what: string, sensors: Facts[], faults: RegExp[], platform?: Facts][] = [
    ['both from one', [optodeFacts(), donorFacts()], []],
    ['one of them, the other constant', [wants({ salinity: 'microcat' }), donorFacts()], []],
    ['two dependents of one donor', [optodeFacts(), second, donorFacts()], []],
    ['no constants are needed where both are measured', [optodeFacts(), donorFacts()], [], {}],
    ['a computed salinity is one', [wants({ salinity: 'microcat' }), donorFacts({ deployments: [deployment()] })], []],
    [
      'nobody',
      [wants({ salinity: 'mikrocat' }), donorFacts()],
      [
        /^"salinity": "mikrocat" \| platforms\[0\]\.sensors\[0\]\.donors\.salinity: expected the id of a sensor of this file, found 'mikrocat'$/,
      ],
    ],
    [
      'itself',
      [wants({ pressure: 'oxygen' }), donorFacts()],
      [/^"pressure": "oxygen" \| .*donors\.pressure: expected another sensor, found the sensor itself$/],
    ],
    [
      'a sensor of something else',
      [wants({ salinity: 'cstar', pressure: 'microcat' }), donorFacts(), cstar],
      [/^"salinity": "cstar",? \| .*: expected a sensor that gives PSAL, found 'cstar', which gives .*ATTN/],
    ],
    [
      'two that give nothing of it',
      [wants({ salinity: 'cstar', pressure: 'cstar' }), cstar],
      [/donors\.salinity: expected a sensor that gives PSAL/, /donors\.pressure: expected a sensor that gives PRES/],
    ],
    [
      'a donor with donors',
      [wants({ salinity: 'second' }), second, donorFacts()],
      [/^"salinity": "second" \| .*: expected a sensor without donors of its own, found 'second', which has/],
    ],
    [
      'two that take from each other',
      [wants({ salinity: 'second' }), { ...second, donors: { salinity: 'oxygen' } }],
      [/donors\.salinity: .*found 'second', which has/, /donors\.salinity: .*found 'oxygen', which has/],
    ],
    [
      'a model that is not installed',
      [wants({ salinity: 'microcat' }), donorFacts({ model: 'no-such-model', csvColumns: {} })],
      [/expected a sensor whose model is installed, found 'microcat', a no-such-model$/],
    ],
    [
      'a sensor that uses none',
      [{ ...cstar, donors: { salinity: 'microcat' } }, donorFacts()],
      [
        /^"donors": \{ \| platforms\[0\]\.sensors\[0\]\.donors: expected donors only where they are used: for an optode/,
      ],
    ],
    [
      'salinity alone where the pressure is not known',
      [wants({ salinity: 'microcat' }), donorFacts()],
      [/^"donors": \{ \| .*each come from a donor or from the siteConstants/],
      {},
    ],
    ['an empty wish', [wants({}), donorFacts()], [/^"donors": \{\},? \| .*expected salinity, pressure or both/]],
    [
      'a wish of something else',
      [wants({ oxygen: 'microcat' }), donorFacts()],
      [/donors: expected salinity, pressure or both/, /donors\.oxygen: expected a key/],
    ],
    ['a number', [wants({ salinity: 5 }), donorFacts()], [/^"salinity": 5 \| .*donors\.salinity: expected/]],
    // What a sensor whose own settings are wrong would give is not known: its own faults are enough.
    [
      'a donor with a fault of its own',
      [optodeFacts(), donorFacts({ deployments: [deployment({ settings: { outputFormat: 9 } })] })],
      [/settings\.outputFormat/],
    ],
    ['a dependent with a fault of its own', [optodeFacts(unstored), donorFacts()], [/settings\.storedSalinity/]],
  ];
  for (const [what, sensors, faults, platform = CONSTANTS] of cases) {
    const found = faultsOf(sensors, platform);
    assert.equal(found.length, faults.length, `${what}:\n${found.join('\n')}`);
    faults.forEach((fault, i) => {
      assert.match(found[i], fault, what);
    });
  }
});

test('a plan whose donor was not checked is refused, never computed from something else', () => {
  const unchecked = parseObservatory(siteText([wants({ salinity: 'nobody' }), donorFacts()]), 'site.yaml');
  assert.throws(() => planObservatory(unchecked), /donors of oxygen: expected salinity from a sensor .*found 'nobody'/);
});
