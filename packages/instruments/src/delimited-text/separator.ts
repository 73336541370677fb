/** What stands between two columns, as three questions about a line. */
import { asciiBytes, BLANK, skipBlanks, TAB } from '../bytes.ts';

export interface Separator {
  /** Offset of the column behind the separator at `at`, blanks around it skipped; −1 when there is none. */
  readonly next: (bytes: Uint8Array, at: number, stop: number) => number;
  /** True when a column can end at `at`: blanks, a separator, or the end of the line stand there. */
  readonly endsAt: (bytes: Uint8Array, at: number, stop: number) => boolean;
  /**
   * End of the text column that begins at `at`, blanks behind it left in; the bitwise NOT of the offset of a control
   * character in it, which is negative.
   */
  readonly textEnd: (bytes: Uint8Array, at: number, stop: number) => number;
  /** Blanks at the end of a line are lost on some ways here: then empty columns at its end are too. */
  readonly endIsLost: boolean;
}

/** The separator that the settings write: a text, or one of the words `tab` and `whitespace`. */
export function separatorOf(text: string): Separator {
  if (text === 'whitespace') return WHITESPACE;
  return literalSeparator(asciiBytes(text === 'tab' ? '\t' : text));
}

function literalSeparator(word: Uint8Array): Separator {
  // A TAB that separates is no blank.
  const isTab = word[0] === TAB;
  const first = word[0];
  const skip = isTab ? skipOnlyBlanks : skipBlanks;
  const standsAt = (bytes: Uint8Array, at: number, stop: number): boolean => {
    if (at >= stop || bytes[at] !== first || at + word.length > stop) return false;
    for (let i = 1; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
    return true;
  };
  return {
    next(bytes, at, stop) {
      const found = skip(bytes, at, stop);
      return standsAt(bytes, found, stop) ? skip(bytes, found + word.length, stop) : -1;
    },
    endsAt: (bytes, at, stop) => at === stop || isBlank(bytes[at]) || standsAt(bytes, at, stop),
    textEnd(bytes, at, stop) {
      while (at < stop && !standsAt(bytes, at, stop)) {
        if (isControl(bytes[at])) return ~at;
        at++;
      }
      return at;
    },
    endIsLost: isTab,
  };
}

const WHITESPACE: Separator = {
  next(bytes, at, stop) {
    const next = skipBlanks(bytes, at, stop);
    return next === at || next === stop ? -1 : next;
  },
  endsAt: (bytes, at, stop) => at === stop || isBlank(bytes[at]),
  textEnd(bytes, at, stop) {
    while (at < stop && !isBlank(bytes[at])) {
      if (isControl(bytes[at])) return ~at;
      at++;
    }
    return at;
  },
  endIsLost: false,
};

function isBlank(byte: number): boolean {
  return byte === BLANK || byte === TAB;
}

/** True for what no text holds; letters with accents and signs such as ° stand above and are text. */
function isControl(byte: number): boolean {
  return (byte < BLANK && byte !== TAB) || byte === 0x7f;
}

function skipOnlyBlanks(bytes: Uint8Array, at: number, stop: number): number {
  while (at < stop && bytes[at] === BLANK) at++;
  return at;
}
