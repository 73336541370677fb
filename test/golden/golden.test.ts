/** The runner of golden files says the truth about its own fixtures, and finds nothing wrong with the shared file where that is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/waiting.ts';

const SHARED = path.resolve(import.meta.dirname, '../../../shared/qc/golden/seawater.json');

function golden(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...args], {
    encoding: 'utf8',
    cwd: path.join(import.meta.dirname, 'fixtures'),
  });
}

test('a file whose cases all pass', () => {
  const { status, stdout } = golden('passing.json');
  assert.equal(stdout, 'passing.json: 10 passed, 0 failed, 7 functions\n10 passed, 0 failed\n');
  assert.equal(status, 0);
});

test('a file with every way to fail: each is named, counted and exits 1', () => {
  const { status, stdout } = golden('failing.json', 'passing.json');
  assert.equal(status, 1);
  assert.match(stdout, /^failing\.json: 6 passed, 20 failed, 7 functions\n {2}mll_to_umolL: 1 passed, 6 failed\n/);
  for (const line of [
    /wrong mll_to_umolL: expected 44\.66, found 44\.6596, tolerance 1e-9, off by 0\.0003/,
    /not missing mll_to_umolL: expected null, found 44\.6596/,
    /missing mll_to_umolL: expected 44\.6596, found NaN/,
    /unknown SP_from_SK: expected one of the \d+ known functions/,
    /short aquadopp_beam_to_xyz: expected 2 elements, found \[1, 0, 0\]/,
    /one element aquadopp_beam_to_xyz: \[1\] expected 0\.5, found 0,/,
    /one field speed_direction: direction expected 36\.8, found 36\.8\d+/,
    /direction of moving water speed_direction: direction expected null, found 4/,
    /unknown field speed_direction: bearing expected 36\.8, found nothing/,
    /no argument mll_to_umolL: input O2: expected a number or null, found nothing/,
    /no tolerance mll_to_umolL: expected a number as "tolerance", found undefined/,
    /no expected mll_to_umolL: expected a field "expected", found none/,
    /another shape nope_test: expected one of the \d+ known tests: add it to test\/golden\/flag-cases\.ts/,
    /no answer gross_range_test: expected a field "expected" or "expected_error", found none/,
    /wrong flags gross_range_test: expected \[1, 1\], found \[1, 4\]/,
    /sane without a quirk gross_range_test: expected \[1, 1\], found \[1, 4\]/,
    /not refused gross_range_test: expected to be refused \("ValueError"\), found \[1, 4\]/,
    /refused gross_range_test: gross range: expected a suspect span within the fail span/,
    /roll-up stream: roll-up: expected \[1, 1\], found \[1, 4\]/,
    /one test of a stream stream: gross_range_test: expected \[1, 1\], found \[1, 4\]/,
    /2 not of this shape: expected "function" or "test", found name: skipped/,
  ]) {
    assert.match(stdout, line);
  }
  assert.match(stdout, /\n16 passed, 20 failed\n$/);
});

test('a file without cases is said so and fails nothing; one that is no file fails', () => {
  const without = golden('no-cases.json');
  assert.match(without.stdout, /^no-cases\.json: no "cases" in it: nothing to compare\n0 passed, 0 failed\n$/);
  assert.equal(without.status, 0);
  const missing = golden('nowhere.json');
  assert.match(missing.stdout, /^nowhere\.json: expected a readable JSON file: ENOENT/);
  assert.equal(missing.status, 1);
});

test('a case in dispute is printed, and counts neither way', () => {
  const input = {
    phase: 27.799,
    T: 19.841,
    coef: [0.002848, 0.000114, 1.51e-6, 70.42301, -0.10302, -12.9462, 1.265377],
  };
  const one = { id: 'x', function: 'optode_svu', input, expected: 363.900534505, tolerance: 1e-8 };
  const file = path.join(temporaryDirectory('golden'), 'disputed.json');
  writeFileSync(file, JSON.stringify({ cases: [one, { ...one, expected: 363.93119908475, tolerance: 1e-9 }] }));
  const { status, stdout } = golden(file);
  assert.match(
    stdout,
    /1 passed, 0 failed, 1 functions\n {2}in dispute, not counted: x optode_svu: expected 363\.900534505/,
  );
  assert.equal(status, 0);
});

test('help and no file at all', () => {
  assert.match(golden('--help').stdout, /npm run golden -- \.\.\/shared\/qc\/golden\/seawater\.json/);
  assert.equal(golden('--help').status, 0);
  const none = golden();
  assert.match(none.stderr, /^expected at least one golden file, found none\n/);
  assert.equal(none.status, 2);
});

test('all cases of the shared files', { skip: !existsSync(SHARED) && '../shared/qc/golden is not here' }, () => {
  const dir = path.dirname(SHARED);
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
  const { status, stdout } = golden(...files.map((name) => path.join(dir, name)));
  // 532 of seawater and one in dispute, 448 of quality control.
  assert.match(stdout, /\n980 passed, 0 failed\n$/);
  assert.equal(status, 0);
});

test('the errors in the README of seawater are those of a run', {
  skip: !existsSync(SHARED) && '../shared/qc/golden is not here',
}, () => {
  const rows = readFileSync(path.resolve(import.meta.dirname, '../../packages/seawater/README.md'), 'utf8').split('\n');
  const measured = [...golden('--errors', SHARED).stdout.matchAll(/^ {2}(\w+) (\S+ \(\d+\))$/gm)];
  assert.ok(measured.length > 45);
  for (const [, name, error] of measured) {
    // The last two are no functions of the package.
    if (name === 'declination' || name === 'site_chain') continue;
    const row = rows.find((each) => each.startsWith('|') && each.includes(`\`${name}(`));
    assert.ok(row?.endsWith(`| ${error} |`), `${name}: expected ${error}, found ${row}`);
  }
});
