/** One mutation of a good record for each rule: it must be caught by that rule, and the good record by none. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { recordOf, SHARED } from '../../../../../test/support/catalogue-site.ts';
import { RULES, validateRecord } from './mod.ts';

const GOOD = recordOf('Emso_Ligure_Ouest_MII_Microcat');
const SERIES = recordOf('mii');

type Mutation = (xml: string) => string;

/** Replaces the first match, which must be there. */
function replaced(pattern: RegExp | string, by: string): Mutation {
  return (xml) => {
    const found = typeof pattern === 'string' ? xml.includes(pattern) : pattern.test(xml);
    assert.ok(found, `${pattern} is not in the record: the mutation would test nothing`);
    return xml.replace(pattern, () => by);
  };
}

const removed = (pattern: RegExp | string): Mutation => replaced(pattern, '');
/** Removes all elements of a name, wherever they stand. */
const without =
  (name: string): Mutation =>
  (xml) => {
    const pattern = new RegExp(`<gmd:${name}(?: [^>]*)?(?:/>|>[\\s\\S]*?</gmd:${name}>)`, 'g');
    assert.match(xml, pattern);
    return xml.replace(pattern, '');
  };
const emptied = (name: string): Mutation =>
  replaced(new RegExp(`<gmd:${name}( [^>]*)?>[\\s\\S]*?</gmd:${name}>`), `<gmd:${name}/>`);

const DATE_AGAIN = (type: string): Mutation => {
  return (xml) => {
    const date = xml
      .match(/<gmd:date>\s*<gmd:CI_Date>[\s\S]*?<\/gmd:CI_Date>\s*<\/gmd:date>/g)
      ?.find((each) => each.includes(`codeListValue="${type}"`));
    assert.ok(date);
    return xml.replace(date, () => date + date);
  };
};

const USE =
  /<gmd:resourceConstraints>(?:(?!<\/gmd:resourceConstraints>)[\s\S])*<gmd:useConstraints>[\s\S]*?<\/gmd:resourceConstraints>/;
const LICENCE_TEXT =
  /<gmd:otherConstraints>\s*<gco:CharacterString>[^<]*<\/gco:CharacterString>\s*<\/gmd:otherConstraints>/;
const PARENT_RELATION =
  /<gmd:aggregationInfo>(?:(?!<\/gmd:aggregationInfo>)[\s\S])*largerWorkCitation[\s\S]*?<\/gmd:aggregationInfo>/;
const INSPIRE_BLOCK =
  /<gmd:descriptiveKeywords>(?:(?!<\/gmd:descriptiveKeywords>)[\s\S])*GEMET - INSPIRE[\s\S]*?<\/gmd:descriptiveKeywords>/;

