/** Looking around in a record: paths of local names, texts as a reader sees them, and what is said to be unknown. */
import { elementsIn, textOf, type XmlElement } from '@emso/core/xml';

/** Every element at the end of a path of local names, `citation/CI_Citation/title`, in order. */
export function all(from: XmlElement, path: string): XmlElement[] {
  return path
    .split('/')
    .reduce<XmlElement[]>(
      (at, name) => at.flatMap((parent) => elementsIn(parent).filter((child) => child.localName === name)),
      [from],
    );
}

/** The first of them. */
export function first(from: XmlElement | undefined, path: string): XmlElement | undefined {
  return from === undefined ? undefined : all(from, path)[0];
}

/** An element and all below it, in order. */
export function* within(from: XmlElement): Generator<XmlElement> {
  yield from;
  for (const child of elementsIn(from)) yield* within(child);
}

/** What a property says: its plain text or link, else any translation; empty when it says nothing. */
export function said(property: XmlElement | undefined): string {
  if (property === undefined) return '';
  const plain = first(property, 'CharacterString') ?? first(property, 'Anchor');
  const text = textOf(plain);
  return text === '' ? textOf(property) : text;
}

/** Address of the link in a property. */
export function linkIn(property: XmlElement | undefined): string {
  return first(property, 'Anchor')?.getAttributeNS('http://www.w3.org/1999/xlink', 'href') ?? '';
}

/** Value of the code in a property. */
export function codeIn(property: XmlElement | undefined): string {
  if (property === undefined) return '';
  const [code] = elementsIn(property);
  return code?.getAttribute('codeListValue') ?? '';
}

/** The reason why a property is empty, `unknown`; empty when none is given. */
export function nilReason(property: XmlElement | undefined): string {
  return property?.getAttributeNS('http://www.isotc211.org/2005/gco', 'nilReason') ?? '';
}

/** The part that says what the data are. */
export function identificationOf(record: XmlElement): XmlElement | undefined {
  return first(record, 'identificationInfo/MD_DataIdentification');
}

/** Where an element stands, by local names, for messages. */
export function placeOf(element: XmlElement): string {
  const parent = element.parentNode;
  const own = element.localName ?? element.nodeName;
  return parent !== null && parent.nodeType === 1 && parent.localName !== 'MD_Metadata'
    ? `${parent.localName}/${own}`
    : own;
}
