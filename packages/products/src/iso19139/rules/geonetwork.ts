/** What GeoNetwork's own rules ask (iso, geonetwork, datacite), by their names there, and what our readers need. */
import { childNamed, elementsIn, textOf, type XmlElement } from '@emso/core/xml';
import { type Found, type Rule, type RuleSource, unless } from './rule.ts';
import { all, codeIn, first, identificationOf, linkIn, nilReason, placeOf, said, within } from './tree.ts';

function rule(source: RuleSource, id: string, message: string, check: Rule['check']): Rule {
  return { id, source, message, check };
}

const OTHER = 'otherRestrictions';

function everywhere(record: XmlElement, name: string): XmlElement[] {
  return [...within(record)].filter(({ localName }) => localName === name);
}

function lineages(record: XmlElement): XmlElement[] {
  return everywhere(record, 'LI_Lineage');
}

function level(record: XmlElement): string {
  return codeIn(first(record, 'hierarchyLevel'));
}

/** `otherConstraints` of constraints whose code says that there are others; GeoNetwork reads plain text only where use is meant. */
function otherConstraintFaults(record: XmlElement, which: 'accessConstraints' | 'useConstraints'): Found[] {
  return everywhere(record, 'MD_LegalConstraints').flatMap((constraint) => {
    if (!all(constraint, which).some((code) => codeIn(code) === OTHER)) return [];
    const others = all(constraint, 'otherConstraints');
    const seen = others.some((other) =>
      which === 'useConstraints' ? textOf(childNamed(other, 'CharacterString')) !== '' : said(other) !== '',
    );
    const found = others.length === 0 ? 'none' : 'links only: add the same as plain text';
    return unless(seen, found);
  });
}

function aggregates(record: XmlElement): XmlElement[] {
  return all(record, 'identificationInfo/MD_DataIdentification/aggregationInfo/MD_AggregateInformation');
}

