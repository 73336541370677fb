/**
 * SeaDataNet CDI: one entry for each deployment of a sensor that has ended. A series that goes on is no CDI. What CDI must know and
 * the site file does not (position, depth) leaves the deployment out, with the reason.
 */
import { codeOfUrn, DAY_MS, dayOf, isoDay, parameterOf, termOf, type VocabularyId } from '@emso/core';
import { element, type Markup, xmlDocument } from '../xml.ts';
import { deploymentEnd } from './deployment-end.ts';
import type { CatalogueModel } from './entries.ts';
import { contactWith, known, publisherOf } from './parties.ts';
import { depthDuring, instrumentTerms, type SensorSource } from './sources.ts';
import { uuidV5 } from './uuid.ts';

const NAMESPACES = {
  'xmlns:gmd': 'http://www.isotc211.org/2005/gmd',
  'xmlns:gco': 'http://www.isotc211.org/2005/gco',
  'xmlns:gml': 'http://www.opengis.net/gml',
  'xmlns:sdn': 'http://www.seadatanet.org',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
} as const;
const SDN_CODES = 'http://vocab.nerc.ac.uk/isoCodelists/sdnCodelists/cdicsrCodeList.xml#';
const ISO_CODES = 'http://vocab.nerc.ac.uk/isoCodelists/sdnCodelists/gmxCodeLists.xml#';

export interface CdiDocument {
  /** LOCAL_CDI_ID. */
  readonly id: string;
  readonly xml: string;
}

export interface CdiResult {
  readonly documents: readonly CdiDocument[];
  /** Ended deployments that have none, and why. */
  readonly left: readonly { readonly id: string; readonly reason: string }[];
}

export function cdiOf(model: CatalogueModel): CdiResult {
  const documents: CdiDocument[] = [];
  const left: { id: string; reason: string }[] = [];
  for (const source of model.input.sensors) {
    source.sensor.deployments.forEach((deployment, index) => {
      const end = deploymentEnd(source.sensor, index);
      if (end === undefined) return;
      const id = `${source.sensor.id}_${isoDay(dayOf(deployment.from)).replaceAll('-', '')}`;
      const facts = factsOf(source, index, end);
      if (typeof facts === 'string') left.push({ id, reason: facts });
      else documents.push({ id, xml: xmlDocument(document(model, source, id, facts)) });
    });
  }
  return { documents, left };
}

interface Facts {
  readonly latitude: number;
  readonly longitude: number;
  readonly depthM: number;
  readonly begin: string;
  readonly end: string;
}

/** What a CDI must say of a deployment, or what is not known. */
function factsOf({ platform, sensor, ledger }: SensorSource, index: number, endMs: number): Facts | string {
  const deployment = sensor.deployments[index];
  const { latitude, longitude } = platform.position;
  if (latitude === 'unknown' || longitude === 'unknown') return 'position unknown';
  const depthM = depthDuring(sensor, deployment);
  if (depthM === undefined) return 'depth unknown';
  const first = Math.max(dayOf(deployment.from), ledger.firstDay ?? Number.POSITIVE_INFINITY);
  const last = Math.min(Math.ceil(endMs / DAY_MS) - 1, ledger.lastDay ?? Number.NEGATIVE_INFINITY);
  if (first > last) return 'no data';
  return { latitude, longitude, depthM, begin: isoDay(first), end: isoDay(last) };
}

function string(name: string, text: string): Markup {
  return element(name, {}, element('gco:CharacterString', {}, text));
}

function code(name: string, list: string, value: string, label = value): Markup {
  return element(
    `sdn:${name}`,
    { codeList: `${SDN_CODES}${list}`, codeListValue: value, codeSpace: 'SeaDataNet' },
    label,
  );
}

function isoCode(property: string, name: string, value: string): Markup {
  return element(
    `gmd:${property}`,
    {},
    element(
      `gmd:${name}`,
      { codeList: `${ISO_CODES}${name}`, codeListValue: value, codeSpace: 'ISOTC211/19115' },
      value,
    ),
  );
}

