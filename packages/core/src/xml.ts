/** XML as records and their catalogues write it: read strictly, with namespaces; no document type, hence no entity of its own. */
import { DOMParser, type Element, type Node, onWarningStopParsing, XMLSerializer } from '@xmldom/xmldom';

export type XmlElement = Element;

/** A text that is not XML, or XML that nobody should read. */
export class XmlFault extends Error {
  override readonly name = 'XmlFault';
}

/** The root element. Throws XmlFault saying what was found where. */
export function parseXml(text: string): XmlElement {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (/<!DOCTYPE/i.test(source)) {
    throw new XmlFault('expected XML without a document type, found <!DOCTYPE: it may be a web page; it is not read');
  }
  let root: Element | null;
  try {
    root = new DOMParser({ onError: onWarningStopParsing, normalizeLineEndings }).parseFromString(
      source,
      'text/xml',
    ).documentElement;
  } catch (error) {
    const message = (error as Error).message.replace(/\s+/g, ' ');
    throw new XmlFault(`expected well-formed XML, found ${message.slice(0, 200)}`, { cause: error });
  }
  if (root === null) throw new XmlFault('expected XML, found no element');
  return root;
}

/** Line ends of XML 1.0; the library would take those of XML 1.1 for them too, which are letters of a text here. */
function normalizeLineEndings(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** An element as a document of its own: it takes the namespaces along that it uses. */
export function xmlTextOf(element: XmlElement): string {
  return new XMLSerializer().serializeToString(element);
}

/** Child elements, in order. */
export function elementsIn(parent: XmlElement): XmlElement[] {
  return Array.from(parent.childNodes as Iterable<Node>).filter(isElement);
}

/** The first child element of this local name; undefined when there is none. */
export function childNamed(parent: XmlElement, localName: string): XmlElement | undefined {
  return elementsIn(parent).find((child) => child.localName === localName);
}

/** The element at the end of a path of local names, the first at each step; undefined where the path ends early. */
export function elementAt(from: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => at && childNamed(at, name), from);
}

/** The text of an element without blanks around it; empty for none. */
export function textOf(element: XmlElement | undefined): string {
  return (element?.textContent ?? '').trim();
}

/** A text as the content of an element or attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}
