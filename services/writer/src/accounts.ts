/** Which raw records of a sensor the files account for already, and which still wait for their verdict. */
import { KIND, type RawRun, type RecordRange, SeqSet } from '@emso/core';

interface Awaited extends RecordRange {
  readonly days: ReadonlySet<number>;
  readonly sinceMs: number;
}

export class Accounts {
  /** Records whose outcome is in the files, or needs none, by session. */
  readonly #accounted = new Map<string, SeqSet>();
  #awaited: Awaited[] = [];

  has(session: string, seq: number): boolean {
    return this.#of(session).has(seq);
  }

  /** The verdict about these records has come. */
  settle({ session, first, last }: RecordRange): void {
    this.#of(session).add(first, last);
  }

  /** These records of a run are in a file that was rebuilt. */
  settleRecords(run: RawRun, records: Iterable<number>): void {
    for (const record of records) {
      if (run.kind[record] !== KIND.import)
        this.#of(run.sessions[run.session[record]]).add(run.seq[record], run.seq[record]);
    }
  }

  /** True when the verdict about a record of a run has come, or a rebuild has taken it; imported rows never get one. */
  isSettled(run: RawRun, record: number): boolean {
    return run.kind[record] !== KIND.import && this.has(run.sessions[run.session[record]], run.seq[record]);
  }

  /** The records were archived; their verdicts should come soon. */
  expect(range: RecordRange, days: ReadonlySet<number>, nowMs: number): void {
    this.#awaited.push({ session: range.session, first: range.first, last: range.last, days, sinceMs: nowMs });
  }

  /** The days of records whose verdicts did not come within `timeoutMs`; they are not waited for any longer. */
  overdue(nowMs: number, timeoutMs: number): Set<number> {
    const late = new Set<number>();
    this.#awaited = this.#awaited.filter(({ session, first, last, days, sinceMs }) => {
      if (this.#of(session).hasAll(first, last)) return false;
      if (nowMs - sinceMs < timeoutMs) return true;
      for (const day of days) late.add(day);
      return false;
    });
    return late;
  }

  #of(session: string): SeqSet {
    const known = this.#accounted.get(session);
    if (known !== undefined) return known;
    const accounted = new SeqSet();
    this.#accounted.set(session, accounted);
    return accounted;
  }
}
