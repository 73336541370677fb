/** What a test is called in the site file, which thresholds it takes there, and how it is made ready for a series. */
import { isMeasured } from '@emso/core';
import { z } from 'zod';
import type { PreparedTest } from './flow.ts';

/** One entry of the registry. */
export interface TestKind {
  /** Key in the site file, `rateOfChange`. */
  readonly name: string;
  readonly title: string;
  readonly config: z.ZodType;
  /** `config` has passed the schema. */
  prepare(config: unknown, cadenceMs: number): PreparedTest;
  /** What is wrong with the thresholds at this cadence, one line each. */
  faults(config: unknown, cadenceMs: number): string[];
}

type Prepared = Omit<PreparedTest, 'name' | 'partners' | 'lookbackMs' | 'lookaheadMs' | 'lateRows'> &
  Partial<PreparedTest>;

/** Declares a test; what `prepare` does not say is none: no partners, no reach, no late answers. */
export function defineTest<S extends z.ZodType>(kind: {
  readonly name: string;
  readonly title: string;
  readonly config: S;
  prepare(config: z.infer<S>, cadenceMs: number): Prepared;
  faults?(config: z.infer<S>, cadenceMs: number): string[];
}): TestKind {
  const { name, title, config } = kind;
  return {
    name,
    title,
    config,
    prepare: (values, cadenceMs) => ({
      name,
      partners: [],
      lookbackMs: 0,
      lookaheadMs: 0,
      lateRows: 0,
      ...kind.prepare(values as z.infer<S>, cadenceMs),
    }),
    faults: (values, cadenceMs) => kind.faults?.(values as z.infer<S>, cadenceMs) ?? [],
  };
}

/** Message of a schema: what was expected there. */
export function expected(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => `expected ${what}, found ${input === undefined ? 'nothing' : JSON.stringify(input)}` };
}

/** Where the numbers come from: thresholds are published with the data. */
export const SOURCE = { source: z.string(expected('a text that says where the numbers come from')).min(1).optional() };

export const span = z
  .tuple([z.number(), z.number()], expected('two numbers [low, high]'))
  .refine(([low, high]) => low < high, expected('[low, high] with low below high'));

export const positive = z.number(expected('a number above 0')).positive(expected('a number above 0'));
export const notNegative = z.number(expected('a number from 0')).min(0, expected('a number from 0'));

/** The code of another parameter of the same sensor. */
export const partner = z
  .string(expected('a parameter code such as TEMP'))
  .refine(isMeasured, expected('a code of the parameter table such as TEMP'));

/** The name of a shape with exactly these keys, and `source`. */
export function shape<T extends z.ZodRawShape>(keys: T) {
  return z.strictObject({ ...keys, ...SOURCE });
}

interface Limits {
  readonly suspect?: number | undefined;
  readonly fail?: number | undefined;
}

/** True when there is a threshold, and values fail beyond those that are only suspect. */
export function limitsFit({ suspect, fail }: Limits): boolean {
  return (suspect ?? fail) !== undefined && (suspect === undefined || fail === undefined || suspect <= fail);
}

export const LIMITS = expected('suspect, fail or both, with fail not below suspect');
/** Two thresholds on a size. */
export const limits = { suspect: notNegative.optional(), fail: notNegative.optional() };
/** A threshold that is not set is never exceeded. */
export const NEVER = Number.POSITIVE_INFINITY;
