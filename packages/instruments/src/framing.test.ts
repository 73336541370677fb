import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LF, latin1Text } from './bytes.ts';
import { type FramedRecord, LineFramer, type LineFramerOptions } from './framing.ts';

const encoder = new TextEncoder();

function texts(records: readonly FramedRecord[]): string[] {
  return records.map(
    ({ kind, bytes, receivedMs }) => `${kind} ${receivedMs} ${JSON.stringify(latin1Text(bytes, 0, bytes.length))}`,
  );
}

/** What goes in, in order: text is pushed, `null` is a cut. The nth step happens at n ms. */
function run(steps: readonly (string | null)[], options: LineFramerOptions = {}): string[] {
  const framer = new LineFramer({ maxLineBytes: 8, ...options });
  return texts(steps.flatMap((step, n) => (step === null ? framer.cut(n) : framer.push(encoder.encode(step), n))));
}

test('records of a stream', () => {
  const cases: [title: string, steps: (string | null)[], expected: string[], options?: LineFramerOptions][] = [
    ['lines, their CR kept', ['a\r\n\nb\n'], ['line 0 "a\\r"', 'line 0 ""', 'line 0 "b"']],
    ['a line is received with its line feed', ['a', 'b', 'c\n'], ['line 2 "abc"']],
    ['an unfinished line is no record', ['abc'], []],
    ['one byte below the limit', ['1234567\n'], ['line 0 "1234567"']],
    ['the limit, and then the line feed', ['12345678\nx\n'], ['piece 0 "12345678"', 'piece 0 "\\n"', 'line 0 "x"']],
    [
      'over-long',
      ['1234567812345678ab\nx\n'],
      ['piece 0 "12345678"', 'piece 0 "12345678"', 'piece 0 "ab\\n"', 'line 0 "x"'],
    ],
    ['silence in a line', ['ab', null, 'cd\nx\n'], ['partial 1 "ab"', 'partial 2 "cd\\n"', 'line 2 "x"']],
    [
      'silence twice',
      ['ab', null, 'cd', null, null, '\nx\n'],
      ['partial 1 "ab"', 'partial 3 "cd"', 'partial 5 "\\n"', 'line 5 "x"'],
    ],
    ['silence between lines', ['ab\n', null, 'cd\n'], ['line 0 "ab"', 'line 2 "cd"']],
    ['silence in an over-long line', ['12345678', null, 'ab\n'], ['piece 0 "12345678"', 'partial 2 "ab\\n"']],
    ['an over-long tail', ['a', null, '1234567890\n'], ['partial 1 "a"', 'partial 2 "12345678"', 'partial 2 "90\\n"']],
    ['the stream begins in a line', ['ab', 'c\nd\n'], ['partial 1 "abc\\n"', 'line 1 "d"'], { startUnsure: true }],
    [
      'unsure, and right so: the first byte is a line feed',
      ['\nd\n'],
      ['partial 0 "\\n"', 'line 0 "d"'],
      { startUnsure: true },
    ],
  ];
  for (const [title, steps, expected, options] of cases) assert.deepEqual(run(steps, options), expected, title);
});

test('insideRecord says whether a silence would cut', () => {
  const framer = new LineFramer();
  assert.equal(framer.insideRecord, false);
  framer.push(encoder.encode('a'), 0);
  assert.equal(framer.insideRecord, true);
  framer.cut(1);
  assert.equal(framer.insideRecord, true);
  framer.push(encoder.encode('\n'), 2);
  assert.equal(framer.insideRecord, false);
});

test('a record owns its bytes', () => {
  const chunk = encoder.encode('abc\n');
  const [record] = new LineFramer().push(chunk, 0);
  chunk.fill(0);
  assert.equal(latin1Text(record.bytes, 0, record.bytes.length), 'abc');
});

const byte = fc.oneof(fc.constant(LF), fc.integer({ min: 0, max: 255 }));
const segments = fc.array(fc.array(byte, { maxLength: 60 }), { minLength: 1, maxLength: 4 });

test('no byte is lost, and chunks change nothing', () => {
  fc.assert(
    fc.property(
      segments,
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      fc.boolean(),
      (parts, sizes, startUnsure) => {
        const options = { maxLineBytes: 16, startUnsure };
        const whole = new LineFramer(options);
        const cut = new LineFramer(options);
        const expected: FramedRecord[] = [];
        const found: FramedRecord[] = [];
        for (const part of parts) {
          const bytes = Uint8Array.from(part);
          expected.push(...whole.push(bytes, 0), ...whole.cut(0));
          for (let at = 0; at < bytes.length; ) {
            const next = at + sizes.next().value;
            found.push(...cut.push(bytes.subarray(at, next), 0));
            at = next;
          }
          found.push(...cut.cut(0));
        }
        assert.deepEqual(texts(found), texts(expected));
        const joined = found.flatMap(({ kind, bytes }) => (kind === 'line' ? [...bytes, LF] : [...bytes]));
        assert.deepEqual(joined, parts.flat());
        for (const { kind, bytes } of found) {
          assert.ok(kind !== 'line' || !bytes.includes(LF), 'a line holds no line feed');
          assert.ok(bytes.length <= 17);
        }
      },
    ),
  );
});
