import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aggregate, rollUp } from './rollup.ts';

const digit = fc.constantFrom<number>(1, 2, 3, 4, 9);
const PRECEDENCE = [4, 3, 1, 2, 9];

const TABLE: [answers: number[], expected: number][] = [
  [[], 9],
  [[9, 9], 9],
  [[9, 2], 2],
  [[2, 1], 1],
  [[1, 3], 3],
  [[3, 4, 1, 2, 9], 4],
  [[0, 5, 255], 9],
];
for (const [answers, expected] of TABLE) {
  test(`aggregate of [${answers}] is ${expected}`, () => assert.equal(aggregate(answers), expected));
}

test('aggregate is the first of 4, 3, 1, 2, 9 that any test said', () => {
  fc.assert(
    fc.property(fc.array(digit, { minLength: 1 }), (answers) => {
      assert.equal(
        aggregate(answers),
        PRECEDENCE.find((digit) => answers.includes(digit)),
      );
    }),
  );
});

test('rollUp: missing is 9 whatever the tests say, and has no other vote', () => {
  const columns = fc.nat(20).chain((rows) => {
    const column = fc.array(digit, { minLength: rows, maxLength: rows });
    const missing = fc.array(fc.constantFrom(1, 9), { minLength: rows, maxLength: rows });
    return fc.tuple(missing, fc.array(column, { maxLength: 4 }), fc.nat(rows), fc.nat(rows));
  });
  fc.assert(
    fc.property(columns, ([missing, tests, a, b]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const out = new Uint8Array(missing.length).fill(77);
      const columnsOf = tests.map((column) => Uint8Array.from(column));
      rollUp(Uint8Array.from(missing), columnsOf, from, to, out);
      for (const [i, answer] of out.entries()) {
        const said = tests.map((column) => column[i]).filter((one) => one !== 9);
        // A value that is there and was not tested is not evaluated: neither good nor missing.
        const present = said.length === 0 ? 2 : aggregate(said);
        const expected = i < from || i >= to ? 77 : missing[i] === 9 ? 9 : present;
        assert.equal(answer, expected);
        if (answer === 1) assert.ok(said.includes(1));
      }
    }),
  );
});

test('a column that is too short is refused', () => {
  const [short, long] = [new Uint8Array(2), new Uint8Array(3)];
  for (const [missing, tests, out] of [
    [short, [long], long],
    [long, [long, short], long],
    [long, [long], short],
  ] as const) {
    assert.throws(() => rollUp(missing, tests, 0, 3, out), /expected columns of at least 3 rows, found 2/);
  }
});
