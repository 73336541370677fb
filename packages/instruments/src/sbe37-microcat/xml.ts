/**
 * Converted XML, output format 2, and the lines of an SBE 16plus, which are of the same family:
 *
 * <?xml version="1.0"?><datapacket><hdr><mfg>Sea-Bird</mfg><model>37SM</model><sn>03712345</sn></hdr><data><t1> 13.2974</t1>
 * <c1> 3.91051</c1><p1>2501.987</p1><sal> 38.4794</sal><sv>1548.262</sv><smpl>17</smpl><dt>2019-08-01T00:00:00</dt></data></datapacket>
 *
 * on one line. Elements appear when they are switched on; a number may be padded with blanks. SBE 37-SM manual rev. 041, "Data
 * output formats", OutputFormat=2. What oxygen is called is nowhere written down: any name that begins with `ox` is read.
 */
import { type Batch, openRow, setLabel } from '@emso/core';
import {
  asciiBytes,
  createTextReader,
  HASH,
  isDigit,
  isLetter,
  isNoise,
  skipBlanks,
  startsWith,
  trimmedEnd,
} from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, IGNORED, reject } from '../define.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import { isChatter } from './chatter.ts';
import { scanIsoDateTime } from './date.ts';
import { type FieldCode, parametersOf, type Settings } from './settings.ts';
import { conversionOf, shiftOf } from './units.ts';

const OPEN = 0x3c;
const CLOSE = 0x3e;
const SLASH = 0x2f;
const LETTER_O = 0x6f;
const LETTER_X = 0x78;
const PROLOG = asciiBytes('<?xml');
const PROLOG_END = asciiBytes('?>');
const PACKET = asciiBytes('<datapacket');
const PACKET_END = asciiBytes('</datapacket>');
const TIME_FOUND = 1 << 29;
const SERIAL_FOUND = 1 << 30;
/** Groups inside groups: datapacket, hdr or data. */
const DEPTH_MAX = 3;

/** Two or three letters as one integer: names are short, and compared at once. */
function nameKey(name: string): number {
  return asciiBytes(name).reduce((key, byte) => (key << 8) | byte, 0);
}
const SERIAL = nameKey('sn');
const TIME = nameKey('dt');
const CODES: ReadonlyMap<number, FieldCode> = new Map([
  [nameKey('t1'), 'TEMP'],
  [nameKey('c1'), 'CNDC'],
  [nameKey('p1'), 'PRES'],
  [nameKey('sal'), 'PSAL'],
  [nameKey('sv'), 'SVEL'],
]);
const OXYGEN = nameKey('ox');

