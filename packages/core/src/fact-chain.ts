/**
 * Files of facts that people add and nobody takes back: one JSON object a line, each with the SHA-256 of the line before it and of
 * its own text, so that a line that was edited, removed or put in between is found by its number.
 */
import { createHash } from 'node:crypto';

/** A fault of a file of facts. */
export interface LineFault {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/** A line whose two digests hold. */
export interface ChainedFact {
  /** 1-based: the number by which people name the fact. */
  readonly line: number;
  /** The SHA-256 of the line without it: it stands for everything that the line says. */
  readonly own: string;
  /** What was said, without the two digests. */
  readonly value: Readonly<Record<string, unknown>>;
}

const NOTHING_BEFORE = '0'.repeat(64);
const OWN = /,"own":"([0-9a-f]{64})"\}$/;
const RESTORE = 'bring the file back from git or a copy, and add facts with the emso command only';

/** The line that says `fact` behind the lines of `text`, without its line feed. */
export function chainedLine(fact: Readonly<Record<string, unknown>>, text: string): string {
  const last = linesOf(text).at(-1);
  const open = JSON.stringify({ ...fact, before: last === undefined ? NOTHING_BEFORE : sha256(last) });
  return `${open.slice(0, -1)},"own":"${sha256(open)}"}`;
}

/** The facts of a file, and every line that is none or not the one that was written. */
export function readChain(text: string): { readonly facts: readonly ChainedFact[]; readonly faults: LineFault[] } {
  const facts: ChainedFact[] = [];
  const faults: LineFault[] = [];
  const lines = linesOf(text);
  lines.forEach((each, i) => {
    const line = i + 1;
    if (line === lines.length && !text.endsWith('\n')) {
      const message = `expected a line feed at the end, found a line that was cut ('${shown(each)}'): it never counted, remove it`;
      faults.push({ line, message });
      return;
    }
    const fact = factOf(each, line);
    if ('message' in fact) {
      faults.push(fact);
      return;
    }
    const { before, ...value } = fact.value;
    const expected = i === 0 ? NOTHING_BEFORE : sha256(lines[i - 1]);
    // A line that was edited has been told already: its successor is innocent.
    if (before !== expected && faults.at(-1)?.line !== i) {
      const what = i === 0 ? '64 zeros, being the first line' : `the SHA-256 of line ${i}`;
      const found = `found ${shown(String(before))}: a line was removed, put in or edited before it`;
      faults.push({ line, message: `expected 'before' to be ${what} (${shown(expected)}), ${found}; ${RESTORE}` });
    }
    facts.push({ ...fact, value });
  });
  return { facts, faults };
}

function factOf(text: string, line: number): ChainedFact | LineFault {
  const own = OWN.exec(text)?.[1];
  const open = text.replace(OWN, '}');
  if (own === undefined) {
    return {
      line,
      message: `expected a JSON object that ends with its digest 'own', found '${shown(text)}'; ${RESTORE}`,
    };
  }
  if (own !== sha256(open)) {
    const message = `expected the line whose SHA-256 is ${shown(own)}, found an edited one ('${shown(text)}'); ${RESTORE}`;
    return { line, message };
  }
  return { line, own, value: JSON.parse(open) as Record<string, unknown> };
}

/** The lines, the last one also without its line feed. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 12)}…` : text;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
