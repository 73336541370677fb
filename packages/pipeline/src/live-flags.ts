/**
 * Flags of one sensor's rows as they come, with the tests that a rebuild runs over whole days. What a test has to remember are the
 * rows within its reach: they are the state, a value that survives JSON, and replaying them puts everything back (PROMISE 10).
 */
import {
  dayOf,
  type Flag,
  type Observation,
  type ObservationMessage,
  oceanSitesOf,
  QARTOD,
  type Qartod,
  type QcVerdict,
  type QualifiedObservation,
  type RecordRange,
  type VerdictMessage,
} from '@emso/core';
import { aggregate, digitUnder, entryAt, finalDigit, type PreparedTest, SeriesStream } from '@emso/qc';
import { withExpertFlags } from './expert-flags.ts';
import type { SensorPlan } from './plan.ts';

/** Rows within reach, oldest first. */
export interface FlagState {
  /** What computed the rows: another build computes other ones, and flags that look at these are not those of a rebuild. */
  readonly build: string;
  readonly rows: readonly RememberedRow[];
  /** Until this time rows are looked at by tests that should have seen one that came late, epoch ms. */
  readonly disturbedUntilMs: number;
}

/** Where a row came from, and what is computed from it. */
export interface RememberedRow {
  readonly session: string;
  readonly row: Observation;
  /** How often its verdict was told again. */
  revision: number;
  /** True when it came after a later one. */
  readonly late?: true;
}

type Digits = Record<string, Record<string, Qartod>>;

interface Recent extends RememberedRow {
  readonly id: string;
  /** The entry of the settings that judges it. */
  readonly entry: number;
  digits: Digits;
  /** Its flags as they were said last, one digit a code. */
  flags: string;
}

/** One entry of the settings at work: a stream for each code. */
interface EntryAtWork {
  readonly entry: number;
  readonly byCode: ReadonlyMap<string, { readonly tests: readonly PreparedTest[]; readonly stream: SeriesStream }>;
}

/**
 * Late rows are placed together once as many rows came as this share of those remembered: a day's memory is judged again for each
 * flood of them, not for each row. The first ones find nothing to wait for.
 */
const ROWS_PER_PLACING = 1 / 64;

export class LiveFlags {
  readonly #plan: SensorPlan;
  #current: EntryAtWork | undefined;
  /** The entry before, while its last rows may still wait for a successor. */
  #former: (EntryAtWork & { readonly untilMs: number }) | undefined;
  /** By id, oldest first. */
  readonly #rows = new Map<string, Recent>();
  #last: RememberedRow | undefined;
  #disturbedUntilMs: number;
  /** Rows that came late and have no place yet, by id. */
  readonly #waiting = new Map<string, RememberedRow>();
  #rowsSincePlacing = Number.POSITIVE_INFINITY;

  constructor(plan: SensorPlan, state: FlagState = { build: plan.build, rows: [], disturbedUntilMs: 0 }) {
    this.#plan = plan;
    this.#disturbedUntilMs = state.disturbedUntilMs;
    for (const each of state.rows) this.#take(each);
    if (state.build !== plan.build) for (const { row } of state.rows) this.#disturb(row);
  }

