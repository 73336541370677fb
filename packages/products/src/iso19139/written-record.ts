/** A record that was rendered before, from its text: what the catalogue must know of it stands in it. */
import type { CatalogueRecord } from '@emso/core';
import { childNamed, elementAt, parseXml, textOf, type XmlElement } from '@emso/core/xml';
import { canonicalHash } from './canonical.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads `xml`. Throws an Error saying what the text lacks to be a record. */
export function recordOfXml(xml: string): CatalogueRecord {
  const root = parseXml(xml);
  if (root.localName !== 'MD_Metadata') {
    throw new Error(`expected a gmd:MD_Metadata record, found <${root.nodeName}>`);
  }
  const uuid = textOf(childNamed(root, 'fileIdentifier'));
  if (!UUID.test(uuid)) throw new Error(`expected a lower-case UUID as gmd:fileIdentifier, found '${uuid}'`);
  const parentUuid = textOf(childNamed(root, 'parentIdentifier'));
  const level = elementAt(root, 'hierarchyLevel', 'MD_ScopeCode')?.getAttribute('codeListValue');
  if (level !== 'series' && level !== 'dataset') {
    throw new Error(`expected the gmd:hierarchyLevel series or dataset, found '${level ?? 'nothing'}'`);
  }
  const title = titleOf(root);
  if (title === '') throw new Error('expected a title, found none');
  return {
    uuid,
    ...(parentUuid === '' ? {} : { parentUuid }),
    level,
    title,
    xml,
    contentHash: canonicalHash(xml),
  };
}

/** The plain title, else the first translation. */
function titleOf(root: XmlElement): string {
  const title = elementAt(root, 'identificationInfo', 'MD_DataIdentification', 'citation', 'CI_Citation', 'title');
  if (title === undefined) return '';
  const plain = textOf(childNamed(title, 'CharacterString') ?? childNamed(title, 'Anchor'));
  return plain === '' ? textOf(title) : plain;
}
