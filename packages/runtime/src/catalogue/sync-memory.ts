/**
 * What the sync remembers, in one small file of the local disk, replaced whole after every record: what the far end took, and where each
 * record stands. It may be lost: the far end is then compared again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeDirectory, writeAtomic } from '../files.ts';
import { FAR_END_STATES, RECORD_STATES } from './catalogue-fault.ts';

const entryShape = z.object({
  title: z.string(),
  level: z.enum(['series', 'dataset']),
  state: z.enum(RECORD_STATES),
  /** Why it is in this state, for people; empty when well. */
  message: z.string(),
  /** The server's own word for its error. */
  code: z.string().optional(),
  /** Since when, ISO 8601. */
  since: z.string(),
  /** Content of ours that the far end has. */
  contentHash: z.string().optional(),
  /** Canonical hash of what it made of it. */
  remoteHash: z.string().optional(),
  isPublic: z.boolean().optional(),
  /** Content that was refused: it is not sent again soon. */
  refusedHash: z.string().optional(),
  refusedAtMs: z.number().optional(),
  /** Failures in a row. */
  attempts: z.number().default(0),
});

const memoryShape = z.object({
  version: z.literal(1),
  identity: z.string(),
  farEnd: z.object({
    name: z.string(),
    state: z.enum(FAR_END_STATES),
    message: z.string(),
    since: z.string(),
    checkedAt: z.string(),
  }),
  /** When every record was as it should be. */
  lastSuccess: z.string().optional(),
  records: z.record(z.string(), entryShape),
});

export type RecordEntry = Readonly<z.output<typeof entryShape>>;
export type SyncState = z.output<typeof memoryShape>;

const FILE = 'catalogue.json';

/** The state that a sync left in `dir`; undefined when there is none. Throws an Error when the file cannot be read or understood. */
export function readSyncState(dir: string): SyncState | undefined {
  const path = join(dir, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return memoryShape.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${path}: expected the notes of the catalogue's sync, found something else: remove the file`, {
      cause,
    });
  }
}

export class SyncMemory {
  readonly state: SyncState;
  readonly #dir: string | undefined;

  private constructor(state: SyncState, dir: string | undefined) {
    this.state = state;
    this.#dir = dir;
  }

  /**
   * What is remembered of the far end `identity`, nothing where another one is remembered or the notes cannot be understood (`onLost` is
   * told why). Without `dir` it is forgotten with the process.
   */
  static open(dir: string | undefined, identity: string, onLost: (why: string) => void): SyncMemory {
    let known: SyncState | undefined;
    try {
      known = dir === undefined ? undefined : readSyncState(dir);
    } catch (error) {
      onLost((error as Error).message);
    }
    if (known !== undefined && known.identity !== identity) {
      onLost(`the notes are about ${known.identity}, and records go to ${identity} now`);
      known = undefined;
    }
    const at = new Date(0).toISOString();
    const fresh: SyncState = {
      version: 1,
      identity,
      farEnd: { name: identity, state: 'ok', message: '', since: at, checkedAt: at },
      records: {},
    };
    return new SyncMemory(known ?? fresh, dir);
  }

  get(uuid: string): RecordEntry | undefined {
    return this.state.records[uuid];
  }

  /** Notes a record; `since` moves only with the state. Durable on return. */
  async set(uuid: string, entry: Omit<RecordEntry, 'since'>, nowMs: number): Promise<void> {
    const before = this.get(uuid);
    const since = before?.state === entry.state ? before.since : new Date(nowMs).toISOString();
    const next = { ...entry, since };
    if (JSON.stringify(before) === JSON.stringify(next)) return;
    this.state.records[uuid] = next;
    await this.save();
  }

  async save(): Promise<void> {
    if (this.#dir === undefined) return;
    await makeDirectory(this.#dir);
    await writeAtomic(join(this.#dir, FILE), `${JSON.stringify(this.state, undefined, 1)}\n`, { fsync: true });
  }
}
