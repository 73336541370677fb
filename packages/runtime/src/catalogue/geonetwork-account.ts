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

/**
 * The number of the group, named by number or name, when our account may write into it. Throws CatalogueFault `wrong-group` saying which
 * ones it may.
 */
export function groupOf(wanted: number | string, account: Account, groups: readonly NamedGroup[]): number {
  const isNumber = typeof wanted === 'number' || /^\d+$/.test(wanted);
  const id = isNumber ? Number(wanted) : groups.find(({ name }) => name === wanted)?.id;
  if (id !== undefined && (isAdministrator(account) ? groups.some((group) => group.id === id) : mayEdit(account, id)))
    return id;
  const may = groups.filter((group) => isAdministrator(account) || mayEdit(account, group.id));
  const list = may.map(({ id: number, name }) => `${number} (${name})`).join(', ');
  const what = id === undefined || isNumber ? `${wanted}` : `${wanted} (${id})`;
  throw new CatalogueFault(
    'wrong-group',
    `catalogue.group: expected a group that our account is Editor of${list === '' ? ', and it is of none' : `: ${list}`}; found ${what}: correct the site file, or let the administrator of the catalogue add the account to the group`,
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

function mayEdit({ groupsWithEditor, groupsWithReviewer, groupsWithUserAdmin }: Account, group: number): boolean {
  return [groupsWithEditor, groupsWithReviewer, groupsWithUserAdmin].some((ids) => ids.includes(group));
}

function isAdministrator({ admin, profile }: Account): boolean {
  return admin === true || profile === 'Administrator';
}
