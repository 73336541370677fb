/** What is said to a CSW 2.0.2 and what it answers, as texts and as facts. */
import {
  childNamed,
  elementsIn,
  escapeXml,
  parseXml,
  textOf,
  type XmlElement,
  XmlFault,
  xmlTextOf,
} from '@emso/core/xml';

const GMD = 'http://www.isotc211.org/2005/gmd';

/** Asks for one record as it stands there. */
export function recordQuery(uuid: string): string {
  return new URLSearchParams({
    service: 'CSW',
    version: '2.0.2',
    request: 'GetRecordById',
    id: uuid,
    elementSetName: 'full',
    outputSchema: GMD,
  }).toString();
}

/** Asks what the server is. */
export function capabilitiesQuery(): string {
  return new URLSearchParams({ service: 'CSW', version: '2.0.2', request: 'GetCapabilities' }).toString();
}

/** Puts a whole record there. An update of a record that is not there changes none and is no error. */
export function putTransaction(kind: 'Insert' | 'Update', recordXml: string): string {
  // The record is parsed and written again: it brings its namespaces, and no declaration of its own.
  return transaction(`<csw:${kind}>${xmlTextOf(parseXml(recordXml))}</csw:${kind}>`);
}

/** Deletes one record. */
export function deleteTransaction(uuid: string): string {
  return transaction(
    `<csw:Delete><csw:Constraint version="1.1.0"><ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>apiso:Identifier</ogc:PropertyName><ogc:Literal>${escapeXml(uuid)}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter></csw:Constraint></csw:Delete>`,
  );
}

function transaction(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<csw:Transaction xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc" xmlns:apiso="http://www.opengis.net/cat/csw/apiso/1.0" service="CSW" version="2.0.2">${inner}</csw:Transaction>`;
}

export type CswAnswer =
  | { readonly kind: 'capabilities' }
  | { readonly kind: 'record'; readonly xml: string | undefined }
  | { readonly kind: 'transaction'; readonly inserted: number; readonly updated: number; readonly deleted: number }
  | { readonly kind: 'exception'; readonly code: string; readonly text: string }
  | { readonly kind: 'other'; readonly found: string };

/** What an answer says. Never throws: what is no CSW is `other`. */
export function readCswAnswer(text: string): CswAnswer {
  let root: XmlElement;
  try {
    root = parseXml(text);
  } catch (error) {
    if (error instanceof XmlFault) return { kind: 'other', found: error.message };
    throw error;
  }
  switch (root.localName) {
    case 'Capabilities':
      return { kind: 'capabilities' };
    case 'GetRecordByIdResponse': {
      const [record] = elementsIn(root);
      return { kind: 'record', xml: record && xmlTextOf(record) };
    }
    case 'TransactionResponse': {
      const summary = childNamed(root, 'TransactionSummary');
      const count = (name: string): number => Number(textOf(summary && childNamed(summary, name))) || 0;
      return {
        kind: 'transaction',
        inserted: count('totalInserted'),
        updated: count('totalUpdated'),
        deleted: count('totalDeleted'),
      };
    }
    case 'ExceptionReport': {
      const exceptions = elementsIn(root);
      return {
        kind: 'exception',
        code: exceptions[0]?.getAttribute('exceptionCode') ?? 'none',
        text: exceptions.map(textOf).join('; ').replace(/\s+/g, ' '),
      };
    }
    default:
      return { kind: 'other', found: `<${root.nodeName}>` };
  }
}