/** A decoder of XML lines. It decodes no line with flow control in it. */
export function xmlDecoder(settings: Settings): DecodeLine {
  const codes = parametersOf(settings);
  const columns = columnsFor(codes);
  const shifts = codes.map((code) => shiftOf(code, settings));
  const conversions = codes.map((code) => conversionOf(code, settings));
  const indexOfKey = new Map([...CODES].map(([key, code]) => [key, codes.indexOf(code)]));
  const oxygen = codes.indexOf('DOX1');
  const promised = settings.fields === undefined ? 0 : (1 << codes.length) - 1;
  const serialText = createTextReader();
  // Starts and ends of the names of the groups that are open.
  const groups = new Int32Array(2 * DEPTH_MAX);
  /** Which elements the line has shown so far, a bit each: quantities from the lowest, then the time and the serial number. */
  let found = 0;

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let at = skipBlanks(bytes, start, stop);
    if (at < stop && bytes[at] === HASH) at = skipBlanks(bytes, at + 1, stop);
    if (at === stop) return IGNORED;
    const whole = startsWith(bytes, stop - PACKET_END.length, stop, PACKET_END) && stop - PACKET_END.length >= at;
    if (startsWith(bytes, at, stop, PROLOG)) {
      at += PROLOG.length;
      while (at < stop && bytes[at] !== CLOSE && !isNoise(bytes[at])) at++;
      if (at < stop && isNoise(bytes[at])) return reject('damaged', at);
      if (at === stop || !startsWith(bytes, at - 1, stop, PROLOG_END)) return reject('partial', at);
      at++;
    }
    if (!startsWith(bytes, at, stop, PACKET)) return refuse(bytes, at, stop, whole);
    if (!whole) return reject('partial', stop);
    const row = openRow(batch);
    const answer = decodePacket(bytes, at, stop, batch, row);
    if (answer !== DECODED) return answer;
    if ((found & promised) !== promised || (found & ((1 << codes.length) - 1)) === 0)
      return reject('field-count', stop);
    if (settings.outputTime && (found & TIME_FOUND) === 0) return reject('field-count', stop);
    batch.count = row + 1;
    return DECODED;
  };

  /** Every element of a packet that ends at `stop`, each closed by its own name. */
  function decodePacket(bytes: Uint8Array, from: number, stop: number, batch: Batch, row: number): DecodeResult {
    const place = columns(batch);
    found = 0;
    let depth = 0;
    for (let at = from; at < stop; ) {
      if (bytes[at] !== OPEN) return reject('damaged', at);
      if (bytes[at + 1] === SLASH) {
        if (depth === 0) return reject('damaged', at);
        depth--;
        at = closingEnd(bytes, at, stop, groups[2 * depth], groups[2 * depth + 1]);
        if (at < 0) return reject('damaged', ~at);
        if (depth === 0) return at === stop ? DECODED : reject('damaged', at);
        continue;
      }
      const name = at + 1;
      let key = 0;
      let nameEnd = name;
      while (nameEnd < stop && (isLetter(bytes[nameEnd]) || isDigit(bytes[nameEnd])))
        key = (key << 8) | bytes[nameEnd++];
      if (nameEnd === name || nameEnd === stop || bytes[nameEnd] !== CLOSE) return reject('damaged', nameEnd);
      const text = nameEnd + 1;
      if (text < stop && bytes[text] === OPEN && bytes[text + 1] !== SLASH) {
        if (depth === DEPTH_MAX) return reject('damaged', at);
        groups[2 * depth] = name;
        groups[2 * depth + 1] = nameEnd;
        depth++;
        at = text;
        continue;
      }
      let textEnd = text;
      while (textEnd < stop && bytes[textEnd] !== OPEN) {
        if (isNoise(bytes[textEnd])) return reject('damaged', textEnd);
        textEnd++;
      }
      at = closingEnd(bytes, textEnd, stop, name, nameEnd);
      if (at < 0) return reject('damaged', ~at);
      // Of a longer name the key has the last four letters, and none of ours has four.
      const isOxygen = bytes[name] === LETTER_O && bytes[name + 1] === LETTER_X;
      const refused = takeElement(isOxygen ? OXYGEN : key, bytes, text, textEnd, batch, row, place);
      if (refused !== DECODED) return refused;
    }
    return reject('damaged', stop);
  }

  /** One element; those without a code are known to be there, and not published. */
  function takeElement(
    key: number,
    bytes: Uint8Array,
    text: number,
    textEnd: number,
    batch: Batch,
    row: number,
    place: Int32Array,
  ): DecodeResult {
    const index = key === OXYGEN ? oxygen : (indexOfKey.get(key) ?? -1);
    const bit = key === SERIAL ? SERIAL_FOUND : key === TIME ? TIME_FOUND : index < 0 ? 0 : 1 << index;
    if (bit === 0) return DECODED;
    if (found & bit) return reject('damaged', text);
    found |= bit;
    if (bit === SERIAL_FOUND) {
      setLabel(batch.labels[0], row, serialText(bytes, text, textEnd));
      return DECODED;
    }
    const value = skipBlanks(bytes, text, textEnd);
    if (bit === TIME_FOUND) {
      const next = scanIsoDateTime(bytes, value, textEnd);
      if (next < 0 || skipBlanks(bytes, next, textEnd) !== textEnd) return reject('bad-time', next < 0 ? ~next : next);
      batch.instrument[row] = scanned[VALUE];
      return DECODED;
    }
    const next = scanDecimal(bytes, value, textEnd, shifts[index]);
    if (next < 0 || scanned[DECIMALS] < 1) return reject('not-a-number', value);
    if (skipBlanks(bytes, next, textEnd) !== textEnd) return reject('not-a-number', next);
    const convert = conversions[index];
    if (place[index] >= 0)
      batch.values[place[index]][row] = convert === undefined ? scanned[VALUE] : convert(scanned[VALUE]);
    return DECODED;
  }
}

/** Offset behind `</name>` at `at`, for the name `bytes[name, nameEnd)`; the bitwise NOT of the offset where it differs. */
function closingEnd(bytes: Uint8Array, at: number, stop: number, name: number, nameEnd: number): number {
  const length = nameEnd - name;
  if (at + length + 3 > stop || bytes[at] !== OPEN || bytes[at + 1] !== SLASH) return ~at;
  for (let i = 0; i < length; i++) if (bytes[at + 2 + i] !== bytes[name + i]) return ~(at + 2 + i);
  return bytes[at + 2 + length] === CLOSE ? at + length + 3 : ~(at + 2 + length);
}

/** The answer about a line that is no packet. The tail of one ends as a packet does, and is no reply. */
function refuse(bytes: Uint8Array, at: number, stop: number, isTail: boolean): DecodeResult {
  if (isTail) return reject('partial', at);
  if (isChatter(bytes, at, stop)) return IGNORED;
  for (let i = at; i < stop; i++) if (isNoise(bytes[i])) return reject('damaged', i);
  return reject('unknown-sentence', at);
}
