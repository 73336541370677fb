/** What stands beside the ISO records: DataCite, schema.org, DCAT, the plan, SensorML and CDI, each read by a judge of its own. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { childNamed, elementsIn, parseXml, textOf, type XmlElement } from '@emso/core/xml';
import { Ajv2020 } from 'ajv/dist/2020.js';
import jsonld, { type NodeObject } from 'jsonld';
import { Parser } from 'n3';
import { emptyLedgers, modelOf, SHARED, siteOf, siteText } from '../../../../test/support/catalogue-site.ts';
import { cdiOf } from './cdi.ts';
import { dataciteGaps, dataciteOfEntry } from './datacite.ts';
import { dcatOf } from './dcat.ts';
import { jsonLdOf, turtleOf } from './graph.ts';
import { maDmpOf } from './madmp.ts';
import { planPageOf } from './plan-page.ts';
import { schemaOrgOf } from './schema-org.ts';
import { sensorMlOf } from './sensorml.ts';

const MODEL = modelOf(siteOf(siteText()));
const EMPTY = modelOf(siteOf(siteText()), emptyLedgers());
const MICROCAT = 'Emso_Ligure_Ouest_MII_Microcat';

function entry(id: string) {
  const found = MODEL.entries.find((each) => each.id === id);
  assert.ok(found);
  return found;
}

/** Nothing may be loaded: a document that asks for an address is a fault. */
const documentLoader = async (url: string): Promise<never> => {
  throw new Error(`expected a context inside the document, found ${url}`);
};

async function quadsOf(document: object): Promise<string[]> {
  const quads = (await jsonld.toRDF(document as NodeObject, {
    documentLoader,
    format: 'application/n-quads',
  })) as unknown as string;
  return quads.split('\n').filter((line) => line !== '');
}

test('DataCite: series have what is required; data sets lack only a DOI of their own', () => {
  for (const each of MODEL.entries) {
    const gaps = dataciteGaps(dataciteOfEntry(MODEL, each));
    const expected = each.kind === 'platform' ? [] : ['identifier (a DOI of its own)'];
    assert.deepEqual(gaps, expected, each.id);
  }
});

test('DataCite: who, when, where, and under which licence', () => {
  const record = dataciteOfEntry(MODEL, entry(MICROCAT));
  assert.deepEqual(record.creators, [
    {
      name: 'Lefevre, Dominique',
      nameType: 'Personal',
      givenName: 'Dominique',
      familyName: 'Lefevre',
      nameIdentifiers: [
        {
          nameIdentifier: 'https://orcid.org/0000-0003-1694-3807',
          nameIdentifierScheme: 'ORCID',
          schemeUri: 'https://orcid.org',
        },
      ],
      affiliation: [{ name: "Institut Méditerranéen d'Océanologie (MIO)" }],
    },
  ]);
  assert.deepEqual((record['dates'] as object[])[0], { date: '2019-05-01/', dateType: 'Collected' });
  assert.ok(JSON.stringify(record['rightsList']).includes('CC-BY-4.0'));
  assert.ok(
    (record['relatedIdentifiers'] as { relationType: string; relatedIdentifier: string }[]).some(
      ({ relationType, relatedIdentifier }) => relationType === 'IsPartOf' && relatedIdentifier === '10.17882/75839',
    ),
  );
});

test('schema.org expands without loading anything, and keeps what a search engine wants', async () => {
  for (const each of MODEL.entries) {
    const [node] = await jsonld.expand(schemaOrgOf(MODEL, each) as NodeObject, { documentLoader });
    const property = (name: string): unknown[] => node[`https://schema.org/${name}`] as unknown[];
    assert.deepEqual(node['@type'], ['https://schema.org/Dataset']);
    for (const name of [
      'name',
      'description',
      'creator',
      'license',
      'temporalCoverage',
      'spatialCoverage',
      'variableMeasured',
    ]) {
      assert.ok(property(name)?.length > 0, `${each.id}: ${name}`);
    }
    const [english] = property('description') as { '@value': string }[];
    assert.ok(english['@value'].length >= 50 && english['@value'].length <= 5000);
  }
});

test('a context that has to be loaded is refused by the test itself', async () => {
  await assert.rejects(
    jsonld.expand({ '@context': 'https://schema.org', '@type': 'Dataset' } as NodeObject, { documentLoader }),
  );
});

