/** What the fake server holds and how it has been told to behave. */
import { randomUUID } from 'node:crypto';
import type { Profile } from './profiles.ts';

export interface StoredRecord {
  readonly id: number;
  xml: string;
  /** Operations by group; group 1 is everybody. */
  privileges: Map<number, Set<string>>;
  groupOwner: number;
  hasValidationStatus: boolean;
}

export interface Account {
  user: string;
  password: string;
  profile: 'Administrator' | 'UserAdmin' | 'Reviewer' | 'Editor' | 'RegisteredUser' | 'Guest';
  groupsWithEditor: number[];
  groupsWithReviewer: number[];
}

/** An answer that stands before the GeoNetwork: a proxy's. */
export interface Canned {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Seen {
  readonly method: string;
  /** Path and query behind the context. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Answered {
  readonly seen: Seen;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export interface Behaviour {
  account: Account;
  /** The setting metadata/workflow/enable. */
  workflow: boolean;
  /** `blind`: a proxy loses the cookies, so that no token is ever right. */
  csrf: 'on' | 'blind';
  /** Answers in the place of the server; undefined lets the request through. */
  before: (seen: Seen) => Canned | 'hang' | undefined;
  /** Runs after a request was handled and before its answer: `lose` breaks the connection. */
  after: (seen: Seen) => 'lose' | undefined;
  /** The report of a validation for a record, 400; undefined when it is valid. */
  invalid: (uuid: string) => string | undefined;
  /** An error within a report of 201. */
  errorInside: (uuid: string) => string | undefined;
  /** The setting "inserted metadata is public" of CSW. */
  insertedIsPublic: boolean;
  /** The version it says it is, where that is another one. */
  version: string | undefined;
}

export interface WrittenRecord {
  readonly kind: 'created' | 'updated' | 'published' | 'unpublished' | 'deleted' | 'shared';
  readonly uuid: string;
}

export const GROUPS = [
  { id: 2, name: 'sample', label: { eng: 'Sample group', fre: 'Groupe exemple' } },
  { id: 3, name: 'EMSO', label: { eng: 'EMSO', fre: 'EMSO' } },
  { id: 4, name: 'others', label: { eng: 'Others', fre: 'Autres' } },
];

export const ALL_GROUP = 1;

export class Store {
  readonly profile: Profile;
  readonly records = new Map<string, StoredRecord>();
  readonly sessions = new Set<string>();
  readonly writes: WrittenRecord[] = [];
  readonly seen: Seen[] = [];
  /** What it answered by itself, behind its filters. */
  readonly answered: Answered[] = [];
  /** Tokens given out; others are not taken. */
  tokens = new Set<string>();
  behaviour: Behaviour;
  #nextId = 1042;

  constructor(profile: Profile, account: Account) {
    this.profile = profile;
    this.behaviour = {
      account,
      workflow: false,
      csrf: 'on',
      before: () => undefined,
      after: () => undefined,
      invalid: () => undefined,
      errorInside: () => undefined,
      insertedIsPublic: false,
      version: undefined,
    };
  }

  newToken(): string {
    const token = randomUUID();
    this.tokens.add(token);
    return token;
  }

  isPublic(uuid: string): boolean {
    return this.records.get(uuid)?.privileges.get(ALL_GROUP)?.has('view') === true;
  }

  /** Stores a new record, visible to its group only. */
  insert(uuid: string, xml: string, groupOwner: number): StoredRecord {
    const record: StoredRecord = {
      id: this.#nextId++,
      xml,
      privileges: new Map([[groupOwner, new Set(['view', 'editing'])]]),
      groupOwner,
      hasValidationStatus: false,
    };
    this.records.set(uuid, record);
    this.writes.push({ kind: 'created', uuid });
    return record;
  }

  publish(uuid: string, isCounted = true): void {
    this.records.get(uuid)!.privileges.set(ALL_GROUP, new Set(['view', 'download', 'dynamic']));
    if (isCounted) this.writes.push({ kind: 'published', uuid });
  }
}
