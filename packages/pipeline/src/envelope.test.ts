import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch, type Envelope } from '@emso/core';
import { INSTRUMENTS } from '@emso/instruments';
import fc from 'fast-check';
import { ascii, sample } from '../test/streams.ts';
import { withinEnvelope } from './envelope.ts';

const COLON = '^(?<address>\\d+):(?<line>.*)$';
const model = INSTRUMENTS.get('sbe37-microcat') ?? assert.fail();
const settings = model.settings.parse({ fields: ['TEMP', 'CNDC', 'PRES'], conductivityUnit: 'S/m' });
const decode = model.decoder(settings);

/** What becomes of a record that stands in the middle of an arena. */
function answerTo(text: string, envelope: Envelope = { pattern: COLON, address: '05' }): string {
  const bytes = ascii(`~~${text}~~`);
  const batch = createBatch(model.parameters(settings), model.labels, 1);
  const answer = withinEnvelope(envelope, decode)(bytes, 2, bytes.length - 2, batch);
  if (answer.kind === 'decoded') return `decoded ${batch.values[0][0]}`;
  return answer.kind === 'rejected' ? `${answer.reason} ${answer.position - 2}` : answer.kind;
}

// biome-ignore format: a table, one record a line
const CASES: [record: string, answer: string][] = [
  [`05:${sample(13.2974)}`, 'decoded 13.2974'],
  [`05: ${sample(13.2974)}\r`, 'decoded 13.2974'],
  [`06:${sample(13.2974)}`, 'envelope 0'],
  [sample(13.2974), 'envelope 0'],
  // Chatter of the instrument, and a fault of its line: told where it stands in the record.
  ['05:S>', 'ignored'],
  ['05:13.2974, x', 'not-a-number 12'],
  // Without an address nobody knows who talks.
  ['S>', 'envelope 0'],
  ['', 'envelope 0'],
];
for (const [record, answer] of CASES) {
  test(`within an envelope: ${JSON.stringify(record)}`, () => assert.equal(answerTo(record), answer));
}

test('an envelope without address is for every line that has it', () => {
  assert.equal(answerTo('>13.2974, 4.59963, 2505.600<', { pattern: '^>(?<line>.*)<$' }), 'decoded 13.2974');
});

test('whatever the bytes, it answers as the decoder does for the line inside', () => {
  const bytes = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x30, 0x35, 0x3a, 0x2c)));
  fc.assert(
    fc.property(bytes, (values) => {
      const text = String.fromCharCode(...values);
      assert.match(answerTo(text), /^(decoded|ignored|[a-z-]+ \d+)/);
      const inner = text.replaceAll(/[\r\n]/g, '').replace(/[\t-\r ]+$/, '');
      const alone = createBatch(model.parameters(settings), model.labels, 1);
      const direct = decode(ascii(inner), 0, inner.length, alone);
      const within = answerTo(`05:${inner}`);
      if (direct.kind !== 'rejected') assert.ok(within.startsWith(direct.kind), within);
      else assert.equal(within, `${direct.reason} ${direct.position + 3}`);
    }),
  );
});
