/** Syntax: a line has as many characters, bytes or fields as it should. */
import { QARTOD, type Qartod } from '@emso/core';

/** What is counted: characters, bytes written as two hexadecimal characters each, or the fields between delimiters. */
export type LineMeasure = 'characters' | 'hexBytes' | { readonly delimiter: string };

/** 1 when the line has exactly `count` of what is measured, else 4. A trailing delimiter begins a field; no text is one. */
export function syntaxAnswer(line: string, count: number, measure: LineMeasure): Qartod {
  return lengthOf(line, measure) === count ? QARTOD.good : QARTOD.fail;
}

function lengthOf(line: string, measure: LineMeasure): number {
  if (typeof measure === 'object') return line.split(measure.delimiter).length;
  // Characters are code points: one beyond the basic plane is one, not two.
  const characters = [...line].length;
  return measure === 'characters' ? characters : characters / 2;
}
