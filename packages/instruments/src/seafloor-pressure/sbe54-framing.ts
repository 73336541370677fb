/**
 * The stream of an SBE 54: a sample is an XML element over several lines, everything else is lines. A record is a whole sample
 * with the end of its last line, or one other line, or what stands before a sample on the same line.
 */
import { asciiBytes, LF, startsWith } from '../bytes.ts';
import type { Framing } from '../framing.ts';

export const SAMPLE_OPEN = asciiBytes('<sample ');
export const SAMPLE_CLOSE = asciiBytes('</sample>');

/** A real sample has some 150 bytes. One whose end does not come within so many is broken, and is given away line by line. */
const SAMPLE_MAX_BYTES = 1024;
const LESS_THAN = 0x3c;

export const SAMPLES: Framing = {
  name: 'sbe54-samples',
  scan(bytes, start, end) {
    if (startsWith(bytes, start, end, SAMPLE_OPEN)) {
      const stop = sampleEnd(bytes, start, end);
      if (stop !== BROKEN) return stop;
    }
    for (let i = start; i < end; i++) {
      if (bytes[i] === LF) return i + 1;
      if (i > start && bytes[i] === LESS_THAN && startsWith(bytes, i, end, SAMPLE_OPEN)) return i;
    }
    return -1;
  },
};

const BROKEN = -2;

/** End of the sample that begins at `start`, or beginning of the one that breaks it off; −1 while undecided. */
function sampleEnd(bytes: Uint8Array, start: number, end: number): number {
  const reach = start + SAMPLE_MAX_BYTES;
  const limit = Math.min(end, reach) - SAMPLE_CLOSE.length;
  for (let i = start + SAMPLE_OPEN.length; i <= limit; i++) {
    if (bytes[i] !== LESS_THAN) continue;
    if (startsWith(bytes, i, end, SAMPLE_CLOSE)) return lineEnd(bytes, i + SAMPLE_CLOSE.length, end);
    if (startsWith(bytes, i, end, SAMPLE_OPEN)) return i;
  }
  return end < reach ? -1 : BROKEN;
}

/** Behind the LF that follows `at`, blanks and CR between; `at` where something else follows, −1 while undecided. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (bytes[i] === 0x20 || bytes[i] === 0x0d)) i++;
  if (i === end) return -1;
  return bytes[i] === LF ? i + 1 : at;
}
