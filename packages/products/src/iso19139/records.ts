/** The ISO 19139 records of the observatory: a pure function of the site file, the ledger and what was rendered before. */
import { DAY_MS, iso, parseIso } from '@emso/core';
import type { CatalogueEntry, CatalogueModel } from '../catalogue/entries.ts';
import { element, type Markup, xmlDocument } from '../xml.ts';
import { canonicalHash } from './canonical.ts';
import { distribution } from './distribution.ts';
import { identification, mainParty } from './identification.ts';
import {
  anchor,
  characterString,
  codeProperty,
  language,
  property,
  responsibleParty,
  textProperty,
  utf8,
} from './nodes.ts';
import { quality } from './quality.ts';
import type { CatalogueRecord } from './record.ts';

/** What a record was when it was last rendered. */
export interface RecordStamp {
  readonly contentHash: string;
  /** ISO 8601. */
  readonly dateStamp: string;
}

export interface StampedRecord extends CatalogueRecord {
  readonly id: string;
  readonly dateStamp: string;
}

const NAMESPACES = {
  'xmlns:gmd': 'http://www.isotc211.org/2005/gmd',
  'xmlns:gco': 'http://www.isotc211.org/2005/gco',
  'xmlns:gmx': 'http://www.isotc211.org/2005/gmx',
  'xmlns:gts': 'http://www.isotc211.org/2005/gts',
  'xmlns:gml': 'http://www.opengis.net/gml/3.2',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xsi:schemaLocation':
    'http://www.isotc211.org/2005/gmd http://schemas.opengis.net/csw/2.0.2/profiles/apiso/1.0.0/apiso.xsd',
} as const;

/** Every record, parents before children. `previous`, by uuid: a record that says the same keeps its date. */
export function isoRecords(
  model: CatalogueModel,
  previous: ReadonlyMap<string, RecordStamp> = new Map(),
): StampedRecord[] {
  return model.entries.map((entry) => {
    const level = entry.kind === 'dataset' ? 'dataset' : 'series';
    const contentHash = canonicalHash(document(model, entry, level, ''));
    const dateStamp = stampFor(model, entry, contentHash, previous.get(entry.uuid));
    return {
      id: entry.id,
      uuid: entry.uuid,
      ...(entry.parent !== undefined && { parentUuid: entry.parent.uuid }),
      level,
      title: entry.title.fr,
      xml: document(model, entry, level, dateStamp),
      contentHash,
      dateStamp,
      ...(entry.withdrawn && { withdrawn: true }),
    };
  });
}

/**
 * The date of a record that says the same is the one it had; else the end of the last ingested day or the day on which a person
 * changed the texts, whichever is later, and never one that is not after the date before. No clock is read.
 */
function stampFor(
  { input: { metadata } }: CatalogueModel,
  entry: CatalogueEntry,
  contentHash: string,
  before: RecordStamp | undefined,
): string {
  if (before?.contentHash === contentHash) return before.dateStamp;
  const lastDays = entry.sources.flatMap(({ ledger }) => ledger.lastDay ?? []);
  const ingested = lastDays.length === 0 ? 0 : (Math.max(...lastDays) + 1) * DAY_MS;
  const least = before === undefined ? 0 : (parseIso(before.dateStamp) ?? 0) + 1000;
  return iso(Math.max(ingested, parseIso(metadata.revised) ?? 0, least));
}

function document(
  { input: { observatory, metadata } }: CatalogueModel,
  entry: CatalogueEntry,
  level: 'series' | 'dataset',
  dateStamp: string,
): string {
  const site = observatory.observatory;
  return xmlDocument(
    element(
      'gmd:MD_Metadata',
      NAMESPACES,
      textProperty('fileIdentifier', entry.uuid),
      property('language', language('fre', 'Français')),
      utf8('characterSet'),
      entry.parent === undefined ? undefined : textProperty('parentIdentifier', entry.parent.uuid),
      codeProperty('hierarchyLevel', 'MD_ScopeCode', level),
      textProperty('hierarchyLevelName', metadata.levelNames[level]),
      property('contact', responsibleParty(mainParty(site), true)),
      property('dateStamp', element('gco:DateTime', {}, dateStamp)),
      textProperty('metadataStandardName', 'ISO 19115:2003/19139'),
      textProperty('metadataStandardVersion', '1.0'),
      locale('FR', 'fre'),
      locale('EN', 'eng'),
      referenceSystem(),
      identification(site, metadata, entry),
      distribution(site, entry),
      quality(metadata, level, entry),
    ),
  );
}

function locale(id: string, code3: 'fre' | 'eng'): Markup {
  return property(
    'locale',
    element('gmd:PT_Locale', { id }, property('languageCode', language(code3)), utf8('characterEncoding')),
  );
}

function referenceSystem(): Markup {
  return property(
    'referenceSystemInfo',
    element(
      'gmd:MD_ReferenceSystem',
      {},
      property(
        'referenceSystemIdentifier',
        element(
          'gmd:RS_Identifier',
          {},
          property('code', anchor('http://www.opengis.net/def/crs/EPSG/0/4326', 'EPSG:4326')),
          property('codeSpace', characterString('EPSG')),
        ),
      ),
    ),
  );
}
