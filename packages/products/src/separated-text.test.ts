import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cellsOfLine } from './separated-text.ts';

const CASES: [line: string, separator: string, cells: string[]][] = [
  ['a,b', ',', ['a', 'b']],
  ['', ',', ['']],
  [',', ',', ['', '']],
  ['"a,b";c', ';', ['a,b', 'c']],
  ['"a ""b""",c', ',', ['a "b"', 'c']],
  ['"a,b', ',', ['a,b']],
  ['a\t"b"\t', '\t', ['a', 'b', '']],
];
for (const [line, separator, cells] of CASES) {
  test(`${JSON.stringify(line)} is ${cells.length} cells`, () => assert.deepEqual(cellsOfLine(line, separator), cells));
}

test('cells that are quoted come back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', ' '), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), fc.constantFrom(',', ';'), (cells, separator) => {
      const line = cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(separator);
      assert.deepEqual(cellsOfLine(line, separator), cells);
    }),
  );
});
