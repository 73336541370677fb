/** Who stands for the data, as every DataCite record of ours says it. */
import type { Observatory } from '@emso/core';
import { creatorsOf, familyFirst, known, orcidUri } from './catalogue/parties.ts';
import { contributorType } from './contributor-type.ts';

type Site = Observatory['observatory'];
type Contact = Site['contacts'][number];

/** A person in DataCite's words. */
export function person({ name, organisation, orcid }: Contact): object {
  const [family, ...given] = familyFirst(name).split(', ');
  const uri = orcidUri(orcid);
  return {
    name: familyFirst(name),
    nameType: 'Personal',
    ...(given.length > 0 && { givenName: given.join(', ') }),
    familyName: family,
    ...(uri !== undefined && {
      nameIdentifiers: [{ nameIdentifier: uri, nameIdentifierScheme: 'ORCID', schemeUri: 'https://orcid.org' }],
    }),
    ...(organisation !== undefined && { affiliation: [{ name: organisation }] }),
  };
}

/** A body in DataCite's words, with its ROR identifier where it is known. */
export function organisation(name: string, ror: string | undefined): object {
  return {
    name,
    nameType: 'Organizational',
    ...(known(ror) && {
      nameIdentifiers: [{ nameIdentifier: ror, nameIdentifierScheme: 'ROR', schemeUri: 'https://ror.org' }],
    }),
  };
}

/** Who is cited: the principal investigators, else the institution. */
export function creators(site: Site): object[] {
  const people = creatorsOf(site).map(person);
  return people.length > 0 ? people : [organisation(site.institution.name, site.institution.ror)];
}

/** Everybody who stands for the data, with the part that they have. */
export function contributors(site: Site): object[] {
  return [
    ...site.contacts.map((contact) => ({
      contributorType: contributorType(contact.role),
      ...person(contact),
    })),
    { contributorType: 'HostingInstitution', ...organisation(site.institution.name, site.institution.ror) },
    ...site.partners.map(({ name, ror }) => ({ contributorType: 'HostingInstitution', ...organisation(name, ror) })),
    ...site.rightsHolders.map((name) => ({ contributorType: 'RightsHolder', ...organisation(name, undefined) })),
  ];
}
