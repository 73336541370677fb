/**
 * Brings records to the far end, one after the other, parents first. Each is compared with what stands there before anything is written,
 * so that whatever was interrupted may simply be done again; what the far end has already is not written again.
 */
import type { CatalogueRecord } from '@emso/core';
import { type Backoff, backoffMs, pause } from '../retry.ts';
import { CatalogueFault, type FarEndState, type RecordState } from './catalogue-fault.ts';
import { differenceOf, type HashOf, hashOfRemote } from './difference.ts';
import type { Contact, FarEnd, RemoteRecord } from './far-end.ts';
import { parentsFirst } from './order.ts';
import type { RecordEntry, SyncMemory } from './sync-memory.ts';

export const WRITES = ['created', 'updated', 'published', 'unpublished', 'deleted'] as const;
export type Write = (typeof WRITES)[number];

export interface SyncOptions {
  readonly farEnd: FarEnd;
  readonly memory: SyncMemory;
  readonly hashOf: HashOf;
  /** Make records public where the account may. */
  readonly publish: boolean;
  /** Withdrawn records are deleted instead of unpublished. */
  readonly deleteWithdrawn?: boolean;
  /** How often a passing fault is met at one place before the sync goes on without it. */
  readonly tries: number;
  readonly backoff: Backoff;
  readonly signal?: AbortSignal;
  /** A record has had its turn. */
  readonly onTurn?: () => void;
  readonly onWrite?: (write: Write, record: CatalogueRecord) => void;
  /** Sees every fault of a record or of the far end. */
  readonly onFault?: (fault: CatalogueFault, record: CatalogueRecord | undefined) => void;
}

export interface RoundOptions {
  /** Compare also what is known to be well: somebody may have changed it there. */
  readonly recheckAll: boolean;
  /** Send again what was refused before. */
  readonly retryRefused: boolean;
}

export interface RoundReport {
  /** What ended the round: the far end as a whole. */
  readonly fault: CatalogueFault | undefined;
  /** Some record failed by a fault that passes. */
  readonly isRetrying: boolean;
  readonly writes: number;
}

/** A refused record is sent again after so long: the server may have been taught otherwise. */
const REFUSAL_HOLDS_MS = 86_400_000;

/** States in which a record stands at the far end, so that children may name it. */
const IS_THERE: ReadonlySet<RecordState> = new Set(['ok', 'awaiting-review', 'withdrawn']);
/** States that are no failure of the sync: the rest is the work of people. */
const IS_DONE: ReadonlySet<RecordState> = new Set(['ok', 'awaiting-review', 'withdrawn', 'orphan']);

