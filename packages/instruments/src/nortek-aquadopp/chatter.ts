/** What an Aquadopp, or the software that wrote its files, says between samples; and why a line is none. */

import type { RejectReason } from '@emso/core';
import { asciiBytes, isLetter, isNoise, skipBlanks, startsWith } from '../bytes.ts';
import { type DecodeResult, IGNORED, reject } from '../define.ts';

/** Beginnings of lines that are no sample, in lower case. */
const BEGINNINGS = [
  // The instrument's banner after a break, and its answers.
  'aquadopp',
  'nortek',
  'version',
  'command ',
  'confirm',
  'ok',
  'error',
  // Header of the profiler text.
  'source file:',
  'processed:',
  'using version:',
  'device:',
  'start date:',
  'timestamp (s)',
].map(asciiBytes);

/** Replies to commands end with two of one of these. */
const ACK = 0x06;
const NACK = 0x15;

/** The answer about a line that is no sample: chatter, or refused with the reason that its bytes show, else with `reason`. */
export function refuse(bytes: Uint8Array, start: number, at: number, stop: number, reason: RejectReason): DecodeResult {
  const first = skipBlanks(bytes, start, stop);
  if (isChatter(bytes, first, stop)) return IGNORED;
  for (let i = first; i < stop; i++) if (isNoise(bytes[i])) return reject('damaged', i);
  // A sample, or its tail, begins with a number.
  return first < stop && isLetter(bytes[first]) ? reject('unknown-sentence', first) : reject(reason, at);
}

function isChatter(bytes: Uint8Array, first: number, stop: number): boolean {
  let replies = stop;
  while (replies > first && (bytes[replies - 1] === ACK || bytes[replies - 1] === NACK)) replies--;
  if (replies === first) return true;
  for (let i = first; i < replies; i++) if (isNoise(bytes[i])) return false;
  return BEGINNINGS.some((word) => {
    if (!startsWith(bytes, first, replies, word)) return false;
    // `ok` is no beginning of `okay`.
    const next = first + word.length;
    return next === replies || !isLetter(word[word.length - 1]) || !isLetter(bytes[next]);
  });
}
