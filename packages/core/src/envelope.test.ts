import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { envelopeOpener } from './envelope.ts';
import { ConfigError, parseObservatory } from './observatory.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Address and line of a text; undefined when it has no such envelope. */
function opened(pattern: string, text: string): [string | undefined, string] | undefined {
  // In the middle of an arena, as records lie there.
  const bytes = bytesOf(`\n~${text}~\n`).subarray(1);
  const found = envelopeOpener({ pattern })(bytes, 1, bytes.length - 2);
  return found && [found.address, Buffer.from(bytes.subarray(found.start, found.end)).toString('latin1')];
}

const COLON = '^(?<address>\\d+):(?<line>.*)$';

// biome-ignore format: a table, one case a line
const CASES: [what: string, pattern: string, text: string, found: [string | undefined, string] | undefined][] = [
  ['a line', COLON, '05:13.2974,  3.91051', ['05', '13.2974,  3.91051']],
  ['its end of line is no part of it', COLON, '05:13.2974\r', ['05', '13.2974']],
  ['white space that historical files lose', COLON, ' \t05:13.2974 \r', ['05', '13.2974']],
  ['an empty line', COLON, '05:', ['05', '']],
  ['an address keeps its zeros', COLON, '005:x', ['005', 'x']],
  ['no address', '^>(?<line>.*)<$', '>13.2<', [undefined, '13.2']],
  ['something behind the line', '^(?<address>\\d+) (?<line>.*)\\*[0-9A-F]{2}$', '05 13.2*7F\r', ['05', '13.2']],
  ['bytes above 7e are one character each', '^\\x82(?<address>.)\\xff(?<line>[^]*)$', '\x8205', undefined],
  ['such bytes around a line', '^\\x82(?<address>.)\\xff(?<line>.*)$', '\x825\xffab\x80c', ['5', 'ab\x80c']],
  ['another envelope', COLON, '$05,13.2974', undefined],
  ['nothing', COLON, '', undefined],
  ['a group that has no part in the match', '^x|(?<line>y)$', 'xz', undefined],
];
for (const [what, pattern, text, found] of CASES) {
  test(`envelope: ${what}`, () => assert.deepEqual(opened(pattern, text), found));
}

test('any line that was put into an envelope comes out of it', () => {
  const address = fc.integer({ min: 0, max: 99 }).map(String);
  const line = fc
    .string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
    .map((text) => text.replaceAll(/[\n\r]/g, '').replaceAll(/[\t-\r ]+$/g, ''));
  fc.assert(
    fc.property(address, line, fc.constantFrom('', '\r', ' \r'), (from, text, ending) => {
      assert.deepEqual(opened(COLON, `${from}:${text}${ending}`), [from, text]);
    }),
  );
});

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');

type Deployment = Record<string, unknown>;
type Written = { platforms: { sensors: { deployments: Deployment[] }[] }[] };

/** Messages about the site when the first sensors of the mooring have these facts in their last deployment. */
function faultsOf(...facts: readonly Deployment[]): string[] {
  const site = parse(text) as Written;
  facts.forEach((each, s) => {
    Object.assign(site.platforms[1].sensors[s].deployments.at(-1)!, each);
  });
  try {
    parseObservatory(stringify(site), 'site.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

// biome-ignore format: a table, one mistake a line
const MISTAKES: [what: string, envelope: unknown, fault: RegExp | undefined][] = [
  ['right', { pattern: COLON, address: '05' }, undefined],
  ['right without an address', { pattern: '^(?<line>.*)$' }, undefined],
  ['no regular expression', { pattern: '(?<line>.*' }, /envelope\.pattern: expected a regular expression, found .*group/],
  ['no line', { pattern: '^(?<address>\\d+):(.*)$', address: '5' }, /envelope\.pattern: expected a group \(\?<line>…\) .*found '\^/],
  ['no address given', { pattern: COLON }, /envelope\.address: expected the address of this sensor/],
  ['no address in the pattern', { pattern: '(?<line>.*)', address: '5' }, /envelope\.address: expected a group \(\?<address>…\)/],
  ['a number as address', { pattern: COLON, address: 5 }, /envelope\.address: expected a text, found 5: write it in quotes/],
  ['a mistyped key', { pattern: COLON, address: '5', adress: '5' }, /envelope\.adress: expected a key that the site file knows/],
  ['a text', COLON, /envelope: expected a map of keys, found/],
];
for (const [what, envelope, fault] of MISTAKES) {
  test(`envelope in the site file: ${what}`, () => {
    const faults = faultsOf({ envelope });
    if (fault === undefined) assert.deepEqual(faults, []);
    else {
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0], fault);
    }
  });
}

const RELAY = 'tcp://192.0.2.7:4010';
const at = (address: string, pattern = COLON): Deployment => ({ endpoint: RELAY, envelope: { pattern, address } });

// biome-ignore format: a table, one case a line
const SHARED: [what: string, facts: Deployment[], fault: RegExp | undefined][] = [
  ['three addresses of one relay', [at('05'), at('06'), at('07')], undefined],
  ['the same address twice', [at('05'), at('06'), at('05')], /sensors\[2\].*envelopes of one pattern with different addresses, found '.*' also at sensor albatross-microcat-0500/],
  ['two patterns', [at('05'), at('06', '^(?<address>..):(?<line>.*)$')], /sensors\[1\].*envelopes of one pattern/],
  ['one without an envelope', [at('05'), { endpoint: RELAY }], /sensors\[1\].*envelopes of one pattern/],
  ['no addresses', [{ ...at('1'), envelope: { pattern: '(?<line>.*)' } }, { ...at('1'), envelope: { pattern: '(?<line>.*)' } }], /envelopes of one pattern/],
  ['no envelopes', [{ endpoint: RELAY }, { endpoint: RELAY }], /sensors\[1\].*: expected an endpoint of its own, found 'tcp:\/\/192\.0\.2\.7:4010' also/],
  ['another time', [{ ...at('05'), to: '2015-01-01T00:00:00Z' }, { ...at('05'), from: '2015-01-01T00:00:00Z' }], undefined],
];
for (const [what, facts, fault] of SHARED) {
  test(`sensors at one endpoint: ${what}`, () => {
    const faults = faultsOf(...facts);
    if (fault === undefined) assert.deepEqual(faults, []);
    else {
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0], fault);
    }
  });
}
