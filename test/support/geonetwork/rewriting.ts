/** What a GeoNetwork makes of a record when it takes it in (update-fixed-info): what comes back is not what went in. */
import { DOMParser, type Document, type Element, onWarningStopParsing, XMLSerializer } from '@xmldom/xmldom';

const GMD = 'http://www.isotc211.org/2005/gmd';
const GCO = 'http://www.isotc211.org/2005/gco';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** Throws when the text is no XML. */
export function parseRecord(xml: string): Document {
  return new DOMParser({ onError: onWarningStopParsing }).parseFromString(xml, 'text/xml');
}

/** The text of the fileIdentifier; empty for none. */
export function identifierOf(document: Document): string {
  return document.getElementsByTagNameNS(GMD, 'fileIdentifier')[0]?.textContent?.trim() ?? '';
}

/** The record as it is stored. */
export function rewritten(document: Document, nowMs: number): string {
  const root = document.documentElement!;
  root.removeAttributeNS(XSI, 'schemaLocation');
  const all = [root, ...Array.from(root.getElementsByTagName('*'))];
  for (const element of all) {
    if (element.hasAttribute('codeList')) {
      element.setAttribute('codeList', `http://www.isotc211.org/2005/resources/codeList.xml#${element.localName}`);
    }
    if (element.localName === 'CharacterString' && element.textContent?.trim() === '') {
      (element.parentNode as Element).setAttributeNS(GCO, `${element.prefix}:nilReason`, 'missing');
    }
  }
  renameLocales(all);
  stamp(root, nowMs);
  fillStandard(document, root);
  return new XMLSerializer().serializeToString(document);
}

/** Ids of locales become what this catalogue calls its languages. */
function renameLocales(all: readonly Element[]): void {
  for (const locale of all.filter(({ localName }) => localName === 'PT_Locale')) {
    const id = locale.getAttribute('id');
    const renamed = `lang-${id?.toLowerCase()}`;
    locale.setAttribute('id', renamed);
    for (const element of all) {
      if (element.getAttribute('locale') === `#${id}`) element.setAttribute('locale', `#${renamed}`);
    }
  }
}

function stamp(root: Element, nowMs: number): void {
  const dateStamp = root.getElementsByTagNameNS(GMD, 'dateStamp')[0];
  if (dateStamp === undefined) return;
  while (dateStamp.firstChild) dateStamp.removeChild(dateStamp.firstChild);
  const document = root.ownerDocument!;
  const value = document.createElementNS(GCO, 'gco:DateTime');
  // Its own clock and its own spelling.
  value.appendChild(document.createTextNode(new Date(nowMs).toISOString().slice(0, 19)));
  dateStamp.appendChild(value);
}

function fillStandard(document: Document, root: Element): void {
  if (root.getElementsByTagNameNS(GMD, 'metadataStandardName').length > 0) return;
  const name = document.createElementNS(GMD, 'gmd:metadataStandardName');
  const text = document.createElementNS(GCO, 'gco:CharacterString');
  text.appendChild(document.createTextNode('ISO 19115:2003/19139'));
  name.appendChild(text);
  const dateStamp = root.getElementsByTagNameNS(GMD, 'dateStamp')[0];
  root.insertBefore(name, dateStamp?.nextSibling ?? null);
}
