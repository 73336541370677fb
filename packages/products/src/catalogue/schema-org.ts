/** A record as schema.org/Dataset in JSON-LD: what search engines read on a landing page. The context is inline: nothing is loaded. */
import { termOf } from '@emso/core';
import type { CatalogueEntry, CatalogueModel } from './entries.ts';
import { doiUrl } from './links.ts';
import { citationOf, creatorsOf, edmoUri, known, orcidUri, publisherOf } from './parties.ts';

const CONTEXT = {
  '@vocab': 'https://schema.org/',
  ...Object.fromEntries(
    ['url', 'contentUrl', 'sameAs', 'license', 'propertyID', 'isPartOf', 'subjectOf'].map((name) => [
      name,
      { '@type': '@id' },
    ]),
  ),
};

export function schemaOrgOf({ input: { observatory, metadata } }: CatalogueModel, entry: CatalogueEntry): object {
  const site = observatory.observatory;
  const publisher = publisherOf(site);
  const page = entry.links.find((link) => link.function === 'information' || link.function === 'search');
  const { extent } = entry;
  return {
    '@context': CONTEXT,
    '@type': 'Dataset',
    '@id': `urn:uuid:${entry.uuid}`,
    name: texts(entry.title),
    description: texts(entry.abstract),
    identifier: [
      ...(entry.ownDoi === undefined ? [] : [property('DOI', doiUrl(entry.ownDoi))]),
      property('dataset id', entry.id),
    ],
    ...(page !== undefined && { url: page.url }),
    ...(entry.ownDoi !== undefined && { sameAs: doiUrl(entry.ownDoi) }),
    ...(entry.parent !== undefined && { isPartOf: `urn:uuid:${entry.parent.uuid}` }),
    license: metadata.licence.url,
    isAccessibleForFree: site.access === 'public',
    inLanguage: 'en',
    citation: citationOf(site, entry).en,
    creator: creatorsOf(site).map(({ name, organisation, orcid }) => ({
      '@type': 'Person',
      ...(orcid !== undefined && { '@id': orcidUri(orcid) }),
      name,
      ...(organisation !== undefined && { affiliation: { '@type': 'Organization', name: organisation } }),
    })),
    publisher: {
      '@type': 'Organization',
      ...(publisher.edmo !== undefined && { '@id': edmoUri(publisher.edmo) }),
      name: publisher.name,
      ...(publisher.url !== undefined && { url: publisher.url }),
    },
    funder: metadata.funders.map(({ name, ror }) => ({
      '@type': 'Organization',
      ...(known(ror) && { '@id': ror }),
      name,
    })),
    keywords: entry.keywords.flatMap(({ thesaurus, keywords }) =>
      keywords.map(({ fr, en, uri }) => ({
        '@type': 'DefinedTerm',
        name: en ?? fr,
        ...(uri !== undefined && { url: uri }),
        ...(thesaurus !== undefined && { inDefinedTermSet: thesaurus.title }),
      })),
    ),
    temporalCoverage: `${extent.begin}/${extent.end ?? '..'}`,
    spatialCoverage: place(entry),
    variableMeasured: entry.parameters.map(({ code, longName, unit, p01, technical }) => ({
      '@type': 'PropertyValue',
      name: code,
      description: longName,
      unitText: unit,
      ...(!technical && p01 !== undefined && { propertyID: termOf('P01', p01)?.uri }),
    })),
    distribution: entry.links
      .filter(({ mediaType }) => mediaType !== undefined)
      .map(({ url, name, mediaType }) => ({
        '@type': 'DataDownload',
        name: name.en,
        contentUrl: url,
        encodingFormat: mediaType,
      })),
    ...(metadata.catalogue !== undefined && {
      includedInDataCatalog: {
        '@type': 'DataCatalog',
        name: metadata.catalogue.title,
        url: metadata.catalogue.url,
      },
    }),
    ...(known(entry.published) && { datePublished: entry.published }),
    dateModified: entry.revised,
    ...(entry.edition !== undefined && { version: entry.edition }),
  };
}

function texts({ fr, en }: { readonly fr: string; readonly en: string }): object[] {
  return [
    { '@value': en, '@language': 'en' },
    { '@value': fr, '@language': 'fr' },
  ];
}

function property(propertyID: string, value: string): object {
  return { '@type': 'PropertyValue', name: propertyID, value };
}

/** schema.org counts latitude first, and a box from south-west to north-east. */
function place({ extent: { place: name, point, box, depthsM } }: CatalogueEntry): object {
  return {
    '@type': 'Place',
    name: name.en,
    geo: [
      ...(point === undefined
        ? []
        : [{ '@type': 'GeoCoordinates', latitude: point.latitude, longitude: point.longitude }]),
      ...(box === undefined ? [] : [{ '@type': 'GeoShape', box: `${box.south} ${box.west} ${box.north} ${box.east}` }]),
    ],
    ...(depthsM !== undefined && {
      additionalProperty: [
        { '@type': 'PropertyValue', name: 'least depth', value: depthsM[0], unitCode: 'MTR' },
        { '@type': 'PropertyValue', name: 'greatest depth', value: depthsM[1], unitCode: 'MTR' },
      ],
    }),
  };
}
