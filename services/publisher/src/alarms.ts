/** Says each trouble once, however many rounds it lasts, and once that it is over. */
import type { Log } from '@emso/runtime';
import type { PublishFault } from './publish-fault.ts';

export class Alarms {
  readonly #log: Log;
  readonly #standing = new Map<string, string>();
  readonly #met = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** A round begins. */
  begin(): void {
    this.#met.clear();
  }

  /** What is not over yet. */
  standing(): string[] {
    return [...this.#standing.values()];
  }

  /** A fault was met with `path`. */
  meet(fault: PublishFault, path: string): void {
    if (fault.isPassing) return;
    const key = path === '' || fault.isOfTheNas ? fault.reason : `${fault.reason} ${path}`;
    this.#met.add(key);
    if (this.#standing.has(key)) return;
    this.#standing.set(key, fault.message);
    this.#log.error({ reason: fault.reason, path, err: fault.cause }, fault.message);
  }

  /** A round went over everything: what was not met in it is over. */
  settle(): void {
    for (const key of this.#standing.keys()) {
      if (this.#met.has(key)) continue;
      this.#standing.delete(key);
      this.#log.info({ over: key }, 'over');
    }
  }
}
