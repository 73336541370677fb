/** Which copies to read back now: each once a period, spread evenly, the longest unseen first. */
import type { Published, Receipts } from './receipts.ts';

export class Verification {
  readonly #periodMs: number;
  #demandedMs = Number.NEGATIVE_INFINITY;
  #excluded: ReadonlySet<string> = new Set();
  /** Copies that time has earned since they were last asked for, the rest of a whole one too. */
  #credit = 0;
  #askedMs: number | undefined;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Every copy that was read back before `nowMs` is due. */
  demandAll(nowMs: number): void {
    this.#demandedMs = nowMs;
  }

  /** Copies whose source is gone: nothing could be done about them. */
  exclude(paths: ReadonlySet<string>): void {
    this.#excluded = paths;
  }

  /** What is due: the share of the time since the last call, and all that was not seen for a period. */
  due(receipts: Receipts, nowMs: number): Published[] {
    const elapsedMs = Math.max(0, nowMs - (this.#askedMs ?? nowMs));
    this.#askedMs = nowMs;
    this.#credit = Math.min(receipts.size, this.#credit + (receipts.size * elapsedMs) / this.#periodMs);
    const share = Math.floor(this.#credit);
    this.#credit -= share;
    const overdueMs = Math.max(this.#demandedMs, nowMs - this.#periodMs);
    const candidates = [...receipts.entries()].filter(({ path, sha256 }) => sha256 !== '' && !this.#excluded.has(path));
    const overdue = candidates.filter(({ verifiedMs }) => verifiedMs <= overdueMs).length;
    if (share === 0 && overdue === 0) return [];
    return candidates.sort((a, b) => a.verifiedMs - b.verifiedMs).slice(0, Math.max(share, overdue));
  }
}
