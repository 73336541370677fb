/** Every divergence that was ever found, one line each in `divergences.jsonl`: a metric forgets at every restart. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@emso/runtime';

export interface FoundDivergence {
  /** When it was found, ISO 8601. */
  readonly at: string;
  readonly platform: string;
  readonly sensor: string;
  readonly day: string;
  readonly rows: number;
}

export class FoundDivergences {
  readonly #path: string;
  readonly #log: Log;
  #turn: Promise<void> = Promise.resolve();

  constructor(root: string, log: Log) {
    this.#path = join(root, 'divergences.jsonl');
    this.#log = log;
  }

  /** Notes it in the background: products never wait for it. A line feed comes first too, in case the last line is torn. */
  note(found: FoundDivergence): void {
    this.#turn = this.#turn.then(() =>
      appendFile(this.#path, `\n${JSON.stringify(found)}\n`, { flush: true }).catch((err) =>
        this.#log.error(
          { reason: 'divergence-note', ...found, err },
          'a divergence could not be noted: it stands in this line only; check the disk under EMSO_DATA_DIR',
        ),
      ),
    );
  }

  /** Resolves when all of them are on disk. */
  idle(): Promise<void> {
    return this.#turn;
  }
}
