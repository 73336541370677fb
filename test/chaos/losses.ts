/** When lines may be lost: an acquirer that dies takes along what it had read and not yet spooled, and nobody else can lose a line. */
import type { WitnessEntry } from '../../services/cli/src/simulate/witness.ts';

/** What an acquirer has read reaches the disk within milliseconds; a busy machine is slower. */
const UNSPOOLED_MS = 1000;
/** Until the box notices that its client is gone. */
const UNNOTICED_MS = 300;

interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export class Losses {
  readonly #intervals: Interval[] = [];
  #notSpooling: number | undefined;

  /** From now on the acquirer keeps lines in memory only, or in its socket: frozen, or its disk is full. */
  spoolingEnds(): void {
    this.#notSpooling ??= Date.now();
  }

  /** What was kept in memory is on disk. */
  spoolingGoesOn(): void {
    this.#notSpooling = undefined;
  }

  /** Runs what ends the acquirer; lines of meanwhile may be lost. */
  async during(kill: () => Promise<unknown>): Promise<void> {
    const fromMs = (this.#notSpooling ?? Date.now()) - UNSPOOLED_MS;
    await kill();
    this.#intervals.push({ fromMs, toMs: Date.now() + UNNOTICED_MS });
  }

  mayBeLost({ atMs }: Pick<WitnessEntry, 'atMs'>): boolean {
    return this.#intervals.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
  }
}
