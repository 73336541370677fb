/** The records of the real site file: valid, golden, the same when nothing changed, and safe with any text. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOfCivil } from '@emso/core';
import { elementAt, parseXml, textOf } from '@emso/core/xml';
import fc from 'fast-check';
import {
  emptyLedgers,
  golden,
  modelOf,
  recordOf,
  SHARED,
  siteOf,
  siteText,
} from '../../../../test/support/catalogue-site.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { uuidV5 } from '../catalogue/uuid.ts';
import { isoRecords } from './records.ts';
import { validateRecord } from './rules/mod.ts';

const SITE = siteOf(siteText());
const MODEL = modelOf(SITE);
const RECORDS = isoRecords(MODEL);
const MICROCAT = 'Emso_Ligure_Ouest_MII_Microcat';
const GOLDEN = ['emso-ligure-ouest', MICROCAT, 'Emso_Ligure_Ouest_Albatross_Microcat'];

const SCHEMA = path.join(SHARED, 'xsd', 'apiso', 'apiso.xsd');
const noSchema = !existsSync(SCHEMA)
  ? 'the specification with the schemas is not beside this checkout'
  : spawnSync('xmllint', ['--version']).error !== undefined && 'xmllint is not installed (libxml2-utils)';

/** What xmllint says about texts, in order; empty where one is valid. */
function schemaSays(...texts: readonly string[]): string[] {
  const dir = temporaryDirectory('schema');
  return texts.map((text, i) => {
    const file = path.join(dir, `${i}.xml`);
    writeFileSync(file, text);
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', SCHEMA, file], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : stderr;
  });
}

test('one record a series and data set, parents first; what has no data set has none', () => {
  assert.deepEqual(
    RECORDS.map(({ id, level, parentUuid }) => [id, level, RECORDS.find(({ uuid }) => uuid === parentUuid)?.id]),
    [
      ['emso-ligure-ouest', 'series', undefined],
      ['mii', 'series', 'emso-ligure-ouest'],
      ['albatross', 'series', 'emso-ligure-ouest'],
      [MICROCAT, 'dataset', 'mii'],
      ['Emso_Ligure_Ouest_MII_Oxygen', 'dataset', 'mii'],
      ['Emso_Ligure_Ouest_MII_Cstar', 'dataset', 'mii'],
      ['Emso_Ligure_Ouest_MII_Aquadopp', 'dataset', 'mii'],
      ['Emso_Ligure_Ouest_Albatross_Microcat', 'dataset', 'albatross'],
    ],
  );
  assert.ok(MODEL.missing.some(({ id, reason }) => id === 'pressure' && reason === 'dataset-unknown'));
});

