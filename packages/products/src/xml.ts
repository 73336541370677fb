/**
 * XML as text: elements are made by one function, so that nothing is ever put into a document unescaped. What XML 1.0 cannot
 * hold is refused, with the place.
 */

/** Text that is markup already. Made by `element` only. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined` and `false` stand for nothing. */
export type XmlChild = Markup | string | number | undefined | false | readonly XmlChild[];
export type XmlAttributes = Readonly<Record<string, string | number | undefined>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*(:[A-Za-z_][A-Za-z0-9_.-]*)?$/;
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/**
 * An element: attributes in the order given, those that are undefined left out; children that are text are escaped, undefined
 * ones left out. Throws on a name that is none, and on text that XML cannot hold, naming element and attribute.
 */
export function element(name: string, attributes: XmlAttributes = {}, ...children: readonly XmlChild[]): Markup {
  if (!NAME.test(name)) throw new Error(`XML element: expected a name, found ${JSON.stringify(name)}`);
  let head = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (!NAME.test(key)) throw new Error(`XML attribute of <${name}>: expected a name, found ${JSON.stringify(key)}`);
    // A reader takes blanks of other kinds in an attribute for spaces, unless they are written as numbers.
    const text = escaped(String(value), `<${name} ${key}>`).replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
    head += ` ${key}="${text.replaceAll('"', '&quot;')}"`;
  }
  const body = children.map((child) => textOf(child, name)).join('');
  return new Markup(body === '' ? `${head}/>` : `${head}>${body}</${name}>`);
}

/** A whole document: the declaration, the root indented by two blanks where elements hold only elements, a line feed at the end. */
export function xmlDocument(root: Markup): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${indented(root.text)}\n`;
}

function textOf(child: XmlChild, name: string): string {
  if (child === undefined || child === false) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'string' || typeof child === 'number') return escaped(String(child), `<${name}>`);
  return child.map((each) => textOf(each, name)).join('');
}

function escaped(text: string, where: string): string {
  const stray = ILLEGAL.exec(text);
  if (stray !== null || !text.isWellFormed()) {
    const found =
      stray === null ? 'half a surrogate pair' : `U+${stray[0].charCodeAt(0).toString(16).padStart(4, '0')}`;
    throw new Error(`XML ${where}: expected text that XML 1.0 can hold, found ${found} in ${JSON.stringify(text)}`);
  }
  // And a carriage return for a line feed.
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}

/** Line feeds between a tag and the next one. Where text stands between elements, white space would count: nothing is added. */
function indented(text: string): string {
  const lines: string[] = [];
  let depth = 0;
  let read = 0;
  for (const [part] of text.matchAll(/<[^>]*>(?:[^<]+<\/[^>]*>)?/g)) {
    read += part.length;
    const closes = part.startsWith('</');
    if (closes) depth--;
    lines.push('  '.repeat(depth) + part);
    if (!closes && !part.endsWith('/>') && !/<\/[^>]*>$/.test(part)) depth++;
  }
  return read === text.length ? lines.join('\n') : text;
}
