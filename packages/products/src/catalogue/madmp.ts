/** The data management plan as RDA maDMP 1.2: what a person plans stands in the site file, what there is comes from the ledger. */
import { termOf } from '@emso/core';
import type { CatalogueEntry, CatalogueModel, Contact } from './entries.ts';
import { lastChange } from './last-change.ts';
import { qualityStep } from './lineage.ts';
import { doiUrl } from './links.ts';
import { contactWith, known, mainEmailOf, orcidUri, publisherOf } from './parties.ts';
import { instrumentTerms } from './sources.ts';
import { uuidV5 } from './uuid.ts';

type Site = CatalogueModel['input']['observatory']['observatory'];
type Plan = NonNullable<CatalogueModel['input']['metadata']['plan']>;

/** The plan; undefined while the site file has none. */
export function maDmpOf(model: CatalogueModel): object | undefined {
  const { input, entries } = model;
  const { plan } = input.metadata;
  if (plan === undefined) return undefined;
  const site = input.observatory.observatory;
  return {
    dmp: {
      title: plan.title.fr,
      description: plan.description.fr,
      language: 'fra',
      created: `${plan.created}T00:00:00Z`,
      modified: `${lastChange(model)}T00:00:00Z`,
      dmp_id: planId(site, plan),
      ethical_issues_exist: plan.ethicalIssues,
      contact: contactOf(site),
      contributor: site.contacts.map((contact) => ({
        name: contact.name,
        ...(known(contact.email) && { mbox: contact.email }),
        contributor_id: personId(contact),
        role: [contact.role],
      })),
      project: [project(model)],
      dataset: entries.filter(({ kind }) => kind === 'dataset').map((entry) => dataset(model, plan, entry)),
      related_identifier: entries.flatMap(({ ownDoi }) =>
        ownDoi === undefined ? [] : [{ identifier: doiUrl(ownDoi), type: 'doi', relation_type: 'describes' }],
      ),
    },
  };
}

export function planId(site: Site, { url }: Plan): { readonly identifier: string; readonly type: string } {
  if (url !== 'unknown') return { identifier: url, type: 'url' };
  return { identifier: `urn:uuid:${uuidV5(site.uuidNamespace, `${site.id} dmp`)}`, type: 'other' };
}

function personId({ name, orcid, email }: Contact): object {
  const uri = orcidUri(orcid);
  if (uri !== undefined) return { identifier: uri, type: 'orcid' };
  return { identifier: known(email) ? `mailto:${email}` : name, type: 'other' };
}

/** The plan needs somebody who can be written to. */
function contactOf(site: Site): object {
  const person = contactWith(site, 'dataManager', 'pointOfContact');
  const mbox = mainEmailOf(site) ?? site.contacts.find(({ email }) => known(email))?.email;
  if (person !== undefined && known(person.email)) {
    return { name: person.name, mbox: person.email, contact_id: personId(person) };
  }
  const { name, url } = publisherOf(site);
  return { name, mbox, contact_id: { identifier: url ?? name, type: url === undefined ? 'other' : 'url' } };
}

function project({ input, entries }: CatalogueModel): object {
  const site = input.observatory.observatory;
  const begin = entries.map(({ extent }) => extent.begin).sort()[0];
  return {
    title: site.project?.name ?? site.title.fr,
    description: site.summary.fr,
    ...(begin !== undefined && { start: begin }),
    ...(site.project?.url !== undefined && { project_id: [{ identifier: site.project.url, type: 'url' }] }),
    funding: input.metadata.funders.map(({ name, ror, award }) => ({
      funder_id: known(ror) ? { identifier: ror, type: 'ror' } : { identifier: name, type: 'other' },
      ...(award !== undefined && { grant_id: { identifier: award, type: 'other' } }),
      funding_status: 'granted',
    })),
  };
}