const BREAKS: Readonly<Record<string, Mutation | readonly [mutation: Mutation, of: string]>> = {
  'C.1': (xml) => {
    const purpose = /<gmd:status>[\s\S]*?<\/gmd:status>/.exec(xml)?.[0] ?? '';
    return xml
      .replace(purpose, '')
      .replace('</gmd:MD_DataIdentification>', () => `${purpose}</gmd:MD_DataIdentification>`);
  },
  'C.2': (xml) => xml.replaceAll('gmd:MD_Metadata', 'gmd:MI_Metadata'),
  'C.3': replaced('codeListValue="onGoing"', 'codeListValue=""'),
  'C.4': replaced('locale="#EN"', 'locale="#GB"'),
  'C.5': replaced(
    'codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="fre"',
    'codeList="here" codeListValue="fre"',
  ),
  'C.6': removed(/<gmd:contact>[\s\S]*?<\/gmd:contact>/),
  'C.7': emptied('dateStamp'),
  'C.8': emptied('title'),
  'C.9': emptied('abstract'),
  'C.10': replaced(
    /<gmd:pointOfContact>[\s\S]*?<\/gmd:pointOfContact>/,
    '<gmd:pointOfContact><gmd:CI_ResponsibleParty/></gmd:pointOfContact>',
  ),
  'C.11': replaced(/(?<=<gmd:date>\s*)<gco:Date>2026-\d\d-\d\d<\/gco:Date>/, '<gco:Date>01/05/2019</gco:Date>'),
  'C.12': DATE_AGAIN('creation'),
  'C.13': DATE_AGAIN('revision'),
  'C.14': removed(' gml:id="period"'),
  'C.15': (xml) => xml.replace(/(<gmd:thesaurusName>[\s\S]*?)<gmd:date>[\s\S]*?<\/gmd:CI_Date>\s*<\/gmd:date>/, '$1'),
  'C.16': (xml) => {
    const block = INSPIRE_BLOCK.exec(xml)?.[0] ?? '';
    return xml.replace(block, () => block + block);
  },
  'C.17': replaced('LimitationsOnPublicAccess/noLimitations', 'elsewhere'),
  'C.18': removed(USE),
  'C.19': replaced(/<gco:Decimal>6\.0\d+</, '<gco:Decimal>6,02683<'),
  'C.20': replaced(
    /<gmd:title>\s*<gmx:Anchor xlink:href="http:\/\/data\.europa\.eu[\s\S]*?<\/gmd:title>/,
    '<gmd:title/>',
  ),
  'C.21': replaced('<gco:Date>2010-12-08</gco:Date>', '<gco:Date>8 December 2010</gco:Date>'),
  'C.22': replaced('<gmd:pass gco:nilReason="unknown"/>', '<gmd:pass/>'),
  '1.1': replaced(
    'codeListValue="dataset">dataset</gmd:MD_ScopeCode>\n  </gmd:hierarchyLevel>',
    'codeListValue="service">service</gmd:MD_ScopeCode>\n  </gmd:hierarchyLevel>',
  ),
  '1.3': without('identifier'),
  '1.4': removed(INSPIRE_BLOCK),
  '1.5': replaced(/<gco:Distance uom="m">\d+</, '<gco:Distance uom="">0<'),
  '1.6': removed(/<gmd:language>\s*<gmd:LanguageCode[^>]*codeListValue="eng">[\s\S]*?<\/gmd:language>/),
  '1.7': replaced('>oceans<', '>ocean<'),
  '1.8': without('transferOptions'),
  '1.9': without('scope'),
  '1.10': replaced('No 1089/2010', 'No 1'),
  '1.11': emptied('statement'),
  '2.1': without('referenceSystemInfo'),
  '2.2': replaced('codeListValue="textTable"', 'codeListValue="video"'),
  '2.3': replaced('<gmd:version gco:nilReason="inapplicable">', '<gmd:version>'),
  M6: replaced('<gmd:presentationForm>', '<gmd:edition><gco:CharacterString/></gmd:edition><gmd:presentationForm>'),
  M8: replaced(/<gmd:individualName>[\s\S]*?<\/gmd:organisationName>/, ''),
  'M9-access': (xml) =>
    xml.replace(
      /(<gmd:accessConstraints>[\s\S]*?<\/gmd:accessConstraints>)\s*<gmd:otherConstraints[\s\S]*?<\/gmd:otherConstraints>/,
      '$1',
    ),
  'M9-use': removed(LICENCE_TEXT),
  M13: (xml) => without('processStep')(emptied('statement')(xml)),
  M14: replaced('</gmd:LI_Lineage>', '<gmd:source><gmd:LI_Source/></gmd:source></gmd:LI_Lineage>'),
  M15: replaced('</gmd:LI_Lineage>', '<gmd:processStep><gmd:LI_ProcessStep/></gmd:processStep></gmd:LI_Lineage>'),
  M16: (xml) => without('lineage')(without('report')(xml)),
  M19: without('distributionFormat'),
  M20: replaced(/<gmd:EX_Extent>[\s\S]*?<\/gmd:EX_Extent>/, '<gmd:EX_Extent/>'),
  M21: without('geographicElement'),
  M22: without('topicCategory'),
  M23: (xml) => {
    const relation = PARENT_RELATION.exec(xml)?.[0] ?? '';
    return xml.replace(relation, () => relation + relation);
  },
  M61: [without('hierarchyLevelName'), 'series'],
  present: without('abstract'),
  M500: removed(/<gmd:language>[\s\S]*?<\/gmd:language>/),
  'D-title': emptied('title'),
  'D-identifier': emptied('fileIdentifier'),
  'D-contact': (xml) =>
    xml
      .replaceAll('codeListValue="pointOfContact"', 'codeListValue="user"')
      .replaceAll('codeListValue="custodian"', 'codeListValue="user"'),
  'D-publisher': replaced(
    /(?<=<gmd:distributorContact>[\s\S]*?<gmd:organisationName>\s*)<gco:CharacterString>[^<]*<\/gco:CharacterString>/,
    '<gmx:Anchor xlink:href="https://example.org/a">A</gmx:Anchor>',
  ),
  'D-date': (xml) =>
    xml.replace(
      /<gmd:date>\s*<gmd:CI_Date>\s*<gmd:date gco:nilReason="unknown"\/>[\s\S]*?<\/gmd:CI_Date>\s*<\/gmd:date>/,
      '',
    ),
  'D-level': without('hierarchyLevel'),
  'E-uuid': replaced(/<gmd:fileIdentifier>\s*<gco:CharacterString>/, '<gmd:fileIdentifier><gco:CharacterString>X'),
  'E-parent': removed(PARENT_RELATION),
  'E-keyword': (xml) =>
    xml.replaceAll(/<gmd:keyword(?: [^>]*)?>\s*<gco:CharacterString>[\s\S]*?<\/gmd:keyword>/g, '<gmd:keyword/>'),
  'E-url': replaced('<gmd:URL>https://', '<gmd:URL>https:// '),
  'E-english': (xml) =>
    xml.replace(
      /<gmd:textGroup>\s*<gmd:LocalisedCharacterString locale="#EN">[^<]*<\/gmd:LocalisedCharacterString>\s*<\/gmd:textGroup>/,
      '',
    ),
};

