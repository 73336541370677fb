/** Why the catalogue does not have a record, or any record: one word for metrics and status, one sentence for people. */

/** What can be wrong with the far end as a whole; `ok` when nothing is. */
export const FAR_END_STATES = [
  'ok',
  'no-review-right',
  'workflow-on',
  'unreachable',
  'not-geonetwork',
  'unsupported-version',
  'wrong-password',
  'wrong-group',
  'token-refused',
] as const;
export type FarEndState = (typeof FAR_END_STATES)[number];

/**
 * Where a record stands. A record that the far end as a whole keeps from being brought there bears the far end's state. `retrying`: the
 * server failed with it, by its own fault. `waiting`: for its parent. `pending`: its turn has not come. `orphan`: it is there, and we
 * know it no longer.
 */
export const RECORD_STATES = [
  'ok',
  'withdrawn',
  'awaiting-review',
  'workflow-on',
  'refused',
  'retrying',
  'waiting',
  'pending',
  'orphan',
  'unreachable',
  'not-geonetwork',
  'unsupported-version',
  'wrong-password',
  'wrong-group',
  'token-refused',
] as const;
export type RecordState = (typeof RECORD_STATES)[number];

export type FaultState = Exclude<RecordState, 'ok' | 'withdrawn' | 'waiting' | 'pending' | 'orphan'>;

/** Faults that the next record would meet too: the round ends. */
const OF_THE_FAR_END: ReadonlySet<FaultState> = new Set([
  'unreachable',
  'not-geonetwork',
  'unsupported-version',
  'wrong-password',
  'wrong-group',
  'token-refused',
]);

/** Faults that may be over at the next try, without anybody doing anything. */
const PASSING: ReadonlySet<FaultState> = new Set(['unreachable', 'retrying']);

export interface FaultDetails {
  /** The server's own word for the error. */
  readonly code?: string | undefined;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export class CatalogueFault extends Error {
  override readonly name = 'CatalogueFault';
  readonly state: FaultState;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(state: FaultState, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause });
    this.state = state;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
  }

  get isOfTheFarEnd(): boolean {
    return OF_THE_FAR_END.has(this.state);
  }

  get isPassing(): boolean {
    return PASSING.has(this.state);
  }
}

/** True for states that need nobody's hand: the catalogue has what it should, or will have. */
export function isWell(state: RecordState): boolean {
  return state === 'ok' || state === 'withdrawn' || state === 'pending';
}
