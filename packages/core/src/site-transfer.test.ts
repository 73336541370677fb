/** The site file's `pull` and `deliveries`: what may stand there, and each fault with its line. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ConfigError, parseObservatory } from './observatory.ts';

const SITE = readFileSync(resolve(import.meta.dirname, '../../../deploy/observatory/emso-ligure-ouest.yaml'), 'utf8');

/** The faults of the real site file with these lines behind it. */
function faultsOf(lines: string): string[] {
  try {
    parseObservatory(`${SITE}\n${lines}`, 'site.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

test('the example in the site file, its comment signs taken away, is one', () => {
  const example = SITE.slice(SITE.indexOf('\n# pull:') + 1)
    .split('\n')
    .map((line) => line.replace(/^# ?/, ''))
    .join('\n');
  assert.match(example, /^pull:[\s\S]*\ndeliveries:/);
  assert.deepEqual(faultsOf(example), []);
  const { pull, deliveries } = parseObservatory(`${SITE}\n${example}`, 'site.yaml');
  assert.deepEqual([pull?.at, pull?.timeZone, pull?.sources[0].roots.length], ['01:30', 'Europe/Paris', 2]);
  assert.deepEqual(
    deliveries?.map((each) => [each.kind, each.openDays]),
    [['sftp', false]],
  );
});

const PULL = 'pull: { sources: [{ id: a, roots: [/x] }], ';
const SENT = 'deliveries: [{ id: a, kind: directory, path: /x, files: [csv] }, ';
const CASES: [lines: string, fault: RegExp][] = [
  ['pull: { sources: [] }', /pull.sources: expected at least 1 entry/],
  ['pull: { sources: [{ id: a, roots: [x] }] }', /roots\[0\]: expected an absolute path .* found 'x'/],
  ['pull: { sources: [{ id: a, roots: ["/x; rm"] }] }', /roots\[0\]: expected an absolute path/],
  ['pull: { sources: [{ id: a, host: "-oProxyCommand=x", roots: [/x] }] }', /host: expected a host name .* found '-oP/],
  ['pull: { sources: [{ id: a, roots: [/x] }, { id: a, roots: [/y] }] }', /expected an id of its own, found 'a' twice/],
  [`${PULL}at: "25:00" }`, /pull.at: expected a time of day .* found '25:00'/],
  [`${PULL}timeZone: "Paris time" }`, /pull.timeZone: expected a time zone/],
  [`${PULL}every: 5 }`, /pull.every: expected a key that the site file knows/],
  [`${SENT}{ id: a, kind: directory, path: /y, files: [csv] }]`, /expected an id of its own, found 'a' twice/],
  [`${SENT}{ id: b, kind: sftp, path: /y, files: [csv] }]`, /host: expected a text, found nothing/],
  [`${SENT}{ id: b, kind: mail, path: /y, files: [csv] }]`, /kind/],
  [`${SENT}{ id: b, kind: rsync, path: /y, files: [pdf] }]`, /files\[0\]: expected csv, netcdf, manifest, released/],
  [
    `${SENT}{ id: b, kind: rsync, path: /y, files: [csv], password: x }]`,
    /password: expected a key that the site file/,
  ],
];
for (const [lines, fault] of CASES) {
  test(`refused: ${lines}`, () => {
    const faults = faultsOf(lines);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0], fault);
  });
}
