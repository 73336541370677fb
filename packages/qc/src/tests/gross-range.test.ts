import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { grossRangeTest, missingTest, type Span } from './gross-range.ts';

const NaNs = Number.NaN;

function grossRange(values: number[], fail: Span, suspect?: Span): number[] {
  const out = new Uint8Array(values.length);
  grossRangeTest(Float64Array.from(values), 0, values.length, fail, suspect, out);
  return [...out];
}

const TABLE: [what: string, values: number[], fail: Span, suspect: Span | undefined, expected: number[]][] = [
  ['bounds pass', [-0.5, 0, 1, 4, 5, 5.5], [0, 5], [1, 4], [4, 3, 1, 1, 3, 4]],
  ['no suspect span', [-1, 0, 5, 6], [0, 5], undefined, [4, 1, 1, 4]],
  ['missing is 9', [NaNs, 1, NaNs], [0, 5], [1, 4], [9, 1, 9]],
  ['spans in either order', [0, 1, 6], [5, 0], [4, 1], [3, 1, 4]],
  ['equal spans', [0, 5, 6], [0, 5], [0, 5], [1, 1, 4]],
  ['a span of one value', [2, 2.5], [2, 2], undefined, [1, 4]],
  ['negative spans', [-3, -2, -1, 0], [-2, -1], undefined, [4, 1, 1, 4]],
  ['minus zero is zero', [-0], [0, 1], [0, 1], [1]],
  ['an open end', [1e300, -1], [0, Number.POSITIVE_INFINITY], undefined, [1, 4]],
  ['55.9 degC of a MicroCAT', [55.9, 13.29], [12.5, 14], [13.05, 13.65], [4, 1]],
  ['no values', [], [0, 1], undefined, []],
];
for (const [what, values, fail, suspect, expected] of TABLE) {
  test(`gross range: ${what}`, () => assert.deepEqual(grossRange(values, fail, suspect), expected));
}

const REFUSED: [what: string, fail: Span, suspect: Span][] = [
  ['below', [0, 5], [-1, 4]],
  ['above', [0, 5], [1, 6]],
  ['around', [0, 5], [-1, 6]],
  ['a bound that is no number', [0, 5], [NaNs, 4]],
];
for (const [what, fail, suspect] of REFUSED) {
  test(`gross range refuses a suspect span ${what}`, () => {
    assert.throws(() => grossRange([], fail, suspect), /expected a suspect span within the fail span \[0, 5\], found/);
  });
}

test('only the rows asked for are written, each by its own value alone', () => {
  const value = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.constant(NaNs));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), fc.nat(30), fc.nat(30), (values, a, b) => {
      const [from, to] = [Math.min(a, b, values.length), Math.min(Math.max(a, b), values.length)];
      const out = new Uint8Array(values.length).fill(77);
      const missing = new Uint8Array(values.length).fill(77);
      grossRangeTest(Float64Array.from(values), from, to, [-5, 5], [-1, 1], out);
      missingTest(Float64Array.from(values), from, to, missing);
      values.forEach((x, i) => {
        const inside = i >= from && i < to;
        const range = Number.isNaN(x) ? 9 : Math.abs(x) > 5 ? 4 : Math.abs(x) > 1 ? 3 : 1;
        assert.equal(out[i], inside ? range : 77);
        assert.equal(missing[i], inside ? (Number.isNaN(x) ? 9 : 1) : 77);
      });
    }),
  );
});
