/** What the data are: citation, texts, contacts, keywords, constraints, extent. Order of elements as the schema has it. */
import type { Observatory, SiteMetadata } from '@emso/core';
import type { CatalogueEntry, Contact } from '../catalogue/entries.ts';
import { doiUrl } from '../catalogue/links.ts';
import { citationOf, contactWith, creatorsOf, edmoUri, known, orcidUri, publisherOf } from '../catalogue/parties.ts';
import { element, type Markup } from '../xml.ts';
import { constraints } from './constraints.ts';
import { extentProperty } from './extent.ts';
import { descriptiveKeywords } from './keywords.ts';
import {
  anchor,
  characterString,
  citationDate,
  code,
  codeProperty,
  freeText,
  language,
  type Party,
  property,
  responsibleParty,
  textProperty,
  utf8,
} from './nodes.ts';

type Site = Observatory['observatory'];

export function identification(site: Site, metadata: SiteMetadata, entry: CatalogueEntry): Markup {
  return property(
    'identificationInfo',
    element(
      'gmd:MD_DataIdentification',
      {},
      property('citation', citation(site, metadata, entry)),
      freeText('abstract', entry.abstract),
      entry.purpose === undefined ? undefined : freeText('purpose', entry.purpose),
      freeText('credit', credit(site)),
      codeProperty('status', 'MD_ProgressCode', entry.status),
      resourceParties(site).map((party, i) => property('pointOfContact', responsibleParty(party, i === 0))),
      maintenance(entry),
      entry.plot === undefined ? undefined : overview(entry.plot),
      entry.keywords.map(descriptiveKeywords),
      constraints(site, metadata, citationOf(site, entry)),
      aggregations(entry),
      codeProperty('spatialRepresentationType', 'MD_SpatialRepresentationTypeCode', 'textTable'),
      property(
        'spatialResolution',
        element(
          'gmd:MD_Resolution',
          {},
          property('distance', element('gco:Distance', { uom: 'm' }, metadata.resolutionM)),
        ),
      ),
      property('language', language('eng', 'English')),
      utf8('characterSet'),
      metadata.topics.map((topic) => property('topicCategory', element('gmd:MD_TopicCategoryCode', {}, topic))),
      extentProperty(entry),
      supplement(metadata),
    ),
  );
}

function citation(site: Site, metadata: SiteMetadata, entry: CatalogueEntry): Markup {
  const main = entry.links.find(({ service }) => service === true)?.url;
  const unique = main ?? `urn:uuid:${entry.uuid}`;
  return element(
    'gmd:CI_Citation',
    {},
    freeText('title', entry.title),
    textProperty('alternateTitle', entry.id),
    citationDate(entry.published, 'publication'),
    citationDate(entry.created, 'creation'),
    citationDate(entry.revised, 'revision'),
    entry.edition === undefined ? undefined : textProperty('edition', entry.edition),
    identifier(characterString(unique)),
    entry.doi === undefined ? undefined : identifier(anchor(doiUrl(entry.doi), entry.doi)),
    codeProperty('presentationForm', 'CI_PresentationFormCode', 'tableDigital'),
    metadata.catalogue === undefined
      ? undefined
      : property('series', element('gmd:CI_Series', {}, textProperty('name', site.title.fr))),
    freeText('otherCitationDetails', citationOf(site, entry)),
  );
}

function identifier(value: Markup): Markup {
  return property('identifier', element('gmd:MD_Identifier', {}, property('code', value)));
}

/** Funding, and who holds the rights: what an acknowledgement has to name. */
function credit({ funding, rightsHolders }: Site): { fr: string; en: string } {
  return {
    fr: `Financement : ${funding.join(', ')}. Titulaires des droits : ${rightsHolders.join(', ')}.`,
    en: `Funding: ${funding.join(', ')}. Rights holders: ${rightsHolders.join(', ')}.`,
  };
}

/** A person of the site file in an ISO role. */
export function personParty({ name, organisation, edmo, email, orcid }: Contact, role: string): Party {
  const [organisationUri, personUri] = [edmoUri(edmo), orcidUri(orcid)];
  return {
    person: name,
    ...(personUri !== undefined && { personUri }),
    ...(organisation !== undefined && { organisation }),
    ...(organisationUri !== undefined && { organisationUri }),
    ...(known(email) && { email }),
    role,
  };
}

/** The publisher in an ISO role. */
export function publisherParty(site: Site, role: string): Party {
  const { name, email, url, edmo } = publisherOf(site);
  const organisationUri = edmoUri(edmo);
  return {
    organisation: name,
    ...(organisationUri !== undefined && { organisationUri }),
    ...(email !== undefined && { email }),
    ...(url !== undefined && { url }),
    role,
  };
}

/** Whom to ask first, then who made, publishes and keeps the data. */
export function mainParty(site: Site): Party {
  const contact = contactWith(site, 'dataManager', 'pointOfContact');
  return contact?.organisation === undefined
    ? publisherParty(site, 'pointOfContact')
    : personParty(contact, 'pointOfContact');
}

function resourceParties(site: Site): Party[] {
  const creators = creatorsOf(site);
  return [
    mainParty(site),
    ...creators.map((contact) => personParty(contact, 'principalInvestigator')),
    ...creators.map((contact) => personParty(contact, 'author')),
    publisherParty(site, 'publisher'),
    publisherParty(site, 'custodian'),
  ];
}

function maintenance({ status }: CatalogueEntry): Markup {
  const going = status === 'onGoing';
  return property(
    'resourceMaintenance',
    element(
      'gmd:MD_MaintenanceInformation',
      {},
      codeProperty('maintenanceAndUpdateFrequency', 'MD_MaintenanceFrequencyCode', going ? 'continual' : 'notPlanned'),
      going ? property('userDefinedMaintenanceFrequency', element('gts:TM_PeriodDuration', {}, 'P1D')) : undefined,
    ),
  );
}

function overview(plot: string): Markup {
  return property(
    'graphicOverview',
    element(
      'gmd:MD_BrowseGraphic',
      {},
      textProperty('fileName', plot),
      textProperty('fileDescription', 'Aperçu des 30 derniers jours'),
      textProperty('fileType', 'png'),
    ),
  );
}

/** The DOI and what else was published of the data; the series that this is part of. */
function aggregations(entry: CatalogueEntry): Markup[] {
  const dois = new Set([...(entry.doi === undefined ? [] : [entry.doi]), ...entry.related.map(({ doi }) => doi)]);
  return [
    ...[...dois].map((doi) => aggregation(anchor(doiUrl(doi), doi), 'crossReference')),
    ...(entry.parent === undefined
      ? []
      : [aggregation(characterString(entry.parent.uuid), 'largerWorkCitation', 'collection')]),
  ];
}

function aggregation(target: Markup, association: string, initiative?: string): Markup {
  return property(
    'aggregationInfo',
    element(
      'gmd:MD_AggregateInformation',
      {},
      property('aggregateDataSetIdentifier', element('gmd:MD_Identifier', {}, property('code', target))),
      property('associationType', code('DS_AssociationTypeCode', association)),
      initiative === undefined ? undefined : property('initiativeType', code('DS_InitiativeTypeCode', initiative)),
    ),
  );
}

function supplement({ plan }: SiteMetadata): Markup | undefined {
  if (plan === undefined) return undefined;
  const where = plan.url === 'unknown' ? '' : ` ${plan.url}`;
  return freeText('supplementalInformation', {
    fr: `${plan.title.fr}.${where}`,
    en: `${plan.title.en}.${where}`,
  });
}
