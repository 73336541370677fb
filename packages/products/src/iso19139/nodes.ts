/** The small forms that ISO 19139 repeats: texts, links, codes, dates, contacts. */
import type { Bilingual } from '@emso/core';
import { element, type Markup, type XmlChild } from '../xml.ts';

export const ISO_CODES = 'http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#';
const SDN_CODES = 'http://vocab.nerc.ac.uk/isoCodelists/sdnCodelists/gmxCodeLists.xml#';
const LANGUAGES = 'http://www.loc.gov/standards/iso639-2/';
/** Keyword types that ISO does not have and SeaDataNet does. */
const SDN_KEYWORD_TYPES: ReadonlySet<string> = new Set(['platform_class', 'instrument', 'project']);
const ISO_KEYWORD_TYPES: ReadonlySet<string> = new Set(['discipline', 'place', 'stratum', 'temporal', 'theme']);

/** A property with one value, `<gmd:title><…/></gmd:title>`. */
export function property(name: string, ...children: readonly XmlChild[]): Markup {
  return element(`gmd:${name}`, {}, ...children);
}

export function characterString(text: string): Markup {
  return element('gco:CharacterString', {}, text);
}

export function textProperty(name: string, text: string): Markup {
  return property(name, characterString(text));
}

export function anchor(uri: string, text: string): Markup {
  return element('gmx:Anchor', { 'xlink:href': uri }, text);
}

/** An anchor where there is an address, else plain text. */
export function anchorOrText(text: string, uri: string | undefined): Markup {
  return uri === undefined ? characterString(text) : anchor(uri, text);
}

/** French in the main place, both languages as alternatives (GeoNetwork adds the French one by itself otherwise). */
export function freeText(name: string, { fr, en }: Bilingual, uri?: string): Markup {
  return element(
    `gmd:${name}`,
    { 'xsi:type': 'gmd:PT_FreeText_PropertyType' },
    anchorOrText(fr, uri),
    element('gmd:PT_FreeText', {}, localised('FR', fr), localised('EN', en)),
  );
}

function localised(locale: string, text: string): Markup {
  return property('textGroup', element('gmd:LocalisedCharacterString', { locale: `#${locale}` }, text));
}

/** A fact that nobody has confirmed. */
export function unknown(name: string): Markup {
  return element(`gmd:${name}`, { 'gco:nilReason': 'unknown' });
}

/** An element of an ISO code list, `code('MD_ScopeCode', 'dataset')`. */
export function code(list: string, value: string): Markup {
  return element(`gmd:${list}`, { codeList: ISO_CODES + list, codeListValue: value }, value);
}

export function codeProperty(name: string, list: string, value: string): Markup {
  return property(name, code(list, value));
}

/** The type of a keyword block, in the list that has it. */
export function keywordType(type: string): Markup | undefined {
  if (!SDN_KEYWORD_TYPES.has(type) && !ISO_KEYWORD_TYPES.has(type)) return undefined;
  const codeList = `${SDN_KEYWORD_TYPES.has(type) ? SDN_CODES : ISO_CODES}MD_KeywordTypeCode`;
  return property('type', element('gmd:MD_KeywordTypeCode', { codeList, codeListValue: type }, type));
}

export function language(code3: 'fre' | 'eng', name?: string): Markup {
  return element('gmd:LanguageCode', { codeList: LANGUAGES, codeListValue: code3 }, name);
}

export function utf8(name: string): Markup {
  return property(
    name,
    element('gmd:MD_CharacterSetCode', { codeList: `${ISO_CODES}MD_CharacterSetCode`, codeListValue: 'utf8' }, 'utf8'),
  );
}

/** A dated event of a citation; `unknown` is said to be unknown. */
export function citationDate(day: string, type: 'publication' | 'creation' | 'revision'): Markup {
  const when = day === 'unknown' ? unknown('date') : property('date', element('gco:Date', {}, day));
  return property('date', element('gmd:CI_Date', {}, when, codeProperty('dateType', 'CI_DateTypeCode', type)));
}

/** An organisation or person with a role. */
export interface Party {
  readonly organisation?: string;
  readonly organisationUri?: string;
  readonly person?: string;
  readonly personUri?: string;
  /** Absent where it is unknown. */
  readonly email?: string;
  readonly url?: string;
  readonly role: string;
}

export function responsibleParty(party: Party, plainOrganisation = false): Markup {
  const { organisation, organisationUri, person, personUri, email, url, role } = party;
  return element(
    'gmd:CI_ResponsibleParty',
    {},
    person === undefined ? undefined : property('individualName', anchorOrText(person, personUri)),
    organisation === undefined
      ? undefined
      : property('organisationName', anchorOrText(organisation, plainOrganisation ? undefined : organisationUri)),
    property(
      'contactInfo',
      element(
        'gmd:CI_Contact',
        {},
        property(
          'address',
          element(
            'gmd:CI_Address',
            {},
            email === undefined ? unknown('electronicMailAddress') : textProperty('electronicMailAddress', email),
          ),
        ),
        url === undefined
          ? undefined
          : property(
              'onlineResource',
              element('gmd:CI_OnlineResource', {}, property('linkage', element('gmd:URL', {}, url))),
            ),
      ),
    ),
    codeProperty('role', 'CI_RoleCode', role),
  );
}