  /**
   * The verdicts about a message, and again those about earlier rows whose flags its rows changed (revision 1 and up). A row
   * that was judged before keeps its verdict; one that is older than the last says nothing, and rows whose tests should have
   * seen it are for the rebuild to judge.
   */
  judge(message: ObservationMessage): { verdicts: VerdictMessage; revised: VerdictMessage[] } {
    const { session } = message.range;
    const build = message.build === this.#plan.build ? message.build : `${message.build}/${this.#plan.build}`;
    const changed = new Set<string>();
    // All of them first: a row's verdict may depend on one that came with it.
    for (const row of message.rows) {
      const id = idOf(session, row);
      if (this.#rows.has(id) || this.#waiting.has(id)) continue;
      const next = this.#inTurn(session, row);
      if (next !== undefined) this.#take({ session, row: next, revision: 0 }, changed);
      else this.#waiting.set(id, { session, row, revision: 0, late: true });
      this.#rowsSincePlacing++;
      if (message.build !== this.#plan.build) this.#disturb(row);
    }
    if (this.#waiting.size > 0 && this.#rowsSincePlacing >= this.#rows.size * ROWS_PER_PLACING) this.#place(changed);
    const disturbedUntilMs = this.#untilMs();
    const rows = message.rows.map((row): QualifiedObservation => {
      const recent = this.#rows.get(idOf(session, row));
      if (recent === undefined) return { ...row, verdicts: this.#unknown(row), late: true };
      const qualified = { ...recent.row, verdicts: this.#verdicts(recent) };
      const late = recent.late === true || recent.row.timeMs <= disturbedUntilMs;
      return late ? { ...qualified, late } : qualified;
    });
    const own = new Set(message.rows.map((row) => idOf(session, row)));
    const revised = [...changed].flatMap((id): VerdictMessage[] => {
      const recent = this.#rows.get(id);
      if (recent === undefined) return [];
      const before = recent.flags;
      recent.flags = this.#flagText(recent);
      // What came in this message is told with it, and a flag that stayed is not told again.
      if (own.has(id) || recent.flags === before) return [];
      const range: RecordRange = { session: recent.session, first: recent.row.seq, last: recent.row.seq };
      const { platform, sensor } = message;
      const rows = [{ ...recent.row, verdicts: this.#verdicts(recent) }];
      return [{ platform, sensor, range, build, revision: ++recent.revision, rows }];
    });
    this.#forgetOutOfReach();
    const said = (answer: VerdictMessage): VerdictMessage => withExpertFlags(this.#plan, answer);
    return { verdicts: said({ ...message, build, rows }), revised: revised.map(said) };
  }

  /** Rows that are remembered. */
  get size(): number {
    return this.#rows.size;
  }

  /** What a fresh start needs to go on as if nothing had happened. */
  state(): FlagState {
    return {
      build: this.#plan.build,
      rows: byTime([...this.#rows.values(), ...this.#waiting.values()]).map(({ session, row, revision, late }) => ({
        session,
        row,
        revision,
        ...(late && { late }),
      })),
      disturbedUntilMs: this.#untilMs(),
    };
  }

  /**
   * The row when it comes after all before it; of equal receptions in one session each is a millisecond after the other, as the
   * rebuild has them (PROMISE 13). Undefined for one that comes late: where it belongs, the rebuild knows.
   */
  #inTurn(session: string, row: Observation): Observation | undefined {
    const last = this.#last;
    if (last === undefined || row.timeMs > last.row.timeMs) return row;
    const afterMs = last.row.timeMs + 1;
    const received = row.timeSource === 'received' && last.row.timeSource === 'received';
    const inOrder = session === last.session && row.receivedMs >= last.row.receivedMs;
    return received && inOrder && dayOf(afterMs) === dayOf(row.timeMs) ? { ...row, timeMs: afterMs } : undefined;
  }

  /**
   * The late rows take their places among those that are remembered, and those that look at them are judged again. Where the time of
   * one is taken, only the rebuild knows which of the two moves or goes (PROMISE 13).
   */
  #place(changed: Set<string>): void {
    const { lookbackMs, lookaheadMs } = this.#plan.tests;
    const before = new Map(this.#rows);
    const times = new Set(Array.from(before.values(), ({ row }) => row.timeMs));
    const oldestMs = (this.#last?.row.timeMs ?? Number.NEGATIVE_INFINITY) - lookbackMs - lookaheadMs;
    const placed: RememberedRow[] = [];
    for (const late of this.#waiting.values()) {
      const { timeMs } = late.row;
      if (timeMs < oldestMs || times.has(timeMs)) this.#disturb(late.row);
      else placed.push(late);
      times.add(timeMs);
    }
    this.#waiting.clear();
    this.#rowsSincePlacing = 0;
    if (placed.length === 0) return;
    const firstMs = Math.min(...placed.map(({ row }) => row.timeMs));
    this.#rows.clear();
    this.#current = undefined;
    this.#former = undefined;
    this.#last = undefined;
    for (const each of byTime([...before.values(), ...placed])) this.#take(each);
    for (const [id, recent] of this.#rows) {
      const earlier = before.get(id);
      // The first ones have lost what they looked back at; nothing that came can have changed them.
      if (earlier !== undefined && recent.row.timeMs < firstMs - lookaheadMs) recent.digits = earlier.digits;
      // Nothing was said yet of one that waited.
      recent.flags = earlier?.flags ?? '';
      changed.add(id);
    }
  }

  #forgetOutOfReach(): void {
    const { lookbackMs, lookaheadMs } = this.#plan.tests;
    const oldestMs = (this.#last?.row.timeMs ?? 0) - lookbackMs - lookaheadMs;
    for (const [id, { row }] of this.#rows) {
      if (row.timeMs >= oldestMs) break;
      this.#rows.delete(id);
    }
  }

  /** Until when rows are looked at by tests that have not seen all that came. */
  #untilMs(): number {
    const { lookbackMs } = this.#plan.tests;
    let untilMs = this.#disturbedUntilMs;
    for (const { row } of this.#waiting.values()) untilMs = Math.max(untilMs, row.timeMs + lookbackMs);
    return untilMs;
  }

  /** A row that tests do not see as a rebuild does: what looks at it is for the rebuild to judge. */
  #disturb({ timeMs }: Observation): void {
    this.#disturbedUntilMs = Math.max(this.#disturbedUntilMs, timeMs + this.#plan.tests.lookbackMs);
  }

  #take({ session, row, revision, late }: RememberedRow, changed: Set<string> = new Set()): Recent {
    const { tests } = this.#plan;
    const entry = entryAt(tests, row.timeMs);
    if (this.#current?.entry !== entry) this.#enter(entry, row.timeMs);
    const current = this.#current!;
    const id = idOf(session, row);
    const digits = this.#push(current, id, row, changed);
    const recent: Recent = { session, row, revision, id, entry, digits, flags: '', ...(late && { late }) };
    if (this.#former !== undefined) {
      this.#push(this.#former, id, row, changed);
      if (row.timeMs > this.#former.untilMs) this.#former = undefined;
    }
    this.#rows.set(id, recent);
    this.#last = recent;
    recent.flags = this.#flagText(recent);
    return recent;
  }

  /** Streams of another entry, which know the rows within reach; the ones before go on until nothing of theirs can change. */
  #enter(entry: number, timeMs: number): void {
    const { tests, codes } = this.#plan;
    if (this.#current !== undefined) this.#former = { ...this.#current, untilMs: timeMs + tests.lookaheadMs };
    const byCode = new Map(
      codes.map((code) => {
        const own = tests.entries[entry].tests.get(code) ?? [];
        return [code, { tests: own, stream: new SeriesStream(own) }];
      }),
    );
    this.#current = { entry, byCode };
    for (const { id, row } of this.#rows.values()) this.#push(this.#current, id, row, new Set());
  }

  /** What the tests of an entry say of a row; answers that it changes are those of rows that this entry judges. */
  #push({ entry, byCode }: EntryAtWork, id: string, row: Observation, changed: Set<string>): Digits {
    const valueAt = (code: string): number => row.values[code] ?? Number.NaN;
    const digits: Digits = {};
    for (const [code, { tests, stream }] of byCode) {
      const partners = tests.map((test) => test.partners.map(valueAt));
      const answers = stream.push(id, row.timeMs, valueAt(code), partners);
      digits[code] = Object.fromEntries(tests.map(({ name }, i) => [name, answers.digits[i]]));
      for (const revision of answers.revisions) {
        const earlier = this.#rows.get(String(revision.id));
        if (earlier?.entry !== entry) continue;
        earlier.digits[code][revision.test] = revision.digit;
        changed.add(earlier.id);
      }
    }
    return digits;
  }

  #verdicts({ row, digits }: Recent): Record<string, QcVerdict> {
    const { tests, codes } = this.#plan;
    const missingOf = (code: string): Qartod => (row.values[code] === undefined ? QARTOD.missing : QARTOD.good);
    const rolled = new Map<string, Qartod>();
    for (const code of codes) {
      const missing = missingOf(code);
      const own =
        missing === QARTOD.missing ? missing : aggregate([...Object.values(digits[code]), QARTOD.notEvaluated]);
      rolled.set(code, own as Qartod);
    }
    return Object.fromEntries(
      codes.map((code): [string, QcVerdict] => {
        const missing = missingOf(code);
        let digit: number = rolled.get(code)!;
        for (const input of tests.inputs.get(code) ?? []) digit = finalDigit(digit, rolled.get(input) ?? QARTOD.good);
        for (const condition of tests.conditions.get(code) ?? []) {
          digit = digitUnder(digit, rolled.get(condition) ?? QARTOD.missing);
        }
        if (digit === QARTOD.good && tests.cappedAt?.(row.receivedMs).has(code)) digit = QARTOD.suspect;
        rolled.set(code, digit as Qartod);
        return [code, { flag: oceanSitesOf(digit as Qartod), tests: { missing, ...digits[code] } }];
      }),
    );
  }

  #flagText(recent: Recent): string {
    return Object.values(this.#verdicts(recent))
      .map(({ flag }) => flag)
      .join('');
  }

  #unknown(row: Observation): Record<string, QcVerdict> {
    return Object.fromEntries(
      this.#plan.codes.map((code): [string, QcVerdict] => {
        const missing = row.values[code] === undefined ? QARTOD.missing : QARTOD.good;
        const flag: Flag = oceanSitesOf(missing === QARTOD.missing ? missing : QARTOD.notEvaluated);
        return [code, { flag, tests: { missing } }];
      }),
    );
  }
}

function byTime<Row extends RememberedRow>(rows: Row[]): Row[] {
  return rows.sort((a, b) => a.row.timeMs - b.row.timeMs);
}

function idOf(session: string, { seq, index }: Observation): string {
  return `${session}/${seq}/${index}`;
}
