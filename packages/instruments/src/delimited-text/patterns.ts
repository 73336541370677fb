/**
 * Patterns of lines that are no record: regular expressions a technician writes. Those that could take for ever on an unlucky
 * line are refused when the settings are read, not found out at sea.
 */
import { latin1Text } from '../bytes.ts';

/** A line longer than this is never looked at by patterns: chatter is short. */
export const PATTERN_LINE_BYTES = 512;
const PATTERN_CHARACTERS = 200;
const OPEN_ENDED_MAX = 2;

/** What is wrong with a pattern; undefined when it can be used. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length === 0 || pattern.length > PATTERN_CHARACTERS) {
    return `expected a pattern of 1 to ${PATTERN_CHARACTERS} characters, found ${pattern.length}`;
  }
  try {
    new RegExp(pattern);
  } catch (error) {
    return `expected a regular expression, found '${pattern}' (${(error as Error).message})`;
  }
  // Escapes and classes are each one character; what is left shows where repetitions stand.
  if (/\\(?:[1-9]|k<)/.test(pattern)) return `expected no back-reference such as \\1, found '${pattern}'`;
  const bare = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '.');
  if (/\)(?:[*+?]|\{\d)/.test(bare)) {
    return `expected *, +, ? and {} behind a character or a [class], never behind a group, found '${pattern}'`;
  }
  const openEnded = bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  if (openEnded > OPEN_ENDED_MAX) {
    return `expected at most ${OPEN_ENDED_MAX} of *, + and {n,} in one pattern, found ${openEnded} in '${pattern}': write several patterns`;
  }
  return undefined;
}

export type LineTest = (bytes: Uint8Array, start: number, end: number) => boolean;

/** True for lines that fit one of `ignore` and none of `reject`. */
export function ignoredBy(ignore: readonly string[], reject: readonly string[]): LineTest {
  const ignored = ignore.map((pattern) => new RegExp(pattern));
  const refused = reject.map((pattern) => new RegExp(pattern));
  return (bytes, start, end) => {
    if (ignored.length === 0 || end - start > PATTERN_LINE_BYTES) return false;
    const line = latin1Text(bytes, start, end);
    return ignored.some((pattern) => pattern.test(line)) && !refused.some((pattern) => pattern.test(line));
  };
}