function dataset(model: CatalogueModel, plan: Plan, entry: CatalogueEntry): object {
  const { observatory, metadata } = model.input;
  const site = observatory.observatory;
  return {
    title: entry.title.fr,
    description: entry.abstract.fr,
    type: 'Dataset',
    language: 'eng',
    dataset_id: { identifier: `urn:uuid:${entry.uuid}`, type: 'other' },
    alternate_identifier: [{ identifier: entry.id, type: 'other' }],
    ...(entry.doi !== undefined && {
      related_identifier: [
        {
          identifier: doiUrl(entry.doi),
          type: 'doi',
          relation_type: entry.ownDoi === undefined ? 'is_part_of' : 'is_identical_to',
        },
      ],
    }),
    ...(known(entry.published) && { issued: entry.published }),
    is_reused: false,
    keyword: [...new Set(entry.keywords.flatMap(({ keywords }) => keywords.map(({ fr }) => fr)))],
    personal_data: plan.personalData,
    sensitive_data: plan.sensitiveData,
    preservation_statement: plan.preservation.fr,
    rights: `${metadata.licence.fr} (${site.license})`,
    data_quality_assurance: [qualityStep(entry.sources).fr],
    security_and_privacy: plan.security,
    metadata: METADATA_STANDARDS,
    technical_resource: instruments(entry),
    distribution: distributions(model, plan, entry),
  };
}

const METADATA_STANDARDS = [
  {
    language: 'fra',
    metadata_standard_id: { identifier: 'http://www.isotc211.org/2005/gmd', type: 'url' },
    description: 'ISO 19115/19139, profil INSPIRE : fiche du catalogue, en français et en anglais.',
  },
  {
    language: 'eng',
    metadata_standard_id: { identifier: 'https://cfconventions.org/', type: 'url' },
    description:
      'CF-1.6, ACDD-1.3, OceanSITES 1.4 et EMSO dans chaque fichier NetCDF ; vocabulaires SeaDataNet P01, P06, L22.',
  },
] as const;

function instruments({ sources }: CatalogueEntry): object[] {
  const found = new Map<string, object>();
  for (const source of sources) {
    const { title, l22 } = instrumentTerms(source);
    const term = l22 === undefined ? undefined : termOf('L22', l22);
    found.set(title, {
      name: title,
      ...(term !== undefined && { technical_resource_id: [{ identifier: term.uri, type: 'url' }] }),
    });
  }
  return [...found.values()];
}

function distributions({ input }: CatalogueModel, plan: Plan, entry: CatalogueEntry): object[] {
  const { access } = input.observatory.observatory;
  const access_url = entry.links.find((link) => link.function === 'search')?.url;
  const days = entry.sources.reduce((sum, { ledger }) => sum + ledger.days, 0);
  const url = (mediaType: string): string | undefined => entry.links.find((link) => link.mediaType === mediaType)?.url;
  const one = (title: string, mediaType: string, bytes: number): object => ({
    title,
    description: `${days} fichier${days > 1 ? 's' : ''}, un par capteur et jour UTC.`,
    format: [mediaType],
    byte_size: bytes,
    data_access: access === 'public' ? 'open' : 'shared',
    ...(access_url !== undefined && { access_url }),
    ...(url(mediaType) !== undefined && { download_url: url(mediaType) }),
    ...(known(plan.licenceFrom) && {
      license: [{ license_ref: input.metadata.licence.url, start_date: plan.licenceFrom }],
    }),
    host: host(plan),
  });
  return [one('NetCDF', 'application/x-netcdf', entry.netcdfBytes), one('CSV', 'text/csv', entry.csvBytes)];
}

function host({ host: { title, url, description, backup, availability } }: Plan): object {
  return {
    title,
    url,
    ...(description !== undefined && { description }),
    ...(known(backup) && { backup_type: backup }),
    ...(known(availability) && { availability }),
    geo_location: 'FR',
    support_versioning: 'yes',
    pid_system: ['doi'],
  };
}
