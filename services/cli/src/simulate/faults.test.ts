import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAULT_KINDS, garbage, noisy, overlong, parseFaults, randomFaults } from './faults.ts';
import { randomOf } from './random.ts';

const SENSORS = ['microcat', 'oxygen'];
const LF = 0x0a;

test('a drawn plan has every kind once for every sensor, in order, within the lines', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 16, max: 5000 }), (seed, lines) => {
      const plan = randomFaults(seed, SENSORS, lines);
      for (const sensor of SENSORS) {
        const own = plan.filter((fault) => fault.sensor === sensor);
        assert.deepEqual(own.map((fault) => fault.kind).sort(), [...FAULT_KINDS].sort());
        const at = own.map((fault) => fault.afterLines);
        assert.deepEqual(
          at,
          at.toSorted((a, b) => a - b),
        );
        assert.ok(at[0] >= 1 && at[at.length - 1] < lines);
      }
      assert.deepEqual(plan, randomFaults(seed, SENSORS, lines));
    }),
  );
});

test('a typed plan', () => {
  const cases: [text: string, expected: [string, string, number, number][]][] = [
    ['oxygen:cut@10', [['oxygen', 'cut', 10, 0]]],
    ['half-close@3', SENSORS.map((sensor) => [sensor, 'half-close', 3, 0])],
    [
      'microcat:silence@5=6000, oxygen:flood@0=9',
      [
        ['microcat', 'silence', 5, 6000],
        ['oxygen', 'flood', 0, 9],
      ],
    ],
    ['microcat:overlong@1', [['microcat', 'overlong', 1, 9000]]],
  ];
  for (const [text, expected] of cases) {
    const plan = parseFaults(text, SENSORS).map((f) => [f.sensor, f.kind, f.afterLines, f.amount]);
    assert.deepEqual(plan, expected, text);
  }
  for (const text of ['', 'cut', 'explode@3', 'cut@-1', 'cut@3=', 'cut@1;reset@2']) {
    assert.throws(() => parseFaults(text, SENSORS), /expected faults such as .*found/, text);
  }
});

test('noise is around and inside a line and hides nothing of it', () => {
  const line = fc.string({ unit: fc.constantFrom(...'0123456789,. -\t'), minLength: 8, maxLength: 90 });
  fc.assert(
    fc.property(line, fc.nat(), (text, seed) => {
      const clean = Buffer.from(`${text}\r\n`, 'latin1');
      const dirty = noisy(clean, randomOf(seed, 'x'));
      const kept = dirty.filter((byte) => ![0x00, 0x11, 0x13, 0xff].includes(byte));
      assert.deepEqual(Buffer.from(kept), clean);
      for (const byte of [0x00, 0x11, 0x13, 0xff]) assert.ok(dirty.includes(byte), `byte ${byte}`);
      const inside = dirty.subarray(dirty.indexOf(text.charCodeAt(0)));
      assert.ok(inside.length > clean.length, 'inside too');
    }),
  );
});

test('over-long and binary lines are one line each, of the length asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.nat(), (length, seed) => {
      for (const make of [overlong, garbage]) {
        const line = make(length, randomOf(seed, 'x'));
        assert.equal(line.length, length + 2);
        assert.equal(line.indexOf(LF), length + 1);
      }
    }),
  );
  const bytes = new Set(garbage(20_000, randomOf(1, 'x')));
  assert.equal(bytes.size, 256, 'every byte occurs, the line feed only at the end');
});
