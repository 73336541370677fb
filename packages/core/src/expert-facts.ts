/**
 * What people decide about data beside the automatic tests: flags, their withdrawals, and releases of validated data. They stand
 * in two files beside the site file, `flags.jsonl` and `releases.jsonl`, as a chain of dated facts (fact-chain.ts).
 */
import { z } from 'zod';
import { describeFound, explainIssue } from './config-fault.ts';
import { type ChainedFact, type LineFault, readChain } from './fact-chain.ts';
import { FLAG_VALUES, type Flag } from './flags.ts';
import { isMeasured } from './parameters.ts';
import { DAY_MS, iso, parseIso } from './time.ts';

/** A flag for the values of some parameters at times in [from, to). */
export interface ExpertFlag {
  /** Its line in `flags.jsonl`: later ones win. */
  readonly line: number;
  readonly own: string;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly codes: readonly string[];
  readonly flag: Flag;
}

export interface Withdrawal {
  readonly line: number;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  /** The line of the flag that holds no more. */
  readonly withdraw: number;
}

/** Validated data: the whole days in [from, to), with the flags of the first `flagLines` lines of `flags.jsonl`. */
export interface Release {
  readonly line: number;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  readonly sensor: string;
  readonly from: number;
  readonly to: number;
  readonly flagLines: number;
  /** Number of files, and the SHA-256 of the list that `sha256sum` prints of them. */
  readonly files: number;
  readonly sha256: string;
}

export interface ExpertFacts {
  readonly flags: readonly (ExpertFlag | Withdrawal)[];
  readonly releases: readonly Release[];
}

export const NO_FACTS: ExpertFacts = { flags: [], releases: [] };

/** What a program gives for `flags.jsonl` or `releases.jsonl`: as it will stand there, times as text. */
export type FactText = Readonly<Record<string, unknown>>;

function expected(what: string) {
  return { error: (issue: { readonly input?: unknown }) => `expected ${what}, found ${describeFound(issue.input)}` };
}

const TIME = 'a UTC time such as 2026-05-01 or 2026-05-01T06:30:00Z';
const instant = z.string(expected(TIME)).transform((text, context) => {
  const ms = parseIso(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `expected ${TIME}, found '${text}'` });
  return z.NEVER;
});
const words = (what: string) => z.string(expected(what)).refine((text) => text.trim() !== '', expected(what));
const signed = { at: instant, by: words('the name of who decides'), why: words('a reason in words') };
const interval = { sensor: words('the id of a sensor'), from: instant, to: instant };
const code = z.string().refine(isMeasured, expected('a code of the parameter table such as TEMP'));
const count = z.number().int().min(0);

/** Adds the fault of an interval that ends where it begins, or before. */
function endsLater({ from, to }: { from: number; to: number }, context: z.core.$RefinementCtx): void {
  if (to > from) return;
  context.addIssue({ code: 'custom', path: ['to'], message: `expected an end after ${iso(from)}, found ${iso(to)}` });
}

const flagSchema = z
  .strictObject({
    ...signed,
    ...interval,
    codes: z.array(code).min(1),
    flag: z.literal([...FLAG_VALUES], expected(`one of the OceanSITES flags ${FLAG_VALUES.join(', ')}`)),
  })
  .superRefine(endsLater);
const withdrawalSchema = z.strictObject({ ...signed, withdraw: z.number().int().min(1) });
const releaseSchema = z
  .strictObject({ ...signed, ...interval, flagLines: count, files: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })
  .superRefine(endsLater)
  .superRefine(({ from, to }, context) => {
    for (const [key, time] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (time % DAY_MS === 0) continue;
      const message = `expected a whole day, files are made by day: found ${iso(time)}`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });

/** The facts of `flags.jsonl`, or all its faults. */
export function readFlags(text: string): { flags: ExpertFacts['flags']; faults: LineFault[] } {
  const { facts, faults } = readChain(text);
  const flags: (ExpertFlag | Withdrawal)[] = [];
  for (const fact of facts) {
    const read = readFlag(fact, flags);
    // A withdrawn line with a fault of its own has been told, and cannot be looked up.
    const { withdraw } = fact.value;
    if (!faults.some(({ line }) => line === withdraw)) faults.push(...read.faults);
    if (read.flag !== undefined) flags.push(read.flag);
  }
  return { flags, faults: inOrder(faults) };
}

/** What a line of `flags.jsonl` behind the facts `before` says, or all its faults. */
export function readFlag(
  fact: ChainedFact,
  before: ExpertFacts['flags'],
): { flag: ExpertFlag | Withdrawal | undefined; faults: LineFault[] } {
  const { line, own, value } = fact;
  const faults: LineFault[] = [];
  if (!Object.hasOwn(value, 'withdraw')) {
    const found = parsed(flagSchema, fact, faults);
    return { flag: found && { ...found, line, own }, faults };
  }
  const found = parsed(withdrawalSchema, fact, faults);
  const message = found && withdrawalFault(found.withdraw, before);
  if (message !== undefined) faults.push({ line, message });
  return { flag: found && { ...found, line }, faults };
}

/** Why line `withdraw` cannot be withdrawn by a fact behind `flags`; undefined when it can. */
function withdrawalFault(withdraw: number, flags: ExpertFacts['flags']): string | undefined {
  const meant = flags.find(({ line }) => line === withdraw);
  if (meant === undefined || 'withdraw' in meant) {
    return `expected the line of a flag before it, found ${withdraw}${meant === undefined ? '' : ', which is a withdrawal: write the flag again'}`;
  }
  const earlier = flags.find((each) => 'withdraw' in each && each.withdraw === withdraw);
  return earlier && `expected a flag in force, found line ${withdraw}, which line ${earlier.line} has withdrawn`;
}

/** The facts of `releases.jsonl`, or all its faults. */
export function readReleases(text: string): { releases: readonly Release[]; faults: LineFault[] } {
  const { facts, faults } = readChain(text);
  const releases = facts.flatMap((fact) => {
    const found = parsed(releaseSchema, fact, faults);
    return found === undefined ? [] : [{ ...found, line: fact.line }];
  });
  return { releases, faults: inOrder(faults) };
}

/** The flags in force behind the first `lines` lines, in the order in which they are applied. */
export function flagsInForce(facts: ExpertFacts['flags'], lines = Number.POSITIVE_INFINITY): ExpertFlag[] {
  const known = facts.filter(({ line }) => line <= lines);
  const withdrawn = new Set(known.map((fact) => ('withdraw' in fact ? fact.withdraw : 0)));
  return known.filter((fact): fact is ExpertFlag => !('withdraw' in fact) && !withdrawn.has(fact.line));
}

function parsed<T extends z.ZodType>(
  schema: T,
  { line, value }: ChainedFact,
  faults: LineFault[],
): z.output<T> | undefined {
  const result = schema.safeParse(value, { error: explainIssue });
  for (const { path, message, ...issue } of result.error?.issues ?? []) {
    const place = path.length === 0 ? '' : `${path.join('.')}: `;
    const known =
      issue.code === 'unrecognized_keys' ? `expected no other keys, found ${issue.keys.join(', ')}` : message;
    faults.push({ line, message: `${place}${known}` });
  }
  return result.data;
}

function inOrder(faults: readonly LineFault[]): LineFault[] {
  return faults.toSorted((a, b) => a.line - b.line);
}
