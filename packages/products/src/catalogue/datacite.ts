/**
 * DataCite 4.6 metadata of a record, as the JSON that its registration takes (`data.attributes`). A data set that has no DOI of
 * its own has no identifier yet: it is a draft, and part of its platform's DOI.
 */
import type { Bilingual } from '@emso/core';
import { contributors, creators } from '../datacite-parties.ts';
import type { CatalogueEntry, CatalogueModel } from './entries.ts';
import { doiUrl } from './links.ts';
import { citationYear, edmoUri, known, publisherOf } from './parties.ts';

export interface DataciteRecord {
  readonly doi?: string;
  readonly creators: readonly object[];
  readonly titles: readonly object[];
  readonly publisher: object;
  readonly publicationYear: number;
  readonly types: { readonly resourceTypeGeneral: string; readonly resourceType: string };
  readonly [property: string]: unknown;
}

export function dataciteOfEntry(
  { input: { observatory, metadata } }: CatalogueModel,
  entry: CatalogueEntry,
): DataciteRecord {
  const site = observatory.observatory;
  const publisher = publisherOf(site);
  const publisherUri = edmoUri(publisher.edmo);
  const { extent, ownDoi } = entry;
  return {
    ...(ownDoi !== undefined && { doi: ownDoi, identifiers: [{ identifier: doiUrl(ownDoi), identifierType: 'DOI' }] }),
    alternateIdentifiers: [
      { alternateIdentifier: entry.id, alternateIdentifierType: 'dataset id' },
      { alternateIdentifier: `urn:uuid:${entry.uuid}`, alternateIdentifierType: 'UUID' },
    ],
    creators: creators(site),
    titles: [
      { title: entry.title.en, lang: 'en' },
      { title: entry.title.fr, titleType: 'TranslatedTitle', lang: 'fr' },
    ],
    publisher: {
      name: publisher.name,
      ...(publisherUri !== undefined && {
        publisherIdentifier: publisherUri,
        publisherIdentifierScheme: 'EDMO',
        schemeUri: 'https://edmo.seadatanet.org/',
      }),
    },
    publicationYear: Number(citationYear(entry)),
    types: {
      resourceTypeGeneral: entry.kind === 'dataset' ? 'Dataset' : 'Collection',
      resourceType: metadata.levelNames[entry.kind === 'dataset' ? 'dataset' : 'series'],
    },
    subjects: subjects(entry),
    contributors: contributors(site),
    dates: [
      { date: `${extent.begin}/${extent.end ?? ''}`, dateType: 'Collected' },
      { date: entry.revised, dateType: 'Updated' },
      ...(known(entry.published) ? [{ date: entry.published, dateType: 'Issued' }] : []),
      ...(known(entry.created) ? [{ date: entry.created, dateType: 'Created' }] : []),
    ],
    language: 'en',
    relatedIdentifiers: relatedIdentifiers(entry),
    ...(entry.files > 0 && { sizes: [`${entry.csvBytes + entry.netcdfBytes} bytes`, `${entry.files} files`] }),
    formats: ['application/x-netcdf', 'text/csv'],
    ...(entry.edition !== undefined && { version: entry.edition }),
    rightsList: [
      {
        rights: metadata.licence.en,
        rightsUri: metadata.licence.url,
        rightsIdentifier: site.license,
        rightsIdentifierScheme: 'SPDX',
        schemeUri: 'https://spdx.org/licenses/',
        lang: 'en',
      },
    ],
    descriptions: [...descriptions(entry.abstract, 'Abstract'), ...descriptions(metadata.lineage, 'Methods')],
    geoLocations: geoLocations(entry),
    fundingReferences: metadata.funders.map(({ name, ror, award }) => ({
      funderName: name,
      ...(known(ror) && { funderIdentifier: ror, funderIdentifierType: 'ROR' }),
      ...(award !== undefined && { awardNumber: award }),
    })),
    schemaVersion: 'http://datacite.org/schema/kernel-4',
  };
}

/** What DataCite requires and the record does not have. */
export function dataciteGaps({
  doi,
  creators: who,
  titles,
  publisher,
  publicationYear,
  types,
}: DataciteRecord): string[] {
  const wanted: [name: string, there: boolean][] = [
    ['identifier (a DOI of its own)', doi !== undefined],
    ['creator', who.length > 0],
    ['title', titles.length > 0],
    ['publisher', 'name' in publisher],
    ['publicationYear', Number.isInteger(publicationYear)],
    ['resourceTypeGeneral', types.resourceTypeGeneral !== ''],
  ];
  return wanted.flatMap(([name, there]) => (there ? [] : [name]));
}

function subjects({ keywords }: CatalogueEntry): object[] {
  return keywords.flatMap(({ thesaurus, keywords: terms }) =>
    terms.map(({ fr, en, uri }) => ({
      subject: en ?? fr,
      ...(thesaurus !== undefined && { subjectScheme: thesaurus.title }),
      ...(thesaurus?.uri !== undefined && { schemeUri: thesaurus.uri }),
      ...(uri !== undefined && { valueUri: uri }),
    })),
  );
}

function relatedIdentifiers(entry: CatalogueEntry): object[] {
  const { doi, ownDoi, parent, links, related } = entry;
  const url = (relatedIdentifier: string, relationType: string): object => ({
    relatedIdentifier,
    relatedIdentifierType: 'URL',
    relationType,
  });
  const service = links.find((link) => link.service);
  const page = links.find((link) => link.function === 'information');
  return [
    ...(doi !== undefined && ownDoi === undefined
      ? [{ relatedIdentifier: doi, relatedIdentifierType: 'DOI', relationType: 'IsPartOf' }]
      : []),
    ...(parent === undefined
      ? []
      : [{ relatedIdentifier: `urn:uuid:${parent.uuid}`, relatedIdentifierType: 'URN', relationType: 'IsPartOf' }]),
    ...related.map((each) => ({
      relatedIdentifier: each.doi,
      relatedIdentifierType: 'DOI',
      relationType: 'IsSupplementedBy',
    })),
    ...(service === undefined ? [] : [url(service.url, 'IsSourceOf')]),
    ...(page === undefined ? [] : [url(page.url, 'IsDocumentedBy')]),
  ];
}

function descriptions({ fr, en }: Bilingual, descriptionType: string): object[] {
  return [
    { description: en, descriptionType, lang: 'en' },
    { description: fr, descriptionType, lang: 'fr' },
  ];
}

function geoLocations({ extent: { place, point, box } }: CatalogueEntry): object[] {
  return [
    {
      geoLocationPlace: place.en,
      ...(point !== undefined && {
        geoLocationPoint: { pointLongitude: point.longitude, pointLatitude: point.latitude },
      }),
      ...(box !== undefined && {
        geoLocationBox: {
          westBoundLongitude: box.west,
          eastBoundLongitude: box.east,
          southBoundLatitude: box.south,
          northBoundLatitude: box.north,
        },
      }),
    },
  ];
}
