/** What a naive decoder of optodes gets wrong, by its number in FORMATS §9. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch } from '@emso/core';
import { asciiBytes } from '../bytes.ts';
import { aanderaaOptode as model } from './instrument.ts';

const LINE = '4831\t379\t354.255\t94.962\t7.658\t32.971\t32.971\t41.373\t8.402\t738.5\t797.6\t448.6';
const NAMED =
  'MEASUREMENT\t4330F\t829\tO2Concentration(uM)\t264.241\tAirSaturation(%)\t99.637\tTemperature(Deg.C)\t23.458';

/** The values of a line in column order, or the reason why it has none. */
function decoded(line: string): number[] | string {
  const batch = createBatch(model.parameters(model.settings.parse({})), model.labels, 1);
  const bytes = asciiBytes(line);
  const answer = model.decoder(model.settings.parse({}))(bytes, 0, bytes.length, batch);
  if (answer.kind !== 'decoded') return answer.kind === 'rejected' ? answer.reason : answer.kind;
  return batch.values.map((column) => column[0]).filter((value) => !Number.isNaN(value));
}

const ROW = LINE.split('\t').slice(2).map(Number);
const NAMED_ROW = [264.241, 99.637, 23.458];
const cases: [quirk: string, line: string, expected: number[] | string][] = [
  ['§9.2 flow control inside a word', NAMED.replace('AirSat', 'Air\x13Sat'), NAMED_ROW],
  ['§9.2 flow control inside a number', LINE.replace('354.255', '35\x11\x134.255'), ROW],
  ['§9.2 flow control before the line', `\x13\x11\x13\x11${NAMED}`, NAMED_ROW],
  ['§9.3 the tail of a partial line', LINE.slice(12), 'unknown-sentence'],
  [
    '§9.4 negative numbers',
    LINE.replace('448.6', '-21.1').replace('354.255', '-36.845'),
    [-36.845, ...ROW.slice(1, -1), -21.1],
  ],
  ['§9.5 a point that was lost', LINE.replace('354.255', '354255'), [354255, ...ROW.slice(1)]],
  ['§9.6 two records glued without a newline', `${LINE.slice(0, 30)}${LINE}`, 'field-count'],
  ['§9.15 a message of a logger', '[dosta1:DLOGP4]:no data', 'unknown-sentence'],
  ['§9.17 a record behind power-on noise', `3\xdb'\xb93\x99\xf57=\xff!${LINE}`, ROW],
  ['§9.17 only when it is whole to the end of the line', `3\xdb'\xb93\x99\xf57=\xff!${LINE.slice(0, -4)}`, 'damaged'],
  ['§9.17 not behind text and a mark', `ready!${LINE}`, 'unknown-sentence'],
  ['§9.17 not behind a garbled prefix that is text', `[dosta2:DLOGBad1]:${LINE}`, 'unknown-sentence'],
];
for (const [quirk, line, expected] of cases) test(`FORMATS ${quirk}`, () => assert.deepEqual(decoded(line), expected));