export class CatalogueSync {
  readonly #options: SyncOptions;
  #writes = 0;
  #metWorkflow = false;
  /** Why our account may not publish, where it may not. */
  #mayNot: string | undefined;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /**
   * One pass over all records. Faults of the far end and of records are noted and reported, not thrown. Throws an Error when the records
   * themselves cannot be ordered, and the reason of the signal.
   */
  async round(records: readonly CatalogueRecord[], options: RoundOptions): Promise<RoundReport> {
    const { memory } = this.#options;
    this.#writes = 0;
    this.#metWorkflow = false;
    const ordered = parentsFirst(records);
    const byUuid = new Map(records.map((record) => [record.uuid, record]));
    // What is withdrawn goes the other way: children before their parents.
    const turns = [...ordered.filter((r) => !r.withdrawn), ...ordered.filter((r) => r.withdrawn).reverse()];
    let fault: CatalogueFault | undefined;
    try {
      const contact = await this.#attempt(() => this.#options.farEnd.open().catch(asFarEnd));
      memory.state.farEnd.name = contact.name;
      this.#mayNot = contact.mayPublish === true ? undefined : contact.mayPublish;
      for (const record of turns) {
        this.#options.signal?.throwIfAborted();
        await this.#turn(record, byUuid, contact, options);
        this.#options.onTurn?.();
      }
    } catch (error) {
      if (!(error instanceof CatalogueFault)) throw error;
      fault = error;
      this.#options.onFault?.(error, undefined);
      for (const record of turns) await this.#noteBlocked(record, error);
    }
    await this.#noteOrphans(byUuid);
    await this.#noteFarEnd(fault);
    const isRetrying = ordered.some(({ uuid }) => memory.get(uuid)?.state === 'retrying');
    return { fault, isRetrying, writes: this.#writes };
  }

  /** Handles one record. Throws only faults of the far end as a whole. */
  async #turn(
    record: CatalogueRecord,
    byUuid: ReadonlyMap<string, CatalogueRecord>,
    contact: Contact,
    { recheckAll, retryRefused }: RoundOptions,
  ): Promise<void> {
    const entry = this.#options.memory.get(record.uuid);
    const parent = record.withdrawn ? undefined : byUuid.get(record.parentUuid ?? '');
    const parentState = parent && (this.#options.memory.get(parent.uuid)?.state ?? 'pending');
    // What the far end has already need not wait.
    const mustBeSent = entry?.contentHash !== record.contentHash;
    if (parent !== undefined && mustBeSent && !IS_THERE.has(parentState!)) {
      return this.#note(record, 'waiting', `waits for its parent '${parent.title}', which is ${parentState}`);
    }
    const wasRefused = entry?.state === 'refused' && entry.refusedHash === record.contentHash;
    const isRecent = Date.now() - (entry?.refusedAtMs ?? 0) < REFUSAL_HOLDS_MS;
    if (wasRefused && isRecent && !retryRefused) return;
    if (!recheckAll && isSettled(entry, record, this.#options.deleteWithdrawn === true)) return;
    try {
      await this.#attempt(() => (record.withdrawn ? this.#withdraw(record, contact) : this.#bring(record, contact)));
    } catch (error) {
      if (!(error instanceof CatalogueFault) || error.isOfTheFarEnd) throw error;
      this.#options.onFault?.(error, record);
      if (error.state === 'workflow-on') this.#metWorkflow = true;
      const refusal = error.state === 'refused' ? { refusedHash: record.contentHash, refusedAtMs: Date.now() } : {};
      await this.#note(record, error.state, error.message, {
        ...(error.code === undefined ? {} : { code: error.code }),
        ...refusal,
        attempts: (entry?.attempts ?? 0) + 1,
      });
    }
  }

  async #bring(record: CatalogueRecord, contact: Contact): Promise<void> {
    const { farEnd, memory, hashOf, publish } = this.#options;
    let remote = await farEnd.read(record.uuid);
    let remoteHash = hashOfRemote(remote, hashOf);
    const { content } = differenceOf(record, remote, remoteHash, memory.get(record.uuid));
    if (content !== 'same') {
      await farEnd.put(record, remote);
      this.#wrote(content === 'create' ? 'created' : 'updated', record);
      const before = remoteHash;
      remote = await farEnd.read(record.uuid);
      remoteHash = hashOfRemote(remote, hashOf);
      demandTaken(record, remote, remoteHash, before);
    }
    const isPublic = remote?.isPublic === true;
    const taken = { contentHash: record.contentHash, ...(remoteHash === undefined ? {} : { remoteHash }), isPublic };
    if (isPublic) return this.#note(record, 'ok', '', taken);
    const whyNot = publish ? contact.mayPublish : 'catalogue.publish is false: a person does it in the catalogue';
    if (whyNot !== true) {
      return this.#note(record, 'awaiting-review', `it is in the catalogue and not public: ${whyNot}`, taken);
    }
    // Noted first: a crash from here on leaves a record to publish and none to send.
    await this.#note(record, 'pending', 'it is in the catalogue and will be published', taken);
    await this.#review(record, taken, async () => {
      await farEnd.publish(record.uuid);
      this.#wrote('published', record);
      await this.#note(record, 'ok', '', { ...taken, isPublic: true });
    });
  }

  async #withdraw(record: CatalogueRecord, contact: Contact): Promise<void> {
    const { farEnd, deleteWithdrawn } = this.#options;
    const remote = await farEnd.read(record.uuid);
    if (remote !== undefined && deleteWithdrawn) {
      await farEnd.remove(record.uuid);
      this.#wrote('deleted', record);
      return this.#note(record, 'withdrawn', '', { isPublic: false });
    }
    if (remote?.isPublic !== true) return this.#note(record, 'withdrawn', '', { isPublic: false });
    if (contact.mayPublish !== true) {
      const message = `it is withdrawn and still public: ${contact.mayPublish}`;
      return this.#note(record, 'awaiting-review', message, { isPublic: true });
    }
    await this.#review(record, { isPublic: true }, async () => {
      await farEnd.unpublish(record.uuid);
      this.#wrote('unpublished', record);
      await this.#note(record, 'withdrawn', '', { isPublic: false });
    });
  }

  /** Publishing or its opposite. Where the server leaves that to people, the record waits for them. */
  async #review(record: CatalogueRecord, taken: Partial<RecordEntry>, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof CatalogueFault)) throw error;
      if (error.state !== 'awaiting-review' && error.state !== 'workflow-on') throw error;
      if (error.state === 'workflow-on') this.#metWorkflow = true;
      else this.#mayNot ??= error.message;
      this.#options.onFault?.(error, record);
      await this.#note(record, 'awaiting-review', error.message, {
        ...taken,
        ...(error.code === undefined ? {} : { code: error.code }),
      });
    }
  }

  /** The result of an action, tried again while its fault passes. */
  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    const { tries, backoff, signal } = this.#options;
    for (let failures = 0; ; failures++) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof CatalogueFault) || !error.isPassing || failures + 1 >= tries) throw error;
        await pause(Math.max(error.retryAfterMs ?? 0, backoffMs(failures, backoff)), signal);
        signal?.throwIfAborted();
      }
    }
  }

  /** A record that the far end as a whole keeps from being brought there. One of which nothing else is to be said keeps its state. */
  async #noteBlocked(record: CatalogueRecord, { state, message, code }: CatalogueFault): Promise<void> {
    const entry = this.#options.memory.get(record.uuid);
    if (isSettled(entry, record, false)) return;
    if (entry?.state === 'awaiting-review' && entry.contentHash === record.contentHash) return;
    if (entry?.state === 'refused' && entry.refusedHash === record.contentHash) return;
    await this.#note(record, state, message, code === undefined ? {} : { code });
  }

  async #noteOrphans(byUuid: ReadonlyMap<string, CatalogueRecord>): Promise<void> {
    const { memory } = this.#options;
    for (const [uuid, entry] of Object.entries(memory.state.records)) {
      if (byUuid.has(uuid) || entry.state === 'withdrawn' || entry.state === 'orphan') continue;
      const message = 'it is no longer rendered and was not withdrawn: left as it is in the catalogue';
      const { since: _, ...rest } = entry;
      await memory.set(uuid, { ...rest, state: 'orphan', message }, Date.now());
    }
  }

  async #noteFarEnd(fault: CatalogueFault | undefined): Promise<void> {
    const { memory, publish } = this.#options;
    const entries = Object.values(memory.state.records);
    let state: FarEndState = 'ok';
    let message = '';
    if (fault !== undefined) [state, message] = [fault.state as FarEndState, fault.message];
    else if (this.#metWorkflow || entries.some((entry) => entry.state === 'workflow-on')) {
      state = 'workflow-on';
      message =
        'the workflow of the catalogue is on (metadata/workflow/enable): it lets nobody replace or publish a record from outside: switch it off for our group, or use the driver csw and let a reviewer approve';
    } else if (publish && this.#mayNot !== undefined && entries.some((entry) => entry.state === 'awaiting-review')) {
      state = 'no-review-right';
      message = `records are in the catalogue and wait for a person: ${this.#mayNot}`;
    }
    const now = new Date().toISOString();
    const { farEnd } = memory.state;
    if (farEnd.state !== state) farEnd.since = now;
    Object.assign(farEnd, { state, message, checkedAt: now });
    if (fault === undefined && entries.every((entry) => IS_DONE.has(entry.state))) memory.state.lastSuccess = now;
    await memory.save();
  }

  #wrote(write: Write, record: CatalogueRecord): void {
    this.#writes++;
    this.#options.onWrite?.(write, record);
  }

  /** Notes a state. What is known of the far end's content stays, unless `facts` says otherwise. */
  async #note(
    { uuid, title, level }: CatalogueRecord,
    state: RecordState,
    message: string,
    facts: Partial<RecordEntry> = {},
  ): Promise<void> {
    const { memory } = this.#options;
    const { contentHash, remoteHash, isPublic } = memory.get(uuid) ?? {};
    const known = Object.fromEntries(
      Object.entries({ contentHash, remoteHash, isPublic }).filter(([, value]) => value !== undefined),
    );
    await memory.set(uuid, { attempts: 0, ...known, ...facts, title, level, state, message }, Date.now());
  }
}