function document(model: CatalogueModel, source: SensorSource, id: string, facts: Facts): Markup {
  const { observatory, metadata } = model.input;
  const site = observatory.observatory;
  const publisher = publisherOf(site);
  const edmo = publisher.edmo ?? site.institution.edmo;
  const uuid = uuidV5(site.uuidNamespace, `cdi ${id}`);
  const author = party(edmo, publisher.name, publisher.email, 'author');
  return element(
    'gmd:MD_Metadata',
    NAMESPACES,
    string('gmd:fileIdentifier', `urn:SDN:CDI:LOCAL:${edmo}-${id}`),
    element(
      'gmd:language',
      {},
      element(
        'gmd:LanguageCode',
        { codeList: `${ISO_CODES}LanguageCode`, codeListValue: 'eng', codeSpace: 'ISO 639-2' },
        'English',
      ),
    ),
    isoCode('characterSet', 'MD_CharacterSetCode', 'utf8'),
    element(
      'gmd:hierarchyLevel',
      {},
      element(
        'gmd:MD_ScopeCode',
        { codeList: `${ISO_CODES}MD_ScopeCode`, codeListValue: 'dataset', codeSpace: 'ISOTC211/19115' },
        'dataset',
      ),
    ),
    element(
      'gmd:hierarchyLevelName',
      {},
      code('SDN_HierarchyLevelNameCode', 'SDN_HierarchyLevelNameCode', 'CDI', 'Common Data Index record'),
    ),
    element('gmd:contact', {}, party(edmo, publisher.name, publisher.email, 'pointOfContact')),
    element('gmd:dateStamp', {}, element('gco:Date', {}, facts.end)),
    string('gmd:metadataStandardName', 'ISO 19115/SeaDataNet profile'),
    string('gmd:metadataStandardVersion', '1.0'),
    element(
      'gmd:identificationInfo',
      {},
      element(
        'sdn:SDN_DataIdentification',
        { 'gco:isoType': 'MD_DataIdentification_Type', id: `cdi-${uuid}` },
        element('gmd:citation', {}, citation(source, id, edmo, facts, author)),
        string('gmd:abstract', abstractOf(model, source)),
        element('gmd:pointOfContact', {}, party(edmo, publisher.name, publisher.email, 'custodian')),
        keywords('parameter', 'P02', discovery(source), 'SDN_ParameterDiscoveryCode'),
        keywords('instrument', 'L05', instrument(source), 'SDN_DeviceCategoryCode'),
        keywords('platform_class', 'L06', [codeOfUrn(source.platform.type)], 'SDN_PlatformCategoryCode'),
        restriction(site.access === 'public' ? ['UN', 'unrestricted'] : ['RS', 'by negotiation']),
        element(
          'gmd:language',
          {},
          element(
            'gmd:LanguageCode',
            { codeList: `${ISO_CODES}LanguageCode`, codeListValue: 'eng', codeSpace: 'ISO 639-2' },
            'English',
          ),
        ),
        metadata.topics.map((topic) =>
          element('gmd:topicCategory', {}, element('gmd:MD_TopicCategoryCode', {}, topic)),
        ),
        extent(id, facts),
      ),
    ),
    element('gmd:distributionInfo', {}, distribution(model, source, edmo)),
  );
}

function party(edmo: number, name: string, email: string | undefined, role: string): Markup {
  return element(
    'gmd:CI_ResponsibleParty',
    {},
    element('gmd:organisationName', {}, code('SDN_EDMOCode', 'SDN_EDMOCode', String(edmo), name)),
    email === undefined
      ? undefined
      : element(
          'gmd:contactInfo',
          {},
          element(
            'gmd:CI_Contact',
            {},
            element('gmd:address', {}, element('gmd:CI_Address', {}, string('gmd:electronicMailAddress', email))),
          ),
        ),
    isoCode('role', 'CI_RoleCode', role),
  );
}

function citation({ sensor }: SensorSource, id: string, edmo: number, { begin, end }: Facts, author: Markup): Markup {
  return element(
    'gmd:CI_Citation',
    {},
    string('gmd:title', `${sensor.title?.en ?? sensor.id}, ${begin} to ${end}`),
    string('gmd:alternateTitle', id),
    element(
      'gmd:date',
      {},
      element(
        'gmd:CI_Date',
        {},
        element('gmd:date', {}, element('gco:Date', {}, end)),
        isoCode('dateType', 'CI_DateTypeCode', 'revision'),
      ),
    ),
    element(
      'gmd:identifier',
      {},
      element('gmd:MD_Identifier', {}, string('gmd:code', `urn:SDN:CDI:LOCAL:${edmo}-${id}`)),
    ),
    element('gmd:citedResponsibleParty', {}, author),
  );
}

