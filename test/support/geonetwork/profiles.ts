/** Where the GeoNetworks that our institute may meet differ (CATALOGUE §1). */

export interface Profile {
  readonly version: string;
  /** What OVERWRITE does: delete and insert anew, or exchange the XML only. */
  readonly overwrite: 'replace' | 'xml-only';
  readonly uuidProcessing: readonly string[];
  /** Media types that PUT /records takes. */
  readonly consumes: readonly string[];
  /** What `/me` says to a wrong password: nobody, or refused. */
  readonly wrongPassword: 204 | 401;
  /** Base paths of the interface behind the portal. */
  readonly bases: readonly string[];
}

const OLD = ['GENERATEUUID', 'NOTHING', 'OVERWRITE'];
const NEW = [...OLD, 'REMOVE_AND_REPLACE'];
const ANY = ['application/xml', 'application/json', 'application/x-www-form-urlencoded'];

export const PROFILES = {
  '3.12': {
    version: '3.12.12',
    overwrite: 'replace',
    uuidProcessing: OLD,
    consumes: ANY,
    wrongPassword: 204,
    bases: ['api', 'api/0.1'],
  },
  '4.2.1': {
    version: '4.2.1',
    overwrite: 'replace',
    uuidProcessing: OLD,
    consumes: ANY,
    wrongPassword: 204,
    bases: ['api'],
  },
  '4.2.7': {
    version: '4.2.7',
    overwrite: 'xml-only',
    uuidProcessing: NEW,
    consumes: ANY,
    wrongPassword: 401,
    bases: ['api'],
  },
  '4.4': {
    version: '4.4.5',
    overwrite: 'xml-only',
    uuidProcessing: NEW,
    consumes: ['application/xml'],
    wrongPassword: 401,
    bases: ['api'],
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];
