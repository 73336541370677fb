/** Texts of the site file. They end up in files and catalogues whose formats hold no control characters: those are refused here. */
import { z } from 'zod';
import { describeFound } from './config-fault.ts';

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** True for text that every format of our products can hold: Unicode, with line feeds and tabs as the only control characters. */
export function isPrintable(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

/** Some text, not empty. */
export const factText = z
  .string()
  .min(1)
  .refine(isPrintable, {
    error: (issue) =>
      `expected text without control characters, found ${describeFound(JSON.stringify(issue.input ?? null))}`,
  });
