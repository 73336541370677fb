/** INSPIRE's requirements on every metadata record (Technical Guidelines 2.0.1 to 2.1.1): C.1 to C.22. */
import { textOf, type XmlElement } from '@emso/core/xml';
import { orderFaults } from './element-order.ts';
import { citationFaults, conformities, ISO_DATE, identified, rule, specificationsOf } from './inspire-parts.ts';
import { type Found, type Rule, unless } from './rule.ts';
import { all, codeIn, first, linkIn, nilReason, placeOf, said, within } from './tree.ts';

const GMD = 'http://www.isotc211.org/2005/gmd';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const LANGUAGES = 'http://www.loc.gov/standards/iso639-2/';
const LIMITATIONS = '/metadata-codelist/LimitationsOnPublicAccess/';

function citationOf(part: XmlElement): XmlElement | undefined {
  return first(part, 'citation/CI_Citation');
}

/** Organisation, e-mail and role of each contact. */
function partyFaults(party: XmlElement): Found[] {
  const mail = first(party, 'contactInfo/CI_Contact/address/CI_Address/electronicMailAddress');
  const name = said(first(party, 'organisationName')) || said(first(party, 'individualName'));
  const found: Found[] = [];
  if (said(first(party, 'organisationName')) === '') found.push(`no organisation for '${name}'`);
  if (nilReason(mail) === 'unknown') found.push({ unknown: `the e-mail address of '${name}'` });
  else if (!/^\S+@\S+\.\S+$/.test(said(mail))) found.push(`no e-mail address for '${name}'`);
  if (codeIn(first(party, 'role')) === '') found.push(`no role for '${name}'`);
  return found;
}

function dates(part: XmlElement, type?: string): XmlElement[] {
  const found = all(part, 'citation/CI_Citation/date/CI_Date');
  return type === undefined ? found : found.filter((date) => codeIn(first(date, 'dateType')) === type);
}

function legalConstraints(part: XmlElement): XmlElement[] {
  return all(part, 'resourceConstraints/MD_LegalConstraints');
}

function isAboutAccess(constraint: XmlElement): boolean {
  return all(constraint, 'otherConstraints').some((each) => linkIn(each).includes(LIMITATIONS));
}

function degreesOf(box: XmlElement): [name: string, text: string][] {
  return ['westBoundLongitude', 'eastBoundLongitude', 'southBoundLatitude', 'northBoundLatitude'].map((name) => [
    name,
    textOf(first(box, name)),
  ]);
}

