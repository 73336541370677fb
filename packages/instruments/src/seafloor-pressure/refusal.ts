/** What becomes of a line that is no sample of the chosen kind: known chatter is passed over, all else is rejected. */
import type { RejectReason } from '@emso/core';
import { asciiBytes, COLON, HASH, isDigit, isNoise, startsWith } from '../bytes.ts';
import { type DecodeResult, IGNORED, reject } from '../define.ts';

/** How lines of loggers begin that stand between samples in archived files. */
const LOGGER_LINES = [
  'time out',
  'after ',
  'idle state',
  'logger started',
  'instrument started',
  'instrument stopped',
  'instrument sampling',
  'battery power ',
  'battery initialize ',
].map(asciiBytes);

/** Prompts and echoes of Sea-Bird instruments. */
const PROMPTS = ['s>', '<execut'].map(asciiBytes);

/** The answer about the line `bytes[first, stop)` (not empty), which is no sample from `at` on. */
export function refuse(
  bytes: Uint8Array,
  first: number,
  stop: number,
  at: number,
  reason: RejectReason = 'unknown-sentence',
): DecodeResult {
  if (isChatter(bytes, first, stop)) return IGNORED;
  for (let i = first; i < stop; i++) if (isNoise(bytes[i])) return reject('damaged', i);
  return reject(reason, at);
}

function isChatter(bytes: Uint8Array, first: number, stop: number): boolean {
  if (bytes[first] === HASH) return true;
  const begins = (word: Uint8Array): boolean => startsWith(bytes, first, stop, word);
  return LOGGER_LINES.some(begins) || PROMPTS.some(begins) || isTagged(bytes, first, stop);
}

/** `[presf:DLOGP2]:Battery power on message`; a sample behind such a tag is not passed over. */
function isTagged(bytes: Uint8Array, first: number, stop: number): boolean {
  if (bytes[first] !== 0x5b) return false;
  const close = bytes.subarray(first, stop).indexOf(0x5d);
  const colon = first + close + 1;
  if (close < 0 || colon >= stop || bytes[colon] !== COLON) return false;
  return colon + 1 === stop || !isDigit(bytes[colon + 1]);
}
