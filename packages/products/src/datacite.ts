/**
 * DataCite metadata (schema 4.6, the JSON of its REST interface) of a data set: what a DOI is registered with. Everything comes
 * from the site file and the data; what the site file calls unknown stays out.
 */

import { iso, type Observatory, type Platform } from '@emso/core';
import { contributors, creators } from './datacite-parties.ts';

export interface DataciteFacts {
  readonly observatory: Observatory;
  readonly platform: Platform;
  readonly title: { readonly fr: string; readonly en: string };
  readonly abstract: { readonly fr: string; readonly en: string };
  /** Whoever gives the DOI, such as SEANOE; the publisher of the site file where absent. */
  readonly publisher?: string;
  /** DOI of this data set, where it has one already; `partOf` is that of what it belongs to. */
  readonly doi?: string;
  readonly partOf?: string;
  /** An earlier version of this data set. */
  readonly newVersionOf?: string;
  /** Times of the first and the last value, epoch ms UTC. */
  readonly collected?: { readonly fromMs: number; readonly toMs: number };
  readonly publicationYear: number;
  readonly subjects: readonly { readonly label: string; readonly scheme?: string; readonly uri?: string }[];
  readonly formats: readonly string[];
  readonly sizes?: readonly string[];
  readonly version?: string;
  /** Landing page. */
  readonly url?: string;
}

const KNOWN_LICENSES: Readonly<Record<string, string>> = {
  'CC-BY-4.0': 'Creative Commons Attribution 4.0 International',
  'CC0-1.0': 'Creative Commons Zero v1.0 Universal',
};

/** The `attributes` of a DataCite record: keys in a fixed order, absent where nothing is known. */
export function dataciteOf(facts: DataciteFacts): Record<string, unknown> {
  const site = facts.observatory.observatory;
  const { position } = facts.platform;
  const publisher = facts.publisher ?? site.publisher?.name ?? site.institution.name;
  return withoutNothing({
    doi: facts.doi,
    creators: creators(site),
    titles: [
      { title: facts.title.en, lang: 'en' },
      { title: facts.title.fr, titleType: 'TranslatedTitle', lang: 'fr' },
    ],
    publisher: { name: publisher },
    publicationYear: facts.publicationYear,
    subjects: facts.subjects.map(({ label, scheme, uri }) =>
      withoutNothing({ subject: label, subjectScheme: scheme, valueUri: uri }),
    ),
    contributors: contributors(site),
    dates: facts.collected && [
      { date: `${iso(facts.collected.fromMs)}/${iso(facts.collected.toMs)}`, dateType: 'Collected' },
    ],
    language: 'en',
    types: { resourceTypeGeneral: 'Dataset', resourceType: 'Time series' },
    relatedIdentifiers: [
      ...(facts.partOf === undefined ? [] : [related(facts.partOf, 'IsPartOf')]),
      ...(facts.newVersionOf === undefined ? [] : [related(facts.newVersionOf, 'IsNewVersionOf')]),
    ],
    sizes: facts.sizes,
    formats: facts.formats,
    version: facts.version,
    rightsList: [
      withoutNothing({
        rights: Object.hasOwn(KNOWN_LICENSES, site.license) ? KNOWN_LICENSES[site.license] : site.license,
        rightsUri: `https://spdx.org/licenses/${site.license}`,
        rightsIdentifier: site.license,
        rightsIdentifierScheme: 'SPDX',
        schemeUri: 'https://spdx.org/licenses/',
      }),
    ],
    descriptions: [
      { description: facts.abstract.en, descriptionType: 'Abstract', lang: 'en' },
      { description: facts.abstract.fr, descriptionType: 'Abstract', lang: 'fr' },
    ],
    geoLocations: [
      withoutNothing({
        geoLocationPlace: [facts.platform.title.en, site.regionalFacility].join(', '),
        geoLocationPoint:
          position.latitude === 'unknown' || position.longitude === 'unknown'
            ? undefined
            : { pointLongitude: position.longitude, pointLatitude: position.latitude },
      }),
    ],
    fundingReferences: site.funding.map((funderName) => ({ funderName })),
    url: facts.url,
    schemaVersion: 'http://datacite.org/schema/kernel-4',
  });
}

/** Names of who is cited, `Family, Given`. */
export function creatorNames(observatory: Observatory): string[] {
  return creators(observatory.observatory).map((creator) => (creator as { readonly name: string }).name);
}

function related(doi: string, relationType: string): object {
  return { relatedIdentifier: doi, relatedIdentifierType: 'DOI', relationType };
}

function withoutNothing(entries: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