test('DCAT: Turtle and JSON-LD are the same graph', async () => {
  const graph = dcatOf(MODEL);
  const fromJson = await quadsOf(jsonLdOf(graph));
  const fromTurtle = new Parser({ format: 'text/turtle' }).parse(turtleOf(graph));
  assert.ok(fromJson.length > 300);
  assert.equal(fromTurtle.length, fromJson.length);
  // Blank nodes have other names in each; what is said with names must be equal.
  const named = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes('_:')).sort();
  const written = fromTurtle.map(({ subject, predicate, object }) => {
    const subjectText = subject.termType === 'BlankNode' ? '_:b' : `<${subject.value}>`;
    return `${subjectText} <${predicate.value}> ${objectText(object)} .`;
  });
  assert.deepEqual(named(written), named(fromJson));
});

function objectText(object: {
  termType: string;
  value: string;
  language?: string;
  datatype?: { value: string };
}): string {
  if (object.termType === 'BlankNode') return '_:b';
  if (object.termType === 'NamedNode') return `<${object.value}>`;
  const escaped = object.value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const type = object.datatype?.value ?? '';
  if (object.language !== undefined && object.language !== '') return `"${escaped}"@${object.language}`;
  return type === '' || type.endsWith('#string') ? `"${escaped}"` : `"${escaped}"^^<${type}>`;
}

test('DCAT: every data set has what DCAT-AP asks for', async () => {
  const [{ '@graph': nodes }] = [jsonLdOf(dcatOf(MODEL)) as { '@graph': Record<string, unknown>[] }];
  const datasets = nodes.filter((node) => (node['@type'] as string[]).includes('dcat:Dataset'));
  assert.equal(datasets.length, MODEL.entries.length);
  for (const node of datasets) {
    for (const name of [
      'dct:title',
      'dct:description',
      'dcat:contactPoint',
      'dct:publisher',
      'dcat:theme',
      'dct:temporal',
      'dct:spatial',
    ]) {
      assert.ok(node[name] !== undefined, `${String(node['@id'])}: ${name}`);
    }
  }
  const named = new Set(nodes.map((node) => node['@id']));
  const wanted = datasets.flatMap((node) =>
    ((node['dcat:distribution'] ?? []) as { '@id': string }[]).map((each) => each['@id']),
  );
  assert.ok(wanted.length > 0);
  for (const id of wanted) assert.ok(named.has(id), id);
});

test('texts with quotes, line ends and signs stay one literal in Turtle', () => {
  const nasty = 'a "quoted" \\ text\nwith <signs> & é\t';
  const [quad] = new Parser({ format: 'text/turtle' }).parse(
    turtleOf([{ iri: 'urn:x y<z>', types: [], says: [['dct:title', { text: nasty, language: 'fr' }]] }]),
  );
  assert.equal(quad.object.value, nasty);
  assert.equal(quad.subject.value, 'urn:x%20y%3Cz%3E');
});

const SCHEMA = path.join(SHARED, 'related', 'maDMP-schema-1.2.json');
test('the plan is a maDMP 1.2', { skip: existsSync(SCHEMA) ? false : 'the schema is not beside this checkout' }, () => {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: {
      date: /^\d{4}-\d{2}-\d{2}$/,
      'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
      email: /^\S+@\S+\.\S+$/,
      url: /^https?:\/\/\S+$/,
      uri: /^\w+:\S+$/,
    },
  });
  const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  for (const model of [MODEL, EMPTY]) {
    assert.ok(validate(maDmpOf(model)), JSON.stringify(validate.errors, undefined, 1));
  }
  const broken = structuredClone(maDmpOf(MODEL)) as { dmp: { dataset: { personal_data?: string }[] } };
  delete broken.dmp.dataset[0].personal_data;
  assert.equal(validate(broken), false);
});

test('the plan has volumes and file counts of the ledger, for both platforms', () => {
  const plan = maDmpOf(MODEL) as {
    dmp: { dataset: { title: string; distribution: { byte_size: number; description: string }[] }[] };
  };
  const microcat = plan.dmp.dataset.find(({ title }) =>
    title.includes('MicroCAT : température, conductivité, salinité et pression'),
  );
  assert.deepEqual(
    microcat?.distribution.map(({ byte_size }) => byte_size),
    [2700 * 720 * 60, 2700 * 720 * 70],
  );
  assert.match(microcat?.distribution[0].description ?? '', /^2700 fichiers/);
  assert.ok(plan.dmp.dataset.some(({ title }) => title.includes('ALBATROSS')));
});

