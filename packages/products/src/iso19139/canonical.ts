/**
 * The canonical form of an ISO 19139 record: what it says, without what a GeoNetwork rewrites when it takes it in (time stamp, ids of
 * locales, addresses of code lists, nilReason, name of the standard) and without how it is written (prefixes, order of attributes,
 * blanks between elements). Two records of one form say the same.
 */
import { createHash } from 'node:crypto';
import { childNamed, elementAt, elementsIn, parseXml, textOf, type XmlElement } from '@emso/core/xml';

const GCO = 'http://www.isotc211.org/2005/gco';
const GMD = 'http://www.isotc211.org/2005/gmd';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Prefixes of the form, whatever the record calls them; other namespaces are written out. */
const PREFIXES: Readonly<Record<string, string>> = {
  [GCO]: 'gco',
  [GMD]: 'gmd',
  'http://www.isotc211.org/2005/gmx': 'gmx',
  'http://www.isotc211.org/2005/gts': 'gts',
  'http://www.isotc211.org/2005/srv': 'srv',
  'http://www.opengis.net/gml/3.2': 'gml',
  'http://www.w3.org/1999/xlink': 'xlink',
  [XSI]: 'xsi',
};

/** Children of the root that the catalogue sets by itself. The version of the standard is filled in together with its name. */
const REWRITTEN = new Set(['dateStamp', 'metadataStandardName', 'metadataStandardVersion']);

/** SHA-256 of the canonical form, in hex. Throws XmlFault when the text is no XML. */
export function canonicalHash(xml: string): string {
  return createHash('sha256').update(canonicalLines(xml).join('\n')).digest('hex');
}

/**
 * The canonical form, one line for each text and each attribute, with its place. Throws XmlFault when the text is no XML.
 * Lines of two records can be compared to say what differs.
 */
export function canonicalLines(xml: string): string[] {
  const root = parseXml(xml);
  const lines: string[] = [];
  addElement(root, nameOf(root.namespaceURI, root.localName), { lines, locales: localesOf(root) });
  return lines;
}

interface Form {
  readonly lines: string[];
  readonly locales: Locales;
}

interface Locales {
  /** Language of a locale by its id. */
  readonly languageOf: ReadonlyMap<string, string>;
  /** Language of the metadata. */
  readonly main: string;
}

function addElement(element: XmlElement, place: string, form: Form): void {
  addAttributes(element, place, form);
  const children = elementsIn(element).filter((child) => !isRewritten(child) && !isCopy(child, form.locales));
  if (children.length === 0) {
    form.lines.push(`${place} = ${JSON.stringify(textOf(element))}`);
    return;
  }
  const total = new Map<string, number>();
  const names = children.map((child) => nameOf(child.namespaceURI, child.localName));
  for (const name of names) total.set(name, (total.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  children.forEach((child, i) => {
    const name = names[i];
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    addElement(child, `${place}/${name}${total.get(name)! > 1 ? `[${count}]` : ''}`, form);
  });
}

function addAttributes(element: XmlElement, place: string, { lines, locales }: Form): void {
  const found: [name: string, value: string][] = [];
  for (const { namespaceURI, localName, value } of Array.from(element.attributes)) {
    if (namespaceURI === XMLNS || localName === null) continue;
    if (namespaceURI === XSI && localName === 'schemaLocation') continue;
    if (namespaceURI === GCO && localName === 'nilReason') continue;
    if (namespaceURI === null && localName === 'codeList') continue;
    if (localName === 'id' && element.localName === 'PT_Locale') continue;
    found.push([nameOf(namespaceURI, localName), attributeText(element, namespaceURI, localName, value, locales)]);
  }
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of found) lines.push(`${place}/@${name} = ${JSON.stringify(value)}`);
}

/** Values that are names of something else are replaced by what they name. */
function attributeText(
  element: XmlElement,
  namespace: string | null,
  name: string,
  value: string,
  { languageOf }: Locales,
): string {
  if (namespace === null && name === 'locale') return languageOf.get(value.replace(/^#/, '')) ?? value;
  if (namespace === XSI && name === 'type') {
    const [prefix, local] = value.includes(':') ? value.split(':') : ['', value];
    return nameOf(element.lookupNamespaceURI(prefix), local);
  }
  return value;
}

function isRewritten(element: XmlElement): boolean {
  return REWRITTEN.has(element.localName ?? '') && element.parentNode?.localName === 'MD_Metadata';
}

/** The text of a group in the main language that only repeats the plain one: a GeoNetwork adds it. */
function isCopy(element: XmlElement, { main, languageOf }: Locales): boolean {
  if (element.localName !== 'textGroup') return false;
  const localised = childNamed(element, 'LocalisedCharacterString');
  const language = languageOf.get((localised?.getAttribute('locale') ?? '').replace(/^#/, ''));
  if (localised === undefined || language !== main) return false;
  const property = element.parentNode?.parentNode as XmlElement | null | undefined;
  return (
    property !== null && property !== undefined && textOf(childNamed(property, 'CharacterString')) === textOf(localised)
  );
}

function localesOf(root: XmlElement): Locales {
  const languageOf = new Map<string, string>();
  for (const child of elementsIn(root)) {
    if (child.localName !== 'locale') continue;
    const locale = childNamed(child, 'PT_Locale');
    const id = locale?.getAttribute('id');
    const code = locale && elementAt(locale, 'languageCode', 'LanguageCode')?.getAttribute('codeListValue');
    if (id && code) languageOf.set(id, code);
  }
  const main = elementAt(root, 'language', 'LanguageCode')?.getAttribute('codeListValue');
  return { languageOf, main: main ?? textOf(elementAt(root, 'language', 'CharacterString')) };
}

function nameOf(namespace: string | null, localName: string | null): string {
  if (namespace === null) return localName ?? '';
  const prefix = PREFIXES[namespace];
  return prefix === undefined ? `{${namespace}}${localName}` : `${prefix}:${localName}`;
}
