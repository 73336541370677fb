/** Says each trouble once, however many rounds it lasts, and once that it is over. */
import type { Log } from '@emso/runtime';
import type { RecordState, SyncState } from '@emso/runtime/catalogue';

/** States of one record that are said of it; those of the far end as a whole are said once, of the far end. */
const LEVELS: Partial<Record<RecordState, 'warn' | 'error'>> = {
  refused: 'error',
  'workflow-on': 'error',
  retrying: 'warn',
  waiting: 'warn',
  'awaiting-review': 'warn',
  orphan: 'warn',
};

/** Troubles of the far end that may pass by themselves, or that a reviewer sees to by day. */
const MILD = new Set(['unreachable', 'no-review-right']);

export class Alarms {
  readonly #log: Log;
  readonly #said = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Compares where all stand with what was said. */
  settle({ farEnd, records }: SyncState): void {
    const { state, message, name } = farEnd;
    if (state === 'ok') this.#over('far end', { farEnd: name });
    else if (this.#isNew('far end', state)) {
      this.#log[MILD.has(state) ? 'warn' : 'error']({ reason: state, farEnd: name }, message);
    }
    for (const [uuid, { state: recordState, message: why, title, code }] of Object.entries(records)) {
      const level = LEVELS[recordState];
      if (level === undefined) {
        if (recordState === 'ok' || recordState === 'withdrawn') this.#over(uuid, { uuid, title });
      } else if (this.#isNew(uuid, recordState)) {
        this.#log[level]({ reason: recordState, uuid, title, code }, why);
      }
    }
  }

  #isNew(key: string, state: string): boolean {
    if (this.#said.get(key) === state) return false;
    this.#said.set(key, state);
    return true;
  }

  #over(key: string, fields: object): void {
    const was = this.#said.get(key);
    if (this.#said.delete(key)) this.#log.info({ ...fields, over: was }, 'over');
  }
}
