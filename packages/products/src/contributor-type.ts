/** What DataCite, and EMSO after it, call the parts that people have. */

const TYPES: ReadonlySet<string> = new Set(
  `ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ProjectLeader ProjectManager
  ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ResearchGroup RightsHolder Sponsor Supervisor
  Translator WorkPackageLeader Other`.split(/\s+/),
);
/** Roles of ISO 19115, as the site file names them, that DataCite knows by another name. */
const BY_ROLE: Readonly<Record<string, string>> = {
  principalInvestigator: 'ProjectLeader',
  pointOfContact: 'ContactPerson',
  custodian: 'DataCurator',
  owner: 'RightsHolder',
  processor: 'Researcher',
  author: 'Researcher',
};

/** DataCite's type of a role of the site file, `dataManager` or `DataManager`; `Other` for roles that it does not know. */
export function contributorType(role: string): string {
  if (Object.hasOwn(BY_ROLE, role)) return BY_ROLE[role];
  const type = role.charAt(0).toUpperCase() + role.slice(1);
  return TYPES.has(type) ? type : 'Other';
}