function faultsOf(xml: string): string[] {
  return validateRecord(xml)
    .filter(({ kind }) => kind === 'fault')
    .map(({ rule }) => rule);
}

test('good records break no rule', () => {
  for (const xml of [GOOD, SERIES]) assert.deepEqual(faultsOf(xml), []);
});

test('every rule has a failing record', () =>
  assert.deepEqual(Object.keys(BREAKS).sort(), RULES.map(({ id }) => id).sort()));

for (const { id, source, message } of RULES) {
  test(`${source} ${id}: ${message}`, () => {
    const entry = BREAKS[id];
    const [mutation, of] = typeof entry === 'function' ? [entry, 'dataset'] : entry;
    const good = of === 'series' ? SERIES : GOOD;
    const bad = mutation(good);
    assert.notEqual(bad, good, 'the mutation changed nothing');
    assert.ok(faultsOf(bad).includes(id), `expected ${id}, found ${faultsOf(bad).join(', ') || 'nothing'}`);
  });
}

test('unknown facts are told and are no faults', () => {
  const unknown = validateRecord(GOOD).filter(({ kind }) => kind === 'unknown');
  assert.ok(unknown.some(({ rule, message }) => rule === 'D-date' && /date of publication/.test(message)));
});

test('what is no XML is one finding', () => {
  for (const text of ['', 'nothing', '<a>', '<!DOCTYPE html><html></html>']) {
    const found = validateRecord(text);
    assert.equal(found.length, 1);
    assert.equal(found[0].rule, 'XML');
  }
});

const EXAMPLE = path.join(SHARED, 'example-record.xml');
test(
  'the example record of the specification breaks no rule',
  { skip: existsSync(EXAMPLE) ? false : 'the specification is not beside this checkout' },
  () => assert.deepEqual(faultsOf(readFileSync(EXAMPLE, 'utf8')), []),
);
