/** Blocks of a controller: cut the same however they arrive, and nothing of a damaged one is believed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createBatch } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes } from './bytes.ts';
import { DECODED, type DecodeLine, IGNORED } from './define.ts';
import { createFramer, MAX_RECORD_BYTES, type Scan } from './framing.ts';
import { blockDecoder, SIO } from './sio-blocks.ts';

const RUNS = Number(process.env['RUNS'] ?? 300);
const scan = (SIO as { scan: Scan }).scan;

/** The blocks of the optode fixture that are whole, as the controller sent them: `DO`, a sentence each, CRC included. */
const CAPTURE = readFileSync(new URL('aanderaa-optode/fixtures/controller-blocks/input.bin', import.meta.url));
const FIRST = new Uint8Array(CAPTURE.subarray(0, 117));
const MARK = asciiBytes('\x01DO');
const SECOND_AT = 117 + 2 + 117 + 70;
const SECOND = new Uint8Array(CAPTURE.subarray(SECOND_AT, SECOND_AT + 118));

/** Hands the payloads on as texts instead of decoding them. */
function payloads(records: Iterable<Uint8Array>, kind = 'DO'): { texts: string[]; answers: string[] } {
  const texts: string[] = [];
  const collect: DecodeLine = (bytes, start, end) => {
    texts.push(String.fromCharCode(...bytes.subarray(start, end)));
    return DECODED;
  };
  const decode = blockDecoder(kind, collect);
  const batch = createBatch([], [], 1);
  const answers = Array.from(records, (bytes) => {
    const answer = decode(bytes, 0, bytes.length, batch);
    return answer.kind === 'rejected' ? answer.reason : answer.kind;
  });
  return { texts, answers };
}

function cut(stream: Uint8Array): Uint8Array[] {
  return createFramer(SIO)
    .push(stream, 0)
    .map(({ bytes }) => bytes);
}

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const edited = (block: Uint8Array, at: number, text: string): Uint8Array => {
  const copy = block.slice();
  copy.set(asciiBytes(text), at);
  return copy;
};
const without = (block: Uint8Array, at: number): Uint8Array => join(block.subarray(0, at), block.subarray(at + 1));

test('the two blocks of the capture are what the tests below take them for', () => {
  for (const block of [FIRST, SECOND]) {
    assert.deepEqual(block.subarray(0, 3), MARK);
    assert.equal(scan(block, 0, block.length), block.length);
    assert.deepEqual(payloads([block]).answers, ['decoded']);
  }
});

test('FORMATS §9.18 declared payload length, checksum and kind: every way a block can be wrong', () => {
  const cases: [title: string, stream: Uint8Array, answers: string[]][] = [
    ['whole', join(FIRST, SECOND), ['decoded', 'decoded']],
    ['text between blocks', join(FIRST, asciiBytes('\r\nready\r\n'), SECOND), ['decoded', 'ignored', 'decoded']],
    ['noise between blocks', join(FIRST, Uint8Array.of(0xff, 0x01), SECOND), ['decoded', 'damaged', 'decoded']],
    ['a bit of the payload', join(edited(FIRST, 60, 'X'), SECOND), ['checksum', 'decoded']],
    ['a digit of the checksum', join(edited(FIRST, 28, '4'), SECOND), ['checksum', 'decoded']],
    ['one byte of the payload lost', join(without(FIRST, 60), SECOND), ['damaged', 'decoded']],
    ['ETX lost', join(FIRST.subarray(0, -1), SECOND), ['damaged', 'decoded']],
    ['declared one too short', join(edited(FIRST, 14, '2'), SECOND), ['damaged', 'decoded']],
    ['declared up to the end of the next', join(edited(FIRST, 11, '00C9'), SECOND), ['damaged', 'decoded']],
    ['declared longer than any record', join(edited(FIRST, 11, 'FFFF'), SECOND), ['damaged', 'decoded']],
    ['a byte of the header', join(edited(FIRST, 10, '-'), SECOND), ['damaged', 'decoded']],
    ['cut off by the next', join(FIRST.subarray(0, 20), SECOND), ['damaged', 'decoded']],
    ['another kind by its first letter', join(edited(FIRST, 1, 'C'), SECOND), ['other-instrument', 'decoded']],
    ['another kind by its second letter', join(edited(FIRST, 2, 'T'), SECOND), ['other-instrument', 'decoded']],
    ['another kind', join(edited(FIRST, 1, 'CT'), SECOND), ['other-instrument', 'decoded']],
    ['hexadecimal digits in lower case', join(edited(FIRST, 28, '3de0'), SECOND), ['decoded', 'decoded']],
  ];
  for (const [title, stream, answers] of cases) assert.deepEqual(payloads(cut(stream)).answers, answers, title);
});

