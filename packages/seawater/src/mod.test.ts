/** What holds for every function of the package: no throw, no infinity, and nothing known means nothing said. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as seawater from './mod.ts';

/** How many numbers a function takes, where its parameters do not say so themselves (defaults), and those that take other things. */
const ARITY: Readonly<Record<string, number>> = { eos80_ptmp: 4 };
const OTHERS = new Set(['saarOf', 'insideTable', 'optode_svu']);

const functions = Object.entries(seawater).flatMap(([name, value]): [string, (...values: number[]) => unknown][] =>
  typeof value === 'function' && !OTHERS.has(name) && !name.startsWith('aquadopp_')
    ? [[name, value as (...values: number[]) => unknown]]
    : [],
);

/** The numbers in an answer. */
function numbersOf(answer: unknown): number[] {
  return typeof answer === 'number' ? [answer] : Object.values(answer as Record<string, number>);
}

const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -50, max: 50 }),
  fc.constantFrom(
    0,
    -0,
    1e308,
    -1e308,
    Number.MIN_VALUE,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ),
);

describe('every function of numbers', () => {
  assert.ok(functions.length > 50, `expected the functions of the package, found ${functions.length}`);
  for (const [name, run] of functions) {
    test(name, () => {
      const arity = ARITY[name] ?? run.length;
      assert.ok(arity > 0);
      fc.assert(
        fc.property(fc.array(anyNumber, { minLength: arity, maxLength: arity }), (values) => {
          for (const found of numbersOf(run(...values))) {
            assert.ok(
              typeof found === 'number' && Math.abs(found) !== Number.POSITIVE_INFINITY,
              `${values} gave ${found}`,
            );
          }
        }),
        { numRuns: 300 },
      );
      // One argument missing at a time, the others well inside of every range.
      for (let missing = 0; missing < arity; missing++) {
        const values = Array.from({ length: arity }, (_, i) => (i === missing ? Number.NaN : 5));
        const found = numbersOf(run(...values));
        assert.ok(found.some(Number.isNaN), `argument ${missing + 1} missing gave ${found}`);
      }
    });
  }
});

test('transforms of currents', () => {
  const vector = fc.tuple(anyNumber, anyNumber, anyNumber);
  const matrix = fc.array(anyNumber, { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(vector, matrix, anyNumber, anyNumber, anyNumber, fc.boolean(), (v, T, heading, pitch, roll, down) => {
      const answers = [
        seawater.aquadopp_beam_to_xyz(v, T),
        seawater.aquadopp_xyz_to_beam(v, T),
        seawater.aquadopp_beam_to_enu(v, T, heading, pitch, roll, down),
        seawater.aquadopp_xyz_to_enu(v, heading, pitch, roll, down),
        seawater.aquadopp_enu_to_xyz(v, heading, pitch, roll, down),
        [seawater.aquadopp_tilt(pitch, roll)],
      ];
      for (const found of answers.flatMap((each) => [...each])) {
        assert.ok(Math.abs(found) !== Number.POSITIVE_INFINITY);
      }
    }),
  );
  assert.equal(seawater.aquadopp_tilt(Number.NaN, 0), Number.NaN);
});
