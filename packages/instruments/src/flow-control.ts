/**
 * Serial links put XON, XOFF and NUL anywhere into a line, also inside a word. They are no part of what the instrument
 * said, so every decoder answers as if they were not there.
 */
import { type DecodeLine, reject } from './define.ts';

/** True for NUL, XON and XOFF. */
export function isFlowControl(byte: number): boolean {
  return byte === 0x00 || byte === 0x11 || byte === 0x13;
}

/**
 * The same decoder for lines with 00, 11 and 13 in them. It must decode no line that holds one of these bytes: only a line
 * that gives no row is looked through for them, copied without them and read again, so that good lines cost nothing more.
 * Positions stay those of the original line.
 */
export function withoutFlowControl(decode: DecodeLine): DecodeLine {
  return (bytes, start, end, batch) => {
    const answer = decode(bytes, start, end, batch);
    if (answer.kind === 'decoded') return answer;
    let count = 0;
    for (let i = start; i < end; i++) if (isFlowControl(bytes[i])) count++;
    if (count === 0) return answer;
    const line = bytes.slice(start, end).filter((byte) => !isFlowControl(byte));
    const cleaned = decode(line, 0, line.length, batch);
    return cleaned.kind === 'rejected'
      ? reject(cleaned.reason, originalOffset(bytes, start, end, cleaned.position))
      : cleaned;
  };
}

/** Offset in `bytes[start, end)` of the byte that is number `kept` (0-based) among those that are not flow control. */
function originalOffset(bytes: Uint8Array, start: number, end: number, kept: number): number {
  let at = start;
  for (let left = kept; at < end; at++) {
    if (isFlowControl(bytes[at])) continue;
    if (left === 0) break;
    left--;
  }
  return at;
}
