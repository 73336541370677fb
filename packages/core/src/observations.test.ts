import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeMessage,
  encodeMessage,
  type ObservationMessage,
  REJECT_REASONS,
  type RejectionMessage,
} from './observations.ts';

const range = { session: '20261121T225103007Z-0a1b2c3d', first: 1, last: 2 };
const covered = { platform: 'mii', sensor: 'oxygen', range, build: 'd1', revision: 1 };

test('a message survives the bus, numbers to the last bit', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
  const row = fc.record(
    {
      seq: fc.nat(),
      index: fc.nat(3),
      timeMs: number,
      timeSource: fc.constantFrom('received' as const, 'instrument' as const),
      timeFlag: fc.constantFrom(0 as const, 1 as const, 9 as const),
      receivedMs: number,
      values: fc.dictionary(fc.constantFrom('TEMP', 'CNDC', 'PSAL'), number, { noNullPrototype: true }),
      labels: fc.string().map((text) => ({ Optode_Serial: text })),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
      const message: ObservationMessage = { ...covered, rows };
      assert.deepEqual(decodeMessage<ObservationMessage>(encodeMessage(message)), message);
    }),
  );
});

test('a message that covers records without an observation is legal', () => {
  const message: RejectionMessage = {
    ...covered,
    stage: 'decode',
    rows: REJECT_REASONS.map((reason, position) => ({ seq: 1, receivedMs: 5, reason, position })),
  };
  assert.deepEqual(decodeMessage<RejectionMessage>(encodeMessage(message)), message);
  assert.deepEqual(decodeMessage<ObservationMessage>(encodeMessage({ ...covered, rows: [] })), {
    ...covered,
    rows: [],
  });
});

test('bytes that are not JSON throw', () => assert.throws(() => decodeMessage(Uint8Array.of(0x7b, 0xff)), SyntaxError));
