/** Global attributes that say who: institutions, people, publisher, project, money. */
import type { Observatory } from '@emso/core';
import { known, text, UNKNOWN } from './attributes.ts';
import { contributorType } from './contributor-type.ts';
import type { NetcdfAttribute } from './netcdf-file.ts';

type Facts = Observatory['observatory'];

const DATACITE = 'https://schema.datacite.org/';
const EDMO = 'https://edmo.seadatanet.org/report/';
const ROR = 'https://ror.org/';
const ORCID = 'https://orcid.org/';
const PRINCIPAL = 'principalInvestigator';

export function peopleAttributes(facts: Facts): NetcdfAttribute[] {
  return [
    ...institutions(facts),
    ...investigators(facts.contacts),
    ...publisher(facts.publisher),
    ...text('project', facts.project?.name),
    ...text('project_code', facts.project?.code),
    ...text('project_uri', facts.project?.url),
    ...text('program', facts.program),
    ...text('acknowledgement', facts.funding.join(', ')),
    ...text('rights_holder', facts.rightsHolders.join(', ')),
  ];
}

function institutions({ institution, partners }: Facts): NetcdfAttribute[] {
  const all = [institution, ...partners];
  const rors = all.flatMap(({ ror }) => (ror === UNKNOWN ? [] : ror.startsWith(ROR) ? ror : ROR + ror));
  return [
    ...text('institution', all.map(({ name }) => name).join(', ')),
    ...text('institution_edmo_code', all.map(({ edmo }) => edmo).join(' ')),
    ...text('institution_edmo_uri', all.map(({ edmo }) => EDMO + edmo).join(' ')),
    ...text('institution_ror_uri', rors.join(' ')),
  ];
}

function investigators(contacts: Facts['contacts']): NetcdfAttribute[] {
  const leaders = contacts.filter(({ role }) => role === PRINCIPAL);
  const emails = leaders.map(({ email }) => email).filter((email) => email !== UNKNOWN);
  const [leader] = leaders;
  return [
    ...text('principal_investigator', leaders.map(({ name }) => name).join(', ') || UNKNOWN),
    ...text('principal_investigator_email', emails.join(' ')),
    ...text('creator_name', leader?.name),
    ...text('creator_type', leader && 'person'),
    ...known('creator_email', leader?.email),
    ...text('creator_url', leader?.orcid, ORCID),
    ...text('creator_institution', leader?.organisation),
    ...text('contributor_name', contacts.map(({ name }) => name).join(', ')),
    ...text('contributor_role', contacts.map(({ role }) => contributorType(role)).join(' ')),
    ...text('contributor_role_vocabulary', contacts.length > 0 ? DATACITE : undefined),
  ];
}

function publisher(facts: Facts['publisher']): NetcdfAttribute[] {
  if (facts === undefined) return [];
  return [
    ...text('publisher_name', facts.name),
    ...text('publisher_type', 'institution'),
    ...known('publisher_email', facts.email),
    ...text('publisher_url', facts.url),
    ...text('publisher_institution', facts.name),
  ];
}
