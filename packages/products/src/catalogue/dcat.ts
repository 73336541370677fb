/** The catalogue as DCAT-AP 3: a catalogue, its data sets and series, their distributions, and the service that hands them out. */
import { termOf } from '@emso/core';
import type { CatalogueEntry, CatalogueModel } from './entries.ts';
import { iri, type Literal, type Name, type Reference, type Resource, text, typed } from './graph.ts';
import { lastChange } from './last-change.ts';
import { doiUrl, type OnlineLink } from './links.ts';
import { creatorsOf, edmoUri, known, mainEmailOf, orcidUri, publisherOf } from './parties.ts';

type Site = CatalogueModel['input']['observatory']['observatory'];
type Says = (readonly [Name, Literal | Reference | Resource])[];

const ENVIRONMENT = 'http://publications.europa.eu/resource/authority/data-theme/ENVI';
const CONTINUOUS = 'http://publications.europa.eu/resource/authority/frequency/CONT';
const ENGLISH = 'http://publications.europa.eu/resource/authority/language/ENG';
const ACCESS_RIGHTS = 'http://publications.europa.eu/resource/authority/access-right/';
const MEDIA_TYPES = 'https://www.iana.org/assignments/media-types/';

/** Every resource of the catalogue, to be written by `jsonLdOf` or `turtleOf`. */
export function dcatOf(model: CatalogueModel): Resource[] {
  const { input, entries } = model;
  const site = input.observatory.observatory;
  const service = input.observatory.erddap?.url;
  return [
    catalogue(model),
    ...entries.map((entry) => dataset(model, entry)),
    ...entries.flatMap((entry) => distributions(model, entry)),
    ...(service === undefined ? [] : [dataService(site, service, entries)]),
  ];
}

function nameOf(entry: CatalogueEntry): string {
  return `urn:uuid:${entry.uuid}`;
}

function catalogueName({ input: { observatory, metadata } }: CatalogueModel): string {
  return metadata.catalogue?.url ?? `urn:uuid:${observatory.observatory.uuidNamespace}`;
}

function catalogue(model: CatalogueModel): Resource {
  const { input, entries } = model;
  const { observatory: site } = input.observatory;
  return {
    iri: catalogueName(model),
    types: ['dcat:Catalog'],
    says: [
      ['dct:title', text(site.title.fr, 'fr')],
      ['dct:title', text(site.title.en, 'en')],
      ['dct:description', text(site.summary.fr, 'fr')],
      ['dct:description', text(site.summary.en, 'en')],
      ['dct:publisher', publisher(site)],
      ['dct:license', iri(input.metadata.licence.url)],
      ['dct:modified', typed(lastChange(model), 'xsd:date')],
      ...(site.homepage === undefined ? [] : ([['foaf:homepage', iri(site.homepage)]] as Says)),
      ...entries.map((entry) => ['dcat:dataset', iri(nameOf(entry))] as const),
      ...(input.observatory.erddap === undefined
        ? []
        : ([['dcat:service', iri(serviceName(input.observatory.erddap.url))]] as Says)),
    ],
  };
}

function publisher(site: Site): Resource {
  const { name, url, email } = publisherOf(site);
  return {
    types: ['foaf:Organization'],
    says: [
      ['foaf:name', text(name)],
      ...(url === undefined ? [] : ([['foaf:homepage', iri(url)]] as Says)),
      ...(email === undefined ? [] : ([['foaf:mbox', iri(`mailto:${email}`)]] as Says)),
    ],
  };
}

function contactPoint(site: Site): Resource {
  const email = mainEmailOf(site);
  return {
    types: ['vcard:Organization'],
    says: [
      ['vcard:fn', text(publisherOf(site).name)],
      ...(email === undefined ? [] : ([['vcard:hasEmail', iri(`mailto:${email}`)]] as Says)),
    ],
  };
}

function dataset({ input, entries }: CatalogueModel, entry: CatalogueEntry): Resource {
  const site = input.observatory.observatory;
  const parts = entries.filter(({ parent }) => parent?.uuid === entry.uuid);
  const landing = entry.links.find((link) => link.function === 'information');
  const access = site.access === 'public' ? 'PUBLIC' : 'RESTRICTED';
  return {
    iri: nameOf(entry),
    types: entry.kind === 'dataset' ? ['dcat:Dataset'] : ['dcat:Dataset', 'dcat:DatasetSeries'],
    says: [
      ['dct:title', text(entry.title.fr, 'fr')],
      ['dct:title', text(entry.title.en, 'en')],
      ['dct:description', text(entry.abstract.fr, 'fr')],
      ['dct:description', text(entry.abstract.en, 'en')],
      ['dct:identifier', text(entry.ownDoi === undefined ? nameOf(entry) : doiUrl(entry.ownDoi))],
      ['dct:publisher', publisher(site)],
      ['dcat:contactPoint', contactPoint(site)],
      ...creatorsOf(site).map((contact) => ['dct:creator', creator(contact)] as const),
      ['dcat:theme', iri(ENVIRONMENT)],
      ...keywords(entry),
      ['dct:language', iri(ENGLISH)],
      ['dct:accessRights', iri(`${ACCESS_RIGHTS}${access}`)],
      ['dct:license', iri(input.metadata.licence.url)],
      ['dct:temporal', period(entry)],
      ['dct:spatial', location(entry)],
      ['dct:modified', typed(entry.revised, 'xsd:date')],
      ...(known(entry.published) ? ([['dct:issued', typed(entry.published, 'xsd:date')]] as Says) : []),
      ...(entry.status === 'onGoing' ? ([['dct:accrualPeriodicity', iri(CONTINUOUS)]] as Says) : []),
      ...(landing === undefined ? [] : ([['dcat:landingPage', iri(landing.url)]] as Says)),
      ...(entry.parent === undefined ? [] : ([['dcat:inSeries', iri(`urn:uuid:${entry.parent.uuid}`)]] as Says)),
      ...parts.map((part) => ['dct:hasPart', iri(nameOf(part))] as const),
      [
        'dct:provenance',
        {
          types: ['dct:ProvenanceStatement'],
          says: [
            ['rdfs:label', text(input.metadata.lineage.fr, 'fr')],
            ['rdfs:label', text(input.metadata.lineage.en, 'en')],
          ],
        },
      ],
      ...files(entry).map((link) => ['dcat:distribution', iri(distributionName(entry, link))] as const),
    ],
  };
}

