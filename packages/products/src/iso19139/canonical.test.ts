/** The canonical form stays the same under what a GeoNetwork rewrites, and moves with everything else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalHash, canonicalLines } from './canonical.ts';
import { recordOfXml } from './written-record.ts';

const UUID = '5f0c2b6e-2c0b-5a51-9d5e-7a1f0c3e5b01';

const RECORD = `<?xml version="1.0" encoding="UTF-8"?>
<!-- written here -->
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gmx="http://www.isotc211.org/2005/gmx"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.isotc211.org/2005/gmd a.xsd">
  <gmd:fileIdentifier><gco:CharacterString>${UUID}</gco:CharacterString></gmd:fileIdentifier>
  <gmd:language><gmd:LanguageCode codeList="http://a" codeListValue="fre"/></gmd:language>
  <gmd:hierarchyLevel><gmd:MD_ScopeCode codeList="http://a#MD_ScopeCode" codeListValue="dataset">dataset</gmd:MD_ScopeCode></gmd:hierarchyLevel>
  <gmd:dateStamp><gco:DateTime>2026-11-21T06:00:00Z</gco:DateTime></gmd:dateStamp>
  <gmd:locale><gmd:PT_Locale id="FR"><gmd:languageCode><gmd:LanguageCode codeList="http://a" codeListValue="fre"/></gmd:languageCode></gmd:PT_Locale></gmd:locale>
  <gmd:locale><gmd:PT_Locale id="EN"><gmd:languageCode><gmd:LanguageCode codeList="http://a" codeListValue="eng"/></gmd:languageCode></gmd:PT_Locale></gmd:locale>
  <gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>
    <gmd:title xsi:type="gmd:PT_FreeText_PropertyType">
      <gco:CharacterString>Température &lt; 13 °C, cœur</gco:CharacterString>
      <gmd:PT_FreeText>
        <gmd:textGroup><gmd:LocalisedCharacterString locale="#EN">Temperature</gmd:LocalisedCharacterString></gmd:textGroup>
      </gmd:PT_FreeText>
    </gmd:title>
    <gmd:identifier><gmd:MD_Identifier><gmd:code><gmx:Anchor xlink:href="https://a/b?x=1&amp;y=2" xlink:title="t">b</gmx:Anchor></gmd:code></gmd:MD_Identifier></gmd:identifier>
    <gmd:edition><gco:CharacterString/></gmd:edition>
  </gmd:CI_Citation></gmd:citation></gmd:MD_DataIdentification></gmd:identificationInfo>
</gmd:MD_Metadata>`;

/** A changed record; the change must have happened. */
function changed(from: string | RegExp, to: string): string {
  const text = RECORD.replace(from, to);
  assert.notEqual(text, RECORD);
  return text;
}

describe('the same form', () => {
  const cases: [what: string, xml: string][] = [
    ['another time stamp', changed('2026-11-21T06:00:00Z', '2030-01-01T00:00:00')],
    ['other addresses of code lists', changed(/codeList="[^"]*"/g, 'codeList="http://other"')],
    ['other ids of locales', changed(/"FR"/g, '"fr"').replace('id="EN"', 'id="en"').replace('#EN', '#en')],
    ['a nilReason', changed('<gmd:edition>', '<gmd:edition gco:nilReason="missing">')],
    ['no schemaLocation', changed(/ xsi:schemaLocation="[^"]*"/, '')],
    [
      'the standard filled in',
      changed(
        '<gmd:locale>',
        '<gmd:metadataStandardName><gco:CharacterString>ISO 19115:2003/19139</gco:CharacterString></gmd:metadataStandardName><gmd:metadataStandardVersion><gco:CharacterString>1.0</gco:CharacterString></gmd:metadataStandardVersion><gmd:locale>',
      ),
    ],
    [
      'attributes in another order',
      changed(
        'xlink:href="https://a/b?x=1&amp;y=2" xlink:title="t"',
        'xlink:title="t" xlink:href="https://a/b?x=1&#38;y=2"',
      ),
    ],
    ['other blanks between elements, and no comment', changed(/>\s+</g, '><').replace(/<!--.*?-->/, '')],
    ['other prefixes', changed(/gmd:/g, 'iso:').replace('xmlns:gmd', 'xmlns:iso')],
    ['a prefix that nobody uses', changed('xmlns:gmx', 'xmlns:srv="http://www.isotc211.org/2005/srv" xmlns:gmx')],
    [
      'the plain text once more in the main language',
      changed(
        '<gmd:textGroup>',
        '<gmd:textGroup><gmd:LocalisedCharacterString locale="#FR">Température &lt; 13 °C, cœur</gmd:LocalisedCharacterString></gmd:textGroup><gmd:textGroup>',
      ),
    ],
    ['an empty element written long', changed('<gco:CharacterString/>', '<gco:CharacterString></gco:CharacterString>')],
    ['a byte order mark', `\ufeff${RECORD}`],
  ];
  for (const [what, xml] of cases) {
    test(what, () => assert.deepEqual(canonicalLines(xml), canonicalLines(RECORD)));
  }
});

describe('another form', () => {
  const cases: [what: string, xml: string][] = [
    ['another title', changed('Température', 'Salinité')],
    ['another translation', changed('>Temperature<', '>Salinity<')],
    ['another link', changed('y=2', 'y=3')],
    ['another uuid', changed(UUID, `${UUID.slice(0, -1)}2`)],
    ['another code', changed('codeListValue="dataset"', 'codeListValue="series"')],
    ['the translation in another language', changed('#EN', '#FR')],
    ['an element less', changed('<gmd:edition><gco:CharacterString/></gmd:edition>', '')],
    ['one blank more within a text', changed('13 °C', '13  °C')],
  ];
  for (const [what, xml] of cases) {
    test(what, () => assert.notEqual(canonicalHash(xml), canonicalHash(RECORD)));
  }
});

test('a line says where and what', () => {
  assert.ok(
    canonicalLines(RECORD).includes(
      'gmd:MD_Metadata/gmd:identificationInfo/gmd:MD_DataIdentification/gmd:citation/gmd:CI_Citation/gmd:title/gco:CharacterString = "Température < 13 °C, cœur"',
    ),
  );
});

test('what is no XML, or has a document type, is refused with what was found', () => {
  assert.throws(() => canonicalHash('<a><b></a>'), /expected well-formed XML/);
  assert.throws(() => canonicalHash('<a>&eacute;</a>'), /expected well-formed XML/);
  assert.throws(() => canonicalHash('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), /without a document type/);
  assert.throws(() => canonicalHash(''), /expected/);
});

test('a written record says what it is', () => {
  const { xml: _, contentHash, ...facts } = recordOfXml(RECORD);
  assert.deepEqual(facts, { uuid: UUID, level: 'dataset', title: 'Température < 13 °C, cœur' });
  assert.equal(contentHash, canonicalHash(RECORD));
  assert.throws(() => recordOfXml(changed(UUID, UUID.toUpperCase())), /lower-case UUID/);
  assert.throws(() => recordOfXml(changed('codeListValue="dataset"', 'codeListValue="tile"')), /series or dataset/);
  assert.throws(() => recordOfXml('<a/>'), /expected a gmd:MD_Metadata record, found <a>/);
});
