import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isMeasured, PARAMETERS } from './parameters.ts';
import { termOf } from './vocabulary.ts';

const rows = [...PARAMETERS.values()];
const measured = rows.filter(({ code }) => isMeasured(code));

test('every row stands under its own code, and every text is filled', () => {
  for (const [code, row] of PARAMETERS) {
    assert.equal(row.code, code);
    for (const text of [row.longName, row.unit]) assert.ok(text.length > 0 && text === text.trim(), code);
  }
  assert.equal(new Set(rows.map((row) => row.longName)).size, rows.length, 'two rows share a long name');
});

test('every measured code has a range, low below high', () => {
  for (const { code, validRange } of measured) assert.ok(validRange && validRange[0] < validRange[1], code);
});

// PROMISE 25: a float32 must give every printed decimal back. The greatest value of the range decides.
test('float32 only where it holds every digit', () => {
  for (const { code, type, digits, validRange } of measured) {
    const maxAbs = Math.max(...(validRange ?? []).map(Math.abs));
    const steps = maxAbs * Number(`1e${digits}`);
    if (type === 'float') {
      assert.ok(steps < 2 ** 23, `${code}: ${maxAbs} with ${digits} digits needs a double`);
      for (const value of [maxAbs, maxAbs / 3, maxAbs / 7]) {
        const printed = value.toFixed(digits);
        assert.equal(Math.fround(Number(printed)).toFixed(digits), printed, code);
      }
    }
    if (type === 'int') assert.ok(digits === 0 && maxAbs < 2 ** 31, code);
  }
});

test('time is a double, and no code that a sensor measures', () => {
  assert.equal(PARAMETERS.get('time')?.type, 'double');
  assert.equal(isMeasured('time'), false);
  assert.equal(isMeasured('NONE'), false);
});

test('a row is technical exactly when it lacks a standard name or a P01 term; both are never half there', () => {
  for (const { code, technical, standardName, p01 } of rows) {
    assert.equal(technical, standardName === undefined || p01 === undefined, code);
    assert.equal(standardName === undefined, p01 === undefined, code);
  }
});

// Two variables of one file must not share a name (PRODUCTS): no two rows do.
test('standard names and P01 terms are used once', () => {
  for (const key of ['standardName', 'p01'] as const) {
    const used = rows.flatMap((row) => row[key] ?? []);
    assert.equal(new Set(used).size, used.length, key);
  }
});

test('every measured code has a category of its own', () => {
  const told = readFileSync(new URL('./parameters.ts', import.meta.url), 'utf8');
  for (const { code, ioosCategory } of measured) {
    assert.notEqual(ioosCategory, '', code);
    assert.match(told, new RegExp(`'[^']*\\b${code}\\b[^']*'\\],\\n`), `${code} is in no row of CATEGORIES`);
  }
});

test('every term that the table names has a label', () => {
  for (const { code, p01, p02, p06, emsoP06 } of rows) {
    for (const [vocabulary, term] of [
      ['P01', p01],
      ['P02', p02],
      ['P06', p06],
      ['P06', emsoP06],
    ] as const) {
      if (term !== undefined) assert.ok(termOf(vocabulary, term), `${code}: ${vocabulary} ${term}`);
    }
  }
});

test('terms have the form of their vocabulary', () => {
  for (const { code, standardName = 'x', p01 = 'AAAAAA01', p06 = 'UUUU' } of rows) {
    assert.match(standardName, /^[a-z_]+$/, code);
    assert.match(p01, /^[A-Z0-9]{8}$/, code);
    assert.match(p06, /^[A-Z]{4}$/, code);
  }
});

test('circular are the directions on a full circle', () => {
  const circular = measured.filter((row) => row.circular);
  assert.deepEqual(
    circular.map((row) => row.code),
    ['CDIR', 'CDIR_DELIVERED', 'HEADING'],
  );
  for (const { validRange } of circular) assert.deepEqual(validRange, [0, 360]);
});

// The page that the table was written from, where the design stands beside the checkout.
const page = new URL('../../../../shared/design/PARAMETERS.md', import.meta.url);

test('every code of the design page is in the table with its digits and terms', (t) => {
  if (!existsSync(page)) return t.diagnostic('../shared/design/PARAMETERS.md is not here: nothing compared');
  const text = readFileSync(page, 'utf8');
  let compared = 0;
  for (const line of text.split('\n')) {
    const [, codes, , , digits, cf, p01] = line.split('|').map((cell) => cell.trim());
    if (digits === undefined || !/^\d/.test(digits)) continue;
    for (const code of codes.split(', ')) {
      if (code.startsWith('PRES of')) continue; // the site file renames PRES for that sensor
      const row = PARAMETERS.get(code);
      assert.ok(row, `${code} is not in the table`);
      assert.equal(row.digits, Number(digits), code);
      if (row.standardName !== undefined && !cf.includes('/')) assert.equal(row.standardName, cf, code);
      if (row.p01 === undefined) assert.ok(p01.startsWith('?') || p01.startsWith('–') || p01.includes('?'), code);
      else assert.ok(p01.includes(row.p01), code);
      if (p01.includes('/')) assert.ok(p01.includes(row.p06 ?? 'none'), code);
      compared++;
    }
  }
  const technical = text.slice(text.indexOf('Technical, no P01:'), text.indexOf('Historical columns:'));
  for (const [, codes, inside] of technical.matchAll(/((?:[A-Z][A-Z0-9]+ ?)+)\(([^)]*)\)/g)) {
    const digits = /, (\d)$/.exec(inside)?.[1] ?? '0';
    for (const code of codes.trim().split(' ')) {
      const row = PARAMETERS.get(code);
      assert.ok(row?.technical, `${code} is not in the table as technical`);
      assert.equal(row.digits, Number(digits), code);
      compared++;
    }
  }
  // Currents as delivered stand beside the corrected ones: codes of ours, which the page does not list.
  const ours = rows.filter(({ code }) => code.endsWith('_DELIVERED')).length;
  assert.equal(compared, PARAMETERS.size - 1 - ours, 'the page and the table differ in number of codes');
  t.diagnostic(`${compared} codes compared`);
});