function creator({ name, organisation, orcid }: ReturnType<typeof creatorsOf>[number]): Resource {
  const uri = orcidUri(orcid);
  return {
    types: ['foaf:Person'],
    says: [
      ['foaf:name', text(name)],
      ...(uri === undefined ? [] : ([['dct:identifier', text(uri)]] as Says)),
      ...(organisation === undefined ? [] : ([['rdfs:comment', text(organisation)]] as Says)),
    ],
  };
}

/** Plain words, and terms as links: readers want one or the other. */
function keywords({ keywords: blocks, parameters }: CatalogueEntry): Says {
  const words = blocks.flatMap((block) => block.keywords);
  const terms = [
    ...words.flatMap(({ uri }) => uri ?? []),
    ...parameters.flatMap(({ technical, p01 }) =>
      technical || p01 === undefined ? [] : (termOf('P01', p01)?.uri ?? []),
    ),
  ];
  const plain = new Map<string, Literal>();
  for (const { fr, en } of words) {
    plain.set(`${fr} fr`, text(fr, en === undefined ? undefined : 'fr'));
    if (en !== undefined) plain.set(`${en} en`, text(en, 'en'));
  }
  return [
    ...[...plain.values()].map((word) => ['dcat:keyword', word] as const),
    ...[...new Set(terms)].map((uri) => ['dct:subject', iri(uri)] as const),
  ];
}

function period({ extent: { begin, end } }: CatalogueEntry): Resource {
  return {
    types: ['dct:PeriodOfTime'],
    says: [
      ['dcat:startDate', typed(begin, 'xsd:date')],
      ...(end === undefined ? [] : ([['dcat:endDate', typed(end, 'xsd:date')]] as Says)),
    ],
  };
}

function location({ extent: { place, box, point } }: CatalogueEntry): Resource {
  return {
    types: ['dct:Location'],
    says: [
      ['skos:prefLabel', text(place.fr, 'fr')],
      ['skos:prefLabel', text(place.en, 'en')],
      ...(box === undefined
        ? []
        : ([
            [
              'dcat:bbox',
              typed(
                `POLYGON((${box.west} ${box.south},${box.east} ${box.south},${box.east} ${box.north},${box.west} ${box.north},${box.west} ${box.south}))`,
                'geo:wktLiteral',
              ),
            ],
          ] as Says)),
      ...(point === undefined
        ? []
        : ([['dcat:centroid', typed(`POINT(${point.longitude} ${point.latitude})`, 'geo:wktLiteral')]] as Says)),
    ],
  };
}

/** Links that are files, and the DAP service. */
function files({ links }: CatalogueEntry): OnlineLink[] {
  return links.filter(({ mediaType, service }) => mediaType !== undefined || service === true);
}

function distributionName(entry: CatalogueEntry, { url }: OnlineLink): string {
  return `${nameOf(entry)}#${encodeURIComponent(url.slice(url.lastIndexOf('/') + 1))}`;
}

function distributions({ input }: CatalogueModel, entry: CatalogueEntry): Resource[] {
  const { licence } = input.metadata;
  const { erddap } = input.observatory;
  return files(entry).map((link) => ({
    iri: distributionName(entry, link),
    types: ['dcat:Distribution'],
    says: [
      ['dct:title', text(link.name.fr, 'fr')],
      ['dct:title', text(link.name.en, 'en')],
      ['dcat:accessURL', iri(link.url)],
      ...(link.mediaType === undefined
        ? []
        : ([
            ['dcat:downloadURL', iri(link.url)],
            ['dcat:mediaType', iri(`${MEDIA_TYPES}${link.mediaType}`)],
          ] as Says)),
      ['dct:license', iri(licence.url)],
      ...(erddap === undefined ? [] : ([['dcat:accessService', iri(serviceName(erddap.url))]] as Says)),
    ],
  }));
}

function serviceName(erddap: string): string {
  return `${erddap}/index.html`;
}

function dataService(site: Site, erddap: string, entries: readonly CatalogueEntry[]): Resource {
  const uri = edmoUri(publisherOf(site).edmo);
  return {
    iri: serviceName(erddap),
    types: ['dcat:DataService'],
    says: [
      ['dct:title', text('ERDDAP')],
      ['dcat:endpointURL', iri(erddap)],
      ...(uri === undefined ? [] : ([['dct:rightsHolder', iri(uri)]] as Says)),
      ...entries
        .filter((entry) => entry.links.some(({ service }) => service))
        .map((entry) => ['dcat:servesDataset', iri(nameOf(entry))] as const),
    ],
  };
}
