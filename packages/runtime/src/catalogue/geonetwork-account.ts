/** What our account is at a GeoNetwork, and the group that its records belong to. */
import { z } from 'zod';
import { CatalogueFault } from './catalogue-fault.ts';

const groupIds = z
  .array(z.number())
  .nullish()
  .transform((ids) => ids ?? []);

const accountShape = z.object({
  profile: z.string().nullish(),
  admin: z.boolean().nullish(),
  groupsWithEditor: groupIds,
  groupsWithReviewer: groupIds,
  groupsWithUserAdmin: groupIds,
});

export type Account = z.output<typeof accountShape>;

export interface NamedGroup {
  readonly id: number;
  readonly name: string;
}

/** What `/me` says; undefined when it is another thing. */
export function accountOf(json: unknown): Account | undefined {
  const parsed = accountShape.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** The number of the group where it is written as one; undefined for a name. */
export function groupNumber(wanted: number | string): number | undefined {
  return typeof wanted === 'number' || /^\d+$/.test(wanted) ? Number(wanted) : undefined;
}

/**
 * The number of the group, named by number or name, when our account may write into it. `groups` are those that it is shown. Throws
 * CatalogueFault `wrong-group` saying which ones it may.
 */
export function groupOf(wanted: number | string, account: Account, groups: readonly NamedGroup[]): number {
  const number = groupNumber(wanted);
  const id = number ?? groups.find(({ name }) => name === wanted)?.id;
  const may = groups.filter((group) => mayEdit(account, group.id));
  if (id !== undefined && may.some((group) => group.id === id)) return id;
  const list = may.map((group) => `${group.id} (${group.name})`).join(', ');
  const found = id === undefined || number !== undefined ? `${wanted}` : `${wanted} (${id})`;
  throw new CatalogueFault(
    'wrong-group',
    `catalogue.group: expected a group that our account is Editor of${list === '' ? ', and it is of none' : `: ${list}`}; found ${found}: correct the site file, or let the administrator of the catalogue add the account to the group`,
  );
}

/** May records of the group be published? The server asks for a Reviewer. */
export function mayReview(account: Account, group: number): boolean {
  return (
    isAdministrator(account) ||
    account.groupsWithReviewer.includes(group) ||
    account.groupsWithUserAdmin.includes(group)
  );
}

/** May our account write into the group? An administrator may into each that there is. */
export function mayEdit(account: Account, group: number): boolean {
  const { groupsWithEditor, groupsWithReviewer, groupsWithUserAdmin } = account;
  return (
    isAdministrator(account) ||
    [groupsWithEditor, groupsWithReviewer, groupsWithUserAdmin].some((ids) => ids.includes(group))
  );
}

export function isAdministrator({ admin, profile }: Account): boolean {
  return admin === true || profile === 'Administrator';
}