/** What is refused or fails while the far end is opened concerns every record. Throws it as a fault of the far end. */
function asFarEnd(error: unknown): never {
  if (!(error instanceof CatalogueFault) || error.isOfTheFarEnd) throw error;
  throw new CatalogueFault(error.isPassing ? 'unreachable' : 'not-geonetwork', error.message, error);
}

/** Nothing is left to be done, as far as is known. */
function isSettled(entry: RecordEntry | undefined, record: CatalogueRecord, mustBeDeleted: boolean): boolean {
  if (record.withdrawn === true) return entry?.state === 'withdrawn' && !mustBeDeleted;
  return entry?.state === 'ok' && entry.contentHash === record.contentHash;
}

/** Some releases answer 201 and keep a record that had been validated as it was. Throws CatalogueFault. */
function demandTaken(
  { uuid, contentHash }: CatalogueRecord,
  remote: RemoteRecord | undefined,
  remoteHash: string | undefined,
  before: string | undefined,
): void {
  if (remoteHash !== undefined && (remoteHash === contentHash || remoteHash !== before)) return;
  const found = remote === undefined ? 'none' : 'what stood there before';
  throw new CatalogueFault(
    'refused',
    `record ${uuid}: the server said that it took it; expected the new content there, found ${found}: some GeoNetworks keep a record that has a validation status: clear that status in the catalogue`,
  );
}
