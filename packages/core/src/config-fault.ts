/** What is wrong with a file that a person wrote: every fault at once, each with its line and in plain words. */
import { type Document, isMap, isSeq, type LineCounter } from 'yaml';
import type { z } from 'zod';

export interface ConfigFault {
  /** 1-based line in the file; 0 when the file as a whole is meant. */
  readonly line: number;
  /** e.g. `platforms[0].sensors[1].cadenceMs`. */
  readonly path: string;
  readonly message: string;
}

/** Every fault of a configuration at once, one a line, each with its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];
  constructor(file: string, faults: readonly ConfigFault[]) {
    const lines = faults.map((f) => `  ${file}:${f.line} ${f.path || '(file)'}: ${f.message}`);
    super(`${file}: ${faults.length} fault${faults.length === 1 ? '' : 's'}\n${lines.join('\n')}`);
    this.faults = faults;
  }
}

/** What most often stands behind an error of the YAML reader, whose own words are about its grammar. */
const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation of the lines around it, or a closing bracket',
  BLOCK_IN_FLOW: 'a comma between two entries in brackets',
  DUPLICATE_KEY: 'each key only once',
  MISSING_CHAR: 'a comma, a colon, a closing bracket or a quote',
  MULTILINE_IMPLICIT_KEY: 'a key, a colon and a blank',
  TAB_AS_INDENT: 'blanks and no tab before the key',
};

/** Faults of a text that is not YAML, the first one of each line: what follows on a line is a consequence. */
export function syntaxFaults(text: string, document: Document, lines: LineCounter): ConfigFault[] {
  const rows = text.split('\n');
  const faults = new Map<number, ConfigFault>();
  for (const { code, pos, message } of document.errors) {
    const { line } = lines.linePos(pos[0]);
    if (faults.has(line)) continue;
    const hint = SYNTAX_HINTS[code];
    const found = `found '${(rows[line - 1] ?? '').trim()}'`;
    const words = hint === undefined ? `expected YAML (${message}), ${found}` : `expected ${hint}, ${found}`;
    faults.set(line, { line, path: '', message: words });
  }
  return [...faults.values()];
}

/** A place in a document: keys of maps and indices of sequences, from the top. */
export type ConfigPath = readonly PropertyKey[];

/** `platforms[0].sensors[1].cadenceMs`. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>(
    (out, key) => (typeof key === 'number' ? `${out}[${key}]` : `${out}${out === '' ? '' : '.'}${String(key)}`),
    '',
  );
}

/**
 * 1-based line of a place: that of its key or list item, or of the nearest one above it when it is not there
 * (a missing key is reported where its map begins); 0 for an empty document.
 */
export function lineOf(document: Document, lines: LineCounter, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0];
  for (const key of path) {
    let next: unknown;
    let at: number | undefined;
    if (isMap(node)) {
      const pair = node.items.find((item) => scalarOf(item.key) === key);
      next = pair?.value;
      at = offsetOf(pair?.key);
    } else if (isSeq(node)) {
      next = node.items[Number(key)];
      at = offsetOf(next);
    }
    if (at === undefined) break;
    [node, offset] = [next, at];
  }
  return offset === undefined ? 0 : lines.linePos(offset).line;
}

function scalarOf(node: unknown): unknown {
  return (node as { value?: unknown } | null)?.value;
}

function offsetOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] } | null | undefined)?.range?.[0];
}

/** A value as a message names it: `'text'`, `12`, `a map`, `nothing`. */
export function describeFound(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `'${value}'`;
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value)) return 'a map of keys';
  return value.every((item) => typeof item === 'number') ? `[${value.join(', ')}]` : `a list of ${value.length}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list (lines that begin with "-")',
};

/** The message of a check that does not bring its own; undefined leaves zod's. */
export function explainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const found = describeFound(issue.input);
  switch (issue.code) {
    case 'invalid_type': {
      const what = TYPE_NAMES[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `expected ${what}, found nothing: add this key`;
      const quotes = issue.expected === 'string' && typeof issue.input === 'number' ? ': write it in quotes' : '';
      return `expected ${what}, found ${found}${quotes}`;
    }
    case 'invalid_value':
      return `expected ${issue.values.join(', ')}${issue.values.length > 1 ? ' (one of them)' : ''}, found ${found}`;
    case 'too_small':
      if (issue.origin === 'string') return `expected a text or unknown, found ${found}`;
      if (issue.origin === 'array') return `expected at least ${issue.minimum} entry, found none`;
      return `expected a number ${issue.inclusive ? 'from' : 'above'} ${issue.minimum}, found ${found}`;
    case 'too_big':
      return `expected a number up to ${issue.maximum}, found ${found}`;
    case 'invalid_format':
      return `expected ${issue.format === 'uuid' ? 'a UUID' : 'an e-mail address or unknown'}, found ${found}`;
    default:
      return undefined;
  }
}

type Message = { error: (issue: { readonly input?: unknown }) => string };

/** Message of a check: what was expected, then what stands there. */
export function expected(what: string): Message {
  return { error: (issue) => `expected ${what}, found ${describeFound(issue.input)}` };
}
