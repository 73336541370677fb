/** The bytes that stand in raw files under given record ids: what tells a repetition from a conflict (PROMISE 1). */
import type { RawRecord } from '@emso/core';
import { parseRawFile } from '@emso/products';

export class ArchivedRows {
  /** By session and seq; an id that was asked for and not found has an empty list. */
  readonly #rows = new Map<string, Map<number, Uint8Array[]>>();

  /** Rows of these ids only are collected. */
  constructor(records: readonly RawRecord[]) {
    for (const { session, seq } of records) {
      const ofSession = this.#rows.get(session) ?? new Map<number, Uint8Array[]>();
      this.#rows.set(session, ofSession);
      ofSession.set(seq, []);
    }
  }

  /** Collects from the bytes of a raw file; one that does not exist has no rows. */
  collect(bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    const { run } = parseRawFile(bytes);
    const wanted = run.sessions.map((session) => this.#rows.get(session));
    for (let i = 0; i < run.count; i++) {
      wanted[run.session[i]]?.get(run.seq[i])?.push(run.bytes.subarray(run.start[i], run.end[i]));
    }
  }

  /** True when the record stands there with these very bytes. */
  has({ session, seq, bytes }: RawRecord): boolean {
    const rows = this.#rows.get(session)?.get(seq);
    return rows?.some((row) => Buffer.compare(row, bytes) === 0) ?? false;
  }

  /** Counts a record that is about to be written: the next one in the same call may repeat it. */
  add({ session, seq, bytes }: RawRecord): void {
    const ofSession = this.#rows.get(session) ?? new Map<number, Uint8Array[]>();
    this.#rows.set(session, ofSession);
    const rows = ofSession.get(seq) ?? [];
    ofSession.set(seq, rows);
    rows.push(bytes);
  }

  /** True when the id stands there, with whatever bytes. */
  hasId({ session, seq }: RawRecord): boolean {
    return (this.#rows.get(session)?.get(seq)?.length ?? 0) > 0;
  }
}
