/** INSPIRE's requirements on data sets and series (1.x), and what makes them interoperable (2.x). */
import { elementsIn, textOf } from '@emso/core/xml';
import { identified, rule, specificationsOf } from './inspire-parts.ts';
import { type Rule, unless } from './rule.ts';
import { all, codeIn, first, linkIn, nilReason, said } from './tree.ts';

const TOPICS: ReadonlySet<string> = new Set([
  'farming',
  'biota',
  'boundaries',
  'climatologyMeteorologyAtmosphere',
  'economy',
  'elevation',
  'environment',
  'geoscientificInformation',
  'health',
  'imageryBaseMapsEarthCover',
  'intelligenceMilitary',
  'inlandWaters',
  'location',
  'oceans',
  'planningCadastre',
  'society',
  'structure',
  'transportation',
  'utilitiesCommunication',
]);

/** 1.x and 2.x: what data sets and series need, and what makes them interoperable. */
export const DATASETS: readonly Rule[] = [
  rule('1.1', 'the level dataset or series', (record) => {
    const level = codeIn(first(record, 'hierarchyLevel'));
    return unless(['dataset', 'series'].includes(level), `'${level}'`);
  }),
  rule(
    '1.3',
    'an identifier of the data that is an address (https://…, urn:…)',
    identified((part) => {
      const codes = all(part, 'citation/CI_Citation/identifier').flatMap((each) =>
        [...elementsIn(each)].flatMap((id) => all(id, 'code')),
      );
      return unless(
        codes.some((code) => /^(https?:\/\/|urn:)\S+$/.test(linkIn(code) || said(code))),
        'none',
      );
    }),
  ),
  rule(
    '1.4',
    'a keyword of the vocabulary GEMET - INSPIRE themes, version 1.0 (2008-06-01, publication)',
    identified((part) => {
      const block = all(part, 'descriptiveKeywords/MD_Keywords').find((each) =>
        said(first(each, 'thesaurusName/CI_Citation/title')).includes('GEMET - INSPIRE themes, version 1.0'),
      );
      if (block === undefined) return ['none'];
      const date = textOf(first(block, 'thesaurusName/CI_Citation/date/CI_Date/date'));
      return [
        ...unless(said(first(block, 'keyword')) !== '', 'no theme'),
        ...unless(date === '2008-06-01', `date '${date}'`),
      ];
    }),
  ),
  rule(
    '1.5',
    'a resolution that is a distance with its unit or a scale',
    identified((part) =>
      all(part, 'spatialResolution/MD_Resolution').flatMap((resolution) => {
        const distance = first(resolution, 'distance/Distance');
        const scale = first(resolution, 'equivalentScale/MD_RepresentativeFraction/denominator');
        const isDistance = Number(textOf(distance)) > 0 && (distance?.getAttribute('uom') ?? '') !== '';
        return unless(isDistance || Number(textOf(scale)) > 0, `'${textOf(resolution)}'`);
      }),
    ),
  ),
  rule(
    '1.6',
    'the language of the data as a LanguageCode (zxx when they hold no text)',
    identified((part) =>
      unless(/^[a-z]{3}$/.test(codeIn(first(part, 'language'))), `'${codeIn(first(part, 'language'))}'`),
    ),
  ),
  rule(
    '1.7',
    'topic categories of ISO 19115, such as oceans',
    identified((part) => {
      const topics = all(part, 'topicCategory').map(textOf);
      return [
        ...unless(topics.length > 0, 'none'),
        ...topics.flatMap((topic) => unless(TOPICS.has(topic), `'${topic}'`)),
      ];
    }),
  ),
  rule('1.8', 'an address where the data are (http or https)', (record) => {
    const urls = all(
      record,
      'distributionInfo/MD_Distribution/transferOptions/MD_DigitalTransferOptions/onLine/CI_OnlineResource/linkage/URL',
    );
    return unless(
      urls.some((url) => /^https?:\/\/\S+$/.test(textOf(url))),
      'none',
    );
  }),
  rule('1.9', 'one statement on quality for the whole data set or series', (record) => {
    const levels = all(record, 'dataQualityInfo/DQ_DataQuality/scope/DQ_Scope/level').map(codeIn);
    const whole = levels.filter((level) => ['dataset', 'series'].includes(level));
    return unless(whole.length === 1, `${whole.length}`);
  }),
  rule('1.10', 'a comparison with Regulation 1089/2010, evaluated or not', (record) =>
    unless(
      specificationsOf(record).some((each) => /1089\/2010/.test(said(first(each, 'title')))),
      'none',
    ),
  ),
  rule('1.11', 'how the data came to be (lineage statement)', (record) =>
    unless(said(first(record, 'dataQualityInfo/DQ_DataQuality/lineage/LI_Lineage/statement')) !== '', 'none'),
  ),
  rule('2.1', 'a coordinate reference system with its address', (record) => {
    const codes = all(record, 'referenceSystemInfo/MD_ReferenceSystem/referenceSystemIdentifier/RS_Identifier/code');
    return unless(
      codes.some((code) => /^https?:\/\/\S+\/EPSG\//.test(linkIn(code) || said(code))),
      'none',
    );
  }),
  rule(
    '2.2',
    'the kind of data: vector, grid, tin or textTable',
    identified((part) => {
      const kind = codeIn(first(part, 'spatialRepresentationType'));
      return unless(['vector', 'grid', 'tin', 'textTable'].includes(kind), `'${kind}'`);
    }),
  ),
  rule('2.3', 'formats with name and version, the version at least said to be inapplicable', (record) => {
    const formats = all(record, 'distributionInfo/MD_Distribution/distributionFormat/MD_Format');
    return [
      ...unless(formats.length > 0, 'none'),
      ...formats.flatMap((format) => {
        const version = first(format, 'version');
        return [
          ...unless(said(first(format, 'name')) !== '', 'a format without name'),
          ...unless(
            said(version) !== '' || nilReason(version) !== '',
            `no version of '${said(first(format, 'name'))}'`,
          ),
        ];
      }),
    ];
  }),
];
