/** What a MicroCAT says besides samples: prompts, echoes, XML replies, status and calibration dumps, warnings. */
import { asciiBytes, BLANK, isDigit, isLetter, startsWith } from '../bytes.ts';

/** Commands that come back alone on a line. */
const ECHOES = [
  'ts',
  'tss',
  'tsr',
  'sl',
  'slt',
  'ds',
  'dc',
  'qs',
  'stop',
  'start',
  'startnow',
  'pwroff',
  'pts',
  'init',
].map(asciiBytes);
const XML_REQUESTS = ['getsd', 'gethd', 'getcd', 'getcc', 'getec'].map(asciiBytes);

/** How the lines of status (DS) and calibration (DC) dumps and of inductive envelopes begin, beside `name = value`. */
const REPORTS = [
  'sbe37',
  'sbe 37',
  'logging',
  'not logging',
  'start logging',
  'transmit ',
  'do not ',
  'output ',
  'store ',
  'serial sync',
  'wait time',
  'internal pump',
  'temperature:',
  'conductivity:',
  'pressure s/n',
  'rtc:',
  'warning:',
  'mcat status',
  'begin data',
  'end data',
].map(asciiBytes);

const COMMENT = asciiBytes('<!--');
const DATA_PACKET = asciiBytes('<datapacket');
const HEADER_END = asciiBytes('*end*');
const STAR = 0x2a;

/** True when `bytes[at, end)`, blanks at both ends removed, is known and no sample. */
export function isChatter(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] === 0x3c) return isReply(bytes, at, end);
  if (bytes[at] === STAR) return isHeaderLine(bytes, at, end);
  // `S>`, alone or with the echo of a command behind it; a record behind it is not thrown away as a prompt.
  if (bytes[at] === 0x53 && bytes[at + 1] === 0x3e && at + 1 < end) return at + 2 === end || isLetter(bytes[at + 2]);
  if (!isLetter(bytes[at])) return false;
  const whole = (word: Uint8Array): boolean => end - at === word.length && startsWith(bytes, at, end, word);
  return (
    REPORTS.some((report) => startsWith(bytes, at, end, report)) ||
    ECHOES.some(whole) ||
    XML_REQUESTS.some(whole) ||
    isAssignment(bytes, at, end)
  );
}

/** A line of an upload's header: `* text`, a bare star, `*END*`. */
function isHeaderLine(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 1 === end || bytes[at + 1] === BLANK || startsWith(bytes, at, end, HEADER_END);
}

/** An XML reply or comment. A whole XML sample is data in a format these settings do not promise: never passed over. */
function isReply(bytes: Uint8Array, at: number, end: number): boolean {
  if (startsWith(bytes, at, end, COMMENT)) return true;
  if (bytes[end - 1] !== 0x3e) return false;
  for (let i = at; i < end; i++) if (startsWith(bytes, i, end, DATA_PACKET)) return false;
  return true;
}

/** `name = value`: letters, digits, blanks and underscores up to an equals sign. */
function isAssignment(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    const byte = bytes[i];
    if (byte === 0x3d) return true;
    if (!isLetter(byte) && !isDigit(byte) && byte !== BLANK && byte !== 0x5f) return false;
  }
  return false;
}
