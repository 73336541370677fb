/**
 * Aanderaa oxygen optodes 3830, 3835, 3975, 4330, 4330F, 4531, 4831, 4835: labelled and unlabelled sentences.
 *
 * 4831⇥379⇥354.255⇥94.962⇥7.658⇥32.971⇥32.971⇥41.373⇥8.402⇥738.5⇥797.6⇥448.6
 * │    │   │       │      │     │      │      │      │     │     │     └ RAWTEMP, mV
 * │    │   │       │      │     │      │      │      │     └─────┴ C1AMP, C2AMP, mV
 * │    │   │       │      │     └──────┴──────┴──────┴ CALPHASE, TCPHASE, C1RPH, C2RPH, degree
 * │    │   │       │      └ DOXY_TEMP, degC
 * │    │   │       └ OSAT, % of air saturation
 * │    │   └ DOXY, µmol/l, as if in fresh water at the internal salinity setting
 * └────┴ model, serial number; a line ends behind the temperature when raw data are off
 *
 * MEASUREMENT⇥4330F⇥829⇥O2Concentration(uM)⇥264.241⇥AirSaturation(%)⇥99.637⇥Temperature(Deg.C)⇥23.458 …
 * MEASUREMENT⇥  3835⇥   506⇥Oxygen: ⇥   264.81⇥Saturation: ⇥    90.54⇥Temperature: ⇥    18.47 …
 *
 * Labelled values are read by name, in any order, the unit in () or [] left aside. Aanderaa TD 218 and TD 269, "RS-232
 * protocol" and "Smart Sensor terminal protocol".
 */
import { type Batch, openRow, setLabel } from '@emso/core';
import { z } from 'zod';
import {
  asciiBytes,
  BLANK,
  COLON,
  createTextReader,
  isDigit,
  isLetter,
  isNoise,
  skipBlanks,
  skipDigits,
  startsWith,
  TAB,
  trimmedEnd,
} from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, defineInstrument, IGNORED, reject } from '../define.ts';
import { isFlowControl, withoutFlowControl } from '../flow-control.ts';
import { LINES } from '../framing.ts';
import { DECIMALS, EXPONENT_DIGITS, scanDecimal, scanned, scanReal, VALUE } from '../numbers.ts';
import { blockDecoder, SIO } from '../sio-blocks.ts';
import { CODES, ESSENTIAL, isChatter, isOptode, LABELS, labelIndex, PLAIN_DECIMALS } from './sentences.ts';

const settingsSchema = z.strictObject({
  /** Blocks of a controller instead of lines; each holds one sentence. */
  framing: z.literal('sio').optional(),
  /** Salinity set inside the instrument, which its concentration is computed with: needed to compensate, not to decode. */
  storedSalinity: z.number().min(0).max(50).default(0),
  /** True when the foil's calibration was checked against samples. */
  oxygenCalibrated: z.boolean().default(false),
});
type Settings = z.output<typeof settingsSchema>;

export const aanderaaOptode = defineInstrument<Settings>({
  id: 'aanderaa-optode',
  title: 'Aanderaa oxygen optode',
  l05: '351',
  l35: 'MAN0007',
  version: 1,
  labels: ['Optode_Type', 'Optode_Serial'],
  settings: settingsSchema,
  parameters: () => CODES,
  framing: (settings) => (settings.framing === 'sio' ? SIO : LINES),
  decoder: (settings) => {
    const decode = withoutFlowControl(lineDecoder());
    return settings.framing === 'sio' ? blockDecoder(BLOCK_KIND, decode) : decode;
  },
});

/** What a controller calls an optode. */
const BLOCK_KIND = 'DO';
const MEASUREMENT = asciiBytes('measurement');
const STAR = 0x2a;

