/** The stream of an SBE 54: where records begin and end, and what becomes of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes, latin1Text } from '../bytes.ts';
import { createFramer, type Scan } from '../framing.ts';
import { seafloorPressure } from './instrument.ts';
import { SAMPLES } from './sbe54-framing.ts';

const settings = seafloorPressure.settings.parse({ grammar: 'sbe54', pressureUnit: 'psi', pressureKind: 'absolute' });
const { scan } = SAMPLES as { scan: Scan };

function sample(num: number, psi: string, { type = 'Pressure', eol = '\r\n' } = {}): string {
  const parts = [
    `<Sample Num='${num}' Type='${type}'>`,
    '<Time>2012-11-07T12:21:25</Time>',
    `<PressurePSI>${psi}</PressurePSI>`,
    '<PTemp>18.9047</PTemp>',
    '</Sample>',
  ];
  return parts.join(eol) + eol;
}

/** The records of a stream as text. */
function records(stream: string): string[] {
  const framer = createFramer(SAMPLES);
  const framed = framer.push(asciiBytes(stream), 0);
  return [...framed, ...framer.cut(0)].map(
    ({ kind, bytes }) => (kind === 'line' ? '' : `${kind}:`) + latin1Text(bytes, 0, bytes.length),
  );
}

/** PRES of a record, or its answer. */
function read(record: string): number | string {
  const bytes = asciiBytes(record);
  const batch = createBatch(['PRES'], [], 1);
  const answer = seafloorPressure.decoder(settings)(bytes, 0, bytes.length, batch);
  if (answer.kind !== 'decoded') return answer.kind === 'rejected' ? answer.reason : answer.kind;
  assert.equal(batch.instrument[0], Date.UTC(2012, 10, 7, 12, 21, 25));
  return batch.values[0][0];
}

test('a record is a whole sample, another line, or what stands before a sample on its line', () => {
  const [a, b] = [sample(1, '13.9669'), sample(2, '14.1')];
  const cases: [stream: string, expected: string[]][] = [
    [a + b, [a, b]],
    [`S>\r\n${a}<Executed/>\r\n${b}`, ['S>\r\n', a, '<Executed/>\r\n', b]],
    [`S>${a}`, ['S>', a]],
    [a.trimEnd() + b, [a.trimEnd(), b]],
    [a.slice(0, 60) + b, [a.slice(0, 60), b]],
    [a.slice(0, 60), [`partial:${a.slice(0, 60)}`]],
    [a.trimEnd(), [`partial:${a.trimEnd()}`]],
    ['<Samples>\n<Sample\n', ['<Samples>\n', '<Sample\n']],
    [sample(3, '14.1', { eol: '\n' }), [sample(3, '14.1', { eol: '\n' })]],
  ];
  for (const [stream, expected] of cases) assert.deepEqual(records(stream), expected, stream);
});

test('a sample whose end does not come is given away line by line, and the next one is found', () => {
  const head = "<Sample Num='1' Type='Pressure'>\r\n";
  const chatter = `${'x'.repeat(78)}\r\n`.repeat(20);
  const good = sample(2, '14.1');
  const found = records(head + chatter + good);
  assert.equal(found.length, 1 + 20 + 1);
  assert.deepEqual([found[0], found.at(-1)], [head, good]);
  assert.equal(found.join(''), head + chatter + good);
});

test('what samples say', () => {
  const good = sample(1, '13.9669');
  const cases: [record: string, expected: number | string][] = [
    [good, 9.63],
    [sample(1, ' 13.9669 '), 9.63],
    [sample(1, '13.9669', { eol: '' }), 9.63],
    [`\r\n ${good}`, 9.63],
    [sample(1, '-0.5'), -0.345],
    [sample(1, '13.9669', { type: 'RefOsc' }), 'ignored'],
    [sample(1, '13.9669', { type: 'Tilt' }), 'unknown-sentence'],
    [good.replaceAll('PressurePSI', 'PressureDBAR'), 'field-count'],
    [good.replace(/<Time>.*<\/Time>/, ''), 'field-count'],
    [good.replace(/<Time>.*<\/Time>/, '<Time></Time>'), 'bad-time'],
    [good.replace('12:21:25', '12:21:25x'), 'bad-time'],
    [sample(1, '13.96.69'), 'not-a-number'],
    [sample(1, ''), 'not-a-number'],
    [good.replace('</PTemp>', '</PTamp>'), 'damaged'],
    [good.replace('<PTemp>', '<PTemp'), 'damaged'],
    [good.replace('<PTemp>', 'x<PTemp>'), 'damaged'],
    [good.replace('<PTemp>', '<PressurePSI>1</PressurePSI><PTemp>'), 'damaged'],
    [good.replace('</Sample>', ''), 'partial'],
    [good.replace('</Sample>', '</Sample>x'), 'damaged'],
    ["<Sample Num='1' Type='Pressure'", 'partial'],
    ['<PressurePSI>13.9669</PressurePSI>\r\n', 'partial'],
    ['</Sample>\r\n', 'partial'],
    ["<StatusData DeviceType='SBE54' SerialNumber='05400012'>\r\n", 'ignored'],
    ['<Executed/>', 'ignored'],
    ['S>GetSD\r\n', 'ignored'],
    ['\r\n', 'ignored'],
    ['13.9669\r\n', 'unknown-sentence'],
  ];
  for (const [record, expected] of cases) assert.equal(read(record), expected, JSON.stringify(record));
});

test('the end of a record, once found, stays where it is whatever follows', () => {
  const piece = fc.constantFrom(
    sample(1, '1.5'),
    sample(2, '2.5').slice(0, 70),
    '<Sample ',
    '</Sample>',
    '\r\n',
    ' ',
    'S>',
    '<',
    'x'.repeat(300),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const stream = asciiBytes(pieces.join(''));
      for (let at = 0; at < stream.length; ) {
        const stop = scan(stream, at, stream.length);
        if (stop < 0) break;
        assert.ok(stop > at && stop <= stream.length);
        let first = at + 1;
        while (scan(stream, at, first) < 0) first++;
        for (let end = first; end <= Math.min(first + 12, stream.length); end++)
          assert.equal(scan(stream, at, end), stop);
        at = stop;
      }
    }),
    { numRuns: 60 },
  );
});

test('the lines of two streams interleaved: no value that nobody sent', () => {
  const [one, other] = [
    ['13.9669', '14.2'],
    ['3617.5512', '0.5'],
  ].map((each) => each.map((psi, i) => sample(i, psi)).join(''));
  const sent = new Set(['13.9669', '14.2', '3617.5512', '0.5'].map((psi) => read(sample(1, psi))));
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (turns) => {
      const left = [one, other].map((stream) => stream.split(/(?<=\n)/));
      const mixed = turns.map((turn) => left[turn ? 0 : 1].shift() ?? '').join('');
      for (const record of records(mixed)) {
        const said = record.startsWith('partial:') ? 'partial' : read(record);
        assert.ok(typeof said === 'string' || sent.has(said), `${said}: ${record}`);
      }
    }),
  );
});
