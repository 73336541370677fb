import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asciiBytes } from './bytes.ts';
import { DECIMALS, scanDecimal, scanned, scanReal, twoDigits, VALUE } from './numbers.ts';

/** Scans `text` in the middle of a larger buffer whose other bytes are digits, which must not be looked at. */
function scan(scanner: typeof scanReal, text: string): { length: number; value: number } {
  const bytes = asciiBytes(`99${text}99`);
  const stop = scanner(bytes, 2, 2 + text.length);
  return { length: stop < 0 ? -1 : stop - 2, value: scanned[VALUE] };
}

const digits = (maxLength: number) => fc.array(fc.integer({ min: 0, max: 9 }), { maxLength }).map((ds) => ds.join(''));
const decimalText = (maxLength: number) =>
  fc
    .tuple(fc.constantFrom('', '-', '+'), digits(maxLength), fc.boolean(), digits(maxLength))
    .map(([sign, whole, point, fraction]) => `${sign}${whole}${point ? `.${fraction}` : ''}`)
    .filter((text) => /\d/.test(text));

test('a decimal is exactly what Number says, whatever its length', () => {
  for (const maxLength of [4, 8, 25]) {
    fc.assert(
      fc.property(decimalText(maxLength), (text) => {
        assert.deepEqual(scan(scanDecimal, text), { length: text.length, value: Number(text) + 0 });
        const point = text.indexOf('.');
        assert.equal(scanned[DECIMALS], point < 0 ? -1 : text.length - point - 1);
      }),
    );
  }
});

test('around the last integers that a double holds, too', () => {
  const long = fc.tuple(fc.bigInt({ min: 10n ** 13n, max: 10n ** 18n }), fc.integer({ min: 0, max: 13 }));
  fc.assert(
    fc.property(long, ([mantissa, whole]) => {
      const text = `${mantissa}`;
      assert.equal(
        scan(scanDecimal, `${text.slice(0, whole)}.${text.slice(whole)}`).value,
        Number(`${text}e${whole - text.length}`),
      );
    }),
    { numRuns: 1000 },
  );
});

test('a shifted decimal is exactly what Number says of the moved point', () => {
  fc.assert(
    fc.property(decimalText(12), fc.integer({ min: 0, max: 4 }), (text, shift) => {
      const bytes = asciiBytes(text);
      assert.equal(scanDecimal(bytes, 0, bytes.length, shift), bytes.length);
      assert.equal(scanned[VALUE], Number(`${text}e-${shift}`) + 0);
    }),
  );
});

test('a real with an exponent is exactly what Number says', () => {
  const exponentText = fc
    .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '-', '+'), fc.integer({ min: 0, max: 99 }))
    .map(([e, sign, n]) => `${e}${sign}${n}`);
  fc.assert(
    fc.property(decimalText(8), exponentText, (mantissa, exponent) => {
      const text = mantissa + exponent;
      assert.deepEqual(scan(scanReal, text), { length: text.length, value: Number(text) + 0 });
    }),
  );
});

test('what is no number, and where a number ends', () => {
  const cases: [text: string, length: number, value?: number][] = [
    ['', -1],
    ['.', -1],
    ['-', -1],
    ['+.', -1],
    ['x1', -1],
    ['.5', 2, 0.5],
    ['1389.', 5, 1389],
    ['-0.0000', 7, 0],
    ['13.2974, ', 7, 13.2974],
    ['1.2.3', 3, 1.2],
    ['1e', 1, 1],
    ['1e+', 1, 1],
    ['1e5x', 3, 100_000],
    ['--1', -1],
    [`${'9'.repeat(400)}`, -1],
    ['1e999', -1],
  ];
  for (const [text, length, value] of cases) {
    const found = scan(scanReal, text);
    assert.equal(found.length, length, `'${text}'`);
    if (value !== undefined)
      assert.ok(Object.is(found.value, value), `'${text}': expected ${value}, found ${found.value}`);
  }
});

test('two digits are two digits', () => {
  for (let a = 0; a < 256; a++) {
    for (const b of [0x2f, 0x30, 0x39, 0x3a]) {
      const text = String.fromCharCode(a, b);
      assert.equal(twoDigits(Uint8Array.of(a, b), 0, 2), /^[0-9]{2}$/.test(text) ? Number(text) : -1);
    }
  }
  assert.equal(twoDigits(asciiBytes('12'), 0, 1), -1);
});