function lineDecoder(): DecodeLine {
  const columns = columnsFor(CODES);
  const typeText = createTextReader();
  const serialText = createTextReader();

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let at = start;
    while (at < stop && isMark(bytes[at])) at++;
    if (at === stop) return IGNORED;
    const answer = decodeSentence(bytes, at, stop, batch);
    if (answer === DECODED) return answer;
    if (isChatter(bytes, at, stop)) return IGNORED;
    return decodeBehindNoise(bytes, at, stop, batch) ?? answer;
  };

  /** At power-on a record follows noise on the same line: it counts when it is complete from its start to the line's end. */
  function decodeBehindNoise(bytes: Uint8Array, at: number, stop: number, batch: Batch): DecodeResult | undefined {
    let noise = -1;
    for (let i = at; i < stop; i++) if (isFlowControl(bytes[i])) return undefined;
    for (let i = at; i < stop; i++) {
      // Digits that merely follow other digits belong to a number that two glued records share: never a start.
      if (noise >= 0 && (isNoise(bytes[i - 1]) || isReadyMark(bytes[i - 1]))) {
        if (decodeSentence(bytes, i, stop, batch) === DECODED) return DECODED;
      }
      if (noise < 0 && isNoise(bytes[i])) noise = i;
    }
    return noise < 0 ? undefined : reject('damaged', noise);
  }

  function decodeSentence(bytes: Uint8Array, at: number, stop: number, batch: Batch): DecodeResult {
    const named = startsWith(bytes, at, stop, MEASUREMENT);
    const model = named ? skipBlanks(bytes, at + MEASUREMENT.length, stop) : at;
    let modelEnd = skipDigits(bytes, model, stop);
    if (modelEnd - model !== 4 || (named && model === at + MEASUREMENT.length)) return reject('unknown-sentence', at);
    scanDecimal(bytes, model, modelEnd);
    const isOxygen = isOptode(scanned[VALUE]);
    while (modelEnd < stop && isLetter(bytes[modelEnd])) modelEnd++;
    const serial = skipBlanks(bytes, modelEnd, stop);
    if (serial === modelEnd) return reject('unknown-sentence', modelEnd);
    if (!isOxygen) return reject('other-instrument', model);
    const serialEnd = skipDigits(bytes, serial, stop);
    const values = skipBlanks(bytes, serialEnd, stop);
    if (serialEnd === serial || values === stop || values === serialEnd) return reject('field-count', serialEnd);

    const row = openRow(batch);
    setLabel(batch.labels[0], row, typeText(bytes, model, modelEnd));
    setLabel(batch.labels[1], row, serialText(bytes, serial, serialEnd));
    let answer: DecodeResult;
    if (isLetter(bytes[values]) || bytes[values] === STAR) answer = decodeLabelled(bytes, values, stop, batch, row);
    else if (named || !hasTab(bytes, modelEnd, serial) || !hasTab(bytes, serialEnd, values)) {
      answer = reject('unknown-sentence', values);
    } else answer = decodePlain(bytes, values, stop, batch, row);
    if (answer === DECODED) batch.count = row + 1;
    return answer;
  }

  /** Three or ten numbers between TABs. */
  function decodePlain(bytes: Uint8Array, at: number, stop: number, batch: Batch, row: number): DecodeResult {
    const place = columns(batch);
    for (let count = 1; ; count++) {
      const next = scanReal(bytes, at, stop);
      if (next < 0) return reject('not-a-number', at);
      if (place[count - 1] >= 0) batch.values[place[count - 1]][row] = scanned[VALUE];
      if (next === stop) {
        const decimals = PLAIN_DECIMALS[count];
        if (decimals === undefined) return reject('field-count', stop);
        return isWhole(decimals) ? DECODED : reject('partial', stop);
      }
      at = skipBlanks(bytes, next, stop);
      if (!hasTab(bytes, next, at)) return reject('not-a-number', next);
      if (count === 10) return reject('field-count', at);
    }
  }

  /** Pairs of label and value, until the line ends. */
  function decodeLabelled(bytes: Uint8Array, at: number, stop: number, batch: Batch, row: number): DecodeResult {
    const place = columns(batch);
    let found = 0;
    let index = -1;
    while (at < stop) {
      // A star marks an error status of the parameter; the value is what the instrument says, and is QC's business.
      const name = bytes[at] === STAR ? at + 1 : at;
      const nameEnd = labelEnd(bytes, name, stop);
      index = labelIndex(bytes, name, nameEnd, index + 1);
      if (index < 0) return reject('unknown-sentence', name);
      if (found & (1 << index)) return reject('damaged', name);
      found |= 1 << index;
      const value = valueAfter(bytes, nameEnd, stop);
      if (value === stop) return reject('field-count', stop);
      const next = scanReal(bytes, value, stop);
      if (next < 0) return reject('not-a-number', value);
      at = skipBlanks(bytes, next, stop);
      if (at === next && at < stop) return reject('not-a-number', next);
      const { column, decimals } = LABELS[index];
      // The value a line ends with may be the head of a longer number: then there is no such value.
      const whole = at < stop || isWhole(decimals);
      if (!whole && column >= 0 && column < ESSENTIAL) return reject('partial', stop);
      if (column >= 0 && place[column] >= 0 && whole) batch.values[place[column]][row] = scanned[VALUE];
    }
    for (let i = 0; i < ESSENTIAL; i++) {
      if (place[i] >= 0 && Number.isNaN(batch.values[place[i]][row])) return reject('field-count', stop);
    }
    return DECODED;
  }
}

/** `!` ready, `%` asleep, `#` woken up. */
function isReadyMark(byte: number): boolean {
  return byte === 0x21 || byte === 0x25 || byte === 0x23;
}

function isMark(byte: number): boolean {
  return byte === BLANK || byte === TAB || isReadyMark(byte);
}

function hasTab(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === TAB) return true;
  return false;
}

/** True when the number just scanned shows `decimals` decimals or a full exponent: nothing of it was cut off. */
function isWhole(decimals: number): boolean {
  return scanned[EXPONENT_DIGITS] === 0 ? scanned[DECIMALS] >= decimals : scanned[EXPONENT_DIGITS] >= 2;
}

/** End of the name at `at`: letters, digits and points. */
function labelEnd(bytes: Uint8Array, at: number, stop: number): number {
  while (at < stop && (isLetter(bytes[at]) || isDigit(bytes[at]) || bytes[at] === 0x2e)) at++;
  return at;
}

/** Offset of the value behind a name: past a unit in () or [], a colon, and blanks. */
function valueAfter(bytes: Uint8Array, at: number, stop: number): number {
  const close = bytes[at] === 0x28 ? 0x29 : bytes[at] === 0x5b ? 0x5d : -1;
  if (at < stop && close > 0) {
    while (at < stop && bytes[at] !== close && bytes[at] !== TAB) at++;
    if (at < stop && bytes[at] === close) at++;
  }
  if (at < stop && bytes[at] === COLON) at++;
  return skipBlanks(bytes, at, stop);
}
