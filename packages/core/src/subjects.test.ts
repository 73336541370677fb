import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  eventSubject,
  isToken,
  obsSubject,
  productSubject,
  qcSubject,
  rawSubject,
  rejSubject,
  SUBJECTS,
  sensorOfSubject,
} from './subjects.ts';

const BUILT: [pattern: string, subject: string][] = [
  ['raw.<platform>.<sensor>', rawSubject('mii', 'oxygen')],
  ['obs.<platform>.<sensor>', obsSubject('mii', 'oxygen')],
  ['qc.<platform>.<sensor>', qcSubject('mii', 'oxygen')],
  ['rej.<stage>.<platform>.<sensor>', rejSubject('decode', 'mii', 'oxygen')],
  ['product.<platform>.<sensor>.<kind>', productSubject('mii', 'oxygen', 'sealed')],
  ['event.<platform>.<sensor>.<what>', eventSubject('mii', 'oxygen', 'conflict')],
];
const TOKENS: Record<string, string> = {
  platform: 'mii',
  sensor: 'oxygen',
  stage: 'decode',
  kind: 'sealed',
  what: 'conflict',
};
for (const [pattern, subject] of BUILT) {
  test(`${pattern} is built as the table says`, () => {
    assert.equal(
      subject,
      pattern.replace(/<(\w+)>/g, (_, name: string) => TOKENS[name]),
    );
  });
}

test('every row of the table has a builder, and its stream is the first word', () => {
  assert.deepEqual(
    SUBJECTS.map((row) => row.pattern),
    BUILT.map(([pattern]) => pattern),
  );
  for (const { pattern, stream } of SUBJECTS) assert.equal(pattern.split('.')[0].toUpperCase(), stream);
});

const token = fc.stringMatching(/^[a-z0-9-]+$/);

test('raw, obs and qc subjects give platform and sensor back', () => {
  fc.assert(
    fc.property(token, token, fc.constantFrom(rawSubject, obsSubject, qcSubject), (platform, sensor, build) => {
      assert.ok(isToken(platform));
      assert.deepEqual(sensorOfSubject(build(platform, sensor)), { platform, sensor });
    }),
  );
});

for (const text of ['', 'MII', 'mii.x', 'mii x', 'mii*', 'mii>', 'capteur-é', 'a_b', 'mii\n']) {
  test(`${JSON.stringify(text)} is no token, and no subject is built with it`, () => {
    assert.equal(isToken(text), false);
    assert.throws(() => rawSubject(text, 'oxygen'), /expected \[a-z0-9-\]\+, found/);
    assert.throws(() => rejSubject('decode', 'mii', text), /expected \[a-z0-9-\]\+, found/);
  });
}

for (const text of [
  '',
  'raw',
  'raw.mii',
  'raw.mii.oxygen.more',
  'rej.decode.mii.oxygen',
  'product.mii.oxygen',
  'RAW.mii.oxygen',
]) {
  test(`'${text}' names no sensor`, () => assert.throws(() => sensorOfSubject(text), /expected raw\|obs\|qc/));
}