test('an empty payload is a block', () => {
  // X-25 of nothing is 0000.
  const empty = asciiBytes('\x01DO1236501_0000u51EC7601_03_0000\x02\x03');
  assert.deepEqual(payloads(cut(join(empty, FIRST))), {
    texts: ['', payloads([FIRST]).texts[0]],
    answers: ['decoded', 'decoded'],
  });
});

test('the longest block that fits a record is cut as one', () => {
  const payload = MAX_RECORD_BYTES - 34;
  const header = asciiBytes(`\x01DO1236501_${payload.toString(16).padStart(4, '0')}u51EC7601_03_0000\x02`);
  const block = join(header, new Uint8Array(payload).fill(0x41), Uint8Array.of(0x03));
  assert.equal(block.length, MAX_RECORD_BYTES);
  assert.deepEqual(payloads(cut(join(block, FIRST))).answers, ['checksum', 'decoded']);
});

const part = fc.oneof(
  fc.constantFrom(FIRST, SECOND, FIRST.subarray(0, 40), SECOND.subarray(50), edited(FIRST, 11, '0097')),
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom('\r\n', '\x01', '\x01DO12').map(asciiBytes),
);
const stream = fc.array(part, { maxLength: 8 }).map((parts) => join(...parts));

test('the end of a record does not change when more bytes come', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      for (let start = 0; start < bytes.length; ) {
        const decided = scan(bytes, start, bytes.length);
        for (let end = start + 1; end < bytes.length; end++) {
          const early = scan(bytes, start, end);
          assert.equal(early, scan(bytes.subarray(0, end), start, end), 'bytes behind the end are not looked at');
          assert.ok(
            early === -1 || early === decided,
            `from ${start}: ${early} with ${end} bytes, ${decided} with all`,
          );
        }
        if (decided < 0) break;
        assert.ok(decided > start && decided <= bytes.length);
        start = decided;
      }
    }),
    { numRuns: RUNS },
  );
});

test('sound blocks come through whatever stands between them; damage takes only what it hits', () => {
  const sound = payloads([FIRST, SECOND]).texts;
  const junk = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(junk, junk, (before, between) => {
      assert.deepEqual(payloads(cut(join(before, FIRST, between, SECOND))).texts, sound);
    }),
    { numRuns: RUNS },
  );
});

test('no bit can flip in a payload without the block being refused', () => {
  const sound = new Set(payloads([FIRST, SECOND]).texts);
  const bits = fc.array(fc.nat((FIRST.length + SECOND.length) * 8 - 1), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(bits, (flips) => {
      const bytes = join(FIRST, SECOND);
      for (const flip of flips) bytes[flip >> 3] ^= 1 << (flip & 7);
      for (const text of payloads(cut(bytes)).texts) assert.ok(sound.has(text));
    }),
    { numRuns: RUNS * 3 },
  );
});

test('text alone is ignored, and ends with the next block', () => {
  const [text, block] = cut(join(asciiBytes('S>\r\n'), FIRST));
  assert.equal(blockDecoder('DO', () => DECODED)(text, 0, text.length, createBatch([], [], 1)), IGNORED);
  assert.deepEqual(block, FIRST);
});