function abstractOf({ entries }: CatalogueModel, { sensor }: SensorSource): string {
  return entries.find(({ id }) => id === sensor.dataset)?.abstract.en ?? sensor.title?.en ?? sensor.id;
}

/** P02 codes of what is measured. */
function discovery({ sensor, codes }: SensorSource): string[] {
  return [...new Set(codes.flatMap((each) => parameterOf(sensor, each).p02 ?? []))];
}

function instrument(source: SensorSource): string[] {
  const { l05 } = instrumentTerms(source);
  return l05 === undefined ? [] : [l05];
}

function keywords(type: string, vocabulary: VocabularyId, codes: readonly string[], name: string): Markup | undefined {
  const terms = codes.flatMap((each) => termOf(vocabulary, each) ?? []);
  if (terms.length === 0) return undefined;
  return element(
    'gmd:descriptiveKeywords',
    {},
    element(
      'gmd:MD_Keywords',
      {},
      terms.map(({ code: value, label }) => element('gmd:keyword', {}, code(name, name, value, label))),
      isoCode('type', 'MD_KeywordTypeCode', type),
    ),
  );
}

function restriction([value, label]: readonly [string, string]): Markup {
  return element(
    'gmd:resourceConstraints',
    {},
    element(
      'gmd:MD_LegalConstraints',
      {},
      isoCode('accessConstraints', 'MD_RestrictionCode', 'otherRestrictions'),
      element('gmd:otherConstraints', {}, code('SDN_DataRestrictionCode', 'SDN_DataRestrictionCode', value, label)),
    ),
  );
}

function extent(id: string, { latitude, longitude, depthM, begin, end }: Facts): Markup {
  const bound = (name: string, degrees: number): Markup =>
    element(`gmd:${name}`, {}, element('gco:Decimal', {}, degrees));
  return element(
    'gmd:extent',
    {},
    element(
      'gmd:EX_Extent',
      {},
      element(
        'gmd:geographicElement',
        {},
        element(
          'gmd:EX_GeographicBoundingBox',
          {},
          bound('westBoundLongitude', longitude),
          bound('eastBoundLongitude', longitude),
          bound('southBoundLatitude', latitude),
          bound('northBoundLatitude', latitude),
        ),
      ),
      element(
        'gmd:temporalElement',
        {},
        element(
          'gmd:EX_TemporalExtent',
          {},
          element(
            'gmd:extent',
            {},
            element(
              'gml:TimePeriod',
              { 'gml:id': `period-${id}` },
              element('gml:beginPosition', {}, begin),
              element('gml:endPosition', {}, end),
            ),
          ),
        ),
      ),
      element(
        'gmd:verticalElement',
        {},
        element(
          'gmd:EX_VerticalExtent',
          {},
          element('gmd:minimumValue', {}, element('gco:Real', {}, depthM)),
          element('gmd:maximumValue', {}, element('gco:Real', {}, depthM)),
          element('gmd:verticalCRS', { 'xlink:href': 'http://www.opengis.net/def/crs/EPSG/0/5715' }),
        ),
      ),
    ),
  );
}

function distribution({ input, entries }: CatalogueModel, { sensor }: SensorSource, edmo: number): Markup {
  const site = input.observatory.observatory;
  const publisher = publisherOf(site);
  const url = entries.find(({ id }) => id === sensor.dataset)?.links.find((link) => link.function === 'search')?.url;
  const email = contactWith(site, 'dataManager')?.email;
  return element(
    'gmd:MD_Distribution',
    {},
    element(
      'gmd:distributionFormat',
      {},
      element('gmd:MD_Format', {}, string('gmd:name', 'NetCDF'), string('gmd:version', '3')),
    ),
    element(
      'gmd:distributor',
      {},
      element(
        'gmd:MD_Distributor',
        {},
        element(
          'gmd:distributorContact',
          {},
          party(edmo, publisher.name, known(email) ? email : publisher.email, 'distributor'),
        ),
      ),
    ),
    url === undefined
      ? undefined
      : element(
          'gmd:transferOptions',
          {},
          element(
            'gmd:MD_DigitalTransferOptions',
            {},
            element(
              'gmd:onLine',
              {},
              element(
                'gmd:CI_OnlineResource',
                {},
                element('gmd:linkage', {}, element('gmd:URL', {}, url)),
                isoCode('function', 'CI_OnLineFunctionCode', 'downloadRegistration'),
              ),
            ),
          ),
        ),
  );
}
