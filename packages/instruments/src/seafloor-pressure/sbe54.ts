/**
 * Sea-Bird SBE 54 tsunami pressure sensor, XML samples.
 *
 * <Sample Num='5947' Type='Pressure'>
 * <Time>2012-11-07T12:21:25</Time>            the instrument's clock, UTC
 * <PressurePSI>13.9669</PressurePSI>          absolute pressure, psi
 * <PTemp>18.9047</PTemp>                      temperature of the transducer, degC: not published
 * </Sample>
 *
 * Samples of Type='RefOsc' report the reference oscillator and carry no pressure. SBE 54 manual, "Data format".
 */
import { openRow } from '@emso/core';
import { asciiBytes, isLetter, isSpace, startsWith } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, IGNORED, reject } from '../define.ts';
import { scanDecimal, scanned, VALUE } from '../numbers.ts';
import { epochMsOf, FIELDS, scanIso } from '../time-pattern.ts';
import type { PressureScale } from './pressure.ts';
import { refuse } from './refusal.ts';
import { SAMPLE_CLOSE, SAMPLE_OPEN } from './sbe54-framing.ts';

const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const SLASH = 0x2f;
const TYPE_PRESSURE = asciiBytes("type='pressure'");
const TYPE_OSCILLATOR = asciiBytes("type='refosc'");
const TIME = asciiBytes('time>');
const PRESSURE = asciiBytes('pressurepsi>');
/** Lines of a sample, met outside of one: the sample they belong to was cut. */
const SAMPLE_PARTS = [
  '</sample>',
  '<time>',
  '<pressurepsi>',
  '<ptemp>',
  '<reference',
  '<pcbtemp',
  '<referrorppm>',
  '<refosc',
].map(asciiBytes);

/** Decodes a record without blanks and line ends around it. */
export function sbe54Decoder(scale: PressureScale): DecodeLine {
  const columns = columnsFor(['PRES']);
  const time = new Int32Array(FIELDS.length);
  const element = { name: 0, text: 0, textEnd: 0, end: 0 };

  return (bytes, start, stop, batch) => {
    if (!startsWith(bytes, start, stop, SAMPLE_OPEN)) return otherLine(bytes, start, stop);
    let at = start + SAMPLE_OPEN.length;
    const tagEnd = indexOf(bytes, GREATER_THAN, at, stop);
    if (tagEnd < 0) return reject('partial', stop);
    const isPressure = contains(bytes, at, tagEnd, TYPE_PRESSURE);
    if (!isPressure && !contains(bytes, at, tagEnd, TYPE_OSCILLATOR)) return reject('unknown-sentence', at);

    let timeMs = Number.NaN;
    let value = Number.NaN;
    at = skipSpaces(bytes, tagEnd + 1, stop);
    while (!startsWith(bytes, at, stop, SAMPLE_CLOSE)) {
      if (at === stop) return reject('partial', stop);
      const fault = readElement(bytes, at, stop, element);
      if (fault >= 0) return reject('damaged', fault);
      const { name, text, textEnd } = element;
      if (startsWith(bytes, name, stop, TIME)) {
        if (!Number.isNaN(timeMs)) return reject('damaged', name);
        timeMs = scanIso(bytes, text, textEnd, time) === textEnd ? epochMsOf(time) : Number.NaN;
        if (Number.isNaN(timeMs)) return reject('bad-time', text);
      } else if (startsWith(bytes, name, stop, PRESSURE)) {
        if (!Number.isNaN(value)) return reject('damaged', name);
        value = scanDecimal(bytes, text, textEnd, scale.shift) === textEnd ? scale.convert(scanned[VALUE]) : Number.NaN;
        if (!Number.isFinite(value)) return reject('not-a-number', text);
      }
      at = skipSpaces(bytes, element.end, stop);
    }
    if (at + SAMPLE_CLOSE.length < stop) return reject('damaged', at + SAMPLE_CLOSE.length);
    if (!isPressure) return IGNORED;
    if (Number.isNaN(timeMs) || Number.isNaN(value)) return reject('field-count', stop);
    const row = openRow(batch);
    const place = columns(batch)[0];
    if (place >= 0) batch.values[place][row] = value;
    batch.instrument[row] = timeMs;
    batch.count = row + 1;
    return DECODED;
  };
}

/** Lines between samples: prompts, echoes, replies in XML. */
function otherLine(bytes: Uint8Array, start: number, stop: number): DecodeResult {
  if (SAMPLE_PARTS.some((part) => startsWith(bytes, start, stop, part))) return reject('partial', start);
  const isReply = bytes[start] === LESS_THAN && bytes[stop - 1] === GREATER_THAN && isPrintable(bytes, start, stop);
  return isReply ? IGNORED : refuse(bytes, start, stop, start);
}

/**
 * Reads `<Name>text</Name>` at `at` into `element`: where its name, its text without blanks around it, and what follows it
 * begin. −1, or the offset where it is broken.
 */
function readElement(
  bytes: Uint8Array,
  at: number,
  stop: number,
  element: { name: number; text: number; textEnd: number; end: number },
): number {
  if (bytes[at] !== LESS_THAN) return at;
  const name = at + 1;
  let nameEnd = name;
  while (nameEnd < stop && isLetter(bytes[nameEnd])) nameEnd++;
  if (nameEnd === name || nameEnd === stop || bytes[nameEnd] !== GREATER_THAN) return nameEnd;
  const close = indexOf(bytes, LESS_THAN, nameEnd + 1, stop);
  if (close < 0 || close + 1 === stop) return stop;
  if (bytes[close + 1] !== SLASH) return close;
  for (let i = name; i <= nameEnd; i++) {
    const other = close + 2 + i - name;
    if (other >= stop || bytes[other] !== bytes[i]) return Math.min(other, stop);
  }
  element.name = name;
  element.text = skipSpaces(bytes, nameEnd + 1, close);
  element.textEnd = close;
  while (element.textEnd > element.text && isSpace(bytes[element.textEnd - 1])) element.textEnd--;
  element.end = close + 2 + nameEnd - name + 1;
  return -1;
}

function skipSpaces(bytes: Uint8Array, at: number, stop: number): number {
  while (at < stop && isSpace(bytes[at])) at++;
  return at;
}

function indexOf(bytes: Uint8Array, byte: number, at: number, stop: number): number {
  while (at < stop && bytes[at] !== byte) at++;
  return at < stop ? at : -1;
}

function contains(bytes: Uint8Array, at: number, stop: number, word: Uint8Array): boolean {
  for (; at + word.length <= stop; at++) if (startsWith(bytes, at, stop, word)) return true;
  return false;
}

function isPrintable(bytes: Uint8Array, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (bytes[i] < 0x20 || bytes[i] > 0x7e) return false;
  return true;
}