/** C.1 to C.22: what every metadata record needs. */
export const COMMON: readonly Rule[] = [
  rule('C.1', 'elements in the order of the schema, none that it does not have', orderFaults),
  rule('C.2', 'one gmd:MD_Metadata as the root, with one identification', (record) => [
    ...unless(record.localName === 'MD_Metadata' && record.namespaceURI === GMD, `root <${record.nodeName}>`),
    ...unless(
      all(record, 'identificationInfo').length === 1,
      `${all(record, 'identificationInfo').length} identifications`,
    ),
  ]),
  rule('C.3', 'a value of its code list in every code', (record) =>
    [...within(record)].flatMap((element) => {
      const isCode = element.hasAttribute('codeList') || /^(CI|MD|DS|DQ)_\w+Code$/.test(element.localName ?? '');
      if (!isCode || element.localName === 'MD_TopicCategoryCode') return [];
      return unless((element.getAttribute('codeListValue') ?? '') !== '', `none in ${placeOf(element)}`);
    }),
  ),
  rule('C.4', 'translations in texts that say so (xsi:type), in a language that the record declares', (record) => {
    const locales = new Set(all(record, 'locale/PT_Locale').map((locale) => locale.getAttribute('id')));
    return [...within(record)].flatMap((element) => {
      if (element.localName === 'LocalisedCharacterString') {
        const locale = (element.getAttribute('locale') ?? '').replace(/^#/, '');
        return unless(locales.has(locale), `language '${locale}'`);
      }
      if (all(element, 'PT_FreeText').length === 0) return [];
      const type = element.getAttributeNS(XSI, 'type') ?? '';
      return unless(type.endsWith('PT_FreeText_PropertyType'), `no xsi:type in ${placeOf(element)}`);
    });
  }),
  rule('C.5', `a metadata language in a LanguageCode of ${LANGUAGES}`, (record) => {
    const code = first(record, 'language/LanguageCode');
    return [
      ...unless(code?.getAttribute('codeList') === LANGUAGES, `code list '${code?.getAttribute('codeList') ?? ''}'`),
      ...unless(/^[a-z]{3}$/.test(code?.getAttribute('codeListValue') ?? ''), 'no language'),
    ];
  }),
  rule('C.6', 'a contact for the record: organisation, e-mail, role pointOfContact', (record) => {
    const parties = all(record, 'contact/CI_ResponsibleParty');
    return [
      ...unless(parties.length > 0, 'none'),
      ...parties.flatMap(partyFaults),
      ...parties.flatMap((party) => {
        const role = codeIn(first(party, 'role'));
        return unless(role === 'pointOfContact', `role '${role}'`);
      }),
    ];
  }),
  rule('C.7', 'the date of the record', (record) =>
    unless(ISO_DATE.test(textOf(first(record, 'dateStamp'))), `'${textOf(first(record, 'dateStamp'))}'`),
  ),
  rule(
    'C.8',
    'a title',
    identified((part) => unless(said(first(citationOf(part), 'title')) !== '', 'none')),
  ),
  rule(
    'C.9',
    'an abstract',
    identified((part) => unless(said(first(part, 'abstract')) !== '', 'none')),
  ),
  rule(
    'C.10',
    'contacts for the data: organisation, e-mail and role of each',
    identified((part) => {
      const parties = all(part, 'pointOfContact/CI_ResponsibleParty');
      return [...unless(parties.length > 0, 'none'), ...parties.flatMap(partyFaults)];
    }),
  ),
  rule(
    'C.11',
    'a date of publication, revision or creation, as 2019-05-01',
    identified((part) => {
      const written = dates(part)
        .map((date) => first(date, 'date'))
        .filter((date) => nilReason(date) === '');
      return [
        ...unless(written.length > 0, 'none'),
        ...written.flatMap((date) => unless(ISO_DATE.test(textOf(date)), `'${textOf(date)}'`)),
      ];
    }),
  ),
  rule(
    'C.12',
    'one date of creation at most',
    identified((part) => unless(dates(part, 'creation').length <= 1, 'several')),
  ),
  rule(
    'C.13',
    'one date of revision at most',
    identified((part) => unless(dates(part, 'revision').length <= 1, 'several')),
  ),
  rule(
    'C.14',
    'a period with a begin, and an end that is a date, now or unknown; gml:id on it',
    identified((part) =>
      all(part, 'extent/EX_Extent/temporalElement/EX_TemporalExtent/extent/TimePeriod').flatMap((period) => {
        const end = first(period, 'endPosition');
        const open = end?.getAttribute('indeterminatePosition') ?? '';
        const id = period.getAttributeNS('http://www.opengis.net/gml/3.2', 'id') ?? '';
        return [
          ...unless(
            ISO_DATE.test(textOf(first(period, 'beginPosition'))),
            `begin '${textOf(first(period, 'beginPosition'))}'`,
          ),
          ...unless(
            ISO_DATE.test(textOf(end)) || (textOf(end) === '' && ['now', 'unknown'].includes(open)),
            `end '${textOf(end)}' ${open}`,
          ),
          ...unless(id !== '', 'no gml:id'),
        ];
      }),
    ),
  ),
  rule(
    'C.15',
    'title, date and type of date of the vocabulary that keywords come from',
    identified((part) =>
      all(part, 'descriptiveKeywords/MD_Keywords/thesaurusName/CI_Citation').flatMap((citation) =>
        citationFaults(citation, 'the vocabulary'),
      ),
    ),
  ),
  rule(
    'C.16',
    'the keywords of a vocabulary in one block',
    identified((part) => {
      const titles = all(part, 'descriptiveKeywords/MD_Keywords/thesaurusName/CI_Citation/title').map(said);
      const twice = titles.filter((title, i) => titles.indexOf(title) !== i);
      return [
        ...twice.map((title) => `two blocks of '${title}'`),
        ...all(part, 'descriptiveKeywords').flatMap((block) =>
          unless(all(block, 'MD_Keywords').length === 1, 'a block with several lists'),
        ),
      ];
    }),
  ),
  rule(
    'C.17',
    'one statement on public access: otherRestrictions and a link into LimitationsOnPublicAccess',
    identified((part) => {
      const found = legalConstraints(part).filter(isAboutAccess);
      return [
        ...unless(found.length === 1, `${found.length} with such a link`),
        ...found.flatMap((each) =>
          unless(
            codeIn(first(each, 'accessConstraints')) === 'otherRestrictions',
            'accessConstraints are not otherRestrictions',
          ),
        ),
      ];
    }),
  ),
  rule(
    'C.18',
    'one statement on use: otherRestrictions and a text, the licence',
    identified((part) => {
      const found = legalConstraints(part).filter((each) => !isAboutAccess(each));
      return [
        ...unless(found.length === 1, `${found.length}`),
        ...found.flatMap((each) => [
          ...unless(
            [...all(each, 'useConstraints'), ...all(each, 'accessConstraints')].some(
              (code) => codeIn(code) === 'otherRestrictions',
            ),
            'no otherRestrictions',
          ),
          ...unless(
            all(each, 'otherConstraints').some((other) => said(other) !== ''),
            'no licence',
          ),
        ]),
      ];
    }),
  ),
  rule(
    'C.19',
    'a box in degrees, two decimals at least, west ≤ east and south ≤ north',
    identified((part) => {
      const boxes = all(part, 'extent/EX_Extent/geographicElement/EX_GeographicBoundingBox');
      return [
        ...unless(boxes.length > 0, 'none'),
        ...boxes.flatMap((box) => {
          const degrees = degreesOf(box);
          const [west, east, south, north] = degrees.map(([, text]) => Number(text));
          return [
            ...degrees.flatMap(([name, text]) => unless(/^-?\d+\.\d{2,}$/.test(text), `${name} '${text}'`)),
            ...unless(!(west > east || south > north), 'bounds that are exchanged'),
            ...unless(
              Math.abs(west) <= 180 && Math.abs(east) <= 180 && Math.abs(south) <= 90 && Math.abs(north) <= 90,
              'bounds beyond the globe',
            ),
          ];
        }),
      ];
    }),
  ),
  rule('C.20', 'the title of each specification that the data were compared with', (record) =>
    specificationsOf(record).flatMap((citation) => unless(said(first(citation, 'title')) !== '', 'none')),
  ),
  rule('C.21', 'the date of each specification that the data were compared with', (record) =>
    specificationsOf(record).flatMap((citation) => citationFaults(citation, 'the specification')),
  ),
  rule('C.22', 'the result of the comparison: true, false, or nilReason unknown when not evaluated', (record) =>
    conformities(record).flatMap((result) => {
      const pass = first(result, 'pass');
      const text = textOf(pass);
      return unless(/^(true|false)$/.test(text) || (text === '' && nilReason(pass) === 'unknown'), `'${text}'`);
    }),
  ),
];
