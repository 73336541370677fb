/** Three records written by hand: a site, its module, and a dataset of it. Short, and with everything that encodings break on. */
import { type CatalogueRecord, canonicalHash } from '@emso/products';

export const SITE_UUID = 'b3b0c1de-0000-5000-8000-0000000000c0';
export const MODULE_UUID = 'a3b0c1de-0000-5000-8000-0000000000b0';
export const DATASET_UUID = '03b0c1de-0000-5000-8000-0000000000a0';

export const DATASET_TITLE = 'MicroCAT « cœur » : température < 13 °C & salinité';
export const LINK = 'https://erddap.example.org/tabledap/Microcat.graph?time,TEMP&time%3E=now-30days&.draw=lines';

export interface RecordFacts {
  readonly uuid: string;
  readonly parentUuid?: string;
  readonly level: 'series' | 'dataset';
  readonly title: string;
  readonly withdrawn?: boolean;
}

/** The three, the child first: putting them in order is not their business. */
export const FACTS: readonly RecordFacts[] = [
  { uuid: DATASET_UUID, parentUuid: MODULE_UUID, level: 'dataset', title: DATASET_TITLE },
  { uuid: MODULE_UUID, parentUuid: SITE_UUID, level: 'series', title: "Module d'interface instrumenté (MII)" },
  { uuid: SITE_UUID, level: 'series', title: 'EMSO Ligure Ouest' },
];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const plain = (text: string): string => `<gco:CharacterString>${escaped(text)}</gco:CharacterString>`;
const code = (name: string, value: string): string =>
  `<gmd:${name} codeList="http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#${name}" codeListValue="${value}">${value}</gmd:${name}>`;
const locale = (id: string, language: string): string =>
  `<gmd:locale><gmd:PT_Locale id="${id}"><gmd:languageCode><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="${language}"/></gmd:languageCode></gmd:PT_Locale></gmd:locale>`;

/** The text of a record. */
export function recordXml({ uuid, parentUuid, level, title }: RecordFacts): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.isotc211.org/2005/gmd http://schemas.opengis.net/csw/2.0.2/profiles/apiso/1.0.0/apiso.xsd">
  <gmd:fileIdentifier>${plain(uuid)}</gmd:fileIdentifier>
  <gmd:language><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="fre"/></gmd:language>
${parentUuid === undefined ? '' : `  <gmd:parentIdentifier>${plain(parentUuid)}</gmd:parentIdentifier>\n`}  <gmd:hierarchyLevel>${code('MD_ScopeCode', level)}</gmd:hierarchyLevel>
  <gmd:contact><gmd:CI_ResponsibleParty><gmd:organisationName>${plain('OSU Institut Pythéas')}</gmd:organisationName><gmd:role>${code('CI_RoleCode', 'pointOfContact')}</gmd:role></gmd:CI_ResponsibleParty></gmd:contact>
  <gmd:dateStamp><gco:DateTime>2026-11-21T06:00:00Z</gco:DateTime></gmd:dateStamp>
  ${locale('FR', 'fre')}
  ${locale('EN', 'eng')}
  <gmd:identificationInfo><gmd:MD_DataIdentification>
    <gmd:citation><gmd:CI_Citation>
      <gmd:title xsi:type="gmd:PT_FreeText_PropertyType">
        ${plain(title)}
        <gmd:PT_FreeText><gmd:textGroup><gmd:LocalisedCharacterString locale="#EN">${escaped(title)} (en)</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText>
      </gmd:title>
      <gmd:edition>${plain('')}</gmd:edition>
    </gmd:CI_Citation></gmd:citation>
    <gmd:abstract>${plain('Données brutes, contrôlées : œuvre en cours')}</gmd:abstract>
  </gmd:MD_DataIdentification></gmd:identificationInfo>
  <gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>${escaped(LINK)}</gmd:URL></gmd:linkage></gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>
</gmd:MD_Metadata>
`;
}

/** The record of these facts. */
export function recordOf(facts: RecordFacts): CatalogueRecord {
  const xml = recordXml(facts);
  return { ...facts, xml, contentHash: canonicalHash(xml) };
}

/** The three records, some of them with other facts. */
export function records(changed: Readonly<Record<string, Partial<RecordFacts>>> = {}): CatalogueRecord[] {
  return FACTS.map((facts) => recordOf({ ...facts, ...changed[facts.uuid] }));
}
