/**
 * A small reader of TypeScript sources for the architecture rules: which modules a file names, and its code with comments
 * and the contents of literals blanked out. It knows just enough of the language not to mistake one for the other.
 */

export interface Literal {
  /** Offset of the opening quote. */
  readonly at: number;
  readonly text: string;
}

export interface Scan {
  /** As long as the source, line feeds included: comments, strings, template text and regular expressions are spaces. */
  readonly code: string;
  /** Strings in quotes, in order. */
  readonly strings: readonly Literal[];
}

/** After these words a slash starts a regular expression; after any other word it divides. */
const BEFORE_EXPRESSION = /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/;

/** Blanks comments and literals. Code inside `${…}` of a template stays. */
export function scanSource(source: string): Scan {
  const blank: [from: number, to: number][] = [];
  const strings: Literal[] = [];
  /** One entry an open template: how many braces are open inside its current `${`. */
  const templates: number[] = [];
  /** The last piece of code before the current place, for the slash question. */
  let before = '';
  let at = 0;
  const skipTo = (end: number): void => {
    blank.push([at, end]);
    at = end;
  };
  while (at < source.length) {
    const c = source[at];
    const two = source.slice(at, at + 2);
    if (two === '//') skipTo(endOf(source, '\n', at));
    else if (two === '/*') skipTo(Math.min(source.length, endOf(source, '*/', at + 2) + 2));
    else if (c === "'" || c === '"') {
      const end = quoteEnd(source, at);
      strings.push({ at, text: source.slice(at + 1, end - 1) });
      skipTo(end);
      before = 'x';
    } else if (c === '`' || (c === '}' && templates.at(-1) === 0)) {
      if (c === '}') templates.pop();
      const end = templateEnd(source, at + 1);
      if (source[end - 1] === '{') templates.push(0);
      skipTo(end);
      before = source[end - 1] === '{' ? '(' : 'x';
    } else if (c === '/' && startsExpression(before)) {
      skipTo(regexEnd(source, at));
      before = 'x';
    } else {
      if (templates.length > 0 && c === '{') templates[templates.length - 1]++;
      if (templates.length > 0 && c === '}') templates[templates.length - 1]--;
      if (!/\s/.test(c)) before = (/[\w$]/.test(c) ? before : '').slice(-12) + c;
      else if (/[\w$]$/.test(before)) before = `${before}\u0001`;
      at++;
    }
  }
  let code = '';
  let done = 0;
  for (const [from, to] of blank) {
    code += source.slice(done, from) + source.slice(from, to).replace(/[^\n]/g, ' ');
    done = to;
  }
  return { code: code + source.slice(done), strings };
}

function startsExpression(before: string): boolean {
  const last = before.replaceAll('\u0001', ' ').trimEnd();
  if (last === '') return true;
  return /[\w$]$/.test(last) ? BEFORE_EXPRESSION.test(last) : !/[)\]]$/.test(last);
}

function endOf(source: string, mark: string, from: number): number {
  const end = source.indexOf(mark, from);
  return end < 0 ? source.length : end;
}

/** Offset behind the closing quote of the string that opens at `from`. */
function quoteEnd(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== source[from]) at += source[at] === '\\' ? 2 : 1;
  return Math.min(source.length, at + 1);
}

/** Offset behind the back-tick or the `${` that ends template text. */
function templateEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '$' && source[at + 1] === '{') return at + 2;
    at += source[at] === '\\' ? 2 : 1;
  }
  return Math.min(source.length, at + 1);
}

/** Offset behind the slash that closes the regular expression that opens at `from`. */
function regexEnd(source: string, from: number): number {
  let inClass = false;
  let at = from + 1;
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true;
    if (source[at] === ']') inClass = false;
    at += source[at] === '\\' ? 2 : 1;
  }
  return Math.min(source.length, at + 1);
}

export interface Import {
  /** As written, say `@emso/core` or `./time.ts`. */
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
}

/** Every module a source names: import, export … from, `import()`, `require()`, and `typeof import()`. */
export function importsOf(scan: Scan): Import[] {
  return scan.strings
    .filter(({ at }) =>
      /(?:\bfrom|\bimport|\b(?:import|require)\s*\()\s*$/.test(scan.code.slice(Math.max(0, at - 60), at)),
    )
    .map(({ at, text }) => ({ specifier: text, line: lineAt(scan.code, at) }));
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