test('the page of the plan answers every question, for both platforms, and shows what is open', () => {
  const page = planPageOf(MODEL) ?? '';
  const root = parseXml(page.replace('<!doctype html>', ''));
  const headings = [...all(root, 'h3')].map((heading) => heading.getAttribute('id'));
  assert.deepEqual(headings, [
    'q1a',
    'q1b',
    'q2a',
    'q2b',
    'q3a',
    'q3b',
    'q4a',
    'q4b',
    'q4c',
    'q5a',
    'q5b',
    'q5c',
    'q5d',
    'q6a',
    'q6b',
  ]);
  for (const heading of all(root, 'h3')) {
    const next = elementsIn(heading.parentNode as XmlElement);
    const following = next[next.indexOf(heading) + 1];
    assert.ok(following !== undefined && following.localName !== 'h3', `${heading.getAttribute('id')}: no answer`);
  }
  for (const text of [
    'MII',
    'ALBATROSS',
    '10.17882/74513',
    'À compléter par le responsable scientifique',
    '1\u202f944\u202f000',
  ]) {
    assert.ok(page.includes(text), text);
  }
  // A browser takes an empty element that is closed at once for one that is open.
  assert.doesNotMatch(page, /<(?!meta\b)[a-z0-9]+(?: [^>]*)?\/>/);
});

function all(root: XmlElement, name: string): XmlElement[] {
  return elementsIn(root).flatMap((child) => [...(child.localName === name ? [child] : []), ...all(child, name)]);
}

test('SensorML: each platform with its sensors, each sensor with its history', () => {
  const documents = sensorMlOf(MODEL);
  const { platforms } = MODEL.input.observatory;
  assert.equal(documents.length, platforms.length + MODEL.input.sensors.length);
  const ids = new Set<string>();
  for (const { id, xml } of documents) {
    const root = parseXml(xml);
    const own = [root, ...everything(root)].flatMap((each) => each.getAttribute('gml:id') ?? []);
    assert.equal(new Set(own).size, own.length, `${id}: gml:id twice`);
    const identifier = textOf(childNamed(root, 'identifier'));
    assert.match(identifier, /^urn:uuid:/);
    assert.ok(!ids.has(identifier));
    ids.add(identifier);
  }
  const mii = parseXml(documents[0].xml);
  assert.equal(all(mii, 'component').length, platforms[0].sensors.length);
  const microcat = parseXml(documents.find(({ id }) => id === 'microcat')?.xml ?? '');
  const events = all(microcat, 'Event').map((event) => [
    textOf(childNamed(event, 'label')),
    textOf(all(event, 'timePosition')[0]),
  ]);
  assert.deepEqual(events, [
    ['deployment', '2017-01-01T00:00:00Z'],
    ['recovery', '2019-05-01T00:00:00Z'],
    ['deployment', '2019-05-01T00:00:00Z'],
  ]);
});

function everything(root: XmlElement): XmlElement[] {
  return elementsIn(root).flatMap((child) => [child, ...everything(child)]);
}

test('CDI: only deployments that have ended, of which place, depth and data are known', () => {
  const real = cdiOf(MODEL);
  assert.deepEqual(real.documents, []);
  assert.deepEqual(
    real.left.find(({ id }) => id === 'microcat_20170101'),
    { id: 'microcat_20170101', reason: 'depth unknown' },
  );
  const at = siteText().indexOf('- from: 2019-05-01T00:00:00Z');
  const text =
    siteText().slice(0, at) +
    siteText()
      .slice(at)
      .replace(
        '- from: 2019-05-01T00:00:00Z\n',
        '- from: 2019-05-01T00:00:00Z\n            to: 2026-03-01T00:00:00Z\n',
      );
  const { documents } = cdiOf(modelOf(siteOf(text)));
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['microcat_20190501'],
  );
  const root = parseXml(documents[0].xml);
  assert.equal(textOf(all(root, 'alternateTitle')[0]), 'microcat_20190501');
  assert.deepEqual(
    [textOf(all(root, 'beginPosition')[0]), textOf(all(root, 'endPosition')[0])],
    ['2019-05-01', '2026-02-28'],
  );
  const parameters = all(root, 'SDN_ParameterDiscoveryCode').map((each) => each.getAttribute('codeListValue'));
  assert.ok(parameters.includes('TEMP') && parameters.includes('PSAL'));
});