test('ids are those of RFC 9562, version 5', () => {
  // The example of the RFC, appendix A.4.
  assert.equal(
    uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'),
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
  assert.throws(() => uuidV5('nothing', 'x'), /expected a UUID, found 'nothing'/);
});

for (const [what, records] of [
  ['with data', RECORDS],
  ['before any data came', isoRecords(modelOf(SITE, emptyLedgers()))],
] as const) {
  test(`every record of the site file keeps our rules, ${what}`, () => {
    for (const { id, xml } of records) {
      assert.deepEqual(
        validateRecord(xml).filter(({ kind }) => kind === 'fault'),
        [],
        id,
      );
    }
  });
  test(`every record of the site file is valid by the ISO schemas, ${what}`, { skip: noSchema }, () => {
    assert.deepEqual(
      schemaSays(...records.map(({ xml }) => xml)),
      records.map(() => ''),
    );
  });
}

for (const id of GOLDEN) {
  test(`the golden record of ${id}`, () => {
    const xml = recordOf(id, MODEL);
    assert.equal(xml, golden(`${id}.xml`, xml), 'UPDATE_GOLDEN=1 writes the golden record anew: read it');
  });
}

const MUTATIONS: readonly [what: string, change: (xml: string) => string][] = [
  ['dateStamp missing', (xml) => xml.replace(/<gmd:dateStamp>[\s\S]*?<\/gmd:dateStamp>/, '')],
  ['topic ocean', (xml) => xml.replace('>oceans<', '>ocean<')],
  ['decimal comma', (xml) => xml.replace(/<gco:Decimal>(\d+)\./, '<gco:Decimal>$1,')],
  ['TimePeriod without gml:id', (xml) => xml.replace(' gml:id="period"', '')],
  ['date 01/05/2019', (xml) => xml.replace(/<gco:Date>[^<]*<\/gco:Date>/, '<gco:Date>01/05/2019</gco:Date>')],
  [
    'element out of order',
    (xml) => {
      const [abstract] = /<gmd:abstract[\s\S]*?<\/gmd:abstract>/.exec(xml) ?? [''];
      return xml.replace(abstract, '').replace('<gmd:status>', () => `<gmd:status/>${abstract}<gmd:status>`);
    },
  ],
  ['no lineage', (xml) => xml.replace(/<gmd:lineage>[\s\S]*?<\/gmd:lineage>/, '')],
  ['no box', (xml) => xml.replace(/<gmd:geographicElement>[\s\S]*?<\/gmd:geographicElement>/, '')],
  ['no topic', (xml) => xml.replace(/<gmd:topicCategory>[\s\S]*?<\/gmd:topicCategory>/, '')],
  ['no format', (xml) => xml.replaceAll(/<gmd:distributionFormat>[\s\S]*?<\/gmd:distributionFormat>/g, '')],
  [
    'no link to noLimitations',
    (xml) =>
      xml.replace(/<gmd:otherConstraints[^>]*>\s*<gmx:Anchor[^>]*noLimitations[\s\S]*?<\/gmd:otherConstraints>/, ''),
  ],
  ['a contact without a name', (xml) => xml.replace(/<gmd:individualName>[\s\S]*?<\/gmd:organisationName>/, '')],
  [
    'the licence as a link only',
    (xml) => xml.replace(/<gmd:otherConstraints>\s*<gco:CharacterString>[\s\S]*?<\/gmd:otherConstraints>/, ''),
  ],
];
for (const [what, change] of MUTATIONS) {
  test(`caught by our rules, without any schema: ${what}`, () => {
    const good = recordOf(MICROCAT, MODEL);
    const bad = change(good);
    assert.notEqual(bad, good);
    assert.ok(validateRecord(bad).some(({ kind }) => kind === 'fault'));
  });
}
test('the schema refuses the first six of them', { skip: noSchema }, () => {
  const good = recordOf(MICROCAT, MODEL);
  for (const said of schemaSays(...MUTATIONS.slice(0, 6).map(([, change]) => change(good))))
    assert.match(said, /element/);
});

test('nothing changed: the same text and date, whenever it is rendered', () => {
  const before = new Map(RECORDS.map((record) => [record.uuid, record]));
  assert.deepEqual(isoRecords(modelOf(siteOf(siteText())), before), RECORDS);
});

test('one title changed: one record has another date, later than before', () => {
  const text = siteText().replace(
    'MicroCAT : température, conductivité, salinité et pression à 2471 m',
    'MicroCAT <à> 2471 m & plus',
  );
  const before = new Map(RECORDS.map((record) => [record.uuid, record]));
  const changed = isoRecords(modelOf(siteOf(text)), before).filter(
    ({ uuid, dateStamp }) => dateStamp !== before.get(uuid)?.dateStamp,
  );
  assert.deepEqual(
    changed.map(({ id }) => id),
    [MICROCAT],
  );
  assert.ok(changed[0].dateStamp > (before.get(changed[0].uuid)?.dateStamp ?? ''));
  assert.match(changed[0].xml, /MicroCAT &lt;à&gt; 2471 m &amp; plus/);
});

test('a further day changes the data set and its series, and dates them with the end of that day', () => {
  const day = dayOfCivil(2031, 1, 2);
  const before = new Map(RECORDS.map((record) => [record.uuid, record]));
  const ledgers = new Map(
    MODEL.input.sensors.map(({ sensor, ledger }) => [
      sensor.id,
      sensor.id === 'microcat' ? { ...ledger, lastDay: day, days: ledger.days + 1 } : ledger,
    ]),
  );
  const after = isoRecords(modelOf(SITE, ledgers), before).filter(
    ({ uuid, contentHash }) => contentHash !== before.get(uuid)?.contentHash,
  );
  assert.deepEqual(
    after.map(({ id, dateStamp }) => [id, dateStamp]),
    [
      ['emso-ligure-ouest', '2031-01-03T00:00:00Z'],
      ['mii', '2031-01-03T00:00:00Z'],
      [MICROCAT, '2031-01-03T00:00:00Z'],
    ],
  );
});

test('an ended deployment closes the period', () => {
  const at = siteText().indexOf('- from: 2019-05-01T00:00:00Z');
  const text = `${siteText().slice(0, at)}${siteText().slice(at).replace('- from: 2019-05-01T00:00:00Z\n', '- from: 2019-05-01T00:00:00Z\n            to: 2026-03-01T00:00:00Z\n')}`;
  const xml = recordOf(MICROCAT, modelOf(siteOf(text), emptyLedgers()));
  assert.match(xml, /<gml:endPosition>2026-02-28<\/gml:endPosition>/);
  assert.match(recordOf(MICROCAT, MODEL), /<gml:endPosition indeterminatePosition="now"\/>/);
});

test('addresses with & are escaped and read back whole', () => {
  const xml = recordOf(MICROCAT, MODEL);
  assert.match(xml, /\.csv\?&amp;time%3E=now-30days</);
  const plot = elementAt(
    parseXml(xml),
    ...['identificationInfo', 'MD_DataIdentification', 'graphicOverview', 'MD_BrowseGraphic', 'fileName'],
  );
  assert.match(textOf(plot), /\.png\?time,TEMP&time%3E=now-30days$/);
});

test('control characters are refused with the line of the site file', () => {
  const text = siteText().replace('title: { fr: "EMSO Ligure Ouest"', 'title: { fr: "EMSO\\u0007 Ligure Ouest"');
  const line = text.slice(0, text.indexOf('\\u0007')).split('\n').length;
  assert.throws(
    () => siteOf(text),
    new RegExp(
      `site\\.yaml:${line} observatory\\.title\\.fr: expected text without control characters, found U\\+0007`,
    ),
  );
});

test('any text that the site file may hold comes back from the record, and breaks no rule', () => {
  const texts = fc
    .string({
      unit: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), fc.constantFrom('\u0085', '\u2028')),
      minLength: 1,
      maxLength: 60,
    })
    .filter(
      (text) => !/[\u0000-\u0008\u000b-\u001f\ufffd-\uffff]/u.test(text) && text.isWellFormed() && text.trim() !== '',
    );
  fc.assert(
    fc.property(texts, texts, (fr, en) => {
      const { metadata } = SITE;
      assert.ok(metadata);
      const described = metadata.datasets[MICROCAT];
      const datasets = {
        ...metadata.datasets,
        [MICROCAT]: { ...described, title: { fr, en }, abstract: { fr: en, en: fr } },
      };
      const xml = recordOf(MICROCAT, modelOf({ ...SITE, metadata: { ...metadata, datasets } }));
      const title = elementAt(
        parseXml(xml),
        ...['identificationInfo', 'MD_DataIdentification', 'citation', 'CI_Citation', 'title', 'CharacterString'],
      );
      assert.equal(textOf(title), fr.trim());
      assert.deepEqual(
        validateRecord(xml).filter(({ kind }) => kind === 'fault'),
        [],
      );
    }),
    { numRuns: 30 },
  );
});
