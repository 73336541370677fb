/** Where structures are found in a stream: between noise, inside damaged ones, and however little of the stream is there yet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND } from '@emso/core';
import fc from 'fast-check';
import { joined, sealed, velocityStructure } from '../../test/aquadopp-structures.ts';
import { createFramer, readRecords } from '../framing.ts';
import { ID, isStructure, scanStructures } from './structures.ts';

const FRAMING = { name: 'nortek-structures', scan: scanStructures };
const good = velocityStructure();
const header = sealed(ID.diagnosticsHeader, new Uint8Array(36).fill(7));
const userConfiguration = sealed(ID.userConfiguration, new Uint8Array(512).fill(3));

/** A velocity structure that says it has `words` words; the checksum agrees with that. */
function resized(length: number, words: number): Uint8Array {
  const bytes = sealed(ID.velocity, new Uint8Array(length));
  const view = new DataView(bytes.buffer);
  view.setUint16(length - 2, view.getUint16(length - 2, true) + words - length / 2, true);
  view.setUint16(2, words, true);
  return bytes;
}

/** The lengths of the records of a stream; those that are whole structures are positive, what is between them negative. */
function lengths(stream: Uint8Array): number[] {
  const run = readRecords(stream, FRAMING);
  return Array.from({ length: run.count }, (_, i) => {
    const length = run.end[i] - run.start[i];
    return run.kind[i] === KIND.line && isStructure(run.bytes, run.start[i], run.end[i]) ? length : -length;
  });
}

function changed(structure: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = structure.slice();
  copy[at] = byte;
  return copy;
}

test('FORMATS §9.11: sync, id, size and checksum make a structure, and after a failure the search goes on one byte later', () => {
  const cases: [title: string, stream: Uint8Array, expected: number[]][] = [
    ['back to back', joined(good, header, good, userConfiguration, good), [42, 36, 42, 512, 42]],
    ['something between', joined([1, 2, 3], good, [0xa5], good), [-3, 42, -1, 42]],
    ['a wrong checksum', joined(good, changed(good, 40, good[40] ^ 1), good), [42, -42, 42]],
    ['a wrong sync', joined(changed(good, 0, 0xa4), good), [-42, 42]],
    ['an unknown id', joined(changed(good, 1, 0x21), good), [-42, 42]],
    ['a good structure inside the length of a cut one', joined(good.subarray(0, 10), good, good), [-10, 42, 42]],
    ['a sync right before a structure', joined([0xa5, 0x01, 0x15], good), [-3, 42]],
    [
      'A5 01 15 00 inside the payload',
      joined(
        velocityStructure({ velocity: [0x01a5, 0x0015, 0x01a5] }),
        velocityStructure({ amplitude: [0xa5, 1, 21] }),
      ),
      [42, 42],
    ],
    ['another size than the table has', joined(sealed(ID.velocity, new Uint8Array(44)), good), [-44, 42]],
    ['the size of another id', joined(sealed(ID.velocity, new Uint8Array(36)), good), [-36, 42]],
    ['the last one cut', joined(good, good.subarray(0, 41)), [42, -41]],
    ['a size of its own, however well summed', joined(resized(42, 22), good), [-42, 42]],
    ['only a short one', header, [36]],
    ['nothing', joined(), []],
  ];
  for (const [title, stream, expected] of cases) assert.deepEqual(lengths(stream), expected, title);
});

test('a structure that the end of a file cuts is partial', () => {
  const run = readRecords(joined(good, good.subarray(0, 41)), FRAMING);
  assert.deepEqual([...run.kind.subarray(0, run.count)], [KIND.line, KIND.partial]);
});

test('a structure is given away with its last byte', () => {
  const framer = createFramer(FRAMING);
  assert.deepEqual(framer.push(good.subarray(0, 41), 1), []);
  assert.deepEqual(framer.push(good.subarray(41), 2), [{ kind: 'line', bytes: good, receivedMs: 2 }]);
});

test('the cut head of a long structure holds up nothing behind it', () => {
  const framer = createFramer(FRAMING);
  const head = userConfiguration.slice(0, 20);
  framer.push(head, 1);
  assert.deepEqual(framer.push(good, 2), [
    { kind: 'line', bytes: head, receivedMs: 2 },
    { kind: 'line', bytes: good, receivedMs: 2 },
  ]);
});

test('noise without end is given away in records that fit, and the first structure behind it is found', () => {
  for (const noise of [1, 511, 512, 513, 982, 983, 1023, 1024, 1025, 5000, 20_000]) {
    assert.equal(lengths(joined(new Uint8Array(noise), userConfiguration)).at(-1), 512, `${noise}`);
    const found = lengths(joined(new Uint8Array(noise).fill(0xa5), good));
    assert.equal(found.at(-1), 42, `${noise}`);
    assert.equal(
      found.slice(0, -1).reduce((sum, length) => sum - length, 0),
      noise,
    );
    assert.ok(found.every((length) => length > -1024));
  }
});

/** A whole structure inside another one: nothing that data would ever do, and the answer must still not depend on how much is there. */
const nested = (() => {
  const outer = new Uint8Array(42);
  outer.set(header, 4);
  return sealed(ID.velocity, outer);
})();
const nestedDeep = (() => {
  const outer = new Uint8Array(512);
  outer.set(nested, 100);
  outer.set(good, 300);
  return sealed(ID.userConfiguration, outer);
})();

const whole = fc
  .record({ heading: fc.nat(3600), pitch: fc.integer({ min: -900, max: 900 }), pressure: fc.nat(0xffffff) })
  .map(velocityStructure);
const damaged = fc
  .tuple(whole, fc.nat(41), fc.nat(255), fc.nat(42))
  .map(([bytes, at, byte, cut]) => changed(bytes, at, byte).subarray(0, cut));
const junk = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.constantFrom(0xa5, 0x01, 0x15, 0x00, 0x80, 0x06, 0x12), { maxLength: 60 }),
  damaged,
  fc.constant(userConfiguration.subarray(0, 200)),
);
const part = fc.oneof(whole, junk, fc.constantFrom(header, userConfiguration, nested, nestedDeep));

test('the end of a record is the same however many bytes are there behind it', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const stream = joined(...parts);
      const found = scanStructures(stream, 0, stream.length);
      for (let end = 0; end <= stream.length; end++) {
        const early = scanStructures(stream, 0, end);
        assert.ok(early <= end);
        assert.ok(early === -1 || early === found, `${early} with ${end} bytes, ${found} with ${stream.length}`);
      }
    }),
    { numRuns: 60 },
  );
});

/** All that is a whole structure in a stream, in the order in which each is complete; of two that overlap, the first. */
function wholeIn(stream: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let free = 0;
  for (let end = 1; end <= stream.length; end++) {
    for (let start = free; start < end; start++) {
      if (!isStructure(stream, start, end)) continue;
      found.push(stream.slice(start, end));
      free = end;
    }
  }
  return found;
}

test('every whole structure of a stream is found, whatever stands between, and nothing else is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(junk, whole), { maxLength: 8 }), (pairs) => {
      const stream = joined(...pairs.flat());
      const run = readRecords(stream, FRAMING);
      const found = Array.from({ length: run.count }, (_, i) => run.bytes.slice(run.start[i], run.end[i]));
      assert.deepEqual(
        found.filter((bytes) => isStructure(bytes, 0, bytes.length)),
        wholeIn(stream),
      );
      assert.deepEqual(joined(...found), stream);
    }),
    { numRuns: 100 },
  );
});
