/** Who stands for the data, by role, and how they want to be cited. */
import type { Bilingual, Observatory } from '@emso/core';
import type { CatalogueEntry, Contact } from './entries.ts';
import { doiUrl } from './links.ts';

type Site = Observatory['observatory'];

/** `https://edmo.seadatanet.org/report/3925`. */
export function edmoUri(edmo: number | undefined): string | undefined {
  return edmo === undefined ? undefined : `https://edmo.seadatanet.org/report/${edmo}`;
}

export function orcidUri(orcid: string | undefined): string | undefined {
  return orcid === undefined ? undefined : `https://orcid.org/${orcid}`;
}

/** Who publishes: the publisher of the site file, else the institution. */
export interface Publisher {
  readonly name: string;
  readonly email?: string;
  readonly url?: string;
  readonly edmo?: number;
}

export function publisherOf({ publisher, institution, contacts }: Site): Publisher {
  if (publisher === undefined) {
    const email = contacts.find(({ role }) => role === 'dataManager')?.email;
    return { name: institution.name, edmo: institution.edmo, ...(known(email) && { email }) };
  }
  const { email, ...rest } = publisher;
  return { ...rest, ...(known(email) && { email }) };
}

export function known(fact: string | undefined): fact is string {
  return fact !== undefined && fact !== 'unknown';
}

/** The first contact with one of the roles. */
export function contactWith({ contacts }: Site, ...roles: readonly string[]): Contact | undefined {
  return contacts.find(({ role }) => roles.includes(role));
}

/** Who made the data: the principal investigators, else the institution alone. */
export function creatorsOf({ contacts }: Site): Contact[] {
  return contacts.filter(({ role }) => role === 'principalInvestigator');
}

/** `Lefevre, Dominique`: the last word of a name is taken as the family name. */
export function familyFirst(name: string): string {
  const words = name.trim().split(/\s+/);
  const family = words.pop() ?? name;
  return words.length === 0 ? family : `${family}, ${words.join(' ')}`;
}

/** The year to cite: of publication, else of the latest data. */
export function citationYear({ published, revised }: CatalogueEntry): string {
  return (known(published) ? published : revised).slice(0, 4);
}

/** The sentence that a reader copies below a figure. */
export function citationOf(site: Site, entry: CatalogueEntry): Bilingual {
  const names = creatorsOf(site).map(({ name }) => familyFirst(name));
  const who = names.length === 0 ? site.institution.name : names.join(' ; ');
  const publisher = publisherOf(site).name;
  const where = entry.doi === undefined ? `urn:uuid:${entry.uuid}` : doiUrl(entry.doi);
  const sentence = (language: keyof Bilingual): string =>
    `${who} (${citationYear(entry)}). ${entry.title[language]}. ${publisher}. ${where}`;
  return { fr: sentence('fr'), en: sentence('en').replaceAll(' ; ', '; ') };
}