const ISO: readonly Rule[] = [
  rule('GeoNetwork', 'M6', 'no text that is there and empty, without a reason (nilReason)', (record) =>
    everywhere(record, 'CharacterString').flatMap((text) => {
      const property = text.parentNode as XmlElement;
      const translated = textOf(property) !== '';
      return unless(textOf(text) !== '' || nilReason(property) !== '' || translated, `in ${placeOf(property)}`);
    }),
  ),
  rule('GeoNetwork', 'M8', 'a person, an organisation or a position in every contact', (record) =>
    everywhere(record, 'CI_ResponsibleParty').flatMap((party) =>
      unless(
        ['individualName', 'organisationName', 'positionName'].some((name) => said(first(party, name)) !== ''),
        `nobody in ${placeOf(party)}`,
      ),
    ),
  ),
  rule('GeoNetwork', 'M9-access', 'a text where access has other restrictions', (record) =>
    otherConstraintFaults(record, 'accessConstraints'),
  ),
  rule(
    'GeoNetwork',
    'M9-use',
    'a plain text where use has other restrictions: the licence, not only as a link',
    (record) => otherConstraintFaults(record, 'useConstraints'),
  ),
  rule('GeoNetwork', 'M13', 'a statement, a source or a step in the lineage', (record) =>
    lineages(record).flatMap((lineage) =>
      unless(
        said(first(lineage, 'statement')) !== '' ||
          all(lineage, 'source/LI_Source').length > 0 ||
          all(lineage, 'processStep/LI_ProcessStep').length > 0,
        'an empty lineage',
      ),
    ),
  ),
  rule('GeoNetwork', 'M14', 'a description or extent in every source of the lineage', (record) =>
    everywhere(record, 'LI_Source').flatMap((source) =>
      unless(said(first(source, 'description')) !== '' || all(source, 'sourceExtent').length > 0, 'an empty source'),
    ),
  ),
  rule('GeoNetwork', 'M15', 'a description in every step of the lineage', (record) =>
    everywhere(record, 'LI_ProcessStep').flatMap((step) =>
      unless(said(first(step, 'description')) !== '', 'an empty step'),
    ),
  ),
  rule('GeoNetwork', 'M16', 'a report or a lineage in every statement on quality', (record) =>
    all(record, 'dataQualityInfo/DQ_DataQuality').flatMap((quality) =>
      unless(all(quality, 'report').length > 0 || all(quality, 'lineage').length > 0, 'neither'),
    ),
  ),
  rule('GeoNetwork', 'M19', 'a format wherever a distribution is described', (record) =>
    everywhere(record, 'MD_Distribution').flatMap((distribution) =>
      unless(
        all(distribution, 'distributionFormat/MD_Format').length > 0 ||
          all(distribution, 'distributor/MD_Distributor/distributorFormat/MD_Format').length > 0,
        'none',
      ),
    ),
  ),
  rule('GeoNetwork', 'M20', 'a place, period, height or description in every extent', (record) =>
    everywhere(record, 'EX_Extent').flatMap((extent) => unless(elementsIn(extent).length > 0, 'an empty extent')),
  ),
  rule('GeoNetwork', 'M21', 'a box or a named place for a data set', (record) => {
    if (level(record) !== 'dataset') return [];
    const found = everywhere(record, 'geographicElement').filter(
      (place) => all(place, 'EX_GeographicBoundingBox').length + all(place, 'EX_GeographicDescription').length > 0,
    );
    return unless(found.length > 0, 'none');
  }),
  rule('GeoNetwork', 'M22', 'a topic category for a data set or series', (record) =>
    unless(all(record, 'identificationInfo/MD_DataIdentification/topicCategory').length > 0, 'none'),
  ),
  rule('GeoNetwork', 'M23', 'a name or identifier in every relation, and no relation twice', (record) => {
    const keys = aggregates(record).map((each) => {
      const id = said(first(each, 'aggregateDataSetIdentifier/MD_Identifier/code'));
      const name = said(first(each, 'aggregateDataSetName/CI_Citation/title'));
      const kind = `${codeIn(first(each, 'associationType'))} ${codeIn(first(each, 'initiativeType'))}`;
      return { target: id || name, key: `${id || name} ${kind}` };
    });
    return [
      ...keys.flatMap(({ target }) => unless(target !== '', 'a relation to nothing')),
      ...keys.flatMap(({ target, key }, i) =>
        unless(keys.findIndex((each) => each.key === key) === i, `'${target}' twice`),
      ),
    ];
  }),
  rule('GeoNetwork', 'M61', 'a name of the level where it is no data set (hierarchyLevelName)', (record) =>
    unless(level(record) === 'dataset' || said(first(record, 'hierarchyLevelName')) !== '', 'none'),
  ),
  rule('GeoNetwork', 'present', 'contact, language, citation, title, date with its type, abstract', (record) => {
    const part = identificationOf(record);
    const wanted: [name: string, there: boolean][] = [
      ['contact', all(record, 'contact').length > 0],
      ['language', all(record, 'language').length > 0],
      ['citation', first(part, 'citation/CI_Citation') !== undefined],
      ['title', said(first(part, 'citation/CI_Citation/title')) !== ''],
      ['date', first(part, 'citation/CI_Citation/date/CI_Date/date') !== undefined],
      ['type of date', codeIn(first(part, 'citation/CI_Citation/date/CI_Date/dateType')) !== ''],
      ['abstract', said(first(part, 'abstract')) !== ''],
    ];
    return wanted.flatMap(([name, there]) => unless(there, `no ${name}`));
  }),
  rule('GeoNetwork', 'M500', 'a language of the record where there are translations', (record) =>
    unless(all(record, 'locale').length === 0 || all(record, 'language/LanguageCode').length > 0, 'none'),
  ),
];

