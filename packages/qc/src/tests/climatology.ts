/**
 * Climatology: spans that hold in a season, between two dates or in a layer. A value that no member covers is not
 * evaluated; where several cover it, the last one counts.
 */
import { parseIso, QARTOD, type Qartod } from '@emso/core';
import { z } from 'zod';
import type { Flow } from '../flow.ts';
import { defineTest, expected, partner, SOURCE, shape, span } from '../test-kind.ts';
import { PERIODS, type Period, periodAt } from './calendar.ts';
import { ordered, type Span } from './gross-range.ts';

export interface ClimatologyMember {
  /** Numbers of `period`, or epoch ms without one; both ends belong to it. */
  readonly when: Span;
  readonly period?: Period | undefined;
  /** Depth, or what stands for it; a row without one is not covered. */
  readonly z?: Span | undefined;
  /** 3 outside. */
  readonly suspect: Span;
  /** 4 outside. */
  readonly fail?: Span | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The flow; the first partner is the depth. */
export function climatologyFlow(members: readonly ClimatologyMember[]): Flow {
  return new ClimatologyFlow(members);
}

class ClimatologyFlow implements Flow {
  readonly settled = 0;
  readonly #members: readonly SortedMember[];
  /** Periods change at midnight, or on the hour: members are looked up once for all rows until then. */
  readonly #slotMs: number;
  #slotStart = Number.NaN;
  #slotEnd = Number.NaN;
  /** Members that can apply in the slot, the last one first: that one counts. */
  #active: readonly SortedMember[] = [];

  constructor(members: readonly ClimatologyMember[]) {
    this.#members = members.map(sortedMember).reverse();
    this.#slotMs = members.some(({ period }) => period === 'hour') ? HOUR_MS : DAY_MS;
  }

  push(time: number, value: number, z: number): Qartod {
    if (!Number.isFinite(value)) return QARTOD.missing;
    if (!(time >= this.#slotStart && time < this.#slotEnd)) this.#turnTo(time);
    const active = this.#active;
    for (let i = 0; i < active.length; i++) {
      const member = active[i];
      if (time < member.from || time > member.to) continue;
      if (member.layered && !(z >= member.zLow && z <= member.zHigh)) continue;
      if (value < member.failLow || value > member.failHigh) return QARTOD.fail;
      return value < member.low || value > member.high ? QARTOD.suspect : QARTOD.good;
    }
    return QARTOD.notEvaluated;
  }

  #turnTo(time: number): void {
    this.#slotStart = Math.floor(time / this.#slotMs) * this.#slotMs;
    this.#slotEnd = this.#slotStart + this.#slotMs;
    this.#active = this.#members.filter((member) => appliesIn(member, this.#slotStart, this.#slotMs));
  }
}

/** Numbers only, so that a row costs comparisons and nothing else. */
interface SortedMember {
  readonly member: ClimatologyMember;
  readonly from: number;
  readonly to: number;
  readonly layered: boolean;
  readonly zLow: number;
  readonly zHigh: number;
  readonly low: number;
  readonly high: number;
  readonly failLow: number;
  readonly failHigh: number;
}

const EVERYTHING: Span = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function sortedMember(member: ClimatologyMember): SortedMember {
  const [from, to] = member.period === undefined ? ordered(member.when) : EVERYTHING;
  const [zLow, zHigh] = ordered(member.z ?? EVERYTHING);
  const [low, high] = ordered(member.suspect);
  const [failLow, failHigh] = ordered(member.fail ?? EVERYTHING);
  return { member, from, to, layered: member.z !== undefined, zLow, zHigh, low, high, failLow, failHigh };
}

function appliesIn({ member, from, to }: SortedMember, startMs: number, slotMs: number): boolean {
  if (member.period === undefined) return to >= startMs && from < startMs + slotMs;
  const number = periodAt(member.period, startMs);
  const [low, high] = ordered(member.when);
  return number >= low && number <= high;
}

const instant = z
  .string(expected('a UTC time such as 2019-05-01T00:00:00Z'))
  .transform((text, context) => parseIso(text) ?? fault(context, text));

function fault(context: z.RefinementCtx, text: string): never {
  context.addIssue({ code: 'custom', message: `expected a UTC time such as 2019-05-01T00:00:00Z, found '${text}'` });
  return z.NEVER;
}

const numbers = z
  .tuple([z.int(), z.int()], expected('two whole numbers [first, last]'))
  .refine(([first, last]) => first <= last, expected('[first, last] in order; write two members for a winter'));

const member = z
  .strictObject({
    period: z.enum(PERIODS, expected(`one of ${PERIODS.join(', ')}`)).optional(),
    numbers: numbers.optional(),
    between: z.tuple([instant, instant], expected('two UTC times [first, last]')).optional(),
    z: span.optional(),
    suspect: span,
    fail: span.optional(),
    ...SOURCE,
  })
  .refine(
    (each) =>
      (each.period === undefined) === (each.numbers === undefined) &&
      (each.period === undefined) !== (each.between === undefined),
    expected('period and numbers, or between'),
  )
  .refine(
    ({ suspect, fail }) => fail === undefined || (suspect[0] >= fail[0] && suspect[1] <= fail[1]),
    expected('a suspect span within the fail span'),
  );

export const climatology = defineTest({
  name: 'climatology',
  title: 'climatology: spans by season, date or layer',
  config: shape({ members: z.array(member).min(1), z: partner.optional() }).refine(
    ({ members, z: depth }) => depth !== undefined || members.every((each) => each.z === undefined),
    expected('z: the code of the depth or pressure that members with a z span are about'),
  ),
  prepare: ({ members, z: depth }) => {
    const told = members.map((each) => ({ ...each, when: each.numbers ?? each.between ?? EVERYTHING }));
    return {
      partners: depth === undefined ? [] : [depth],
      open: () => new ClimatologyFlow(told),
      // A loop that only ever sees this flow is faster than the one that all tests share.
      run: ({ time, values, partners = [] }, out) => {
        const flow = new ClimatologyFlow(told);
        const z = partners[0] ?? new Float64Array(values.length).fill(Number.NaN);
        for (let i = 0; i < values.length; i++) out[i] = flow.push(time[i], values[i], z[i]);
      },
    };
  },
});
