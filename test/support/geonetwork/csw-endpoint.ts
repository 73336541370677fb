/** CSW 2.0.2 of the fake server: reading at `csw`, transactions at `csw-publication` (CATALOGUE §1.5). */
import { type Element, XMLSerializer } from '@xmldom/xmldom';
import { type Exchange, sendXml } from './exchange.ts';
import { identifierOf, parseRecord, rewritten } from './rewriting.ts';

const CSW = 'http://www.opengis.net/cat/csw/2.0.2';
const OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** GetCapabilities and GetRecordById by KVP. */
export function answerCswQuery(exchange: Exchange) {
  const { store, query } = exchange;
  switch (query.get('request')) {
    case 'GetCapabilities':
      return sendXml(exchange, 200, `${OPEN}<csw:Capabilities xmlns:csw="${CSW}" version="2.0.2"/>`);
    case 'GetRecordById': {
      const uuid = query.get('id') ?? '';
      const record = store.records.get(uuid);
      const xml = record !== undefined && (store.isPublic(uuid) || exchange.isKnown) ? record.xml : '';
      const inner = xml.replace(/^<\?xml[^>]*\?>/, '');
      return sendXml(
        exchange,
        200,
        `${OPEN}<csw:GetRecordByIdResponse xmlns:csw="${CSW}">${inner}</csw:GetRecordByIdResponse>`,
      );
    }
    default:
      return exception(exchange, 'OperationNotSupported', `request '${query.get('request')}'`);
  }
}

/** A transaction. No token is asked for. */
export function answerCswTransaction(exchange: Exchange) {
  const { body, isKnown, store } = exchange;
  if (!isKnown) return exception(exchange, 'NoApplicableCode', 'Cannot process transaction: User not authenticated.');
  let root: Element;
  try {
    root = parseRecord(body.toString('utf8')).documentElement!;
  } catch (error) {
    return exception(exchange, 'NoApplicableCode', `Cannot process transaction: ${(error as Error).message}`);
  }
  const counts = { totalInserted: 0, totalUpdated: 0, totalDeleted: 0 };
  for (const action of elementsIn(root)) {
    if (action.localName === 'Delete') {
      const uuid = action.getElementsByTagName('ogc:Literal')[0]?.textContent?.trim() ?? '';
      if (store.records.delete(uuid)) {
        counts.totalDeleted++;
        store.writes.push({ kind: 'deleted', uuid });
      }
      continue;
    }
    for (const element of elementsIn(action)) {
      const document = parseRecord(new XMLSerializer().serializeToString(element));
      const uuid = identifierOf(document);
      const report = store.behaviour.invalid(uuid);
      if (report !== undefined) return exception(exchange, 'NoApplicableCode', `Cannot process transaction: ${report}`);
      const existing = store.records.get(uuid);
      const xml = rewritten(document, Date.now());
      if (action.localName === 'Insert') {
        if (existing !== undefined) {
          const why = 'Cannot process transaction: duplicate key value violates unique constraint "metadata_uuid_key"';
          return exception(exchange, 'NoApplicableCode', why);
        }
        store.insert(uuid, xml, store.behaviour.account.groupsWithEditor[0] ?? 2);
        if (store.behaviour.insertedIsPublic) store.publish(uuid, false);
        counts.totalInserted++;
      } else if (existing !== undefined) {
        existing.xml = xml;
        store.writes.push({ kind: 'updated', uuid });
        counts.totalUpdated++;
      }
    }
  }
  const summary = Object.entries(counts).map(([name, count]) => `<csw:${name}>${count}</csw:${name}>`);
  sendXml(
    exchange,
    200,
    `${OPEN}<csw:TransactionResponse xmlns:csw="${CSW}" version="2.0.2"><csw:TransactionSummary>${summary.join('')}</csw:TransactionSummary></csw:TransactionResponse>`,
  );
}

function elementsIn(parent: Element): Element[] {
  return Array.from(parent.childNodes).filter((node): node is Element => node.nodeType === 1);
}

function exception(exchange: Exchange, code: string, text: string) {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  sendXml(
    exchange,
    200,
    `${OPEN}<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.0.0"><ows:Exception exceptionCode="${code}"><ows:ExceptionText>${safe}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>`,
  );
}