const DATACITE: readonly Rule[] = [
  rule('DataCite', 'D-title', 'a title', (record) =>
    unless(said(first(identificationOf(record), 'citation/CI_Citation/title')) !== '', 'none'),
  ),
  rule('DataCite', 'D-identifier', 'an identifier of the record (fileIdentifier)', (record) =>
    unless(said(first(record, 'fileIdentifier')) !== '', 'none'),
  ),
  rule('DataCite', 'D-contact', 'a contact for the data in the role pointOfContact or custodian', (record) => {
    const roles = all(record, 'identificationInfo/MD_DataIdentification/pointOfContact/CI_ResponsibleParty/role').map(
      codeIn,
    );
    return unless(
      roles.some((role) => ['pointOfContact', 'custodian'].includes(role)),
      roles.join(', ') || 'none',
    );
  }),
  rule(
    'DataCite',
    'D-publisher',
    'the publisher as the organisation of the first distributor, plain text',
    (record) => {
      const name = first(
        record,
        'distributionInfo/MD_Distribution/distributor/MD_Distributor/distributorContact/CI_ResponsibleParty/organisationName',
      );
      return unless(textOf(first(name, 'CharacterString')) !== '', linkIn(name) === '' ? 'none' : 'a link only');
    },
  ),
  rule('DataCite', 'D-date', 'a date of publication', (record) => {
    const dates = all(record, 'identificationInfo/MD_DataIdentification/citation/CI_Citation/date/CI_Date').filter(
      (date) => codeIn(first(date, 'dateType')) === 'publication',
    );
    const [date] = dates.flatMap((each) => all(each, 'date'));
    if (nilReason(date) === 'unknown') return [{ unknown: 'the date of publication' }];
    return unless(textOf(date) !== '', 'none');
  }),
  rule('DataCite', 'D-level', 'a level (hierarchyLevel)', (record) => unless(level(record) !== '', 'none')),
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** What the readers of our catalogue need beyond the standards. */
const OWN: readonly Rule[] = [
  rule('EMSO-LO', 'E-uuid', 'an identifier that is the same for ever (UUID version 5, lower case)', (record) =>
    unless(UUID.test(said(first(record, 'fileIdentifier'))), `'${said(first(record, 'fileIdentifier'))}'`),
  ),
  rule(
    'EMSO-LO',
    'E-parent',
    'the series that a data set is part of, as parentIdentifier and as relation',
    (record) => {
      const parent = said(first(record, 'parentIdentifier'));
      if (level(record) !== 'dataset' && parent === '') return [];
      const related = aggregates(record)
        .filter((each) => codeIn(first(each, 'associationType')) === 'largerWorkCitation')
        .map((each) => said(first(each, 'aggregateDataSetIdentifier/MD_Identifier/code')));
      return unless(parent !== '' && related.includes(parent), parent === '' ? 'none' : `no relation to ${parent}`);
    },
  ),
  rule('EMSO-LO', 'E-keyword', 'keywords as plain text too: some readers pass over links', (record) =>
    unless(
      all(
        record,
        'identificationInfo/MD_DataIdentification/descriptiveKeywords/MD_Keywords/keyword/CharacterString',
      ).some((keyword) => textOf(keyword) !== ''),
      'links only',
    ),
  ),
  rule('EMSO-LO', 'E-url', 'addresses without blanks, < or >: percent-encoded', (record) =>
    everywhere(record, 'URL').flatMap((url) => unless(/^https?:\/\/[^\s<>"]+$/.test(textOf(url)), `'${textOf(url)}'`)),
  ),
  rule('EMSO-LO', 'E-english', 'title and abstract in English beside French', (record) => {
    const part = identificationOf(record);
    return ['citation/CI_Citation/title', 'abstract'].flatMap((path) => {
      const groups = part === undefined ? [] : all(part, `${path}/PT_FreeText/textGroup/LocalisedCharacterString`);
      const english = groups.filter((each) => each.getAttribute('locale') === '#EN' && textOf(each) !== '');
      return unless(english.length > 0, `none of ${path.split('/').at(-1)}`);
    });
  }),
];

export const GEONETWORK: readonly Rule[] = [...ISO, ...DATACITE, ...OWN];
